import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type RepositoryFacts, repositoryFacts } from '../../../core/config/facts.js';
import { folder, git, repository } from '../../support/folders.js';

const NOTHING: RepositoryFacts = {
  git: false,
  shallow: false,
  installed: false,
  lockfiles: [],
  tsconfigs: [],
  eslintConfigs: [],
  dockerfiles: [],
  workflows: [],
  gitlab: false,
  pages: [],
};

describe('the facts of a repository', () => {
  it('are none of an empty folder, of one that is not there, and of a file in neither', () => {
    const root = folder();
    expect(repositoryFacts(root)).toEqual(NOTHING);
    expect(repositoryFacts(join(root, 'missing'))).toEqual(NOTHING);
    expect(repositoryFacts('file://%00')).toEqual(NOTHING);
    expect(repositoryFacts('\0')).toEqual(NOTHING);
  });

  it('are what lies at the root, in order, and in the folders where such files are', () => {
    const root = repository({
      'package.json': { name: 'a', version: '1.2.3', scripts: { build: 'x' }, devDependencies: { scanrun: '*' } },
      'package-lock.json': '{}',
      'tsconfig.json': '{}',
      'tsconfig.build.json': '{}',
      'eslint.config.mjs': '',
      Dockerfile: 'FROM scratch',
      'web.Dockerfile': 'FROM scratch',
      'docker/Dockerfile.test': 'FROM scratch',
      '.github/workflows/b.yml': 'on: push',
      '.github/workflows/a.yaml': 'on: push',
      '.github/workflows/notes.txt': '',
      '.gitlab-ci.yml': '',
      'README.md': '#',
      'docs/guide.md': '#',
      'docs/deep/further.md': '#',
      'src/notes.md': '#',
      'node_modules/x/index.js': '',
    });
    expect(repositoryFacts(root)).toEqual({
      git: true,
      shallow: false,
      package: {
        readable: true,
        publishable: true,
        version: '1.2.3',
        workspaces: false,
        built: true,
        manager: 'npm',
        scanrun: true,
      },
      installed: true,
      lockfiles: ['package-lock.json'],
      tsconfigs: ['tsconfig.build.json', 'tsconfig.json'],
      eslintConfigs: ['eslint.config.mjs'],
      dockerfiles: ['Dockerfile', 'web.Dockerfile', 'docker/Dockerfile.test'],
      workflows: ['.github/workflows/a.yaml', '.github/workflows/b.yml'],
      gitlab: true,
      pages: ['README.md', 'docs/guide.md'],
    });
    // A configuration gives its own URL.
    expect(repositoryFacts(pathToFileURL(join(root, 'tsconfig.json')).href)).toEqual(repositoryFacts(root));
  });

  it('know git from a folder further down, and a shallow clone', () => {
    const root = repository({ 'packages/a/package.json': {} });
    expect(repositoryFacts(join(root, 'packages/a'))).toMatchObject({ git: true, shallow: false });
    git(root, 'commit', '--quiet', '--allow-empty', '--message', 'Second');
    const clone = join(folder(), 'clone');
    git(root, 'clone', '--quiet', '--depth', '1', pathToFileURL(root).href, clone);
    expect(repositoryFacts(clone)).toMatchObject({ git: true, shallow: true });
  });

  it.for([
    ['by packageManager', { 'package.json': { packageManager: 'pnpm@9.1.0' }, 'yarn.lock': '' }, 'pnpm'],
    ['by the lockfile', { 'package.json': {}, 'pnpm-lock.yaml': '' }, 'pnpm'],
    ['by the lockfile', { 'package.json': {}, 'yarn.lock': '' }, 'yarn'],
    ['else npm', { 'package.json': { packageManager: 'other@1' } }, 'npm'],
  ] as const)('know the package manager %s', ([, files, manager]) => {
    expect(repositoryFacts(folder(files)).package?.manager).toBe(manager);
  });

  it.for([
    [{ workspaces: ['a'] }, true],
    [{ workspaces: { packages: ['a'] } }, true],
    [{ workspaces: null }, false],
  ] as const)('know workspaces: %j', ([json, workspaces]) => {
    expect(repositoryFacts(folder({ 'package.json': json })).package?.workspaces).toBe(workspaces);
  });

  it('know those of pnpm, and what is installed without node_modules', () => {
    const root = folder({ 'package.json': {}, 'pnpm-workspace.yaml': '', '.pnp.cjs': '' });
    expect(repositoryFacts(root)).toMatchObject({ installed: true, package: { workspaces: true } });
  });

  it.for([
    ['is no JSON', '{'],
    ['is no object', '[1]'],
    ['is empty', ''],
    ['is binary', new Uint8Array([0, 255, 1])],
    ['is huge', `{"name":"a","version":"1.0.0","x":"${'x'.repeat(1_100_000)}"}`],
  ] as const)('of a package.json that %s say that it is there and says nothing', ([, content]) => {
    const { package: manifest } = repositoryFacts(folder({ 'package.json': content }));
    expect(manifest).toMatchObject({ readable: false, publishable: false, manager: 'npm' });
  });

  it('take nothing for what it only is by name: folders, links into nowhere and in circles', () => {
    const root = folder({ 'docs.md/x': '' });
    mkdirSync(join(root, 'package.json'));
    mkdirSync(join(root, 'Dockerfile'));
    symlinkSync('nowhere', join(root, 'README.md'));
    symlinkSync('yarn.lock', join(root, 'yarn.lock'));
    expect(repositoryFacts(root)).toEqual(NOTHING);
    symlinkSync(folder({ 'guide.md': '#' }), join(root, 'docs'));
    expect(repositoryFacts(root).pages).toEqual(['docs/guide.md']);
  });

  it('of a package.json with values of every type are facts all the same', () => {
    for (const value of [null, 1, 'x', [], {}, true]) {
      const json = {
        name: value,
        version: value,
        private: value,
        workspaces: value,
        scripts: value,
        packageManager: value,
      };
      expect(() =>
        repositoryFacts(folder({ 'package.json': { ...json, dependencies: value, devDependencies: value } })),
      ).not.toThrow();
    }
  });
});
