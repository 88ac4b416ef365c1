import { compareText } from './finding.js';
import type { JsonValue } from './json.js';

/** A package of the target: its root, or one of its workspaces. Plain data. */
export interface TargetPackage {
  /**
   * What findings call it, unique in the target: the name in its package.json; its folder where it has no name, or
   * shares it with another package. `.` for a root without a name.
   */
  readonly name: string;
  /** Its folder, relative to the target's root, with forward slashes; empty for the root. */
  readonly folder: string;
  /** The path of its package.json, relative to the target's root. */
  readonly manifest: string;
  /** The folders of other packages inside of it, relative to the target's root: their files are not its own. */
  readonly inner: readonly string[];
}

/** What is wrong with what a target says of its packages. */
export interface PackageProblem {
  /**
   * `unknown`: which packages there are cannot be told; `unreadable`: a package is there, and its package.json is none;
   * `unlisted`: a package may lie where nothing can be listed; `outside`: a pattern leads out of the target;
   * `unmatched`: a pattern matches no package; `malformed`: something is no pattern; `same-name`: packages share a name.
   */
  readonly kind: 'unknown' | 'unreadable' | 'unlisted' | 'outside' | 'unmatched' | 'malformed' | 'same-name';
  /** The file that says so or cannot be read, relative to the target's root. */
  readonly path: string;
  /** What is wrong, as a half sentence that follows the path. */
  readonly why: string;
}

/** Gives the path of a file in a package, relative to its folder; undefined for a file that is not its own. */
export function pathsIn({ folder, inner }: TargetPackage): (path: string) => string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const others = new Set(inner);
  return (path) => {
    if (!path.startsWith(prefix)) return undefined;
    if (others.size > 0)
      for (let end = path.indexOf('/', prefix.length); end >= 0; end = path.indexOf('/', end + 1))
        if (others.has(path.slice(0, end))) return undefined;
    return path.slice(prefix.length);
  };
}

/** The id of the task of a check on a package. */
export function packageTaskId(checkId: string, { folder }: Pick<TargetPackage, 'folder'>): string {
  return `${checkId}@${folder === '' ? '.' : folder}`;
}

/** What a check returned for a package. */
export interface PackageData {
  /** The package's name. */
  readonly name: string;
  /** What it returned; undefined for nothing. */
  readonly data: JsonValue | undefined;
}

/** Data by package, in the order of their names: which of them ended first says nothing. */
export function byPackage(items: Iterable<PackageData>): Readonly<Record<string, JsonValue>> {
  const sorted = [...items].sort((a, b) => compareText(a.name, b.name));
  return Object.fromEntries(
    sorted.flatMap(({ name, data }): [string, JsonValue][] => (data === undefined ? [] : [[name, data]])),
  );
}
