import { declaredIn } from '../../manifest.js';
import { asObject, asText, messageOf, own, textEntries } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import type { Found, FoundDependency, Reading } from './builder.js';
import { optional, origin } from './fields.js';
import { LockfileError } from './tree.js';

/**
 * Reads yarn.lock of Yarn 1 and of later versions.
 * @param packages the packages of the project: yarn.lock does not tell the kinds of their dependencies apart.
 * @param settings what .yarnrc.yml says: its catalogs have ranges that packages only refer to.
 * @throws LockfileError for what is none.
 */
export async function readYarnLock(
  text: string,
  packages: readonly WorkspacePackage[],
  settings: unknown,
): Promise<Reading> {
  const { parseSyml } = await import('@yarnpkg/parsers');
  let json: unknown;
  try {
    json = parseSyml(text);
  } catch (error) {
    throw new LockfileError(`it cannot be parsed: ${messageOf(error).split('\n', 1)[0]}`);
  }
  const entries = asObject(json);
  if (entries === undefined) throw new LockfileError('it has no entries');
  const metadata = own(entries, '__metadata');
  return metadata === undefined ? readClassic(entries, packages) : readBerry(entries, metadata, packages, settings);
}

type Entries = Readonly<Record<string, unknown>>;

const SAYS_NOTHING = { deprecated: false, node: false, installScript: false } as const;

/** The descriptors of an entry's key: `a@^1, a@^1.1`. */
function descriptorsOf(key: string): string[] {
  return key.split(/,\s*/).map((part) => part.trim());
}

/** `@scope/name@range` in two. */
function split(descriptor: string): readonly [name: string, range: string] {
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? [descriptor, ''] : [descriptor.slice(0, at), descriptor.slice(at + 1)];
}

/** The ranges in an entry's key: all that lead to it. */
function rangesOf(key: string): string[] {
  return descriptorsOf(key).map((descriptor) => split(descriptor)[1]);
}

/** The real name of what is asked for under an alias: `npm:name@range`. */
function aliased(range: string): string | undefined {
  const match = /^npm:((?:@[^/@]+\/)?[^@/]+)@/.exec(range);
  return match?.[1];
}

function readClassic(entries: Entries, packages: readonly WorkspacePackage[]): Reading {
  const keyOf = new Map<string, string>();
  for (const key of Object.keys(entries)) for (const descriptor of descriptorsOf(key)) keyOf.set(descriptor, key);
  const found = Object.entries(entries).map(([key, entry]): Found => {
    if (asObject(entry) === undefined) throw new LockfileError(`the entry '${key}' has no fields`);
    const [name, range] = split(descriptorsOf(key)[0] ?? key);
    const version = asText(own(entry, 'version')) ?? '';
    const needs = [...textEntries(own(entry, 'dependencies')), ...textEntries(own(entry, 'optionalDependencies'))];
    return {
      key,
      name: aliased(range) ?? name,
      version,
      ...origin(asText(own(entry, 'resolved')), range),
      ...optional('integrity', asText(own(entry, 'integrity'))),
      needs: needs.flatMap(([need, spec]) => keyOf.get(`${need}@${spec}`) ?? []),
      asked: rangesOf(key),
      folders: [],
    };
  });
  const names = new Set(packages.map((item) => item.name));
  const importers = packages.map(({ folder, manifest }) => ({
    folder,
    dependencies: declaredIn(manifest)
      .filter(({ kind }) => kind !== 'peer')
      .map(({ name, spec, kind }): FoundDependency => {
        const key = keyOf.get(`${name}@${spec}`);
        // A package of the project is linked, and has no entry; a link has none either.
        const isLink = key === undefined && (names.has(name) || /^(?:link|file|portal):/.test(spec));
        return { name, kind, ...(isLink ? { link: true } : {}), ...optional('key', key) };
      }),
  }));
  return {
    manager: 'yarn',
    format: '1',
    says: SAYS_NOTHING,
    overridden: overriddenIn(packages),
    found,
    importers,
  };
}

function readBerry(
  entries: Entries,
  metadata: unknown,
  packages: readonly WorkspacePackage[],
  settings: unknown,
): Reading {
  const resolve = resolverOf(entries, own(packages[0]?.manifest.json, 'resolutions'), settings);
  const found: Found[] = [];
  const importers: { folder: string; dependencies: FoundDependency[] }[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    if (key === '__metadata') continue;
    const resolution = asText(own(entry, 'resolution'));
    if (resolution === undefined) throw new LockfileError(`the entry '${key}' has no resolution`);
    const [name, reference] = split(resolution);
    const dependencies = textEntries(own(entry, 'dependencies'));
    if (reference.startsWith('workspace:')) {
      const folder = reference.slice('workspace:'.length).replace(/^\.$/, '');
      const kinds = kindsOf(packages.find((item) => item.folder === folder));
      importers.push({
        folder,
        dependencies: dependencies.map(([need, spec]) => {
          const target = resolve(need, spec);
          const isLink = isLocal(
            target === undefined ? `@${spec}` : (asText(own(entries[target], 'resolution')) ?? ''),
          );
          return {
            name: need,
            ...optional('kind', kinds.get(need)),
            spec,
            ...(isLink ? { link: true as const } : optional('key', target)),
          };
        }),
      });
    } else if (!isLocal(resolution)) {
      found.push(
        berryPackage(
          key,
          name,
          reference,
          entry,
          dependencies.flatMap(([need, spec]) => resolve(need, spec) ?? []),
        ),
      );
    }
  }
  const format = asText(own(metadata, 'version')) ?? '';
  return { manager: 'yarn-berry', format, says: SAYS_NOTHING, overridden: overriddenIn(packages), found, importers };
}

/** Finds the key of what a dependency became; undefined where nothing fits. */
function resolverOf(
  entries: Entries,
  resolutions: unknown,
  settings: unknown,
): (name: string, range: string) => string | undefined {
  const keyOf = new Map<string, string>();
  const byName = new Map<string, Set<string>>();
  for (const key of Object.keys(entries)) {
    for (const descriptor of descriptorsOf(key)) {
      keyOf.set(descriptor, key);
      const [name] = split(descriptor);
      byName.set(name, (byName.get(name) ?? new Set()).add(key));
    }
  }
  const rangeOf = (name: string, range: string): string => {
    const changed = asText(own(resolutions, `${name}@${range}`)) ?? asText(own(resolutions, name));
    if (changed !== undefined) return changed;
    const catalog = /^catalog:(.*)$/.exec(range)?.[1];
    if (catalog === undefined) return range;
    const ranges = catalog === '' ? own(settings, 'catalog') : own(own(settings, 'catalogs'), catalog);
    return asText(own(ranges, name)) ?? range;
  };
  return (name, range) => {
    const wanted = rangeOf(name, range);
    // What a resolution of one parent alone changed is found by its name, where that has one entry.
    const others = byName.get(name) ?? new Set();
    const only = others.size === 1 ? [...others][0] : undefined;
    return keyOf.get(`${name}@${wanted}`) ?? keyOf.get(`${name}@npm:${wanted}`) ?? only;
  };
}

/** True for what lies in the project's own folders. */
function isLocal(resolution: string): boolean {
  return /@(?:workspace|link|portal|file):/.test(resolution);
}

function berryPackage(key: string, name: string, reference: string, entry: unknown, needs: readonly string[]): Found {
  // `npm:1.2.3`, `npm:1.2.3::__archiveUrl=...`, or a patch of one; anything else is a URL or a git repository.
  const isRegistry = reference.startsWith('npm:');
  const isPatch = reference.startsWith('patch:');
  const archive = /::__archiveUrl=([^&]+)/.exec(reference)?.[1];
  const source =
    isRegistry || isPatch
      ? { source: 'registry' as const, ...optional('resolved', archive === undefined ? undefined : decoded(archive)) }
      : origin(reference, reference);
  return {
    key,
    name,
    version: asText(own(entry, 'version')) ?? '',
    ...source,
    ...optional('integrity', asText(own(entry, 'checksum'))),
    needs,
    asked: rangesOf(key),
    folders: [],
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function kindsOf(item: WorkspacePackage | undefined): ReadonlyMap<string, 'prod' | 'dev' | 'optional' | 'peer'> {
  if (item === undefined) return new Map();
  const declared = declaredIn(item.manifest);
  // What is declared twice is there for the better reason.
  return new Map(
    [...declared.filter(({ kind }) => kind === 'peer'), ...declared.filter(({ kind }) => kind !== 'peer')].map(
      ({ name, kind }) => [name, kind],
    ),
  );
}

/** The names in the root's `resolutions`: what they stand for is not what is asked for. */
function overriddenIn([root]: readonly WorkspacePackage[]): string[] {
  const patterns = Object.keys(asObject(own(root?.manifest.json, 'resolutions')) ?? {});
  return patterns.map((pattern) => {
    const last = /((?:@[^/]+\/)?[^/@]+)(?:@[^/]*)?$/.exec(pattern);
    return last?.[1] ?? pattern;
  });
}
