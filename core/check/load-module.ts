import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What a module exports. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** Loads modules; one for a scan, so that a module that is imported twice is the same module. */
export interface ModuleLoader {
  /** Loads TypeScript and whatever TypeScript modules import. Absent until the first TypeScript module. */
  typescript?: Promise<(path: string) => Promise<ModuleExports>>;
  /** Where transpiled modules are kept; undefined keeps none. */
  readonly cacheDir: string | undefined;
}

/** True for a path or URL of a TypeScript module. */
export function isTypeScript(specifier: string): boolean {
  return /\.[mc]?tsx?$/.test(specifier);
}

/**
 * Loads a module by URL or absolute path: JavaScript natively, TypeScript by jiti on every Node, so that a
 * configuration behaves the same with and without type stripping and may import helpers without extensions.
 */
export async function loadModule(specifier: string, loader: ModuleLoader): Promise<ModuleExports> {
  const url = isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier;
  // Once a TypeScript module has been loaded, its JavaScript neighbours must come from the same cache, or a check would exist twice.
  if (!isTypeScript(url) && (loader.typescript === undefined || !url.startsWith('file:') || url.includes('/node_modules/'))) {
    return (await import(url)) as ModuleExports;
  }
  loader.typescript ??= createTypeScriptLoader(loader.cacheDir);
  const load = await loader.typescript;
  return load(fileURLToPath(url));
}

async function createTypeScriptLoader(cacheDir: string | undefined): Promise<(path: string) => Promise<ModuleExports>> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheDir ?? false,
    interopDefault: false,
    alias: ownAliases(),
  });
  return (path) => jiti.import<ModuleExports>(path);
}

/** Where our own public subpaths lie, for a configuration in a folder in which scanrun is not installed (`npx scanrun` elsewhere). */
function ownAliases(): Record<string, string> {
  return {};
}
