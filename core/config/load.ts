import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { explainLoadError } from '../check/load-error.js';
import { loadModule, type ModuleExports, type ModuleLoader } from '../check/load-module.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import type { Notice } from '../model/result.js';
import { formatBytes } from '../model/text.js';
import { jsonPlace } from './json-place.js';
import type { Steps } from './place.js';
import { type FoundConfig, findConfig, isThere, PACKAGE_KEY } from './search.js';

const MODULES = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const DATA = ['.json', '.yaml', '.yml', ''];
/** A configuration is written by people; what is larger is something else. */
const MAX_BYTES = 1_048_576;

/** A configuration as it was found, not yet validated. */
export interface LoadedConfig {
  /** The absolute path of the file. */
  readonly file: string;
  /** The steps to it inside the file: `['scanrun']` in a package.json. */
  readonly steps: Steps;
  /** What the file holds. */
  readonly config: unknown;
  /** What the reader should know about where it was found. */
  readonly notices: readonly Notice[];
}

/** Where to look for a configuration. */
export interface ConfigSearch {
  /** What a relative `configPath` is relative to. */
  readonly cwd: string;
  /** Where the search begins; `cwd` when absent. */
  readonly targetRoot?: string;
  /** The file to use, from `--config` or `SCANRUN_CONFIG`; nothing is searched. */
  readonly configPath?: string;
  /** The folder at which the search ends without looking into it; the user's home when absent. */
  readonly home?: string;
  /** Loads configurations that are modules. */
  readonly loader: ModuleLoader;
}

/**
 * Loads the configuration: the named one, or the first that is found in the target's folder and upwards to the
 * repository's root. Outside a repository only the target's folder is looked at: a folder further up may be anybody's.
 * @throws ScanError `SR_CONFIG_NOT_FOUND` when the named file is not there, `SR_CONFIG_LOAD` when a file cannot be read or run.
 */
export async function loadConfig(search: ConfigSearch): Promise<LoadedConfig | undefined> {
  if (search.configPath !== undefined) return loadConfigFile(resolve(search.cwd, search.configPath), search.loader);
  const found = findConfig(resolve(search.cwd, search.targetRoot ?? '.'), search.home);
  if (found === undefined) return undefined;
  const loaded = await loadConfigFile(found.file, search.loader);
  return {
    ...loaded,
    notices: [...loaded.notices, ...neighbourNotices(found, 'Keep one, or name the one you mean with --config.')],
  };
}

function neighbourNotices({ file, others }: FoundConfig, next = 'Keep one.'): Notice[] {
  if (others.length === 0) return [];
  const message = `${basename(file)} is used; ${others.join(', ')} in the same folder ${others.length === 1 ? 'is' : 'are'} not. ${next}`;
  return [{ code: 'SR_CONFIG_EXISTS', level: 'warning', message }];
}

/**
 * Loads a configuration file by its absolute path. A module's default export (`module.exports` in CommonJS) is the
 * configuration, or a promise of it; a function is refused, since nothing would be passed to it.
 * @throws ScanError `SR_CONFIG_NOT_FOUND`, `SR_CONFIG_LOAD`.
 */
export async function loadConfigFile(file: string, loader: ModuleLoader): Promise<LoadedConfig> {
  await assertReadable(file);
  const ending = extname(file);
  const name = basename(file);
  if (MODULES.includes(ending)) return { file, steps: [], config: await loadModuleConfig(file, loader), notices: [] };
  // `.scanrunrc` has no ending, as far as extname is concerned.
  if (!DATA.includes(ending)) {
    throw new ScanError('SR_CONFIG_LOAD', `${file} has an ending that no configuration has: '${ending}'.`, {
      next: `Use one of ${[...MODULES, ...DATA.slice(0, -1)].join(', ')}.`,
    });
  }
  const value = await parseData(file, ending);
  if (value === undefined || value === null)
    throw new ScanError('SR_CONFIG_LOAD', `${file} is empty.`, {
      next: 'Write a configuration into it, such as `tier: quick`, or remove it.',
    });
  if (name !== 'package.json') return { file, steps: [], config: value, notices: [] };
  const config = Object.hasOwn(value, PACKAGE_KEY) ? (value as Record<string, unknown>)[PACKAGE_KEY] : undefined;
  if (config === undefined)
    throw new ScanError('SR_CONFIG_LOAD', `${file} has no '${PACKAGE_KEY}' key.`, {
      next: `Add a '${PACKAGE_KEY}' key, or name another file with \`--config\`.`,
    });
  return { file, steps: [PACKAGE_KEY], config, notices: [] };
}

/** The names of the user's own file in `~/.config/scanrun`: data only, since it is read for every project. */
const USER_PLACES: readonly string[] = ['config.json', 'config.yaml', 'config.yml'];

/**
 * Loads the user's own settings from their folder, the first of `config.json`, `config.yaml` and `config.yml`.
 * @throws ScanError `SR_CONFIG_LOAD` when the file cannot be read or parsed.
 */
export async function loadUserConfig(folder: string): Promise<LoadedConfig | undefined> {
  const [first, ...others] = USER_PLACES.filter((name) => isThere(folder, name));
  if (first === undefined) return undefined;
  const file = join(folder, first);
  const loaded = await loadConfigFile(file, { cacheDir: undefined });
  return { ...loaded, notices: neighbourNotices({ file, others }) };
}

async function assertReadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') {
      throw new ScanError('SR_CONFIG_NOT_FOUND', `There is no configuration file ${file}.`, { cause: error });
    }
    throw new ScanError('SR_CONFIG_LOAD', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  });
  if (found.isDirectory())
    throw new ScanError('SR_CONFIG_LOAD', `${file} is a folder, not a configuration file.`, {
      next: 'Name a file in it, or rename the folder.',
    });
  if (!found.isFile()) throw new ScanError('SR_CONFIG_LOAD', `${file} is not a regular file.`);
  if (found.size > MAX_BYTES)
    throw new ScanError(
      'SR_CONFIG_LOAD',
      `${file} has ${formatBytes(found.size)}; a configuration has at most ${formatBytes(MAX_BYTES)}.`,
      { next: 'Check that this is the file you mean.' },
    );
}

async function loadModuleConfig(file: string, loader: ModuleLoader): Promise<unknown> {
  let config: unknown;
  try {
    config = await defaultExport(await loadModule(file, loader));
  } catch (error) {
    const explained = await explainLoadError(error, pathToFileURL(file).href);
    if (explained instanceof ScanError) throw explained;
    throw new ScanError('SR_CONFIG_LOAD', `The configuration could not be loaded. ${explained.message}`, {
      cause: error,
    });
  }
  if (config === undefined)
    throw new ScanError('SR_CONFIG_LOAD', `${file} has no default export.`, {
      next: 'Begin with `export default defineConfig({ ... })`.',
    });
  if (typeof config === 'function')
    throw new ScanError('SR_CONFIG_LOAD', `${file} exports a function.`, {
      next: 'Export the configuration itself: call the function, `export default make()`; a promise is awaited.',
    });
  return config;
}

/** A module's default export, or what a CommonJS module exports; that of one which was compiled from an ES module lies one level down. */
function defaultExport(module: ModuleExports): unknown {
  if (!('default' in module)) return isCommonJs(module) ? module : undefined;
  const exported = module.default;
  if (typeof exported !== 'object' || exported === null || !('__esModule' in exported)) return exported;
  return (exported as { default?: unknown }).default;
}

function isCommonJs(module: ModuleExports): boolean {
  return !('__esModule' in module) && !(Symbol.toStringTag in module) && Object.keys(module).length > 0;
}

async function parseData(file: string, ending: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ScanError('SR_CONFIG_LOAD', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  });
  if (text.trim() === '') return undefined;
  const clean = text.replace(/^\uFEFF/, '');
  const plain = ending === '.json' ? validJson(clean) : undefined;
  if (plain !== undefined) return plain.value;
  // Only cosmiconfig's parsers: its explorer runs `.config/config.js` of the working folder, and passes over files that it may not read.
  const { defaultLoaders } = await import('cosmiconfig');
  const parse = ending === '.json' ? defaultLoaders['.json'] : defaultLoaders['.yaml'];
  try {
    return parse(file, clean);
  } catch (error) {
    throw new ScanError('SR_CONFIG_LOAD', `${syntaxPlace(file, text, error)}`, {
      cause: error,
      next: 'Mend the line that the message names.',
    });
  }
}

/** Valid JSON needs no library; only its mistakes need the one that explains them, which takes 25 ms to load. */
function validJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Place and reason without the excerpt that the parsers add: it may hold a secret. */
function syntaxPlace(file: string, text: string, error: unknown): string {
  const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } };
  if (mark !== undefined)
    return `${file}:${mark.line + 1}:${mark.column + 1}: this is not valid YAML: ${reason ?? 'unknown reason'}.`;
  const place = jsonPlace(text);
  return `${file}${place === undefined ? '' : `:${place.line}:${place.column}`}: this is not valid JSON.`;
}

/** The file to read for a `reference` in a configuration that lies in `folder`: a path with or without its ending, or a folder's index. Undefined when there is none. */
export function resolveModulePath(reference: string, folder: string): string | undefined {
  const path = resolve(folder, reference);
  const isFile = (candidate: string): boolean => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true;
  const endings = [...MODULES, '.json', '.yaml', '.yml'];
  return [
    path,
    ...endings.map((ending) => path + ending),
    ...MODULES.map((ending) => join(path, `index${ending}`)),
  ].find(isFile);
}
