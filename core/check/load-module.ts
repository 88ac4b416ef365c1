import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Jiti } from 'jiti';
import { codeOf } from '../errors.js';
import { builtUrl, FROM_SOURCE, OWN_ROOT } from '../own.js';
import type { AnyCheck } from './define.js';
import { pathOfUrl } from './file-url.js';
import { explainLoadError } from './load-error.js';
import { ModuleGraph, modulesIn, storeGraph } from './module-graph.js';

/** What a module exports. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** Loads TypeScript by absolute path. */
export type TypeScriptLoader = (path: string) => Promise<ModuleExports>;

/** Loads modules; one for a scan, so that a module that is imported twice is the same module, and the next scan reads it anew. */
export interface ModuleLoader {
  /** Loads TypeScript and whatever TypeScript modules import. Absent until the first TypeScript module. */
  typescript?: Promise<TypeScriptLoader>;
  /** The checks that tasks have loaded, by module. Absent before the first. */
  checks?: Map<string, AnyCheck>;
  /** Where transpiled modules are kept; undefined keeps none. A folder that cannot be written to is not used. */
  readonly cacheDir: string | undefined;
  /** The absolute path of the TypeScript configuration, which is stored with all it imports for the next start. */
  readonly entry?: string | undefined;
  /** The scan for which a thread loads modules; what is stored was then compared with its sources by the main thread. */
  readonly scan?: string;
  /** Told the URL of each module before it is loaded. */
  readonly loads?: ((url: string) => void) | undefined;
}

/** What a thread needs to load modules as the main thread does. */
export type ModuleSource = Pick<ModuleLoader, 'cacheDir' | 'entry' | 'scan'>;

const OWN_EXTENSION = FROM_SOURCE ? 'ts' : 'js';
// Tests run the sources, in which there is no JavaScript that a target's module could import: it gets the build.
const DIST = new URL(builtUrl(''));

/** The URL of a module of the running scanrun, by its path below the root and without its ending. */
export function ownModule(path: string): string {
  return new URL(`${path}.${OWN_EXTENSION}`, OWN_ROOT).href;
}

const OWN_FOLDERS = [OWN_ROOT, DIST.href].flatMap((root) => [`${root}plugins/`, `${root}reporters/`]);

/** True for the URL of a module of the running scanrun's own plugins and reporters. */
export function isOwnModule(url: string): boolean {
  return OWN_FOLDERS.some((folder) => url.startsWith(folder));
}

/** The names of the plugins or reporters that come with the running scanrun. */
export function ownNames(kind: 'plugins' | 'reporters'): string[] {
  return namesIn(new URL(`${kind}/`, OWN_ROOT), `index.${OWN_EXTENSION}`);
}

function namesIn(folder: URL, index: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(new URL(`${name}/${index}`, folder)))
    .sort();
}

/** True for a path or URL of a TypeScript module. */
export function isTypeScript(specifier: string): boolean {
  return /\.[mc]?tsx?$/.test(specifier);
}

/**
 * Loads a module by URL or absolute path: JavaScript natively, TypeScript by jiti on every Node, so that a
 * configuration behaves the same with and without type stripping and may import helpers without extensions.
 * @throws Error whose message begins with file, line and column where they are known; a ScanError that the module threw stays one.
 */
export async function loadModule(specifier: string, loader: ModuleLoader): Promise<ModuleExports> {
  const url = isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier;
  loader.loads?.(url);
  try {
    if (needsTypeScript(url, loader)) return await loadTypeScript(url, loader);
    return await loadJavaScript(url, loader);
  } catch (error) {
    throw await explainLoadError(error, url);
  }
}

/** Finds the module that a package's name stands for when it is imported from `folder`, as an `import` there would; undefined when there is none. */
export async function resolvePackage(name: string, folder: string, loader: ModuleLoader): Promise<string | undefined> {
  const jiti = await createJiti(loader.cacheDir);
  return jiti.esmResolve(name, { parentURL: pathToFileURL(join(folder, 'noop.js')).href, try: true });
}

function needsTypeScript(url: string, loader: ModuleLoader): boolean {
  // Where our own are TypeScript, vitest runs them, and knows how.
  if (isOwnModule(url)) return false;
  if (isTypeScript(url)) return true;
  // Once a TypeScript module has been loaded, its JavaScript neighbours must come from the same cache, or a check would exist twice.
  return loader.typescript !== undefined && url.startsWith('file:') && !url.includes('/node_modules/');
}

async function loadJavaScript(url: string, loader: ModuleLoader): Promise<ModuleExports> {
  try {
    return (await import(/* @vite-ignore */ url)) as ModuleExports;
  } catch (error) {
    if (!url.startsWith('file:') || !RESOLUTION_CODES.includes(codeOf(error) ?? '')) throw error;
    try {
      return await loadTypeScript(url, loader);
    } catch (second) {
      throw missesScanrun(error) ? second : error;
    }
  }
}

// What Node cannot resolve and jiti can: 'scanrun' where it is not installed (`npx scanrun`), TypeScript, and names
// without an ending, which a TypeScript configuration's JavaScript neighbours may have. A thread begins with the neighbour.
const RESOLUTION_CODES = [
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_DIR_IMPORT',
];

function missesScanrun(error: unknown): boolean {
  return /Cannot find (?:package|module) 'scanrun(?:\/[^']*)?'/.test((error as Error).message);
}

async function loadTypeScript(url: string, loader: ModuleLoader): Promise<ModuleExports> {
  loader.typescript ??= createTypeScriptLoader(loader);
  const load = await loader.typescript;
  return load(pathOfUrl(url));
}

/** Reads and compiles what the configuration's stored modules are, so that the first check does not wait for that. */
export async function prepareModules(loader: ModuleLoader): Promise<void> {
  if (loader.entry === undefined) return;
  loader.typescript ??= createTypeScriptLoader(loader, true);
  await loader.typescript;
}

/** The modules that a TypeScript configuration and what it imports were when they were last stored, by absolute path. */
export function storedModules(cacheDir: string, entry: string): readonly string[] {
  return modulesIn(graphFile(cacheDir, entry));
}

function graphFile(cacheDir: string, entry: string): string {
  return join(cacheDir, `graph-${basename(entry)}.json`);
}

/** Void for another Node, another place of ours (native imports are stored as URLs), or another way of storing. */
const GRAPH_VERSIONS = `1 ${process.version} ${OWN_ROOT}`;

/** Loads from the stored graph while it holds, and by jiti what it does not have. */
async function createTypeScriptLoader(
  { cacheDir, entry, scan }: ModuleLoader,
  ahead = false,
): Promise<TypeScriptLoader> {
  const file = cacheDir === undefined || entry === undefined ? undefined : graphFile(cacheDir, entry);
  let graph = file === undefined ? undefined : ModuleGraph.open(file, GRAPH_VERSIONS, scan !== undefined);
  if (ahead) await graph?.compile(OWN_ROOT);
  let slow = graph === undefined ? createJitiLoader(cacheDir) : undefined;
  await slow;
  return async (path) => {
    try {
      const known = graph?.find(path);
      if (known !== undefined) return await known();
    } catch {
      // Whatever it was, jiti meets it too and says it better, or can load what the graph could not.
      graph = undefined;
    }
    slow ??= createJitiLoader(cacheDir);
    const exports = await (await slow)(path);
    if (path === entry && file !== undefined) storeGraph(file, entry, GRAPH_VERSIONS, await createJiti(cacheDir));
    return exports;
  };
}

async function createJitiLoader(cacheDir: string | undefined): Promise<TypeScriptLoader> {
  let load = ownCache(await createJiti(cacheDir));
  let last: Promise<unknown> = Promise.resolve();
  const once = async (path: string): Promise<ModuleExports> => {
    try {
      return await load(path);
    } catch (error) {
      if (cacheDir === undefined || !isCacheFailure(error, cacheDir)) throw error;
      load = ownCache(await createJiti(undefined));
      return load(path);
    }
  };
  // One after another: jiti hands a second importer the half-evaluated module of the first.
  return (path) => {
    const result = last.then(() => once(path));
    last = result.catch(() => undefined);
    return result;
  };
}

/**
 * An importer with a module cache of its own. jiti has one for the process, in which a second scan would find the
 * first one's configuration, or, with `moduleCache: false`, one for each import, in which a check would exist twice.
 */
function ownCache(jiti: Jiti): TypeScriptLoader {
  const filename = fileURLToPath(new URL('scanrun-loader.cjs', import.meta.url));
  return jiti.evalModule('module.exports = jitiImport;', {
    filename,
    ext: '.cjs',
    cache: {},
    async: false,
    forceTranspile: true,
  }) as TypeScriptLoader;
}

async function createJiti(cacheDir: string | undefined): Promise<Jiti> {
  // Not `import`: to find the names that it exports would take as long as to run it.
  const jiti = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  return jiti.createJiti(import.meta.url, {
    fsCache: cacheDir ?? false,
    moduleCache: false,
    interopDefault: false,
    alias: ownAliases(),
  });
}

/** True when the folder for transpiled modules failed, not the module: full, removed or made read-only since. */
function isCacheFailure(error: unknown, cacheDir: string): boolean {
  if (codeOf(error) === 'ENOSPC') return true;
  const path = (error as { path?: unknown } | null)?.path;
  return typeof path === 'string' && path.startsWith(cacheDir);
}

/**
 * Where our own public subpaths lie. A configuration in a folder in which scanrun is not installed finds the running
 * one, and one that has another copy gets the running one as well, so that there is one instance.
 */
function ownAliases(): Record<string, string> {
  const aliases: Record<string, string> = {};
  for (const kind of ['plugins', 'reporters']) {
    const folder = new URL(`${kind}/`, DIST);
    for (const name of namesIn(folder, 'index.js'))
      aliases[`scanrun/${kind}/${name}`] = fileURLToPath(new URL(`${name}/index.js`, folder));
  }
  aliases['scanrun/browser'] = fileURLToPath(new URL('core/browser.js', DIST));
  aliases['scanrun/testing'] = fileURLToPath(new URL('core/testing.js', DIST));
  aliases.scanrun = fileURLToPath(new URL('core/index.js', DIST));
  return aliases;
}
