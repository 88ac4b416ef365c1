import { join } from 'node:path';
import type { CheckContext } from 'scanrun';
import { plural } from 'scanrun';
import { codeOf } from '../../text.js';
import { placer } from '../paths.js';
import { components, type Edge } from './graph.js';
import { loadParser, loadResolver, type Parse } from './oxc.js';
import { type Import, importsIn, langOf, mayImport, typesIn } from './read.js';
import { valuesIn } from './syntax.js';

/** Files that can import. */
export const MODULES = '**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/** What the globs name besides is no module. */
const CAN_IMPORT = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/** Files that are read at a time: the next ones come while one is parsed. */
const READ_AHEAD = 16;

/** The modules of a target and what leads from one to another. */
export interface ModuleGraph {
  /** How many files were read. */
  readonly modules: number;
  readonly edges: readonly Edge[];
}

type Context = Pick<CheckContext, 'target' | 'files' | 'readFile' | 'skip' | 'degraded' | 'signal'>;

interface Found extends Import {
  readonly to: string;
}

/**
 * Reads the imports of all files. Files that cannot be read or parsed make the answer partial. No text is kept: a tree of
 * many files would be in memory as a whole.
 */
export async function readGraph(context: Context, globs: readonly string[]): Promise<ModuleGraph> {
  const [parse, resolve] = [await loadParser(context), await loadResolver(context)];
  const places = await placer(context);
  const modules = await readModules(context, globs, parse);
  const found = new Map<string, Found[]>();
  for (const [path, imports] of modules) {
    const from = join(context.target.root, path);
    const known = new Map<string, string | undefined>();
    const leadsTo = (specifier: string): string | undefined => {
      // `?raw` and `virtual:x` are for a bundler, which takes the file for something else.
      if (/[?]|^(?:node|data|https?|virtual):/.test(specifier)) return undefined;
      const absolute = resolve(from, specifier);
      const place = absolute === undefined ? undefined : places(absolute);
      return place?.at === 'target' && modules.has(place.path) ? place.path : undefined;
    };
    const leading: Found[] = [];
    for (const item of imports) {
      if (!known.has(item.specifier)) known.set(item.specifier, leadsTo(item.specifier));
      const to = known.get(item.specifier);
      if (to !== undefined) leading.push({ ...item, to });
    }
    if (leading.length > 0) found.set(path, leading);
  }
  return { modules: modules.size, edges: await withoutErased(found, context, parse) };
}

/** The text of a file; undefined where it cannot be read. */
export async function textOf(context: Pick<CheckContext, 'readFile'>, path: string): Promise<string | undefined> {
  const bytes = await bytesOf(context, path);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** What most files import. */
const NOTHING: readonly Import[] = [];

/** The imports of each file, in order of path, and none for most. */
async function readModules(
  context: Context,
  globs: readonly string[],
  parse: Parse,
): Promise<ReadonlyMap<string, readonly Import[]>> {
  const modules = new Map<string, readonly Import[]>();
  const unread: string[] = [];
  for await (const { path, bytes } of readAhead(context, globs)) {
    const imports = bytes === undefined ? undefined : importsOf(parse, path, bytes);
    if (imports === undefined) unread.push(path);
    else modules.set(path, imports.length > 0 ? imports : NOTHING);
  }
  const [first] = unread;
  if (first !== undefined)
    context.degraded(`The imports of ${plural(unread.length, 'file')} could not be read, such as ${first}.`, {
      files: unread.slice(0, 100),
    });
  return modules;
}

function importsOf(parse: Parse, path: string, bytes: Uint8Array): readonly Import[] | undefined {
  return mayImport(bytes) ? importsIn(parse, path, new TextDecoder().decode(bytes)) : NOTHING;
}

interface ReadFile {
  readonly path: string;
  /** Absent where it cannot be read. */
  readonly bytes: Uint8Array | undefined;
}

/** The files that can import, one after another; some are asked for before their turn. */
async function* readAhead(context: Context, globs: readonly string[]): AsyncGenerator<ReadFile> {
  const asked: Promise<ReadFile>[] = [];
  for await (const { path, type } of context.files(globs)) {
    if (type !== 'file' || !CAN_IMPORT.test(path)) continue;
    context.signal.throwIfAborted();
    const read = bytesOf(context, path).then((bytes) => ({ path, bytes }));
    // Whoever waits for it is told; until its turn has come that is nobody.
    read.catch(() => {});
    asked.push(read);
    if (asked.length >= READ_AHEAD) yield (await asked.shift()) as ReadFile;
  }
  for (const read of asked) yield await read;
}

async function bytesOf({ readFile }: Pick<CheckContext, 'readFile'>, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Edges, those of TypeScript that are erased because they bring types only marked so; looks only where a cycle depends on it. */
async function withoutErased(
  found: ReadonlyMap<string, readonly Found[]>,
  context: Context,
  parse: Parse,
): Promise<Edge[]> {
  const edges = [...found].flatMap(([from, items]) => items.map((item) => edgeOf(from, item)));
  const involved = new Set(components(edges.filter(({ kind }) => kind !== 'type')).flat());
  const types = new Map<string, ReadonlySet<string>>();
  const typesOf = async (path: string): Promise<ReadonlySet<string>> => {
    const known = types.get(path) ?? typesIn(parse, path, (await textOf(context, path)) ?? '');
    types.set(path, known);
    return known;
  };
  const kept: Edge[] = [];
  for (const [from, items] of found) {
    const isErasable = involved.has(from) && langOf(from).startsWith('t');
    const text = isErasable ? ((await textOf(context, from)) ?? '') : '';
    const values = isErasable ? valuesIn(parse(from, text, { lang: langOf(from) }).program) : undefined;
    for (const item of items) {
      const isErased = isErasable && item.kind === 'static' && (await bringsOnlyTypes(item, values, typesOf));
      kept.push(edgeOf(from, isErased ? { ...item, kind: 'type' } : item));
    }
  }
  return kept;
}

/** True for an import whose names are all used as types, or are types where they come from. */
async function bringsOnlyTypes(
  { names, handsOn, to }: Found,
  values: ReadonlySet<string> | undefined,
  typesOf: (path: string) => Promise<ReadonlySet<string>>,
): Promise<boolean> {
  if (names !== undefined) return names.every((name) => values !== undefined && !values.has(name));
  if (handsOn === undefined) return false;
  const types = await typesOf(to);
  return handsOn.every((name) => types.has(name));
}

function edgeOf(from: string, { to, kind, start }: Found): Edge {
  return { from, to, kind, start };
}
