import { FIELDS } from '../manifest.js';
import { asObject, asText, messageOf, own, textEntries } from '../text.js';
import type { Found, FoundDependency, Reading } from './builder.js';
import { nodeRange, optional, origin } from './fields.js';
import { LockfileError } from './tree.js';

type Entries = Readonly<Record<string, unknown>>;

/**
 * Reads pnpm-lock.yaml of the versions 5 to 9, and node_modules/.pnpm/lock.yaml.
 * @throws LockfileError for what is none.
 */
export async function readPnpmLock(text: string): Promise<Reading> {
  const { loadAll, CORE_SCHEMA } = await import('js-yaml');
  let documents: unknown[];
  try {
    documents = loadAll(text, undefined, { schema: CORE_SCHEMA });
  } catch (error) {
    throw new LockfileError(`it is not YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
  // pnpm 11 writes what it runs itself with as a document before the project's own.
  const json = documents.findLast((document) => own(document, 'lockfileVersion') !== undefined);
  if (json === undefined) throw new LockfileError('it has no lockfileVersion');
  const format = formatOf(own(json, 'lockfileVersion'));
  const major = Number.parseInt(format, 10);
  if (!(major >= 5 && major <= 9)) throw new LockfileError(`its version ${format} is not known; known are 5 to 9`);
  const packages = asObject(own(json, 'packages')) ?? {};
  const snapshots = major >= 9 ? (asObject(own(json, 'snapshots')) ?? {}) : packages;
  const found = Object.entries(snapshots).map(([key, entry]) => foundAs(key, entry, packages, snapshots));
  const says = { deprecated: true, node: true, installScript: major < 9 };
  return {
    manager: 'pnpm',
    format,
    says,
    overridden: Object.keys(asObject(own(json, 'overrides')) ?? {}).map(overriddenName),
    found,
    importers: importersOf(json, snapshots),
  };
}

function formatOf(version: unknown): string {
  if (typeof version === 'number') return Number.isInteger(version) ? `${version}.0` : String(version);
  return asText(version) ?? '';
}

/** `a>b@1` overrides b. */
function overriddenName(selector: string): string {
  const last = selector.split('>').at(-1) ?? selector;
  return last.replace(/(.)@.*$/, '$1');
}

function foundAs(key: string, snapshot: unknown, packages: Entries, snapshots: Entries): Found {
  // What a peer makes of a package has a name of its own; its facts are in the entry without peers.
  const bare = withoutPeers(key);
  const entry = Object.hasOwn(packages, key) ? packages[key] : own(packages, bare);
  const parsed = parseKey(bare);
  const resolution = own(entry, 'resolution');
  const tarball = asText(own(resolution, 'tarball')) ?? asText(own(resolution, 'repo'));
  const name = asText(own(entry, 'name')) ?? parsed.name;
  const version = asText(own(entry, 'version')) ?? parsed.version;
  const isRegistry = /^\d/.test(version) && /^\d/.test(parsed.version);
  const needs = [
    ...textEntries(own(snapshot, 'dependencies')),
    ...textEntries(own(snapshot, 'optionalDependencies')),
  ].flatMap(([need, reference]) => keyFor(need, reference, snapshots) ?? []);
  const dev = own(entry, 'dev');
  const requiresBuild = own(entry, 'requiresBuild');
  return {
    key,
    name,
    version: /^\d/.test(version) ? version : '',
    ...(isRegistry
      ? { source: 'registry' as const, ...optional('resolved', tarball) }
      : origin(tarball ?? parsed.version, parsed.version)),
    ...optional('integrity', asText(own(resolution, 'integrity'))),
    ...optional('deprecated', asText(own(entry, 'deprecated'))),
    ...optional('node', nodeRange(own(entry, 'engines'))),
    ...(snapshots === packages ? { installScript: requiresBuild === true } : {}),
    ...(typeof dev === 'boolean' ? { dev } : {}),
    optional: own(entry, 'optional') === true || own(snapshot, 'optional') === true,
    folders: [`node_modules/.pnpm/${folderName(key)}/node_modules/${name}`, `node_modules/${name}`],
    needs,
  };
}

/** `a@1.0.0` of `a@1.0.0(b@2.0.0)`. */
function withoutPeers(key: string): string {
  return key.replace(/\(.*$/s, '');
}

/** Name and version of a key: `a@1.0.0`, `/a@1.0.0`, `/a/1.0.0`, `/a/1.0.0_peers`, or a URL or path. */
function parseKey(key: string): { readonly name: string; readonly version: string } {
  const text = key.replace(/^\//, '');
  const modern = /^((?:@[^/@]+\/)?[^/@]+)@(.+)$/s.exec(text);
  if (modern !== null) return { name: modern[1] ?? '', version: modern[2] ?? '' };
  const old = /^((?:@[^/]+\/)?[^/]+)\/(\d[^_/]*)/.exec(text);
  if (key.startsWith('/') && old !== null) return { name: old[1] ?? '', version: old[2] ?? '' };
  return { name: text, version: text };
}

/** The folder that pnpm gives to a package in node_modules/.pnpm, for names that are not too long for one. */
function folderName(key: string): string {
  return key
    .replace(/^\//, '')
    .replace(/^((?:@[^/]+\/)?[^/@]+)\/(?=\d)/, '$1@')
    .replaceAll('/', '+')
    .replaceAll(/\)$/g, '')
    .replaceAll(/\)\(|\(|\)/g, '_');
}

/** The key of what a reference leads to; undefined for what lies in the project's own folders, and for what is not there. */
function keyFor(name: string, reference: string, entries: Entries): string | undefined {
  if (/^(?:link|file|workspace):/.test(reference) && !Object.hasOwn(entries, `${name}@${reference}`)) {
    return Object.hasOwn(entries, reference) ? reference : undefined;
  }
  return [`${name}@${reference}`, `/${name}@${reference}`, `/${name}/${reference}`, reference, `/${reference}`].find(
    (key) => Object.hasOwn(entries, key),
  );
}

function importersOf(json: unknown, entries: Entries): Reading['importers'] {
  const importers = asObject(own(json, 'importers')) ?? { '.': json };
  return Object.entries(importers).map(([path, importer]) => ({
    folder: path === '.' ? '' : path,
    dependencies: (['dev', 'prod', 'optional'] as const).flatMap((kind) =>
      Object.entries(asObject(own(importer, FIELDS[kind])) ?? {}).map(([name, value]): FoundDependency => {
        // Version 6 and later keep range and version together, version 5 apart.
        const reference = asText(value) ?? asText(own(value, 'version')) ?? '';
        const spec = asText(own(value, 'specifier')) ?? asText(own(own(importer, 'specifiers'), name));
        const key = keyFor(name, reference, entries);
        const isLink = key === undefined && /^(?:link|file|workspace):/.test(reference);
        return {
          name,
          kind,
          ...optional('spec', spec),
          ...(isLink ? { link: true as const } : {}),
          ...optional('key', key),
        };
      }),
    ),
  }));
}
