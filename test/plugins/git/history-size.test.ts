import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import historySize from '../../../plugins/git/checks/history-size.js';
import { commit, git, makeShallow } from './git.js';

const options = { maxBlobBytes: 10_000, maxBytes: 100_000 };
const large = (): Buffer => randomBytes(20_000);

function addAndRemove(root: string): void {
  commit(root, 'Add', { 'folder/large ü.bin': large() });
  rmSync(join(root, 'folder/large ü.bin'));
  commit(root, 'Remove');
}

it('finds what makes every clone slow', { timeout: 180_000 }, async () => {
  await testCheck(historySize, {
    passes: [
      { files: { a: '1' }, git: true },
      {
        name: 'large and still there',
        files: { a: '1' },
        git: true,
        options,
        setup: (root) => void commit(root, 'Add', { b: large() }),
      },
      {
        name: 'only in the stash, and in no commit at all',
        files: { a: '1' },
        git: true,
        options,
        setup: (root) => {
          commit(root, 'Add', { b: large() });
          git(root, 'reset', '--quiet', '--hard', 'HEAD^');
          git(root, 'checkout', '--quiet', 'HEAD@{1}', '--', 'b');
          git(root, 'stash', '--quiet');
        },
      },
      {
        name: 'a shallow clone',
        files: { a: '1' },
        git: true,
        options,
        outcome: 'degraded',
        setup: (root) => {
          addAndRemove(root);
          makeShallow(root);
        },
      },
      {
        name: 'a partial clone',
        files: { a: '1' },
        git: true,
        outcome: 'degraded',
        setup: (root) => void git(root, 'config', 'remote.origin.promisor', 'true'),
      },
      { name: 'no git', files: { a: '1' }, outcome: 'skipped' },
      { name: 'no commit', files: { a: '1' }, outcome: 'skipped', setup: (root) => void git(root, 'init', '--quiet') },
    ],
    fails: [
      {
        name: 'a large file that is gone',
        files: { a: '1' },
        git: true,
        options,
        setup: addAndRemove,
        findings: [
          {
            messageId: 'blob',
            path: 'folder/large ü.bin',
            message:
              'The history has a version of folder/large ü.bin of 20.0 KB, which is not in the tree any more; the limit is 10.0 KB.',
          },
        ],
      },
      {
        name: 'too much of all',
        files: { a: '1' },
        git: true,
        options: { maxBytes: 10_000 },
        setup: (root) => void commit(root, 'Add', { b: large() }),
        findings: [{ messageId: 'history', path: '.', severity: 'warning' }],
      },
    ],
  });
});
