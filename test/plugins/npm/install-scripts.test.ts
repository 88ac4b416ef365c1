import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import installScripts from '../../../plugins/npm/checks/install-scripts.js';
import { json, locked, npmProject, UNLOCKED } from './locked.js';

/** Puts manifests into node_modules, by their folders. */
const install =
  (packages: Record<string, object>, more: Record<string, string> = {}) =>
  (root: string) => {
    const files = {
      ...Object.fromEntries(Object.entries(packages).map(([folder, value]) => [`${folder}/package.json`, json(value)])),
      ...more,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };

async function npm(
  packages: Parameters<typeof npmProject>[1],
  manifest: object = {},
  more: Record<string, string> = {},
) {
  const files = { ...npmProject({ name: 'app', dependencies: { a: '1' }, ...manifest }, packages), ...more };
  return { files, needs: await locked(files) };
}

const scripted = {
  'node_modules/a': { version: '1.0.0', dependencies: { b: '1' } },
  'node_modules/b': { version: '2.0.0', hasInstallScript: true },
};

/** A project of pnpm 9, whose lockfile does not say who has scripts. */
async function pnpm(manifest: object = {}, more: Record<string, string> = {}) {
  const files = {
    'package.json': json({ name: 'app', dependencies: { a: '1' }, ...manifest }),
    'pnpm-lock.yaml': `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: { specifier: '1', version: 1.0.0 }
packages:
  a@1.0.0: {}
  b@2.0.0: {}
  o@3.0.0: {}
snapshots:
  a@1.0.0: { dependencies: { b: 2.0.0 }, optionalDependencies: { o: 3.0.0 } }
  b@2.0.0: {}
  o@3.0.0: { optional: true }
`,
    ...more,
  };
  return { files, needs: await locked(files) };
}

const inStore = (name: string, version: string, manifest: object = {}) => ({
  [`node_modules/.pnpm/${name}@${version}/node_modules/${name}`]: { name, version, ...manifest },
});

it('finds what runs when it is installed', async () => {
  await testCheck(installScripts, {
    passes: [
      { name: 'none', ...(await npm({ 'node_modules/a': { version: '1.0.0' } })) },
      { name: 'allowed by the option', ...(await npm(scripted)), options: { allow: ['b'] } },
      {
        name: 'allowed by a glob',
        ...(await npm({ 'node_modules/@s/b': { version: '1.0.0', hasInstallScript: true } })),
        options: { allow: ['@s/*'] },
      },
      { name: 'all off, npm', ...(await npm(scripted, {}, { '.npmrc': 'ignore-scripts=true\n' })) },
      { name: 'all off, Yarn', ...(await npm(scripted, {}, { '.yarnrc.yml': 'enableScripts: false\n' })) },
      { name: 'decided for pnpm', ...(await npm(scripted, { pnpm: { onlyBuiltDependencies: ['b'] } })) },
      {
        name: 'decided in pnpm-workspace.yaml',
        ...(await npm(scripted, {}, { 'pnpm-workspace.yaml': 'allowBuilds:\n  b@2.0.0: false\n' })),
      },
      { name: 'decided for Yarn', ...(await npm(scripted, { dependenciesMeta: { b: { built: true } } })) },
      { name: 'decided for bun', ...(await npm(scripted, { trustedDependencies: ['b'] })) },
      { name: 'decided for LavaMoat', ...(await npm(scripted, { lavamoat: { allowScripts: { 'a>b': false } } })) },
      {
        name: 'pnpm 10 runs nothing that is not allowed',
        ...(await pnpm({ packageManager: 'pnpm@10.4.0' })),
        setup: install({ ...inStore('a', '1.0.0'), ...inStore('b', '2.0.0', { scripts: { install: 'x' } }) }),
      },
      {
        name: 'the same, and nothing is installed: who has a script does not matter',
        ...(await pnpm({ packageManager: 'pnpm@10.4.0' })),
      },
      {
        name: 'installed, and none has one; an optional package is for another platform',
        ...(await pnpm()),
        setup: install({
          ...inStore('a', '1.0.0', { scripts: { test: 'x', prepare: 'y' } }),
          ...inStore('b', '2.0.0'),
        }),
      },
      { name: 'not installed, and the lockfile does not say', ...(await pnpm()), outcome: 'degraded' },
      {
        name: 'installed in another version',
        ...(await pnpm()),
        setup: install({ ...inStore('a', '1.0.0'), 'node_modules/b': { name: 'b', version: '2.0.1' } }),
        outcome: 'degraded',
      },
      { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'by the lockfile, at the line of who brings it',
        ...(await npm(scripted)),
        findings: [
          {
            messageId: 'script',
            path: 'package.json',
            startLine: 4,
            severity: 'warning',
            message: 'b@2.0.0 runs a script when it is installed (a@1.0.0 > b@2.0.0).',
          },
        ],
      },
      {
        name: 'by node_modules, with the names of the scripts',
        ...(await npm(scripted)),
        setup: install({
          'node_modules/b': { name: 'b', version: '2.0.0', scripts: { preinstall: 'x', postinstall: 'y' } },
        }),
        findings: [
          {
            messageId: 'script',
            message: 'b@2.0.0 runs preinstall and postinstall when it is installed (a@1.0.0 > b@2.0.0).',
          },
        ],
      },
      {
        name: 'what npm builds without a script',
        ...(await pnpm()),
        setup: install(
          { ...inStore('a', '1.0.0'), ...inStore('b', '2.0.0') },
          { 'node_modules/.pnpm/b@2.0.0/node_modules/b/binding.gyp': '{}' },
        ),
        findings: [
          {
            messageId: 'script',
            data: {
              package: 'b@2.0.0',
              scripts: 'node-gyp',
              way: ' (a@1.0.0 > b@2.0.0)',
              path: ['a@1.0.0', 'b@2.0.0'],
            },
          },
        ],
      },
      {
        name: 'pnpm 10 that runs everything',
        ...(await pnpm({ packageManager: 'pnpm@10.4.0', pnpm: { dangerouslyAllowAllBuilds: true } })),
        setup: install({ ...inStore('a', '1.0.0', { scripts: { install: 'x' } }), ...inStore('b', '2.0.0') }),
        findings: [{ messageId: 'script', message: 'a@1.0.0 runs install when it is installed.' }],
      },
      {
        name: 'damaged manifests in node_modules',
        ...(await pnpm()),
        setup: install(inStore('a', '1.0.0', { scripts: { install: 'x' } }), {
          'node_modules/.pnpm/b@2.0.0/node_modules/b/package.json': '{"name": "b", "version":',
        }),
        findings: [{ messageId: 'script' }],
        outcome: 'degraded',
      },
    ],
    refuses: [{ allow: 'b' }, { allow: [''] }],
  });
});
