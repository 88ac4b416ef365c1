import { compareText } from 'scanrun';
import type { DependencyKind } from '../../manifest.js';
import type { Importer, LockedPackage, LockedTree } from './tree.js';

/** A package as a reader finds it. */
export interface Found extends Omit<LockedPackage, 'dependencies' | 'dev' | 'optional' | 'folders'> {
  /** What the lockfile calls it; unique in it. */
  readonly key: string;
  /** Keys of what it depends on. */
  readonly needs: readonly string[];
  /** Where it is installed. */
  readonly folders: readonly string[];
  /** What the lockfile itself says; undefined where it says nothing. */
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** A dependency of an importer with the key of what it became. */
export interface FoundDependency {
  readonly name: string;
  readonly kind?: DependencyKind;
  readonly spec?: string;
  readonly key?: string;
  readonly link?: true;
}

/** What a reader makes of a lockfile. */
export interface Reading extends Omit<LockedTree, 'packages' | 'importers' | 'path' | 'installed'> {
  readonly found: readonly Found[];
  readonly importers: readonly { readonly folder: string; readonly dependencies: readonly FoundDependency[] }[];
}

/** Where a lockfile lies. */
export interface LockfilePlace {
  /** Its path in the target. */
  readonly path: string;
  /** True for the record of an installation. */
  readonly installed: boolean;
}

/**
 * Makes the tree of what a reader found: one entry for each version of a package, however often it is installed. What
 * has another hash is another entry: of two, a weak or changed one must not hide behind the other.
 */
export function buildTree({ found, importers, ...rest }: Reading, place: LockfilePlace): LockedTree {
  const groups = new Map<string, Found[]>();
  for (const item of found) {
    const identity = JSON.stringify([item.name, item.version, item.source, item.resolved ?? null, hashOf(item)]);
    const group = groups.get(identity);
    if (group === undefined) groups.set(identity, [item]);
    else group.push(item);
  }
  const sorted = [...groups.values()].sort(
    ([a], [b]) => compareText(a?.name ?? '', b?.name ?? '') || compareText(a?.version ?? '', b?.version ?? ''),
  );
  const indexOf = new Map(sorted.flatMap((group, index) => group.map(({ key }) => [key, index] as const)));
  const indices = (keys: readonly string[]): number[] =>
    [...new Set(keys.flatMap((key) => indexOf.get(key) ?? []))].sort((a, b) => a - b);
  const merged = sorted.map((group) => merge(group, indices(group.flatMap(({ needs }) => needs))));
  const linked: Importer[] = importers.map(({ folder, dependencies }) => ({
    folder,
    dependencies: dependencies.map(({ key, ...dependency }) => {
      const to = key === undefined ? undefined : indexOf.get(key);
      return to === undefined ? dependency : { ...dependency, to };
    }),
  }));
  return { ...rest, ...place, packages: markDev(merged, linked, sorted), importers: linked };
}

/** The hash of the package itself; a checksum of later Yarns is of an archive that Yarn makes, also of a patched one. */
function hashOf({ integrity }: Found): string | null {
  return integrity !== undefined && /^sha\d+-/.test(integrity) ? integrity : null;
}

function merge(group: readonly Found[], dependencies: readonly number[]): LockedPackage {
  const [first] = group as [Found, ...Found[]];
  const { key: _, needs, dev, optional, asked: __, ...own } = first;
  const ranges = group.flatMap(({ asked }) => asked ?? []);
  return {
    ...own,
    ...(group.every(({ asked }) => asked !== undefined) ? { asked: [...new Set(ranges)].sort(compareText) } : {}),
    ...(group.every((item) => item.optional === true) ? { optional: true as const } : {}),
    folders: [...new Set(group.flatMap(({ folders }) => folders))],
    dependencies,
  };
}

/**
 * Marks what only development needs: what the lockfile says, else what no way of production leads to. What nothing
 * leads to counts as production, since a reader that lost its way must not hide it.
 */
function markDev(
  packages: readonly LockedPackage[],
  importers: readonly Importer[],
  groups: readonly (readonly Found[])[],
): LockedPackage[] {
  const reached = (isStart: (kind: DependencyKind | undefined) => boolean): Set<number> => {
    const seen = new Set<number>();
    const queue = importers.flatMap(({ dependencies }) =>
      dependencies.flatMap(({ kind, to }) => (to !== undefined && isStart(kind) ? [to] : [])),
    );
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      queue.push(...(packages[at]?.dependencies ?? []));
    }
    return seen;
  };
  const production = reached((kind) => kind !== 'dev');
  const development = reached((kind) => kind === 'dev');
  return packages.map((item, index) => {
    const said = (groups[index] ?? []).map(({ dev }) => dev).filter((dev) => dev !== undefined);
    const dev = said.length > 0 ? said.every(Boolean) : development.has(index) && !production.has(index);
    return dev ? { ...item, dev: true } : item;
  });
}
