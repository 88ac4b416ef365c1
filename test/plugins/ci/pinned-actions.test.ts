import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import pinnedActions from '../../../plugins/ci/checks/pinned-actions.js';
import { ODD, UNREADABLE, workflow } from './workflows.js';

const COMMIT = '8f4b7f84864484a7bf31766abe9204da3cbe65b3';

it('finds actions that somebody else can change', async () => {
  await testCheck(pinnedActions, {
    passes: [
      {
        name: 'commits, paths, digests, and versions of GitHub itself',
        files: workflow([
          `uses: owner/action@${COMMIT} # v1`,
          `uses: owner/action/sub/path@${COMMIT}`,
          'uses: ./.github/actions/x',
          'uses: $/.github/actions/x',
          `uses: docker://alpine@sha256:${'a'.repeat(64)}`,
          'uses: actions/checkout@v4',
          'uses: GitHub/codeql-action/init@v3.1.2',
        ]),
      },
      { name: 'an owner that is trusted', files: workflow(['uses: acme/x@v1']), options: { trusted: ['acme/*'] } },
      ...UNREADABLE,
      ...ODD,
    ],
    fails: [
      {
        name: 'tags, branches, nothing, images',
        files: workflow([
          'uses: owner/action@v1',
          'uses: "owner/action@main"',
          'uses: actions/checkout@main',
          'uses: owner/action',
          'uses: docker://alpine:3',
        ]),
        findings: [
          {
            messageId: 'notPinned',
            path: '.github/workflows/ci.yml',
            startLine: 7,
            startColumn: 15,
            severity: 'warning',
            message: 'owner/action is used at v1, which its owner can move; pin it to a commit.',
          },
          { messageId: 'branch', startLine: 8, data: { action: 'owner/action', ref: 'main' } },
          { messageId: 'branch', startLine: 9 },
          { messageId: 'noRef', startLine: 10, message: 'owner/action has no version: write owner/action@<commit>.' },
          { messageId: 'image', startLine: 11, data: { action: 'alpine:3', ref: '' } },
        ],
      },
      {
        name: 'workflows that are called, composite actions, and nobody trusted',
        files: {
          '.github/workflows/a.yaml': 'on: push\njobs:\n  a:\n    uses: owner/repo/.github/workflows/x.yml@v2\n',
          'tools/action.yml': 'runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v4\n',
        },
        options: { trusted: [] },
        findings: [
          { messageId: 'notPinned', path: '.github/workflows/a.yaml', startLine: 4 },
          { messageId: 'notPinned', path: 'tools/action.yml', startLine: 4 },
        ],
      },
    ],
    refuses: [{ trusted: 'actions' }, { trusted: [''] }],
  });
});
