import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import cleanTree from '../../../plugins/git/checks/clean-tree.js';
import { parseStatus } from '../../../plugins/git/status.js';
import { commit, git } from './git.js';

const write = (path: string, text: string) => (root: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

it('says what is not committed', { timeout: 180_000 }, async () => {
  await testCheck(cleanTree, {
    passes: [
      { files: { 'a.txt': 'a' }, git: true },
      { name: 'no git', files: { 'a.txt': 'a' }, outcome: 'skipped' },
      {
        name: 'what is ignored',
        files: { 'a.txt': 'a', '.gitignore': 'dist/\n' },
        git: true,
        setup: write('dist/a.js', 'a'),
      },
      {
        name: 'untracked files where they do not count',
        files: { 'a.txt': 'a' },
        git: true,
        options: { untracked: false },
        setup: write('b.txt', 'b'),
      },
      {
        name: 'a file that was only touched',
        files: { 'a.txt': 'a' },
        git: true,
        setup: (root) => utimesSync(join(root, 'a.txt'), 1, 1),
      },
    ],
    fails: [
      {
        name: 'all kinds',
        files: { 'changed.txt': 'a', 'gone.txt': 'a', 'staged.txt': 'a', 'sp ace "q" ü.txt': 'a' },
        git: true,
        setup: (root) => {
          write('changed.txt', 'b')(root);
          write('sp ace "q" ü.txt', 'b')(root);
          rmSync(join(root, 'gone.txt'));
          write('staged.txt', 'b')(root);
          git(root, 'add', 'staged.txt');
          write('new/one.txt', '1')(root);
          write('new/two.txt', '2')(root);
          write('-v\n.txt', '2')(root);
        },
        findings: [
          { messageId: 'untracked', path: '-v\n.txt' },
          { messageId: 'modified', path: 'changed.txt', message: 'changed.txt has changes that are not committed.' },
          { messageId: 'deleted', path: 'gone.txt' },
          { messageId: 'untracked', path: 'new', data: { path: 'new/' } },
          { messageId: 'modified', path: 'sp ace "q" ü.txt' },
          { messageId: 'staged', path: 'staged.txt' },
        ].sort((a, b) => (a.path < b.path ? -1 : 1)),
      },
      {
        name: 'a merge that stopped',
        files: { 'a.txt': 'start\n' },
        git: true,
        setup: (root) => {
          git(root, 'checkout', '--quiet', '-b', 'other');
          commit(root, 'Other', { 'a.txt': 'other\n' });
          git(root, 'checkout', '--quiet', '-');
          commit(root, 'Ours', { 'a.txt': 'ours\n' });
          try {
            git(root, 'merge', '--quiet', 'other');
          } catch {
            // That is the conflict.
          }
        },
        findings: [{ messageId: 'conflict', path: 'a.txt' }],
      },
      {
        name: 'before the first commit',
        files: { 'a.txt': 'a' },
        setup: (root) => {
          git(root, 'init', '--quiet');
          git(root, 'add', 'a.txt');
        },
        findings: [{ messageId: 'staged', path: 'a.txt' }],
      },
    ],
  });
});

it('runs no program of the repository, and does not guess what its filter would say', {
  timeout: 180_000,
}, async () => {
  const marks: string[] = [];
  await testCheck(cleanTree, {
    passes: [
      {
        name: 'hook, fsmonitor and filter',
        files: { 'a.txt': 'a', 'b.dat': 'b', '.gitattributes': '*.dat filter=evil\n' },
        git: true,
        outcome: 'degraded',
        setup: (root) => {
          const mark = join(root, '.git', 'ran');
          marks.push(mark);
          const program = join(root, '.git', 'program');
          writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 });
          for (const name of [
            'filter.evil.clean',
            'filter.evil.smudge',
            'filter.evil.process',
            'core.fsmonitor',
            'core.pager',
          ])
            git(root, 'config', name, program);
          git(root, 'config', 'filter.evil.required', 'true');
          writeFileSync(join(root, 'b.dat'), 'c');
        },
      },
      {
        name: 'a filter whose name cannot be turned off',
        files: { 'a.txt': 'a' },
        git: true,
        outcome: 'skipped',
        setup: (root) => git(root, 'config', 'filter.a=b.clean', 'false') as unknown as undefined,
      },
      {
        name: 'files that git was told not to look at',
        files: { 'a.txt': 'a' },
        git: true,
        outcome: 'degraded',
        setup: (root) => {
          git(root, 'update-index', '--assume-unchanged', 'a.txt');
          writeFileSync(join(root, 'a.txt'), 'b');
        },
      },
    ],
    fails: [],
  });
  expect(marks.length).toBeGreaterThan(0);
  expect(marks.filter((mark) => existsSync(mark))).toEqual([]);
});

it('refuses a status that it does not know', () => {
  expect(() => parseStatus('3 what is this\0', '')).toThrow(/not known/);
  expect(parseStatus('? pkg/a\0', 'pkg/')).toEqual([{ kind: 'untracked', path: 'a' }]);
  expect(parseStatus('? pkg/\0', 'pkg/')).toEqual([{ kind: 'untracked', path: './' }]);
  const sub = '1 .M SC.. 160000 160000 160000 1111111 1111111 vendor/sub\0';
  expect(parseStatus(sub, '')).toEqual([{ kind: 'submodule', path: 'vendor/sub' }]);
});
