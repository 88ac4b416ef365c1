import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CheckContext } from 'scanrun';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import { implementationOf } from '../../../core/check/define.js';
import brokenSymlinks from '../../../plugins/repo/checks/broken-symlinks.js';
import { git } from './git.js';

/** Makes links by path. */
const links = (targets: Readonly<Record<string, string>>) => (root: string) => {
  for (const [path, target] of Object.entries(targets)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
};

/** Adds a submodule `sub` that holds `lib/a.txt` and a link to it. */
const submodule = (root: string): void => {
  const origin = join(root, '.git', 'origin');
  mkdirSync(join(origin, 'lib'), { recursive: true });
  git(origin, 'init', '--quiet');
  writeFileSync(join(origin, 'lib/a.txt'), 'a');
  git(origin, 'add', '--all');
  git(origin, 'commit', '--quiet', '--message', 'a');
  git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', './.git/origin', 'sub');
  links({ 'into-sub': 'sub/lib/a.txt', 'to-sub': 'sub', 'not-in-sub': 'sub/lib/b.txt' })(root);
};

it('reports links that lead nowhere, round in a circle, or out of the repository', async () => {
  await testCheck(brokenSymlinks, {
    passes: [
      { name: 'no links', files: { 'a.txt': 'a', 'empty.txt': '' } },
      {
        name: 'to a file, a folder, the root, a link, through links, with awkward names',
        files: { 'lib/a.txt': 'a', 'lib/deep/b.txt': 'b', 'a\n"b" \\ ü.txt': 'c' },
        setup: links({
          'to-file': 'lib/a.txt',
          'to-folder': 'lib/deep/',
          'lib/up': '..',
          'lib/self': '.',
          'chain-1': 'chain-2',
          'chain-2': './/lib/../chain-3',
          'chain-3': 'to-folder/b.txt',
          around: 'lib/up/lib/self/self/up/to-folder/../a.txt',
          'odd "link"\n': 'a\n"b" \\ ü.txt',
        }),
      },
      {
        name: 'to what git ignores, when it is there',
        files: { '.gitignore': 'build\n' },
        git: true,
        setup: (root) => {
          mkdirSync(join(root, 'build/out'), { recursive: true });
          writeFileSync(join(root, 'build/out/a.js'), 'a');
          links({ file: 'build/out/a.js', folder: 'build/out' })(root);
        },
      },
      {
        name: 'to what a sparse checkout leaves out',
        files: { 'kept/a.txt': 'a', 'left-out/b.txt': 'b' },
        git: true,
        setup: (root) => {
          links({ 'kept/file': '../left-out/b.txt', 'kept/folder': '../left-out' })(root);
          git(root, 'add', '--all');
          git(root, 'commit', '--quiet', '--message', 'Add links');
          git(root, 'sparse-checkout', 'set', 'kept');
        },
      },
      {
        name: 'into a submodule that is not checked out: no answer, and no finding',
        files: { 'a.txt': 'a' },
        git: true,
        setup: (root) => {
          submodule(root);
          git(root, 'submodule', '--quiet', 'deinit', '--force', 'sub');
        },
        outcome: 'degraded',
      },
      { name: 'nothing', files: {} },
    ],
    fails: [
      {
        name: 'missing targets',
        files: { 'lib/a.txt': 'a' },
        setup: links({
          'lib/gone': '../missing.txt',
          'through-file': 'lib/a.txt/b',
          'file-with-slash': 'lib/a.txt/',
          'to-broken': 'lib/gone',
          case: 'LIB/a.txt',
          'too-long': 'x'.repeat(300),
        }),
        findings: [
          { messageId: 'broken', path: 'case' },
          { messageId: 'broken', path: 'file-with-slash' },
          {
            messageId: 'broken',
            path: 'lib/gone',
            severity: 'error',
            message: 'lib/gone links to ../missing.txt, which does not exist.',
            data: { path: 'lib/gone', target: '../missing.txt' },
          },
          { messageId: 'broken', path: 'through-file' },
          { messageId: 'broken', path: 'to-broken' },
          { messageId: 'broken', path: 'too-long' },
        ],
      },
      {
        name: 'circles',
        files: { 'a.txt': 'a' },
        setup: links({ a: 'b', b: 'c/x', c: 'a', self: 'self', grows: 'grows/grows' }),
        findings: [
          { messageId: 'loop', path: 'a', severity: 'error', message: 'a links to b, which leads round in a circle.' },
          { messageId: 'loop', path: 'b' },
          { messageId: 'loop', path: 'c' },
          { messageId: 'loop', path: 'grows' },
          { messageId: 'loop', path: 'self' },
        ],
      },
      {
        name: 'absolute targets and such that leave, whether they exist or not',
        files: { 'lib/a.txt': 'a' },
        setup: (root) => {
          links({
            hosts: '/etc/hosts',
            nowhere: '/no/such/file',
            drive: 'C:/Users/me/a.txt',
            'lib/out': '../../..',
            'lib/gone': '../../no-such-file',
            through: 'nowhere/x',
          })(root);
          links({ own: join(root, 'lib/a.txt') })(root);
        },
        findings: [
          { messageId: 'absolute', path: 'drive' },
          {
            messageId: 'absolute',
            path: 'hosts',
            severity: 'warning',
            message: 'hosts links to the absolute path /etc/hosts, which other machines do not have.',
          },
          { messageId: 'outside', path: 'lib/gone', severity: 'warning' },
          { messageId: 'outside', path: 'lib/out', data: { path: 'lib/out', target: '../../..' } },
          { messageId: 'absolute', path: 'nowhere' },
          { messageId: 'absolute', path: 'own' },
          { messageId: 'outside', path: 'through' },
        ],
      },
      {
        name: 'what git ignores and is not there, leaves, or goes round',
        files: { '.gitignore': 'build\n' },
        git: true,
        setup: (root) => {
          links({ 'build/out': '/etc', 'build/round': 'round', 'build/gone': 'missing' })(root);
          links({ gone: 'build/gone', missing: 'build/x', round: 'build/round', out: 'build/out/hosts' })(root);
        },
        findings: [
          { messageId: 'broken', path: 'gone' },
          { messageId: 'broken', path: 'missing' },
          { messageId: 'outside', path: 'out' },
          { messageId: 'loop', path: 'round' },
        ],
      },
      {
        name: 'into a submodule that is checked out',
        files: { 'a.txt': 'a' },
        git: true,
        setup: submodule,
        findings: [{ messageId: 'broken', path: 'not-in-sub' }],
      },
      {
        name: 'a tracked target that was deleted from the disk',
        files: { 'a.txt': 'a', 'b.txt': 'b' },
        git: true,
        setup: (root) => {
          links({ link: 'a.txt' })(root);
          rmSync(join(root, 'a.txt'));
        },
        findings: [{ messageId: 'broken', path: 'link' }],
      },
    ],
  });
});

// By hand, since no file refuses to be read when root runs the tests.
it('does not pass a link whose target may not be looked at', async () => {
  const link = { path: 'link', type: 'symlink', linkTarget: 'secret/a.txt', sizeBytes: 12, executable: false };
  const degraded: string[] = [];
  const context = {
    target: { kind: 'directory', name: 'x', root: '/x' },
    files: async function* () {
      yield link;
    },
    readFile: () => Promise.reject(Object.assign(new Error('denied'), { code: 'EACCES' })),
    degraded: (reason: string) => degraded.push(reason),
  } as unknown as CheckContext;
  await implementationOf(brokenSymlinks).run?.(context);
  expect(degraded).toEqual(["The link 'link' could not be judged: EACCES."]);
});
