import repo from 'scanrun/plugins/repo';
import { expect, it } from 'vitest';

it('brings its checks under the names of their files', () => {
  expect(repo.name).toBe('repo');
  const modules = Object.entries(repo.checks).map(([key, check]) => [
    key,
    check.module.replace(/^.*\/(.*)\.ts$/, '$1'),
  ]);
  expect(modules).toEqual(Object.keys(repo.checks).map((key) => [key, key]));
  expect(Object.keys(repo.checks)).toEqual([
    'broken-symlinks',
    'ignored-but-tracked',
    'max-file-size',
    'merge-conflict-markers',
    'path-case-conflicts',
    'required-files',
    'windows-names',
  ]);
});

it('says for each check how to mend what it finds, with a command', () => {
  for (const [key, { meta }] of Object.entries(repo.checks)) {
    expect(meta.category, key).toBe('repository');
    expect(meta.tier, key).toBe('quick');
    expect(meta.help, key).toMatch(/```sh\n.+\n```/s);
  }
});
