import type { CheckContext } from 'scanrun';
import { asObject, asText, codeOf, own, readText } from '../text.js';
import type { WorkspacePackage } from '../workspaces.js';
import type { LockedPackage, LockedTree } from './lockfiles/tree.js';

/** Files that are read at once. */
const AT_ONCE = 32;

/** The package.json of an installed package, and the folder it is in. */
export interface InstalledManifest {
  readonly folder: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Finds the package.json of packages in node_modules, by their indices. What is not installed, or installed in another
 * version, is not in the answer: what a lockfile says of a version is never taken from another.
 */
export async function installedManifests(
  context: Pick<CheckContext, 'readFile' | 'signal'>,
  tree: LockedTree,
  packages: readonly WorkspacePackage[],
  indices: readonly number[],
): Promise<ReadonlyMap<number, InstalledManifest>> {
  const found = new Map<number, InstalledManifest>();
  const roots = await rootsWithModules(context, packages);
  if (roots.length === 0) return found;
  // pnpm keeps each package in its store, and nowhere else: what is not there need not be looked for in each workspace.
  const isStored = tree.manager === 'pnpm' && (await isFolder(context, 'node_modules/.pnpm'));
  const foldersOf = folderGuesses(tree, isStored ? [] : roots);
  const queue = [...indices];
  const work = async (): Promise<void> => {
    for (let index = queue.shift(); index !== undefined && !context.signal.aborted; index = queue.shift()) {
      const manifest = await firstThatFits(context, tree.packages[index] as LockedPackage, foldersOf(index));
      if (manifest !== undefined) found.set(index, manifest);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function firstThatFits(
  context: Pick<CheckContext, 'readFile'>,
  { name, version }: LockedPackage,
  folders: Iterable<string>,
): Promise<InstalledManifest | undefined> {
  for (const folder of folders) {
    const json = await manifestIn(context, folder);
    if (asText(own(json, 'name')) !== name) continue;
    if (json !== undefined && (version === '' || own(json, 'version') === version)) return { folder, json };
  }
  return undefined;
}

async function manifestIn(
  context: Pick<CheckContext, 'readFile'>,
  folder: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const text = await readText(context, `${folder}/package.json`);
    return text === undefined ? undefined : asObject(JSON.parse(text));
  } catch (error) {
    // Linked from outside, or damaged: it counts as not installed, and the check says of how many it knows nothing.
    if (codeOf(error) === 'SR_PATH_OUTSIDE' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The folders of the project's packages that have a node_modules, with a slash at the end; the root's is empty. */
async function rootsWithModules(
  { readFile }: Pick<CheckContext, 'readFile'>,
  packages: readonly WorkspacePackage[],
): Promise<string[]> {
  const roots = packages.map(({ folder }) => (folder === '' ? '' : `${folder}/`));
  const isThere = await Promise.all(roots.map((root) => isFolder({ readFile }, `${root}node_modules`)));
  return roots.filter((_, index) => isThere[index]);
}

async function isFolder({ readFile }: Pick<CheckContext, 'readFile'>, path: string): Promise<boolean> {
  try {
    await readFile(path);
    return false;
  } catch (error) {
    // A folder cannot be read as a file; anything else is none.
    return codeOf(error) === 'EISDIR';
  }
}

/** Where packages may lie: where the lockfile says, else where their names and those of what needs them lead. */
function folderGuesses(tree: LockedTree, roots: readonly string[]): (index: number) => Iterable<string> {
  const above = new Map<number, Set<string>>();
  const add = (index: number, folder: string): void => {
    above.set(index, (above.get(index) ?? new Set()).add(folder));
  };
  for (const { folder, dependencies } of tree.importers) {
    const own = folder === '' ? '' : `${folder}/`;
    for (const { name, to } of dependencies)
      if (to !== undefined) for (const root of new Set([own, ''])) add(to, `${root}node_modules/${name}`);
  }
  for (const { name, dependencies } of tree.packages)
    for (const to of dependencies) add(to, `node_modules/${name}/node_modules/${tree.packages[to]?.name ?? ''}`);
  return function* (index) {
    const { name, folders } = tree.packages[index] as LockedPackage;
    yield* folders;
    if (folders.length > 0 && tree.manager === 'npm') return;
    yield* above.get(index) ?? [];
    for (const root of roots) yield `${root}node_modules/${name}`;
  };
}
