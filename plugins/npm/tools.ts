import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CheckContext } from 'scanrun';
import { asObject, asText, own } from './text.js';

/** A package that is installed for the project or for scanrun. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  /** Its absolute folder, links resolved. */
  readonly folder: string;
  /** What its package.json says. */
  readonly manifest: unknown;
  /** Whose it is. */
  readonly from: 'project' | 'scanrun';
}

/** What a check asks of a tool. */
export interface ToolWanted {
  /** The package's name. */
  readonly name: string;
  /** The versions whose interface is known, as a range. */
  readonly range: string;
}

/**
 * Finds an optional package: the project's own where the target is the user's own, else the one that is installed beside
 * scanrun. Of somebody else's target no code runs, so its packages are not even looked at.
 *
 * Ends the check as skipped, `not-installed`, where there is none of a version that is known.
 */
export async function findTool(
  context: Pick<CheckContext, 'target' | 'skip'>,
  { name, range }: ToolWanted,
): Promise<Tool> {
  const { default: semver } = await import('semver');
  const { target } = context;
  const found = [
    target.own ? findIn(target.root, name, 'project') : undefined,
    findIn(dirname(fileURLToPath(import.meta.url)), name, 'scanrun'),
  ].filter((tool) => tool !== undefined);
  const fit = found.find(({ version }) => semver.satisfies(version, range, { includePrerelease: true }));
  if (fit !== undefined) return fit;
  const [other] = found;
  if (other === undefined) return context.skip('not-installed', `not installed: npm i -D ${name}`);
  return context.skip(
    'not-installed',
    `${name} ${other.version} is installed, and only ${range} is known: npm i -D ${name}@latest`,
  );
}

/** Looks for a package as Node.js does: in node_modules of a folder, and of those above it. */
function findIn(from: string, name: string, whose: Tool['from']): Tool | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path)) {
      const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
      const version = asText(own(manifest, 'version')) ?? '0.0.0';
      return { name, version, folder: dirname(realpathSync(path)), manifest, from: whose };
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Imports an entry point of a tool: `.`, or a subpath such as `./utils`. */
export async function importTool<Module>(tool: Tool, entry = '.'): Promise<Module> {
  const exports = own(tool.manifest, 'exports');
  const target =
    entryOf(own(exports, entry) ?? (entry === '.' ? exports : undefined)) ??
    (entry === '.'
      ? (asText(own(tool.manifest, 'module')) ?? asText(own(tool.manifest, 'main')) ?? 'index.js')
      : undefined);
  if (target === undefined) throw new Error(`${tool.name} ${tool.version} has no entry '${entry}'.`);
  return (await import(/* @vite-ignore */ pathToFileURL(join(tool.folder, target)).href)) as Module;
}

/** The file of an entry for an import by Node.js. */
function entryOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (asObject(value) === undefined) return undefined;
  for (const condition of ['node', 'import', 'default']) {
    const found = entryOf(own(value, condition));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The absolute path of the script of a tool's command. */
export function commandOf({ name, version, folder, manifest }: Tool): string {
  const bin = own(manifest, 'bin');
  const script = asText(bin) ?? asText(own(bin, name));
  if (script === undefined) throw new Error(`${name} ${version} has no command '${name}'.`);
  return join(folder, script);
}
