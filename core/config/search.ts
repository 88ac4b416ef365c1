// Where the configuration of a folder lies.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { codeOf, messageOf, ScanError } from '../errors.js';

/** The names of configuration files, the first that is there wins. */
export const SEARCH_PLACES: readonly string[] = [
  ...['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `scan.config.${ending}`),
  '.scanrunrc',
  ...['json', 'yaml', 'yml', 'js', 'cjs', 'mjs', 'ts'].map((ending) => `.scanrunrc.${ending}`),
  'package.json',
];

/** The key of a configuration in a package.json. */
export const PACKAGE_KEY = 'scanrun';

/** A configuration file and the ones beside it. */
export interface FoundConfig {
  /** The absolute path of the file to use. */
  readonly file: string;
  /** The names of other configuration files in the same folder, which are not read. */
  readonly others: readonly string[];
}

/**
 * The absolute path of the configuration that a scan loads: the named one, whether or not it is there, else the one that is
 * found from `cwd`; undefined for none.
 * @throws ScanError `SR_CONFIG_LOAD` where the search comes upon what cannot be read.
 */
export function configFileOf(scan: {
  readonly cwd: string;
  readonly configFile?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}): string | undefined {
  const named = scan.configFile ?? scan.environment?.SCANRUN_CONFIG;
  return named === undefined ? findConfig(resolve(scan.cwd))?.file : resolve(scan.cwd, named);
}

/** Finds the configuration of a folder: in it, or further up in the same repository. */
export function findConfig(folder: string, home: string = homedir()): FoundConfig | undefined {
  for (const place of searchFolders(folder, home)) {
    const [first, ...others] = configsIn(place);
    if (first !== undefined) return { file: join(place, first), others };
  }
  return undefined;
}

/**
 * The names of the configurations in a folder, the one that is used first.
 * @throws ScanError `SR_CONFIG_LOAD` when it cannot be told whether one is there.
 */
export function configsIn(folder: string): string[] {
  return SEARCH_PLACES.filter((name) => isThere(folder, name));
}

/** The folder and those above it up to the repository's root; the folder alone where there is no repository. */
function searchFolders(folder: string, home: string): string[] {
  const folders: string[] = [];
  for (let current = folder; ; current = dirname(current)) {
    if (current === home && current !== folder) return [folder];
    folders.push(current);
    if (existsSync(join(current, '.git'))) return folders;
    if (dirname(current) === current) return [folder];
  }
}

/** True where a folder has a configuration of that name. */
export function isThere(folder: string, name: string): boolean {
  const path = join(folder, name);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return false;
    return name !== 'package.json' || (found.isFile() && hasKey(path));
  } catch (error) {
    // What lies below a file, not a folder, is not there; anything else would be passed over in silence.
    if (codeOf(error) === 'ENOTDIR') return false;
    throw new ScanError('SR_CONFIG_LOAD', `${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** True for a package.json with a `scanrun` key. One that cannot be parsed counts when it may have one: loading it says what is wrong. */
function hasKey(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(`"${PACKAGE_KEY}"`)) return false;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, PACKAGE_KEY);
  } catch {
    return true;
  }
}
