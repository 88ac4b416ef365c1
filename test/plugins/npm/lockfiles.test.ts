import { describe, expect, it } from 'vitest';
import { type LockedTree, waysTo } from '../../../plugins/npm/lockfiles/tree.js';
import { fixture, treeOf } from './locked.js';

// Made by the package managers themselves, from one project: a root with an alias, an optional and a development
// dependency, and two workspaces, one of which needs the other.

const MADE_BY = [
  ['npm-1', 'npm', '1', 'package-lock.json'],
  ['npm-2', 'npm', '2', 'package-lock.json'],
  ['npm-3', 'npm', '3', 'package-lock.json'],
  ['yarn-1', 'yarn', '1', 'yarn.lock'],
  ['yarn-berry-3', 'yarn-berry', '6', 'yarn.lock'],
  ['yarn-berry-4', 'yarn-berry', '10', 'yarn.lock'],
  ['pnpm-7', 'pnpm', '5.4', 'pnpm-lock.yaml'],
  ['pnpm-8', 'pnpm', '6.0', 'pnpm-lock.yaml'],
  ['pnpm-9', 'pnpm', '9.0', 'pnpm-lock.yaml'],
] as const;

const named = ({ packages }: LockedTree): string[] => packages.map(({ name, version }) => `${name}@${version}`);

/** Later Yarns add what builds fsevents; it is no part of what the project asks for. */
const ASKED = ['debug', 'fsevents', 'minimist', 'mkdirp', 'ms', 'semver'];

describe.each(MADE_BY)('a lockfile of %s', (folder, manager, format, path) => {
  const read = () => treeOf(fixture(`lockfiles/${folder}`));

  it('has every version of every package, by its own name', async () => {
    const tree = await read();
    expect(tree).toMatchObject({ manager, format, path, installed: false });
    const asked = tree.packages.filter(({ name }) => ASKED.includes(name));
    expect(asked.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'debug@4.3.4',
      'fsevents@2.3.3',
      'minimist@0.0.8',
      'mkdirp@0.5.1',
      'ms@2.0.0',
      'ms@2.1.2',
      // npm takes one version for two packages where it can.
      ...(manager === 'npm' ? [] : ['ms@2.1.3']),
      'semver@6.3.2',
      'semver@7.8.6',
    ]);
    expect(tree.packages.every(({ source }) => source === 'registry')).toBe(true);
  });

  it('tells what only development needs, and what may be absent', async () => {
    const tree = await read();
    const flag = (key: string, field: 'dev' | 'optional') => tree.packages[named(tree).indexOf(key)]?.[field];
    for (const key of ['semver@6.3.2', 'mkdirp@0.5.1', 'minimist@0.0.8']) expect(flag(key, 'dev'), key).toBe(true);
    for (const key of ['debug@4.3.4', 'ms@2.1.2', 'ms@2.0.0']) expect(flag(key, 'dev'), key).toBeUndefined();
    // Yarn 1 does not write it down.
    if (!manager.startsWith('yarn')) expect(flag('fsevents@2.3.3', 'optional')).toBe(true);
  });

  it('leads from the project to each package', async () => {
    const tree = await read();
    const way = (key: string) => waysTo(tree)(named(tree).indexOf(key));
    const ms = way('ms@2.1.2');
    if (manager === 'npm')
      expect(ms).toEqual({ folder: 'packages/b', direct: 'ms', kind: 'prod', steps: ['ms@2.1.2'] });
    else expect(ms).toEqual({ folder: '', direct: 'debug', kind: 'prod', steps: ['debug@4.3.4', 'ms@2.1.2'] });
    expect(way('ms@2.0.0')).toMatchObject({ folder: '', direct: 'ms-alias', steps: ['ms@2.0.0'] });
    expect(way('semver@6.3.2')).toMatchObject({ folder: '', kind: 'dev' });
    expect(way('minimist@0.0.8')).toMatchObject({
      folder: 'packages/b',
      direct: 'mkdirp',
      kind: 'dev',
      steps: ['mkdirp@0.5.1', 'minimist@0.0.8'],
    });
    expect(tree.importers.map((importer) => importer.folder).sort()).toEqual(['', 'packages/a', 'packages/b']);
    const a = tree.importers.find((importer) => importer.folder === 'packages/a');
    expect(a?.dependencies.find(({ name }) => name === '@shop/b')).toMatchObject({ name: '@shop/b', link: true });
  });

  it('keeps hashes and URLs as they are written', async () => {
    const tree = await read();
    const debug = tree.packages[named(tree).indexOf('debug@4.3.4')];
    const hash = 'sha512-PRWFHuSU3eDtQJPvnNY7Jcket1j0t5OuOsFzPPzsekD52Zl8qUfFIPEiswXqIvHWGVHOgX+7G/vCNNhehwxfkQ==';
    if (manager === 'yarn-berry') expect(debug?.integrity).toMatch(/^(?:10c0\/)?[0-9a-f]{128}$/);
    else expect(debug?.integrity).toBe(hash);
    if (manager === 'npm' || manager === 'yarn')
      expect(debug?.resolved).toMatch(/^https:\/\/registry\.npmjs\.org\/debug\/-\/debug-4\.3\.4\.tgz/);
    else expect(debug?.resolved).toBeUndefined();
  });
});
