import { posix } from 'node:path';
import type { CheckContext } from 'scanrun';
import { type Manifest, ManifestError, parseManifest, workspaceGlobs } from './manifest.js';
import { asText, own, readText, textList } from './text.js';

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
 * The packages of the project: the root and what `workspaces` (npm, yarn) or pnpm-workspace.yaml names. This is the one
 * place that knows what a package of a project is.
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
  const text = await readText(context, 'package.json');
  if (text === undefined) return undefined;
  let root: Manifest;
  let globs: readonly string[];
  try {
    root = parseManifest('package.json', text);
    globs = (await pnpmGlobs(context)) ?? workspaceGlobs(root) ?? [];
  } catch (error) {
    if (error instanceof ManifestError) return { path: 'package.json', why: error.message };
    if (error instanceof PnpmWorkspaceError) return { path: PNPM_WORKSPACE, why: error.message };
    throw error;
  }
  const packages: WorkspacePackage[] = [];
  const unreadable: { path: string; why: string }[] = [];
  for (const path of await workspaceManifests(context, globs)) {
    try {
      packages.push(packageOf(parseManifest(path, (await readText(context, path)) ?? '')));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      unreadable.push({ path, why: error.message });
    }
  }
  return { packages: [packageOf(root), ...packages], unreadable };
}

function packageOf(manifest: Manifest): WorkspacePackage {
  const folder = posix.dirname(manifest.path);
  return {
    folder: folder === '.' ? '' : folder,
    name: asText(own(manifest.json, 'name')) ?? folder,
    manifest,
    isPrivate: own(manifest.json, 'private') === true,
  };
}

/** The paths of the workspaces' manifests, in order. */
async function workspaceManifests({ files }: Pick<CheckContext, 'files'>, globs: readonly string[]): Promise<string[]> {
  if (globs.length === 0) return [];
  const { default: picomatch } = await import('picomatch');
  const matcher = (patterns: readonly string[]) => picomatch(patterns.map(normalGlob), { dot: true });
  const isIncluded = matcher(globs.filter((glob) => !glob.startsWith('!')));
  const isExcluded = matcher(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)));
  const paths: string[] = [];
  for await (const { path, type } of files('**/package.json')) {
    const folder = posix.dirname(path);
    if (type !== 'file' || folder === '.' || folder.split('/').includes('node_modules')) continue;
    if (isIncluded(folder) && !isExcluded(folder)) paths.push(path);
  }
  return paths;
}

/** `./packages/*\/` and `packages/*` name the same folders. */
function normalGlob(glob: string): string {
  return glob.replace(/^\.\//, '').replace(/\/+$/, '');
}

/** The patterns of pnpm-workspace.yaml; undefined where there is no such file, or it names none. */
async function pnpmGlobs(context: Pick<CheckContext, 'readFile'>): Promise<string[] | undefined> {
  const packages = own(await pnpmWorkspace(context), 'packages');
  return packages === undefined ? undefined : textList(packages);
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
