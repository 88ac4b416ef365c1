import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import actionlint from '../../../plugins/ci/checks/actionlint.js';
import { workflow } from './workflows.js';

it('reports what actionlint finds, less what its age makes wrong', async () => {
  await testCheck(actionlint, {
    passes: [
      { files: workflow(['uses: actions/checkout@v4', 'run: npm test']) },
      {
        name: 'runners that are newer than actionlint',
        files: {
          '.github/workflows/a.yml':
            workflow(['run: a'])['.github/workflows/ci.yml']?.replace('ubuntu-latest', 'ubuntu-99.04') ?? '',
        },
      },
      { name: 'what another check reports', files: workflow(['run: echo ${{ github.event.issue.title }}']) },
      {
        name: 'labels of the project and of an option, and ignored messages',
        files: {
          '.github/workflows/a.yml':
            'on: push\njobs:\n  a:\n    runs-on: gpu-large\n    steps: [{ run: x }]\n  b:\n    runs-on: arm-box\n    steps: [{ run: x, foo: 1 }]\n',
          '.github/actionlint.yaml': 'self-hosted-runner:\n  labels: [gpu-*]\n',
        },
        options: { labels: ['arm-box'], ignore: ['unexpected key "foo"'] },
      },
      {
        name: 'a configuration that is broken',
        files: { ...workflow(['run: a']), '.github/actionlint.yaml': 'a: [' },
        outcome: 'degraded',
      },
      { name: 'a binary workflow', files: { '.github/workflows/a.yml': new Uint8Array([0]) }, outcome: 'degraded' },
    ],
    fails: [
      {
        name: 'keys, needs and types',
        files: {
          '.github/workflows/a.yml':
            'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: b\n    steps:\n      - run: echo ${{ matrix.x }}\n        foo: 1\n',
        },
        findings: [
          { messageId: 'actionlint', path: '.github/workflows/a.yml', startLine: 3, severity: 'error' },
          { messageId: 'actionlint', startLine: 7, startColumn: 23 },
          {
            messageId: 'actionlint',
            startLine: 8,
            message: 'unexpected key "foo" for "step" section [syntax-check]',
          },
        ],
      },
      {
        name: 'broken YAML, an empty file, and an input that may be newer',
        files: {
          '.github/workflows/a.yml': 'on: [\n',
          '.github/workflows/b.yml': '',
          ...workflow(['uses: actions/checkout@v4\nwith: { foo: bar }']),
        },
        findings: [
          { messageId: 'actionlint', path: '.github/workflows/a.yml' },
          { messageId: 'actionlint', path: '.github/workflows/b.yml', message: 'workflow is empty [syntax-check]' },
          {
            messageId: 'actionlint',
            path: '.github/workflows/ci.yml',
            severity: 'note',
            message: 'input "foo" is not defined in action "actions/checkout@v4" [action]',
          },
        ],
      },
    ],
    refuses: [{ ignore: ['('] }, { labels: [''] }],
  });
}, 120_000);
