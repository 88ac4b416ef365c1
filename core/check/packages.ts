import { posix } from 'node:path';
import { messageOf } from '../errors.js';
import { compareText } from '../model/finding.js';
import type { PackageProblem, TargetPackage } from '../model/package.js';
import { compileGlobs } from './glob.js';
import { type PackageSource, type Patterns, pnpmPatterns, readText, workspacePatterns } from './workspace-patterns.js';

/** A package with what its package.json says. */
export interface FoundPackage extends TargetPackage {
  /** The text of its package.json; absent where it cannot be read. */
  readonly text?: string;
  /** What its package.json says; values may have any type. Absent where it is no JSON object. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** The packages of a target. */
export interface FoundPackages {
  /** The root first, where it has a package.json, the others by folder. One whose package.json is none is among them. */
  readonly packages: readonly FoundPackage[];
  /** What could not be understood; where one is `unknown`, there may be other packages than these. */
  readonly problems: readonly PackageProblem[];
  /** Globs over the folders of the target in which packages are looked for. */
  readonly globs: readonly string[];
}

/** A workspace pattern that is normal and stays inside, and who names it. */
interface Pattern {
  readonly glob: string;
  readonly negated: boolean;
  readonly path: string;
}

/** A package before it has the name that nobody else has. */
interface Unnamed {
  readonly folder: string;
  readonly manifest: string;
  readonly text?: string;
  readonly json?: Readonly<Record<string, unknown>>;
}

/**
 * The packages of a target: the root, and what pnpm-workspace.yaml or, without its `packages`, the `workspaces` of
 * package.json (npm, Yarn) name; with Yarn also what these workspaces name themselves. This is the one place that knows
 * what a package of a target is. What is in `node_modules` is none.
 */
export async function findPackages(source: PackageSource): Promise<FoundPackages> {
  const problems: PackageProblem[] = [];
  const root = await readManifest(source, 'package.json', problems, 'unknown');
  const pnpm = await pnpmPatterns(source, problems);
  if (root === undefined && pnpm === undefined) return { packages: [], problems, globs: [] };
  const candidates = await listManifests(source);
  const first = pnpm ?? (root?.json === undefined ? undefined : workspacePatterns('package.json', root.json, problems));
  const nests = await isYarn(source, root);
  const found = new Map<string, Unnamed>();
  const queue: Patterns[] = first === undefined ? [] : [first];
  const globs: string[] = [];
  // A list that grows while it is gone through: what is named by a workspace is gone through too.
  for (const patterns of queue) {
    const usable = patterns.globs.flatMap((glob) => normal(glob, patterns, problems));
    globs.push(...usable.filter(({ negated }) => !negated).map(({ glob }) => glob));
    for (const manifest of matching(usable, candidates, problems)) {
      if (found.has(manifest)) continue;
      const item = await readManifest(source, manifest, problems, 'unreadable');
      if (item === undefined) continue;
      found.set(manifest, item);
      const own = nests && item.json !== undefined ? workspacePatterns(manifest, item.json, problems) : undefined;
      if (own !== undefined) queue.push(own);
    }
  }
  const workspaces = [...found.values()].sort((a, b) => compareText(a.folder, b.folder));
  return { packages: named(root === undefined ? workspaces : [root, ...workspaces], problems), problems, globs };
}

/** A package.json and its folder; undefined where there is none. */
async function readManifest(
  source: PackageSource,
  path: string,
  problems: PackageProblem[],
  kind: 'unknown' | 'unreadable',
): Promise<Unnamed | undefined> {
  const dir = posix.dirname(path);
  const place = { folder: dir === '.' ? '' : dir, manifest: path };
  const text = await readText(source, path);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    problems.push({ kind, path, why: `it cannot be read: ${text.why}` });
    return place;
  }
  const parsed = parseObject(text);
  if ('json' in parsed) return { ...place, text, json: parsed.json };
  problems.push({ kind, path, why: parsed.why });
  return { ...place, text };
}

/** What a text says that should be a JSON object, or why it is none. */
function parseObject(text: string): { readonly json: Readonly<Record<string, unknown>> } | { readonly why: string } {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? { json: json as Readonly<Record<string, unknown>> }
      : { why: 'it is JSON, but no object' };
  } catch (error) {
    return { why: `it is not JSON: ${messageOf(error)}` };
  }
}

async function listManifests({ files }: PackageSource): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, type } of files('**/package.json'))
    if (type === 'file' && path.endsWith('/package.json') && !path.split('/').includes('node_modules'))
      paths.push(path);
  return paths;
}

/** Only Yarn takes the `workspaces` of a workspace for packages of the project. */
async function isYarn({ files }: PackageSource, root: Unnamed | undefined): Promise<boolean> {
  const manager = root?.json?.packageManager;
  if (typeof manager === 'string') return manager.startsWith('yarn@');
  for await (const { path } of files('yarn.lock')) if (path === 'yarn.lock') return true;
  return false;
}

/** The manifests that patterns match, in order of path. */
function matching(usable: readonly Pattern[], candidates: readonly string[], problems: PackageProblem[]): string[] {
  if (usable.length === 0) return [];
  const wanted = usable
    .filter(({ negated }) => !negated)
    .map((pattern) => ({ ...pattern, matches: compileGlobs([pattern.glob]), count: 0 }));
  const unwanted = compileGlobs(usable.filter(({ negated }) => negated).map(({ glob }) => glob));
  const matched = candidates.filter((path) => {
    const folder = posix.dirname(path);
    const by = wanted.filter(({ matches }) => matches(folder));
    for (const pattern of by) pattern.count += 1;
    return by.length > 0 && !unwanted(folder);
  });
  for (const { glob, path, count } of wanted)
    if (count === 0) problems.push({ kind: 'unmatched', path, why: `its pattern '${glob}' matches no package` });
  return matched;
}

/** A pattern over folders of the target; nothing for the root, which is a package anyway, and for what lies outside. */
function normal(text: string, { path, folder }: Patterns, problems: PackageProblem[]): Pattern[] {
  const negated = text.startsWith('!');
  // `./packages/*/` and `packages/*` name the same folders, and `/packages/*` does to npm.
  const own = (negated ? text.slice(1) : text).replace(/^\/+/, '').replace(/\/+$/, '');
  const glob = posix.normalize(posix.join(folder, own));
  if (glob === '..' || glob.startsWith('../')) {
    if (!negated) problems.push({ kind: 'outside', path, why: `its pattern '${text}' leads out of the target` });
    return [];
  }
  return glob === '.' || glob === '' ? [] : [{ glob, negated, path }];
}

/** Gives each package a name that no other has, and the folders that are others'. */
function named(packages: readonly Unnamed[], problems: PackageProblem[]): FoundPackage[] {
  const folderName = ({ folder }: Unnamed): string => (folder === '' ? '.' : folder);
  const nameOf = ({ json }: Unnamed): string | undefined =>
    typeof json?.name === 'string' && json.name !== '' ? json.name : undefined;
  const bearers = new Map<string, Unnamed[]>();
  for (const item of packages) {
    const name = nameOf(item);
    if (name !== undefined) bearers.set(name, [...(bearers.get(name) ?? []), item]);
  }
  for (const [name, [first, ...others]] of bearers)
    if (first !== undefined && others.length > 0)
      problems.push({
        kind: 'same-name',
        path: first.manifest,
        why: `its name '${name}' is also that of ${others.map(({ manifest }) => manifest).join(', ')}`,
      });
  const folders = new Set(packages.map(folderName));
  const innerOf = innerFolders(packages.map(({ folder }) => folder));
  return packages.map((item) => {
    const name = nameOf(item);
    const isOwn = name !== undefined && bearers.get(name)?.length === 1 && !folders.has(name);
    return { name: isOwn ? name : folderName(item), ...item, inner: innerOf(item.folder) };
  });
}

/** Gives the folders directly inside of a folder: those that lie in another one of them are that one's. */
function innerFolders(folders: readonly string[]): (folder: string) => readonly string[] {
  const known = new Set(folders);
  const inner = new Map<string, string[]>();
  for (const folder of folders) {
    if (folder === '') continue;
    let above = folder;
    do above = above.includes('/') ? above.slice(0, above.lastIndexOf('/')) : '';
    while (above !== '' && !known.has(above));
    inner.set(above, [...(inner.get(above) ?? []), folder]);
  }
  return (folder) => inner.get(folder) ?? [];
}
