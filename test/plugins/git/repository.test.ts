import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ExecResult, Target } from 'scanrun';
import git from 'scanrun/plugins/git';
import { expect, it } from 'vitest';
import { type GitContext, openRepository } from '../../../plugins/git/repository.js';
import { folder, repository } from '../../support/folders.js';
import { git as run } from './git.js';

it('brings its checks under the names of their files, each with a command that helps', () => {
  expect(git.name).toBe('git');
  for (const [key, check] of Object.entries(git.checks)) {
    expect(check.module).toMatch(new RegExp(`/checks/${key}\\.ts$`));
    expect(check.meta.when, key).toMatchObject({ git: true });
    expect(check.meta.help, key).toMatch(/```(sh|text)\n.+\n```/s);
  }
});

/** A context that runs commands with these variables. */
function contextIn(target: Target, variables: Readonly<Record<string, string>>): GitContext {
  return {
    target,
    degraded: () => {},
    skip: (code, reason): never => {
      throw new Error(`${code}: ${reason}`);
    },
    exec: ([program = '', ...args], options = {}) =>
      new Promise<ExecResult>((resolve, reject) => {
        const env = { ...process.env, ...variables, ...options.env };
        const child = execFile(program, args, { cwd: target.root, env }, (error, stdout, stderr) => {
          if (error !== null && typeof error.code === 'string') reject(error);
          else resolve({ code: child.exitCode, signal: null, stdout, stderr, truncated: false, timedOut: false });
        });
      }),
  };
}

const targetOf = (root: string): Target => ({ kind: 'git', name: basename(root), root });

it('opens a repository, a linked work tree and a folder of one', async () => {
  const root = repository({ 'pkg/a.txt': 'a' });
  await expect(openRepository(contextIn(targetOf(root), {}))).resolves.toMatchObject({ shallow: false, prefix: '' });
  const linked = join(folder(), 'linked');
  run(root, 'worktree', 'add', '--quiet', linked);
  await expect(openRepository(contextIn(targetOf(linked), {}))).resolves.toMatchObject({ prefix: '' });
  const part = { ...targetOf(join(root, 'pkg')), repositoryPath: 'pkg' };
  await expect(openRepository(contextIn(part, {}))).resolves.toMatchObject({ prefix: 'pkg/' });
});

it('answers in a hook of the repository, and not in a hook of another', async () => {
  const [own, other] = [repository({ a: 'a' }), repository({ b: 'b' })];
  const hook = { GIT_DIR: join(own, '.git'), GIT_INDEX_FILE: join(own, '.git/index') };
  await expect(openRepository(contextIn(targetOf(own), hook))).resolves.toMatchObject({ shallow: false });
  const relative = { GIT_INDEX_FILE: '.git/index' };
  await expect(openRepository(contextIn(targetOf(own), relative))).resolves.toMatchObject({
    shallow: false,
    prefix: '',
  });
  const refused = /unreadable: git answers for .*Unset GIT_DIR/;
  await expect(openRepository(contextIn(targetOf(other), hook))).rejects.toThrow(refused);
  const index = { GIT_INDEX_FILE: hook.GIT_INDEX_FILE };
  await expect(openRepository(contextIn(targetOf(other), index))).rejects.toThrow(refused);
  const next = { GIT_INDEX_FILE: '.git/next-index-1.lock' };
  await expect(openRepository(contextIn(targetOf(other), next))).rejects.toThrow(refused);
  run(other, 'config', 'core.worktree', own);
  await expect(openRepository(contextIn(targetOf(other), {}))).rejects.toThrow(refused);
});

it('says how to get git where there is none, and what git says where it fails', async () => {
  const root = repository({ a: 'a' });
  const empty = folder();
  await expect(openRepository(contextIn(targetOf(root), { PATH: empty }))).rejects.toThrow(
    /^not-installed: There is no git/,
  );
  await expect(openRepository(contextIn({ ...targetOf(root), kind: 'directory' }, {}))).rejects.toThrow(
    /^not-applicable/,
  );
  mkdirSync(join(empty, '.git'));
  const lost = contextIn(targetOf(empty), { GIT_CEILING_DIRECTORIES: join(empty, '..') });
  await expect(openRepository(lost)).rejects.toThrow(
    /git rev-parse failed \(exit code 128\): fatal: not a git repository/,
  );
});
