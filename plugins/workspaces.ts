import { type CheckContext, type FoundPackage, findPackages as findAll, type TargetPackage } from 'scanrun';
import { type Manifest, ManifestError, parseManifest } from './manifest.js';
import { asText, own, readText } from './text.js';

/** A package of the project: its root, or one of its workspaces. */
export interface WorkspacePackage {
  /** Its folder, relative to the target's root; empty for the root. */
  readonly folder: string;
  /** Its name; its folder where it has none, `.` for a root without one. */
  readonly name: string;
  /** Its package.json. */
  readonly manifest: Manifest;
  /** True when it says that it is not to be published. */
  readonly isPrivate: boolean;
}

/** The packages of a project, and those whose package.json could not be read. */
export interface ProjectPackages {
  /** The root first, the others by folder. */
  readonly packages: readonly [WorkspacePackage, ...WorkspacePackage[]];
  /** Paths of package.json files that are no JSON objects, and why. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

type Context = Pick<CheckContext, 'readFile' | 'files' | 'skip' | 'degraded'>;

/**
 * The packages of the project: the root and what `workspaces` (npm, yarn) or pnpm-workspace.yaml names. What a
 * package of a project is, scanrun knows.
 *
 * Ends the check as skipped where the root has no package.json that can be read. A workspace whose package.json cannot
 * be read is left out, and the check degraded.
 */
export async function workspacePackages(context: Context): Promise<ProjectPackages['packages']> {
  const found = await findPackages(context);
  if (found === undefined) return context.skip('not-applicable', 'There is no package.json at the root.');
  if ('why' in found) return context.skip('unreadable', `${found.path} cannot be read: ${found.why}.`);
  const [first] = found.unreadable;
  if (first !== undefined) {
    const more = found.unreadable.length > 1 ? ` (and ${found.unreadable.length - 1} more)` : '';
    context.degraded(`${first.path}${more} cannot be read: ${first.why}.`, { unreadable: [...found.unreadable] });
  }
  return found.packages;
}

/** The file of the root that cannot be read, and why, without its path. */
export interface UnreadableRoot {
  readonly path: string;
  readonly why: string;
}

/** As `workspacePackages`, but hands over what cannot be read; undefined where the root has no package.json. */
export async function findPackages(
  context: Pick<CheckContext, 'readFile' | 'files'>,
): Promise<ProjectPackages | UnreadableRoot | undefined> {
  const { packages, problems } = await findAll(context);
  const [unknown] = problems.filter(({ kind }) => kind === 'unknown');
  if (unknown !== undefined) return { path: unknown.path, why: unknown.why };
  const [root, ...others] = packages;
  if (root === undefined || root.folder !== '') return undefined;
  return {
    packages: [packageOf(root), ...others.filter(({ json }) => json !== undefined).map(packageOf)],
    unreadable: problems.filter(({ kind }) => kind === 'unreadable').map(({ path, why }) => ({ path, why })),
  };
}

function packageOf({ folder, manifest, text = '', json = {} }: FoundPackage): WorkspacePackage {
  return makePackage(folder, { path: manifest, text, json });
}

function makePackage(folder: string, manifest: Manifest): WorkspacePackage {
  return {
    folder,
    name: asText(own(manifest.json, 'name')) ?? (folder === '' ? '.' : folder),
    manifest,
    isPrivate: own(manifest.json, 'private') === true,
  };
}

/**
 * The package that a check of packages looks at. Ends the check as skipped where its package.json is not there or cannot
 * be read.
 */
export async function ownPackage(
  context: Pick<CheckContext, 'readFile' | 'skip'> & { readonly package: TargetPackage },
): Promise<WorkspacePackage> {
  const found = await readOwn(context);
  if (found === undefined) return context.skip('not-applicable', 'There is no package.json at the root.');
  if ('why' in found) return context.skip('unreadable', `${found.path} cannot be read: ${found.why}.`);
  return found;
}

/** As `ownPackage`, but hands over why its package.json cannot be read; undefined where there is none. */
export async function readOwn(
  context: Pick<CheckContext, 'readFile'> & { readonly package: TargetPackage },
): Promise<WorkspacePackage | UnreadableRoot | undefined> {
  const { folder, manifest: path } = context.package;
  const text = await readText(context, path);
  if (text === undefined) return undefined;
  try {
    return makePackage(folder, parseManifest(path, text));
  } catch (error) {
    if (error instanceof ManifestError) return { path, why: error.message };
    throw error;
  }
}

const PNPM_WORKSPACE = 'pnpm-workspace.yaml';

/** A pnpm-workspace.yaml that is no YAML. */
class PnpmWorkspaceError extends Error {
  override readonly name = 'PnpmWorkspaceError';
}

/**
 * What pnpm-workspace.yaml says; undefined without one.
 * @throws PnpmWorkspaceError where it is no YAML.
 */
export async function pnpmWorkspace(context: Pick<CheckContext, 'readFile'>): Promise<unknown> {
  const text = await readText(context, PNPM_WORKSPACE);
  if (text === undefined) return undefined;
  const { load, YAMLException } = await import('js-yaml');
  try {
    return load(text);
  } catch (error) {
    if (error instanceof YAMLException) throw new PnpmWorkspaceError(`it is not YAML: ${error.reason}`);
    throw error;
  }
}
