import { type DependencyKind, declaredIn, FIELDS } from '../../manifest.js';
import { asObject, asText, messageOf, own, textEntries } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import type { Found, FoundDependency, Reading } from './builder.js';
import { licenseText, nodeRange, optional, origin } from './fields.js';
import { LockfileError } from './tree.js';

/**
 * Reads package-lock.json, npm-shrinkwrap.json and node_modules/.package-lock.json, of the versions 1, 2 and 3.
 * @param packages the packages of the project: version 1 and the record of an installation do not say what the root asks for.
 * @throws LockfileError for what is none of these.
 */
export function readNpmLock(text: string, packages: readonly WorkspacePackage[]): Reading {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new LockfileError(`it is not JSON: ${messageOf(error)}`);
  }
  const format = own(json, 'lockfileVersion');
  const entries = asObject(own(json, 'packages'));
  if (entries !== undefined) return readPackages(entries, String(format ?? 3), packages);
  const nested = asObject(own(json, 'dependencies'));
  if (nested !== undefined || format === 1) return readNested(nested ?? {}, packages);
  throw new LockfileError("it has neither 'packages' nor 'dependencies'");
}

/** What the npm formats say. */
const NPM = { manager: 'npm', overridden: [] } as const;

type Entries = Readonly<Record<string, unknown>>;

/** Versions 2 and 3: every folder of node_modules by its path. */
function readPackages(entries: Entries, format: string, packages: readonly WorkspacePackage[]): Reading {
  const found: Found[] = [];
  const importers: { folder: string; dependencies: FoundDependency[] }[] = [];
  const asked = new Map<string, string[]>();
  for (const [path, entry] of Object.entries(entries)) {
    if (asObject(entry) === undefined) throw new LockfileError(`packages['${path}'] is no object`);
    if (!isInstalledPath(path)) importers.push({ folder: path, dependencies: importedBy(path, entry, entries) });
    else if (own(entry, 'link') !== true) found.push(foundAt(path, entry, entries, asked));
  }
  const [root] = packages;
  if (!Object.hasOwn(entries, '') && root !== undefined)
    importers.unshift({ folder: '', dependencies: importedBy('', root.manifest.json, entries) });
  for (const { key, spec } of importers.flatMap(({ dependencies }) => dependencies))
    if (key !== undefined && spec !== undefined) note(asked, key, spec);
  const says = { deprecated: true, node: true, installScript: true };
  const whole = found.map((item) => ({ ...item, asked: asked.get(item.key) ?? [] }));
  return { ...NPM, format, says, found: whole, importers };
}

/** Notes that a range leads to a package. */
function note(asked: Map<string, string[]>, key: string, range: string): void {
  const ranges = asked.get(key);
  if (ranges === undefined) asked.set(key, [range]);
  else ranges.push(range);
}

function isInstalledPath(path: string): boolean {
  return path.startsWith('node_modules/') || path.includes('/node_modules/');
}

function foundAt(path: string, entry: unknown, entries: Entries, asked: Map<string, string[]>): Found {
  const version = asText(own(entry, 'version')) ?? '';
  const needs = (['prod', 'optional', 'peer'] as const).flatMap((kind) =>
    textEntries(own(entry, FIELDS[kind])).flatMap(([name, range]) => {
      const key = resolveFrom(path, name, entries);
      if (key !== undefined) note(asked, key, range);
      return key ?? [];
    }),
  );
  return {
    key: path,
    name: asText(own(entry, 'name')) ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    ...origin(asText(own(entry, 'resolved')), version),
    ...optional('integrity', asText(own(entry, 'integrity'))),
    ...optional('license', licenseText(own(entry, 'license'))),
    ...optional('deprecated', asText(own(entry, 'deprecated'))),
    ...optional('node', nodeRange(own(entry, 'engines'))),
    installScript: own(entry, 'hasInstallScript') === true,
    dev: own(entry, 'dev') === true,
    optional: own(entry, 'optional') === true || own(entry, 'devOptional') === true,
    ...(own(entry, 'inBundle') === true ? { bundled: true as const } : {}),
    folders: [path],
    needs,
  };
}

/** The path of what an import from a folder of node_modules finds, as Node.js looks for it: beside, then further up. */
function resolveFrom(path: string, name: string, entries: Entries): string | undefined {
  for (let folder = path; ; ) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (Object.hasOwn(entries, candidate)) return followLink(candidate, entries);
    if (folder === '') return undefined;
    const up = folder.lastIndexOf('/node_modules/');
    // A workspace's folder is not in node_modules: from there it goes on at the root.
    folder = up > 0 ? folder.slice(0, up) : '';
  }
}

/** A link leads to a package of the project, which is no key of what is installed. */
function followLink(path: string, entries: Entries): string {
  const target = own(entries[path], 'link') === true ? asText(own(entries[path], 'resolved')) : undefined;
  return target ?? path;
}

function importedBy(folder: string, entry: unknown, entries: Entries): FoundDependency[] {
  const kinds: readonly DependencyKind[] = ['dev', 'prod', 'optional', 'peer'];
  const byName = new Map<string, FoundDependency>();
  for (const kind of kinds) {
    for (const [name, spec] of textEntries(own(entry, FIELDS[kind]))) {
      if (kind === 'peer' && byName.has(name)) continue;
      const key = resolveFrom(folder, name, entries);
      const isLink = key !== undefined && !isInstalledPath(key);
      byName.set(name, {
        name,
        kind,
        spec,
        ...(isLink ? { link: true as const } : {}),
        ...(key === undefined || isLink ? {} : { key }),
      });
    }
  }
  return [...byName.values()];
}

/** Version 1: packages by name, those that could not be hoisted inside of what needs them. */
function readNested(root: Entries, packages: readonly WorkspacePackage[]): Reading {
  const found: Found[] = [];
  const top: Level = { items: root, folder: '' };
  const visit = (items: Entries, folder: string, above: readonly Level[]): void => {
    const levels: readonly Level[] = [{ items, folder }, ...above];
    for (const [name, entry] of Object.entries(items)) {
      if (asObject(entry) === undefined) throw new LockfileError(`dependencies['${name}'] is no object`);
      if (workspaceOf(entry, packages) !== undefined) continue;
      const path = `${folder}node_modules/${name}`;
      const nested = asObject(own(entry, 'dependencies')) ?? {};
      const inside: readonly Level[] = [{ items: nested, folder: `${path}/` }, ...levels];
      const needs = textEntries(own(entry, 'requires')).flatMap(([need]) => find(need, inside) ?? []);
      found.push(foundInNested(path, name, entry, needs));
      if (levels.length > MAX_DEPTH) throw new LockfileError(`dependencies are nested more than ${MAX_DEPTH} deep`);
      visit(nested, `${path}/`, levels);
    }
  };
  visit(root, '', []);
  const linked = Object.values(root).flatMap((entry) => {
    const item = workspaceOf(entry, packages);
    const nested = asObject(own(entry, 'dependencies')) ?? {};
    if (item === undefined) return [];
    visit(nested, `${item.folder}/`, [top]);
    return [importerOf(item, [{ items: nested, folder: `${item.folder}/` }, top], packages)];
  });
  const [first] = packages;
  const importers = [...(first === undefined ? [] : [importerOf(first, [top], packages)]), ...linked];
  const says = { deprecated: false, node: false, installScript: false };
  return { ...NPM, format: '1', says, found, importers };
}

/** The package of the project that an entry of version 1 stands for: `file:` and its folder. */
function workspaceOf(entry: unknown, packages: readonly WorkspacePackage[]): WorkspacePackage | undefined {
  const folder = /^file:(.+)$/.exec(asText(own(entry, 'version')) ?? '')?.[1];
  return folder === undefined ? undefined : packages.find((item) => item.folder === folder);
}

/** What a package of the project asks for; version 1 does not record it. */
function importerOf(
  { folder, manifest }: WorkspacePackage,
  levels: readonly Level[],
  packages: readonly WorkspacePackage[],
): Reading['importers'][number] {
  const dependencies = declaredIn(manifest).map(({ name, kind }): FoundDependency => {
    const level = levels.find(({ items }) => Object.hasOwn(items, name));
    const isLink = level !== undefined && workspaceOf(level.items[name], packages) !== undefined;
    return { name, kind, ...(isLink ? { link: true as const } : optional('key', find(name, levels))) };
  });
  return { folder, dependencies };
}

/** Deeper than any tree of npm: paths end at some 4,000 characters. */
const MAX_DEPTH = 200;

interface Level {
  readonly items: Entries;
  readonly folder: string;
}

function find(name: string, levels: readonly Level[]): string | undefined {
  const level = levels.find(({ items }) => Object.hasOwn(items, name));
  return level === undefined ? undefined : `${level.folder}node_modules/${name}`;
}

function foundInNested(path: string, key: string, entry: unknown, needs: readonly string[]): Found {
  const said = asText(own(entry, 'version')) ?? '';
  const alias = /^npm:(.+)@([^@]+)$/.exec(said);
  const isVersion = /^\d/.test(said);
  return {
    key: path,
    name: alias?.[1] ?? key,
    version: alias?.[2] ?? (isVersion ? said : ''),
    ...origin(asText(own(entry, 'resolved')) ?? (isVersion || alias !== null ? undefined : said), said),
    ...optional('integrity', asText(own(entry, 'integrity'))),
    dev: own(entry, 'dev') === true,
    optional: own(entry, 'optional') === true,
    ...(own(entry, 'bundled') === true ? { bundled: true as const } : {}),
    folders: [path],
    needs,
  };
}
