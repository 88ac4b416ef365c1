import { posix } from 'node:path';
import type { CheckContext } from 'scanrun';
import { asObject, codeOf, own, someOf, textEntries } from './text.js';
import type { WorkspacePackage } from './workspaces.js';

type Context = Pick<CheckContext, 'readFile' | 'exec' | 'log' | 'target'>;

/** Fields of a manifest that lead to what a package runs. */
const ENTRY_FIELDS = ['main', 'module', 'browser', 'types', 'typings', 'bin', 'exports', 'publishConfig'] as const;

/** A file of a package that is missing, by its path in the target. */
export interface Missing {
  readonly item: WorkspacePackage;
  readonly path: string;
}

/**
 * The files that manifests lead to and a build would make: they are missing, and git ignores them. Where there are any,
 * what would be published is not what lies there.
 */
export async function unbuiltFiles(context: Context, items: readonly WorkspacePackage[]): Promise<Missing[]> {
  const missing: Missing[] = [];
  for (const item of items) {
    const named = ENTRY_FIELDS.flatMap((field) => pathsIn(own(item.manifest.json, field)));
    for (const path of new Set(named.map((entry) => posix.join(item.folder, entry))))
      if (!(await isThere(context, path))) missing.push({ item, path });
  }
  const products = await buildProducts(context, missing);
  return missing.filter(({ path }) => products.has(path));
}

/** Says that the answer is partial, where packages are not built. */
export function degradeUnbuilt({ degraded }: Pick<CheckContext, 'degraded'>, unbuilt: readonly Missing[]): void {
  const [first] = unbuilt;
  if (first === undefined) return;
  const names = [...new Set(unbuilt.map(({ item }) => item.name))];
  degraded(
    `Build the project first: ${first.path} is missing and ignored by git, so what is published of ${someOf(names, 3)} is not there yet.`,
    { packages: names, files: unbuilt.map(({ path }) => path) },
  );
}

/** The relative paths with an ending in a field, however deep, without patterns. */
function pathsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string')
    return /\.[a-z]+$/i.test(value) && !value.includes('*') && !value.includes(':') ? [value] : [];
  if (depth > 10) return [];
  return Object.values(Array.isArray(value) ? value : (asObject(value) ?? {})).flatMap((inner) =>
    pathsIn(inner, depth + 1),
  );
}

/** True for a file or folder of the target. */
export async function isThere({ readFile }: Pick<CheckContext, 'readFile'>, path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    // What is too large or no regular file is there; what cannot be named, or lies outside, cannot be published.
    if (['EISDIR', 'EFBIG', 'EINVAL'].includes(code)) return !path.includes('\0');
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'SR_PATH_OUTSIDE'].includes(code)) return false;
    throw error;
  }
}

/** Those of the missing files that a build makes: git ignores them, or, without git, a script builds their package. */
export async function buildProducts(context: Context, missing: readonly Missing[]): Promise<ReadonlySet<string>> {
  const inside = missing.filter(({ path }) => !path.startsWith('../') && path !== '..' && !path.includes('\0'));
  if (inside.length === 0) return new Set();
  if (context.target.kind !== 'git') return new Set(inside.filter(({ item }) => isBuilt(item)).map(({ path }) => path));
  const argv = ['git', '-c', 'core.fsmonitor=false', 'check-ignore', '--no-index', '-z', '--stdin'];
  const input = inside.map(({ path }) => `./${path}\0`).join('');
  const answer = await context.exec(argv, { input });
  // Exit code 1 says that no path is ignored; it is an answer.
  if (answer.code !== 0 && answer.code !== 1)
    context.log.warn(
      `git check-ignore failed (${answer.signal ?? `exit code ${answer.code}`}): ${answer.stderr.trim()}`,
    );
  return new Set(answer.stdout.split('\0').map((path) => path.replace(/^\.\//, '')));
}

function isBuilt({ manifest }: WorkspacePackage): boolean {
  const scripts = textEntries(own(manifest.json, 'scripts'));
  return scripts.some(([name]) => /^(?:build|prepare|prepack|prepublishOnly)$/.test(name));
}
