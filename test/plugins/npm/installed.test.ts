import type { CheckContext } from 'scanrun';
import { expect, it } from 'vitest';
import { installedManifests } from '../../../plugins/npm/installed.js';
import type { LockedPackage, LockedTree } from '../../../plugins/npm/lockfiles/tree.js';
import { findPackages } from '../../../plugins/workspaces.js';
import { json, reader } from './locked.js';

const WORKSPACES = Array.from({ length: 50 }, (_, index) => `packages/p${index}`);

/** A monorepo of pnpm with one package in its lockfile, and what lies where. */
async function monorepo(files: Readonly<Record<string, string>>, folders: readonly string[]) {
  const project = {
    'package.json': '{}',
    'pnpm-workspace.yaml': 'packages: ["packages/*"]',
    ...Object.fromEntries(WORKSPACES.map((path) => [`${path}/package.json`, '{}'])),
  };
  const { readFile, files: list } = reader({ ...project, ...files });
  const found = await findPackages({ readFile, files: list });
  if (found === undefined || 'why' in found) throw new Error('the project has no manifest');
  const asked: string[] = [];
  const context: Pick<CheckContext, 'readFile' | 'signal'> = {
    signal: new AbortController().signal,
    readFile: async (path) => {
      asked.push(path);
      if (folders.includes(path)) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      return readFile(path);
    },
  };
  const x: LockedPackage = {
    name: 'x',
    version: '1.0.0',
    source: 'registry',
    optional: true,
    folders: ['node_modules/.pnpm/x@1.0.0/node_modules/x', 'node_modules/x'],
    dependencies: [],
  };
  const tree: LockedTree = {
    manager: 'pnpm',
    path: 'pnpm-lock.yaml',
    format: '9.0',
    installed: false,
    packages: [x],
    importers: [],
    says: { deprecated: true, node: true, installScript: false },
    overridden: [],
  };
  const installed = await installedManifests(context, tree, found.packages, [0]);
  return { folder: installed.get(0)?.folder, asked: asked.filter((path) => path.endsWith('/x/package.json')) };
}

const modules = ['node_modules', ...WORKSPACES.map((path) => `${path}/node_modules`)];
const manifest = json({ name: 'x', version: '1.0.0' });

it('looks for a package that is not in the store of pnpm there, and not once more in each workspace', async () => {
  const { folder, asked } = await monorepo({}, [...modules, 'node_modules/.pnpm']);
  expect(folder).toBeUndefined();
  expect(asked).toEqual(['node_modules/.pnpm/x@1.0.0/node_modules/x/package.json', 'node_modules/x/package.json']);
});

it('finds a package in the store', async () => {
  const path = 'node_modules/.pnpm/x@1.0.0/node_modules/x';
  const { folder } = await monorepo({ [`${path}/package.json`]: manifest }, [...modules, 'node_modules/.pnpm']);
  expect(folder).toBe(path);
});

it('finds a package in a workspace where pnpm keeps no store (node-linker=hoisted)', async () => {
  const path = 'packages/p7/node_modules/x';
  const { folder } = await monorepo({ [`${path}/package.json`]: manifest }, modules);
  expect(folder).toBe(path);
});
