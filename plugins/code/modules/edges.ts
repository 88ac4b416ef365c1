import { join } from 'node:path';
import type { CheckContext } from 'scanrun';
import { plural } from 'scanrun';
import { codeOf } from '../../text.js';
import { placer } from '../paths.js';
import { components, type Edge } from './graph.js';
import { loadParser, loadResolver, type Parse } from './oxc.js';
import { type Import, langOf, type ModuleText, readModule } from './read.js';
import { valuesIn } from './syntax.js';

/** Files that can import. */
export const MODULES = '**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/** What the globs name besides is no module. */
const CAN_IMPORT = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/** The modules of a target and what leads from one to another. */
export interface ModuleGraph {
  /** How many files were read. */
  readonly modules: number;
  readonly edges: readonly Edge[];
  /** The text of each file that has edges. */
  readonly texts: ReadonlyMap<string, string>;
}

type Context = Pick<CheckContext, 'target' | 'files' | 'readFile' | 'skip' | 'degraded' | 'signal'>;

interface Found extends Import {
  readonly to: string;
}

/** Reads the imports of all files. Files that cannot be read or parsed make the answer partial. */
export async function readGraph(context: Context, globs: readonly string[]): Promise<ModuleGraph> {
  const [parse, resolve] = [await loadParser(context), await loadResolver(context)];
  const places = await placer(context);
  const modules = new Map<string, ModuleText>();
  const texts = new Map<string, string>();
  const unread: string[] = [];
  for await (const { path, type } of context.files(globs)) {
    if (type !== 'file' || !CAN_IMPORT.test(path)) continue;
    context.signal.throwIfAborted();
    const text = await textOf(context, path);
    const module = text === undefined ? undefined : readModule(parse, path, text);
    if (text === undefined || module === undefined) unread.push(path);
    else {
      modules.set(path, module);
      if (module.imports.length > 0) texts.set(path, text);
    }
  }
  const [first] = unread;
  if (first !== undefined)
    context.degraded(`The imports of ${plural(unread.length, 'file')} could not be read, such as ${first}.`, {
      files: unread.slice(0, 100),
    });
  const found = new Map<string, Found[]>();
  for (const [path, { imports }] of modules) {
    const from = join(context.target.root, path);
    const known = new Map<string, string | undefined>();
    const leadsTo = (specifier: string): string | undefined => {
      // `?raw` and `virtual:x` are for a bundler, which takes the file for something else.
      if (/[?]|^(?:node|data|https?|virtual):/.test(specifier)) return undefined;
      const absolute = resolve(from, specifier);
      const place = absolute === undefined ? undefined : places(absolute);
      return place?.at === 'target' && modules.has(place.path) ? place.path : undefined;
    };
    for (const item of imports) {
      if (!known.has(item.specifier)) known.set(item.specifier, leadsTo(item.specifier));
      const to = known.get(item.specifier);
      if (to !== undefined) found.set(path, [...(found.get(path) ?? []), { ...item, to }]);
    }
  }
  return { modules: modules.size, edges: withoutErased(found, modules, texts, parse), texts };
}

async function textOf({ readFile }: Context, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Edges, those of TypeScript that are erased because they bring types only marked so; looks only where a cycle depends on it. */
function withoutErased(
  found: ReadonlyMap<string, readonly Found[]>,
  modules: ReadonlyMap<string, ModuleText>,
  texts: ReadonlyMap<string, string>,
  parse: Parse,
): Edge[] {
  const edges = [...found].flatMap(([from, items]) => items.map((item) => edgeOf(from, item)));
  const involved = new Set(components(edges.filter(({ kind }) => kind !== 'type')).flat());
  return [...found].flatMap(([from, items]) => {
    if (!involved.has(from) || !langOf(from).startsWith('t')) return items.map((item) => edgeOf(from, item));
    const values = valuesIn(parse(from, texts.get(from) ?? '', { lang: langOf(from) }).program);
    return items.map((item) => {
      const { names, handsOn, to, kind } = item;
      const types = modules.get(to)?.types;
      const isErased =
        kind === 'static' &&
        (names?.every((name) => values !== undefined && !values.has(name)) ??
          handsOn?.every((name) => types?.has(name) === true) ??
          false);
      return edgeOf(from, isErased ? { ...item, kind: 'type' } : item);
    });
  });
}

function edgeOf(from: string, { to, kind, start }: Found): Edge {
  return { from, to, kind, start };
}
