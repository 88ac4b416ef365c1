import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckContext } from 'scanrun';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import { implementationOf } from '../../../core/check/define.js';
import ignoredButTracked from '../../../plugins/repo/checks/ignored-but-tracked.js';
import { git } from './git.js';

/** Ignore rules that come after the commit. */
const ignore = (rules: string) => (root: string) => writeFileSync(join(root, '.gitignore'), rules);

it('reports tracked files that a .gitignore ignores', async () => {
  await testCheck(ignoredButTracked, {
    passes: [
      { files: { 'src/a.ts': '', 'src/b.ts': '' }, git: true, setup: ignore('dist/\n*.log\n') },
      {
        name: 'ignored and not tracked',
        files: { 'a.ts': '' },
        git: true,
        setup: (root) => {
          writeFileSync(join(root, 'debug.log'), '');
          ignore('*.log\n')(root);
        },
      },
      { name: 'taken back', files: { 'keep.log': '' }, git: true, setup: ignore('*.log\n!keep.log\n') },
      {
        name: "a person's own ignore file does not count",
        files: { 'a.log': '' },
        git: true,
        setup: (root) => writeFileSync(join(root, '.git/info/exclude'), '*.log\n'),
      },
      { name: 'no git', files: { 'a.log': '', '.gitignore': '*.txt\n' }, outcome: 'skipped' },
      {
        name: 'nothing is tracked',
        files: {},
        setup: (root) => {
          git(root, 'init', '--quiet');
          writeFileSync(join(root, 'a.txt'), '');
        },
      },
    ],
    fails: [
      {
        name: 'by folder, by pattern, by a .gitignore deeper down',
        files: { 'dist/a/b.js': '', 'dist/c.js': '', 'src/x.log': '', 'src/y.ts': '', 'pkg/z.tmp': '' },
        git: true,
        setup: (root) => {
          ignore('dist/\n*.log\n')(root);
          writeFileSync(join(root, 'pkg/.gitignore'), '*.tmp\n');
        },
        findings: [
          {
            messageId: 'tracked',
            path: 'dist/a/b.js',
            severity: 'warning',
            message: 'dist/a/b.js is tracked although .gitignore ignores it with dist/.',
            data: { path: 'dist/a/b.js', source: '.gitignore', pattern: 'dist/' },
          },
          { messageId: 'tracked', path: 'dist/c.js' },
          {
            messageId: 'tracked',
            path: 'pkg/z.tmp',
            data: { path: 'pkg/z.tmp', source: 'pkg/.gitignore', pattern: '*.tmp' },
          },
          {
            messageId: 'tracked',
            path: 'src/x.log',
            data: { path: 'src/x.log', source: '.gitignore', pattern: '*.log' },
          },
        ],
      },
      {
        name: 'names that are awkward',
        files: { 'a\nb.log': '', 'sp ace "q" \\ ü.log': '', '-v.log': '', ':(glob).log': '', '*.log': '' },
        git: true,
        setup: ignore('*.log\n'),
        findings: [
          { messageId: 'tracked', path: '*.log' },
          { messageId: 'tracked', path: '-v.log' },
          { messageId: 'tracked', path: ':(glob).log' },
          { messageId: 'tracked', path: 'a\nb.log' },
          { messageId: 'tracked', path: 'sp ace "q" \\ ü.log' },
        ],
      },
      {
        name: 'a submodule',
        files: { 'a.txt': '' },
        git: true,
        setup: (root) => {
          const origin = join(root, '.git', 'origin');
          git(root, 'init', '--quiet', origin);
          git(origin, 'commit', '--quiet', '--allow-empty', '--message', 'Start');
          git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', './.git/origin', 'vendor/sub');
          ignore('vendor/\n')(root);
        },
        findings: [{ messageId: 'tracked', path: 'vendor/sub' }],
      },
      {
        name: 'staged, but not committed',
        files: { 'a.txt': '' },
        git: true,
        setup: (root) => {
          ignore('*.log\n')(root);
          writeFileSync(join(root, 'new.log'), '');
          git(root, 'add', '--force', 'new.log');
        },
        findings: [{ messageId: 'tracked', path: 'new.log' }],
      },
    ],
  });
});

it('never passes when git fails', async () => {
  const root = mkdtempSync(join(tmpdir(), 'scanrun-no-git-'));
  try {
    const context = {
      target: { kind: 'git', name: 'x', root },
      exec: ([program = '', ...args]: string[]) =>
        new Promise((resolve) => {
          const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir(), LC_ALL: 'C' };
          const child = execFile(program, args, { cwd: root, env }, (_error, stdout, stderr) =>
            resolve({ code: child.exitCode, signal: null, stdout, stderr, truncated: false, timedOut: false }),
          );
        }),
    } as unknown as CheckContext;
    await expect(implementationOf(ignoredButTracked).run?.(context)).rejects.toThrow(
      /git ls-files failed \(exit code 128\): fatal: not a git repository/,
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
