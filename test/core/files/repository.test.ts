import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexFiles } from '../../../core/files/file-index.js';
import { WorkTree } from '../../../core/files/git.js';
import { repositoryOf, webUrl } from '../../../core/files/repository.js';
import { folder, git, repository, write } from '../../support/folders.js';

const withOrigin = (url: string): string => {
  const root = repository({ 'a.txt': 'a', 'packages/b/b.txt': 'b' });
  git(root, 'remote', 'add', 'other', 'https://example.com/other');
  git(root, 'remote', 'add', 'origin', url);
  return root;
};

describe('the address of a repository', () => {
  it.each([
    ['https://github.com/a/b.git', 'https://github.com/a/b'],
    ['https://user:hunter2@github.com/a/b.git/', 'https://github.com/a/b'],
    ['http://git.example.com:8080/a/b', 'http://git.example.com:8080/a/b'],
    ['git@github.com:a/b.git', 'https://github.com/a/b'],
    ['github.com:a/b', 'https://github.com/a/b'],
    ['ssh://git@gitlab.example.com:2222/a/b.git', 'https://gitlab.example.com/a/b'],
    ['git+ssh://git@example.com/a/b', 'https://example.com/a/b'],
    ['git://example.com/a/b', 'https://example.com/a/b'],
    ['https://github.com/a/b?token=x#y', 'https://github.com/a/b'],
  ])('%s is opened at %s', (remote, url) => {
    expect(webUrl(remote)).toBe(url);
  });

  it.each([
    '/srv/git/a.git',
    '../b',
    'C:\\git\\a',
    'file:///srv/a',
    'https://',
    '',

    'ext::sh',
  ])('%s is none', (remote) => {
    expect(webUrl(remote)).toBe(undefined);
  });

  it('is http or https and never holds credentials, whatever the remote', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.tuple(fc.webUrl(), fc.string()).map(([a, b]) => a.replace('://', `://${b}@`)),
        ),
        (remote) => {
          const url = webUrl(remote);
          if (url === undefined) return;
          const parsed = new URL(url);
          expect(parsed.protocol).toMatch(/^https?:$/);
          expect(parsed.username + parsed.password + parsed.search + parsed.hash).toBe('');
        },
      ),
    );
  });
});

describe('a target', () => {
  it('knows where its repository lives and which part of it it is', async () => {
    const root = withOrigin('git@github.com:acme/rocket.git');
    expect((await indexFiles(root)).target).toMatchObject({ repositoryUrl: 'https://github.com/acme/rocket' });
    expect((await indexFiles(root)).target).not.toHaveProperty('repositoryPath');
    expect((await indexFiles(join(root, 'packages/b'))).target).toMatchObject({
      repositoryUrl: 'https://github.com/acme/rocket',
      repositoryPath: 'packages/b',
    });
  });

  it('knows it also in a work tree and in a submodule', async () => {
    const root = withOrigin('https://github.com/acme/rocket');
    const tree = join(realpathSync(folder()), 'tree');
    git(root, 'worktree', 'add', '--quiet', '--detach', tree);
    expect(repositoryOf(new WorkTree(tree), tree)).toEqual({ repositoryUrl: 'https://github.com/acme/rocket' });
    const outer = repository({ 'a.txt': 'a' });
    git(outer, 'submodule', '--quiet', 'add', root, 'lib/rocket');
    // Its remote is the folder that it came from, which nobody can open.
    expect(repositoryOf(new WorkTree(join(outer, 'lib/rocket')), join(outer, 'lib/rocket'))).toEqual({});
    git(join(outer, 'lib/rocket'), 'remote', 'set-url', 'origin', 'https://github.com/acme/fork');
    expect(repositoryOf(new WorkTree(join(outer, 'lib/rocket')), join(outer, 'lib/rocket'))).toEqual({
      repositoryUrl: 'https://github.com/acme/fork',
    });
  });

  it('is told nothing by a configuration that is missing, a pipe, huge or a folder', () => {
    const root = folder();
    for (const make of [
      () => {},
      () => execFileSync('mkfifo', [join(root, '.git/config')]),
      () => write(root, { '.git/config': `[remote "origin"]\nurl = https://example.com/a\n${' '.repeat(2_000_000)}` }),
      () => mkdirSync(join(root, '.git/config')),
      () => symlinkSync('/dev/zero', join(root, '.git/config')),
    ]) {
      execFileSync('rm', ['-rf', join(root, '.git')]);
      mkdirSync(join(root, '.git'));
      make();
      expect(repositoryOf(new WorkTree(root), root)).toEqual({});
    }
    execFileSync('rm', ['-rf', join(root, '.git')]);
    write(root, { '.git': 'gitdir: \0nowhere\n' });
    expect(repositoryOf(new WorkTree(root), root)).toEqual({});
  });
});
