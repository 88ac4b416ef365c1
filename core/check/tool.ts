import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf } from '../errors.js';
import type { CheckContext } from './context.js';

/** An optional package that a check works with. */
export interface ToolWanted {
  /** The package's name. */
  readonly name: string;
  /** The versions whose interface is known, as a semver range. */
  readonly range: string;
  /** Packages that bring it along, such as a command line: it is also found where only they see it. None when absent. */
  readonly through?: readonly string[];
  /** What to install where it is missing; its name when absent. */
  readonly install?: string;
}

/** A package that is installed for the project or for scanrun. */
export interface Tool {
  /** The package's name. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Its absolute folder, links resolved. */
  readonly folder: string;
  /** Whose it is. */
  readonly from: 'project' | 'scanrun';
}

/**
 * Finds an optional package: the project's own where the target is the user's own, else the one that is installed beside
 * scanrun. Of somebody else's target no code runs, so its packages are not even looked at.
 *
 * Ends the check as skipped, `not-installed`, where there is none of a version that is known.
 */
export async function findTool(context: Pick<CheckContext, 'target' | 'skip'>, wanted: ToolWanted): Promise<Tool> {
  const { name, range, install = name } = wanted;
  const { target } = context;
  const found = [
    ...(target.own === true ? findFrom(target.root, wanted, 'project') : []),
    ...findFrom(dirname(fileURLToPath(import.meta.url)), wanted, 'scanrun'),
  ];
  const [first] = found;
  if (first === undefined) return context.skip('not-installed', `not installed: npm i -D ${install}`);
  const { default: semver } = await import('semver');
  const fit = found.find(({ version }) => semver.satisfies(version, range, { includePrerelease: true }));
  return (
    fit ??
    context.skip(
      'not-installed',
      `${name} ${first.version} is installed, and only ${range} is known: npm i -D ${install}`,
    )
  );
}

/**
 * Imports a tool, or one of its other entry points such as `name/promise`.
 * @throws Error naming the package, its version and the folder, where it cannot be loaded.
 */
export async function importTool<Module>({ name, version, folder }: Tool, entry = name): Promise<Module> {
  try {
    return (await import(/* @vite-ignore */ importUrl(folder, name, entry))) as Module;
  } catch (error) {
    throw new Error(`${entry} (${name} ${version} in ${folder}) could not be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Requires a tool's CommonJS side, for packages whose other side does not work. Throws as `importTool`. */
export function requireTool<Module>({ name, version, folder }: Tool): Module {
  try {
    return createRequire(join(folder, 'package.json'))(folder) as Module;
  } catch (error) {
    throw new Error(`${name} ${version} in ${folder} could not be loaded: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The absolute path of the script of a tool's command: what `npx` would run with Node.js.
 * @param command the command's name; the tool's own without its scope when absent.
 * @throws Error where the tool has no such command.
 */
export function commandOf({ name, version, folder }: Tool, command = name.replace(/^@[^/]*\//, '')): string {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly bin?: unknown };
  const isMap = typeof bin === 'object' && bin !== null && Object.hasOwn(bin, command);
  const script = isMap ? textOf((bin as Record<string, unknown>)[command]) : textOf(bin);
  if (script === undefined) throw new Error(`${name} ${version} in ${folder} has no command '${command}'.`);
  return join(folder, script);
}

/** The package as a folder sees it, and as those see it that bring it along. */
function findFrom(from: string, { name, through = [] }: ToolWanted, whose: Tool['from']): Tool[] {
  const carriers = through.map((carrier) => findIn(from, carrier, whose)).filter((tool) => tool !== undefined);
  return [from, ...carriers.map(({ folder }) => folder)]
    .map((folder) => findIn(folder, name, whose))
    .filter((tool) => tool !== undefined);
}

/** Looks for a package as Node.js does: in node_modules of a folder, and of those above it. */
function findIn(from: string, name: string, whose: Tool['from']): Tool | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path)) {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version?: unknown };
      return {
        name,
        version: typeof version === 'string' ? version : '0.0.0',
        folder: dirname(realpathSync(path)),
        from: whose,
      };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** The file of an entry point of a package, by the `exports` of its package.json. */
function importUrl(folder: string, name: string, entry: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { exports } = manifest;
  const subpath = entry === name ? '.' : `.${entry.slice(name.length)}`;
  const isMap = typeof exports === 'object' && exports !== null && Object.keys(exports).every((key) => key[0] === '.');
  const value = isMap ? (exports as Record<string, unknown>)[subpath] : subpath === '.' ? exports : undefined;
  const file = fileOf(value) ?? (subpath === '.' ? (textOf(manifest.main) ?? 'index.js') : undefined);
  if (file === undefined) throw new Error(`it has no entry '${subpath}'`);
  return pathToFileURL(join(folder, file)).href;
}

/** The file that an import by Node.js gets from the conditions of an entry. */
function fileOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return textOf(value);
  for (const [condition, inner] of Object.entries(value)) {
    const found = ['node', 'import', 'default'].includes(condition) ? fileOf(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
