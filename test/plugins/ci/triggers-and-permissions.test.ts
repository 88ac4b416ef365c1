import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import dangerousTriggers from '../../../plugins/ci/checks/dangerous-triggers.js';
import tokenPermissions from '../../../plugins/ci/checks/token-permissions.js';
import { ODD, UNREADABLE, workflow } from './workflows.js';

const TARGET = 'on: pull_request_target\npermissions: {}\n';
const HEAD = 'uses: actions/checkout@v4\nwith:\n  ref: ${{ github.event.pull_request.head.sha }}';

it("finds workflows that run strangers' code with the repository's rights", async () => {
  await testCheck(dangerousTriggers, {
    passes: [
      { name: 'a pull request without secrets', files: workflow([HEAD], 'on: [push, pull_request]\n') },
      {
        name: 'the base of a pull request, with permissions',
        files: workflow(['uses: actions/checkout@v4', 'run: git fetch origin main'], TARGET),
      },
      { name: 'another action with a ref', files: workflow([HEAD.replace('actions/checkout', 'x/y')], TARGET) },
      ...UNREADABLE,
      ...ODD.filter(({ name }) => name !== 'x'),
    ],
    fails: [
      {
        name: 'checking out the head',
        files: workflow(['run: true', HEAD], TARGET),
        findings: [
          {
            messageId: 'checkout',
            path: '.github/workflows/ci.yml',
            startLine: 10,
            severity: 'error',
            message:
              'On pull_request_target the job build gets the code of a pull request, with the secrets and the token of this repository.',
          },
        ],
      },
      {
        name: 'by workflow_run, by a comment, by a command',
        files: {
          ...workflow(
            [HEAD.replace('pull_request.head.sha', 'workflow_run.head_sha')],
            'on:\n  workflow_run:\n    workflows: [x]\n',
          ),
          '.github/workflows/d.yml':
            'on: issue_comment\njobs:\n  a:\n    steps:\n      - run: gh pr checkout 1\n      - uses: actions/checkout@v4\n        with: { ref: "refs/pull/${{ github.event.issue.number }}/merge" }\n',
        },
        findings: [
          { messageId: 'checkout', data: { event: 'workflow_run', job: 'build' } },
          { messageId: 'checkout', path: '.github/workflows/d.yml', startLine: 5 },
          { messageId: 'checkout', startLine: 7, data: { event: 'issue_comment', job: 'a' } },
        ],
      },
      {
        name: 'every right there is',
        files: workflow(['run: true'], 'on: pull_request_target\n'),
        findings: [{ messageId: 'broad', severity: 'note', startLine: 3 }],
      },
    ],
  });
});

it('finds tokens that may do more than they need', async () => {
  await testCheck(tokenPermissions, {
    passes: [
      { name: 'stated at the top', files: workflow(['run: true'], 'on: push\npermissions: read-all\n') },
      {
        name: 'stated by each job, or by the caller; write access of the only job',
        files: {
          '.github/workflows/a.yml': 'on: push\njobs:\n  a:\n    permissions: { contents: write }\n    steps: []\n',
          '.github/workflows/b.yml': 'on: workflow_call\njobs:\n  a:\n    steps: []\n',
          '.github/workflows/c.yml': 'on: push\npermissions: { contents: write }\njobs:\n  a:\n    steps: []\n',
        },
      },
      ...UNREADABLE,
      ...ODD.filter(({ name }) => !name.startsWith('nothing where')),
    ],
    fails: [
      {
        name: 'not stated',
        files: workflow(['run: true'], 'on: push\n'),
        findings: [
          {
            messageId: 'missing',
            startLine: 3,
            startColumn: 3,
            severity: 'warning',
            fix: 'unsafe',
            message:
              'The token of the job build has whatever rights the repository gives by default: no permissions are stated.',
          },
        ],
      },
      {
        name: 'not stated, with the line breaks of Windows; a workflow in one line',
        files: {
          '.github/workflows/a.yml': 'on: push\r\n# All of it\r\njobs:\r\n  a: { steps: [] }\r\n  b: { steps: [] }\r\n',
          '.github/workflows/b.yml': '{ on: push, jobs: { a: { steps: [] } } }\n',
        },
        findings: [
          { messageId: 'missing', path: '.github/workflows/a.yml', fix: 'unsafe' },
          { messageId: 'missing', path: '.github/workflows/b.yml', fix: false },
        ],
        fixed: {
          '.github/workflows/a.yml':
            'on: push\r\n# All of it\r\npermissions:\r\n  contents: read\r\n\r\njobs:\r\n  a: { steps: [] }\r\n  b: { steps: [] }\r\n',
        },
        left: [{ messageId: 'missing', path: '.github/workflows/b.yml' }],
      },
      {
        name: 'some jobs, and write-all',
        files: {
          '.github/workflows/a.yml':
            'on: push\njobs:\n  a: { steps: [] }\n  b: { permissions: write-all, steps: [] }\n  c: { steps: [] }\n',
          '.github/workflows/b.yml': 'on: push\npermissions: write-all\njobs: { a: { steps: [] } }\n',
        },
        findings: [
          {
            messageId: 'missing',
            startLine: 3,
            message:
              /* the two that state nothing */ 'The token of the jobs a, c has whatever rights the repository gives by default: no permissions are stated.',
          },
          { messageId: 'writeAll', startLine: 4, data: { jobs: 'the job b' } },
          { messageId: 'writeAll', path: '.github/workflows/b.yml', startLine: 2 },
        ],
      },
      {
        name: 'write access for all jobs where one may need it',
        files: {
          '.github/workflows/a.yml':
            'on: push\npermissions:\n  contents: write\n  issues: write\njobs: { a: { steps: [] }, b: { steps: [] } }\n',
        },
        findings: [{ messageId: 'wide', severity: 'note', startLine: 3, data: { scope: 'contents' } }],
      },
    ],
  });
});
