// A configuration and what it imports, transpiled, in one file: the next scan reads that instead of starting jiti,
// which takes 40 ms in each thread and a further millisecond for each module.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import type { Jiti } from 'jiti';

/** One module: what it was made of, what it became, and where its imports lead. */
interface StoredModule {
  readonly source: string;
  readonly code: string;
  /** By specifier: a path of the graph, or the URL of a module that is imported natively. */
  readonly imports: Readonly<Record<string, string>>;
}

interface StoredGraph {
  /** Versions of all that had a part in it; another one makes it void. */
  readonly versions: string;
  readonly modules: Readonly<Record<string, StoredModule>>;
}

type Exports = Record<string, unknown>;

/** A module that was evaluated, or is being. */
interface Evaluated {
  readonly exports: Exports;
  done: Promise<void> | undefined;
}

type Body = (
  exports: Exports,
  require: undefined,
  module: { exports: Exports },
  filename: string,
  folder: string,
  jitiImport: (specifier: string) => Promise<unknown>,
) => Promise<void>;

/** What a transpiled module may call besides plain imports of literals; one that does more is left to jiti. */
const IMPORT = /\bjitiImport\("((?:[^"\\]|\\.)*)"\)/g;
const ANY_SPECIAL = /\b(?:jitiImport|jitiESMResolve|require|__JITI_ERROR__)\b/g;

/** A stored graph whose sources are still what they were. One for each loader: evaluated modules are its own. */
export class ModuleGraph {
  readonly #modules: Readonly<Record<string, StoredModule>>;
  readonly #evaluated = new Map<string, Evaluated>();
  readonly #bodies = new Map<string, Body>();
  /** Node looks a module up anew at each import, which a hundred imports of one package would pay for. */
  readonly #native = new Map<string, Promise<Exports>>();

  private constructor(graph: StoredGraph) {
    this.#modules = graph.modules;
  }

  /**
   * Opens a stored graph; undefined when there is none, or when a module in it is no longer what it was.
   * @param trusted true in a thread: the main thread has just compared every source.
   */
  static open(file: string, versions: string, trusted: boolean): ModuleGraph | undefined {
    const graph = parse(file);
    if (graph?.versions !== versions) return undefined;
    return trusted || Object.entries(graph.modules).every(([path, { source }]) => read(path) === source)
      ? new ModuleGraph(graph)
      : undefined;
  }

  /** What loads a module of the graph, or one that such a module imports natively: it must be the same for all. Undefined for any other path. */
  find(path: string): (() => Promise<Exports>) | undefined {
    if (this.#has(path)) return () => this.load(path);
    const url = pathToFileURL(path).href;
    const isImported = Object.values(this.#modules).some(({ imports }) => Object.values(imports).includes(url));
    return isImported ? () => this.#import(url) : undefined;
  }

  /** Compiles all modules at once, which takes a fifth of doing so between tasks, and imports what they import from `own`. */
  async compile(own: string): Promise<void> {
    for (const path of Object.keys(this.#modules)) this.#bodies.set(path, this.#compiled(path));
    const urls = new Set(Object.values(this.#modules).flatMap(({ imports }) => Object.values(imports)));
    for (const url of urls) if (url.startsWith(own)) await this.#import(url);
  }

  /** Evaluates a module of the graph, once, and everything that it imports before it. */
  async load(path: string, importers: readonly string[] = []): Promise<Exports> {
    const known = this.#evaluated.get(path);
    if (known !== undefined) {
      // In a circle of imports the one that closes it sees what there is so far, as in any module system.
      if (!importers.includes(path)) await known.done;
      return known.exports;
    }
    const module = { exports: {} as Exports };
    const evaluated: Evaluated = { exports: module.exports, done: undefined };
    // Known before its first import is: what closes a circle asks for it before it has come back from that.
    this.#evaluated.set(path, evaluated);
    evaluated.done = this.#evaluate(path, module, [...importers, path]);
    await evaluated.done;
    return module.exports;
  }

  async #evaluate(path: string, module: { exports: Exports }, importers: readonly string[]): Promise<void> {
    const { imports } = this.#modules[path] as StoredModule;
    const body = this.#bodies.get(path) ?? this.#compiled(path);
    const importModule = (specifier: string): Promise<unknown> => {
      const target = imports[specifier] ?? specifier;
      return this.#has(target) ? this.load(target, importers) : this.#import(target);
    };
    await body(module.exports, undefined, module, path, dirname(path), importModule);
  }

  #compiled(path: string): Body {
    const { code } = this.#modules[path] as StoredModule;
    const source = `(async function (exports, require, module, __filename, __dirname, jitiImport) { ${code}\n});`;
    return runInThisContext(source, { filename: path }) as Body;
  }

  #has(path: string): boolean {
    return Object.hasOwn(this.#modules, path);
  }

  #import(url: string): Promise<Exports> {
    const known = this.#native.get(url) ?? (import(/* @vite-ignore */ url) as Promise<Exports>);
    this.#native.set(url, known);
    return known;
  }
}

/**
 * Stores what a module and its imports were transpiled to, after jiti has loaded them. Leaves nothing behind when one
 * of them does what a stored graph cannot: imports what it computes, or uses `require`.
 */
export function storeGraph(file: string, entry: string, versions: string, jiti: Jiti): void {
  const modules: Record<string, StoredModule> = {};
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (modules[path] !== undefined) continue;
    const module = transpile(path, jiti);
    if (module === undefined) return;
    modules[path] = module;
    waiting.push(...Object.values(module.imports).filter((target) => !target.includes(':')));
  }
  const temporary = `${file}.${process.pid}.${Date.now()}`;
  try {
    writeFileSync(temporary, JSON.stringify({ versions, modules } satisfies StoredGraph));
    renameSync(temporary, file);
  } catch {
    // The next start is as slow as this one; nothing else depends on it.
  }
}

function transpile(path: string, jiti: Jiti): StoredModule | undefined {
  const source = read(path);
  if (source === undefined) return undefined;
  const code = jiti.transform({ source, filename: path, ts: true, async: true });
  const imports: Record<string, string> = {};
  let plain = 0;
  for (const match of code.matchAll(IMPORT)) {
    plain += 1;
    const specifier = JSON.parse(`"${match[1]}"`) as string;
    const target = jiti.esmResolve(specifier, { parentURL: pathToFileURL(path).href, try: true });
    const found = target === undefined ? undefined : place(target);
    if (found === undefined) return undefined;
    imports[specifier] = found;
  }
  return (code.match(ANY_SPECIAL)?.length ?? 0) === plain ? { source, code, imports } : undefined;
}

/** The paths of the modules in a stored graph; none where there is no graph. */
export function modulesIn(file: string): readonly string[] {
  return Object.keys(parse(file)?.modules ?? {});
}

/** Where an import leads: the path of TypeScript, the URL of what Node imports itself; undefined for what only jiti can load. */
function place(url: string): string | undefined {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  const ending = extname(path);
  if (path.includes('/node_modules/') || ending === '.mjs') return url;
  if (['.ts', '.mts'].includes(ending)) return path;
  return ending === '.js' && isModulePackage(dirname(path)) ? url : undefined;
}

/** True when the nearest package.json makes `.js` a module: jiti leaves such a file to Node as well. */
function isModulePackage(folder: string): boolean {
  const text = read(join(folder, 'package.json'));
  if (text !== undefined) return (JSON.parse(text) as { type?: unknown }).type === 'module';
  return dirname(folder) !== folder && isModulePackage(dirname(folder));
}

function parse(file: string): StoredGraph | undefined {
  const text = read(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as StoredGraph;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
