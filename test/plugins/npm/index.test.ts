import npm from 'scanrun/plugins/npm';
import { expect, it } from 'vitest';
import { expectDescribed } from '../described.js';

it('brings its checks under the names of their files', () => {
  expect(npm.name).toBe('npm');
  const modules = Object.entries(npm.checks).map(([key, check]) => [key, check.module.replace(/^.*\/(.*)\.ts$/, '$1')]);
  expect(modules).toEqual(Object.keys(npm.checks).map((key) => [key, key]));
  expect(Object.keys(npm.checks)).toEqual([
    'deprecated',
    'duplicate-versions',
    'engines',
    'install-scripts',
    'inventory',
    'licences',
    'lockfile',
    'lockfile-hosts',
    'lockfile-in-sync',
    'lockfile-present',
    'manifest',
    'outdated',
    'package-size',
    'registry',
    'types',
    'unused',
    'vulnerabilities',
  ]);
});

it('plans each check only where there is a manifest, and by its cost', () => {
  const tiers: Record<string, string[]> = { quick: [], standard: [], deep: [] };
  for (const [key, { meta }] of Object.entries(npm.checks)) {
    expect(meta.when?.files, key).toContain('package.json');
    tiers[meta.tier]?.push(key);
  }
  expect(tiers).toEqual({
    quick: ['duplicate-versions', 'engines', 'lockfile', 'lockfile-hosts', 'lockfile-in-sync', 'lockfile-present'],
    standard: ['install-scripts', 'inventory', 'licences', 'manifest', 'package-size', 'vulnerabilities'],
    deep: ['deprecated', 'outdated', 'registry', 'types', 'unused'],
  });
});

it('says for each check how to mend what it finds, and what each option does', () => {
  expectDescribed(npm);
});
