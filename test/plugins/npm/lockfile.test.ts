import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import lockfile from '../../../plugins/npm/checks/lockfile.js';
import { installCommandFor } from '../../../plugins/npm/lockfiles/find.js';
import { findPackages } from '../../../plugins/workspaces.js';
import { fixture, json, npmProject, reader, treeOf } from './locked.js';

const manifest = json({ name: 'a', version: '1.0.0', dependencies: { x: '^1.0.0' } });

it('reads every lockfile that is understood, and reports what is none', async () => {
  await testCheck(lockfile, {
    passes: [
      { name: 'npm', fixture: fixture('lockfiles/npm-3') },
      { name: 'Yarn 1', fixture: fixture('lockfiles/yarn-1') },
      { name: 'later Yarns', fixture: fixture('lockfiles/yarn-berry-4') },
      { name: 'pnpm', fixture: fixture('lockfiles/pnpm-9') },
      {
        name: 'what is installed, without a lockfile',
        files: { 'package.json': manifest },
        setup: (root) => {
          mkdirSync(join(root, 'node_modules'));
          const packages = { 'node_modules/x': { version: '1.2.3' } };
          writeFileSync(join(root, 'node_modules/.package-lock.json'), json({ lockfileVersion: 3, packages }));
        },
      },
      {
        name: 'one that git ignores',
        files: {
          'package.json': manifest,
          '.gitignore': 'package-lock.json\n',
          'package-lock.json': '{"packages":{}}',
        },
        git: true,
      },
      { name: 'no lockfile', files: { 'package.json': manifest }, outcome: 'degraded' },
      {
        name: 'one that is not understood',
        files: { 'package.json': manifest, 'bun.lock': '{}' },
        outcome: 'degraded',
      },
      { name: 'no manifest', files: { 'package-lock.json': '{}' }, outcome: 'skipped' },
      {
        name: 'a manifest that is none',
        files: { 'package.json': '{', 'package-lock.json': '{}' },
        outcome: 'skipped',
      },
      {
        name: 'a workspace whose manifest is none',
        files: {
          'package.json': json({ name: 'a', workspaces: ['p/*'] }),
          'p/x/package.json': '"text"',
          'package-lock.json': '{"packages":{}}',
        },
        outcome: 'degraded',
      },
      {
        name: 'settings of pnpm that are none',
        files: { 'package.json': manifest, 'pnpm-workspace.yaml': 'packages: [', 'pnpm-lock.yaml': '' },
        outcome: 'skipped',
      },
    ],
    fails: [
      {
        name: 'a merge conflict',
        files: { 'package.json': manifest, 'package-lock.json': '{\n<<<<<<< HEAD\n}' },
        findings: [{ messageId: 'unreadable', path: 'package-lock.json', severity: 'error' }],
      },
      {
        name: 'that of the package manager that is named, of several',
        files: {
          'package.json': json({ name: 'a', packageManager: 'npm@11.0.0' }),
          'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
          'package-lock.json': '[]',
        },
        findings: [
          {
            messageId: 'unreadable',
            path: 'package-lock.json',
            message: "package-lock.json cannot be read: it has neither 'packages' nor 'dependencies'.",
          },
        ],
      },
    ],
  });
});

it('takes the lockfile of the package manager that is named, else the most telling one', async () => {
  const files = { ...npmProject({ name: 'a' }), 'yarn.lock': '# yarn lockfile v1\n' };
  expect((await treeOf(files)).manager).toBe('yarn');
  expect((await treeOf({ ...files, 'package.json': json({ packageManager: 'npm@11.0.0+sha512.abc' }) })).manager).toBe(
    'npm',
  );
  expect(
    (
      await treeOf({
        ...files,
        'npm-shrinkwrap.json': '{"packages":{}}',
        'package.json': json({ packageManager: 'npm@11' }),
      })
    ).path,
  ).toBe('npm-shrinkwrap.json');
});

it('finds catalogs, resolutions and patches of later Yarns', async () => {
  const entry = (resolution: string, version: string) =>
    `  version: ${version}\n  resolution: "${resolution}"\n  checksum: 10/00\n`;
  const tree = await treeOf({
    'package.json': json({
      name: 'root',
      dependencies: { cat: 'catalog:', named: 'catalog:old', forced: '^1.0.0', patched: '^1.0.0', gone: 'link:./gone' },
      resolutions: { forced: '2.0.0', 'patched@npm:^1.0.0': 'patch:patched@npm%3A1.0.1#./p.patch' },
    }),
    '.yarnrc.yml': 'catalog:\n  cat: ^3.0.0\ncatalogs:\n  old:\n    named: ^4.0.0\n',
    'yarn.lock': [
      '__metadata:\n  version: 10\n',
      `"cat@npm:^3.0.0":\n${entry('cat@npm:3.1.0', '3.1.0')}`,
      `"cat@npm:^9.0.0":\n${entry('cat@npm:9.0.0', '9.0.0')}`,
      `"named@npm:^4.0.0":\n${entry('named@npm:4.2.0', '4.2.0')}`,
      `"forced@npm:2.0.0":\n${entry('forced@npm:2.0.0', '2.0.0')}`,
      `"forced@npm:^1.0.0":\n${entry('forced@npm:1.0.0', '1.0.0')}`,
      `"patched@npm:1.0.1":\n${entry('patched@npm:1.0.1', '1.0.1')}`,
      `"patched@patch:patched@npm%3A1.0.1#./p.patch":\n${entry('patched@patch:patched@npm%3A1.0.1#./p.patch::version=1.0.1&hash=1', '1.0.1')}`,
      `"root@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "root@workspace:."\n  dependencies:\n    cat: "catalog:"\n    named: "catalog:old"\n    forced: "npm:^1.0.0"\n    patched: "npm:^1.0.0"\n    gone: "link:./gone"\n`,
    ].join('\n'),
  });
  const became = tree.importers[0]?.dependencies.map(({ name, to, link }) => [
    name,
    link ?? tree.packages[to ?? -1]?.version,
  ]);
  expect(became).toEqual([
    ['cat', '3.1.0'],
    ['named', '4.2.0'],
    ['forced', '2.0.0'],
    ['patched', '1.0.1'],
    ['gone', true],
  ]);
  expect(tree.packages.filter(({ name }) => name === 'patched')).toHaveLength(1);
});

it('knows where packages come from', async () => {
  const sources = async (resolved: string | undefined, version = '1.0.0') => {
    const files = npmProject(
      { name: 'a' },
      { 'node_modules/x': { version, ...(resolved === undefined ? {} : { resolved }) } },
    );
    return (await treeOf(files)).packages[0]?.source;
  };
  expect(await sources(undefined)).toBe('registry');
  expect(await sources('https://registry.npmjs.org/x/-/x-1.0.0.tgz')).toBe('registry');
  expect(await sources('https://npm.example.com/artifactory/api/npm/npm/x/-/x-1.0.0.tgz')).toBe('registry');
  expect(await sources('git+ssh://git@github.com/a/b.git#0123')).toBe('git');
  expect(await sources('git@github.com:a/b.git')).toBe('git');
  expect(await sources('https://codeload.github.com/a/b/tar.gz/0123')).toBe('git');
  expect(await sources('https://example.com/tarball/master')).toBe('url');
  expect(await sources('file:../x')).toBe('file');
  expect(await sources('../x')).toBe('file');
});

it('reads aliases, git and bundled packages of version 1', async () => {
  const tree = await treeOf({
    'package.json': json({ name: 'a', dependencies: { alias: 'npm:real@^1.0.0', git: 'a/b' } }),
    'package-lock.json': json({
      lockfileVersion: 1,
      dependencies: {
        alias: {
          version: 'npm:real@1.2.3',
          requires: { git: '*', inner: '*' },
          dependencies: { inner: { version: '1.0.0', bundled: true } },
        },
        git: { version: 'git+ssh://git@github.com/a/b.git#0123', from: 'a/b' },
        only: { version: '3.0.0', dev: true },
      },
    }),
  });
  expect(tree.packages).toMatchObject([
    { name: 'git', version: '', source: 'git' },
    { name: 'inner', version: '1.0.0', bundled: true },
    { name: 'only', version: '3.0.0', dev: true },
    { name: 'real', version: '1.2.3', folders: ['node_modules/alias'] },
  ]);
  expect(tree.packages[3]?.dependencies).toEqual([0, 1]);
});

it('reads aliases, tarballs, folders and peers of pnpm', async () => {
  const tree = await treeOf({
    'package.json': json({ name: 'a' }),
    'pnpm-lock.yaml': `lockfileVersion: '9.0'
overrides:
  x: npm:y@1.0.0
  'p>q@2': 3.0.0
importers:
  .:
    dependencies:
      x: { specifier: 'npm:y@1.0.0', version: y@1.0.0 }
      peered: { specifier: ^1.0.0, version: 1.0.0(y@1.0.0) }
      tar: { specifier: 'https://codeload.github.com/a/b/tar.gz/0123', version: 'https://codeload.github.com/a/b/tar.gz/0123' }
      near: { specifier: 'file:near', version: 'file:near' }
      beside: { specifier: 'link:../beside', version: 'link:../beside' }
packages:
  y@1.0.0: { resolution: { integrity: sha512-y }, deprecated: gone, engines: { node: '>=18' } }
  peered@1.0.0: { resolution: { integrity: sha512-p }, peerDependencies: { y: '*' } }
  tar@https://codeload.github.com/a/b/tar.gz/0123: { resolution: { tarball: 'https://codeload.github.com/a/b/tar.gz/0123' }, version: 2.0.0 }
  near@file:near: { resolution: { directory: near, type: directory } }
snapshots:
  y@1.0.0: {}
  peered@1.0.0(y@1.0.0): { dependencies: { y: 1.0.0 } }
  tar@https://codeload.github.com/a/b/tar.gz/0123: {}
  near@file:near: {}
`,
  });
  expect(tree.packages).toMatchObject([
    { name: 'near', source: 'file' },
    { name: 'peered', version: '1.0.0', source: 'registry', dependencies: [3] },
    { name: 'tar', version: '2.0.0', source: 'git' },
    { name: 'y', version: '1.0.0', deprecated: 'gone', node: '>=18', integrity: 'sha512-y' },
  ]);
  expect(tree.packages[1]?.folders[0]).toBe('node_modules/.pnpm/peered@1.0.0_y@1.0.0/node_modules/peered');
  expect(tree.overridden).toEqual(['x', 'q']);
  expect(tree.importers[0]?.dependencies.map(({ name, to, link }) => [name, to ?? link])).toEqual([
    ['x', 3],
    ['peered', 1],
    ['tar', 2],
    ['near', 0],
    ['beside', true],
  ]);
});

it.each([
  ['npm install', {}],
  ['npm install', { 'package-lock.json': '{}' }],
  ['pnpm install', { 'pnpm-lock.yaml': '' }],
  ['yarn install', { 'yarn.lock': '' }],
  ['pnpm install', { 'package.json': json({ packageManager: 'pnpm@10.1.0' }) }],
  [
    'yarn install',
    { 'package.json': json({ packageManager: 'yarn@4.1.0' }), 'package-lock.json': '{}', 'yarn.lock': '' },
  ],
  ['npm install', { 'package.json': json({ packageManager: 'bun@1.0.0; rm -rf' }) }],
])('tells to run %s', async (command, files) => {
  const context = reader({ 'package.json': '{}', ...files });
  const found = await findPackages(context);
  if (found === undefined || 'why' in found) throw new Error('the project has no manifest');
  expect(await installCommandFor(context, found.packages[0])).toBe(command);
});
