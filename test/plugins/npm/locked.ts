// The lockfile of a folder or of texts, as the check `npm/lockfile` hands it to the others.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckContext, FileEntry } from 'scanrun';
import type { LockfileData } from '../../../plugins/npm/checks/lockfile.js';
import { findLockfile, parseLockfile } from '../../../plugins/npm/lockfiles/find.js';
import type { LockedTree } from '../../../plugins/npm/lockfiles/tree.js';
import { findPackages } from '../../../plugins/workspaces.js';

/** A project: files by path, or a folder. */
export type Project = Readonly<Record<string, string>> | URL;

/** A folder of fixtures/npm. */
export function fixture(path: string): URL {
  return new URL(`../../../fixtures/npm/${path}/`, import.meta.url);
}

/** The files of a project by path. */
export function filesOf(project: Project): Readonly<Record<string, string>> {
  if (!(project instanceof URL)) return project;
  const root = fileURLToPath(project);
  const names = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length), readFileSync(path, 'utf8')]),
  );
}

/** What a check sees of a project: its files, and nothing else. */
export function reader(project: Project): Pick<CheckContext, 'readFile' | 'files'> {
  const files = filesOf(project);
  return {
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return new TextEncoder().encode(text);
    },
    files: async function* () {
      for (const path of Object.keys(files).sort()) {
        if (!path.includes('node_modules/'))
          yield { path, type: 'file', sizeBytes: 0, modifiedMs: 0, executable: false } satisfies FileEntry;
      }
    },
  };
}

/** The tree of a project's lockfile. */
export async function treeOf(project: Project): Promise<LockedTree> {
  const context = reader(project);
  const found = await findPackages(context);
  if (found === undefined || 'why' in found) throw new Error('the project has no manifest that can be read');
  const lockfile = await findLockfile(context, found.packages[0]);
  if (lockfile === undefined) throw new Error('the project has no lockfile');
  return parseLockfile(lockfile, found.packages);
}

/** The data of `npm/lockfile` for a project, as the need of a case. */
export async function locked(project: Project): Promise<{ readonly lockfile: LockfileData }> {
  return { lockfile: { state: 'read', tree: await treeOf(project) } };
}

/** A case of a lockfile that the package manager itself made: a folder of fixtures/npm/lockfiles. */
export async function lockfileCase(name: string) {
  const project = fixture(`lockfiles/${name}`);
  return { name, fixture: project, needs: await locked(project) };
}

/** The data of `npm/lockfile` where there is none. */
export const UNLOCKED = { lockfile: { state: 'none', install: 'npm install' } } as const;

/** A manifest as JSON text. */
export function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** What version 3 of npm's lockfile says of a package. */
export interface Entry {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A project with a lockfile of npm: the root's manifest, and the folders of node_modules by path. */
export function npmProject(
  manifest: Readonly<Record<string, unknown>>,
  packages: Readonly<Record<string, Entry>> = {},
): Record<string, string> {
  const { name, version, license, dependencies, devDependencies, optionalDependencies, peerDependencies, workspaces } =
    manifest;
  const root = {
    name,
    version,
    license,
    workspaces,
    dependencies,
    devDependencies,
    optionalDependencies,
    peerDependencies,
  };
  return {
    'package.json': json(manifest),
    'package-lock.json': json({ lockfileVersion: 3, requires: true, packages: { '': root, ...packages } }),
  };
}
