import { codeOf, messageOf } from '../errors.js';
import type { PackageProblem } from '../model/package.js';
import type { CheckContext } from './context.js';

/** What packages are found with: what a check sees of its target. */
export type PackageSource = Pick<CheckContext, 'readFile' | 'files'>;

const PNPM_WORKSPACE = 'pnpm-workspace.yaml';

/** The patterns by which a file names packages. */
export interface Patterns {
  /** The file. */
  readonly path: string;
  /** The folder to which they are relative; empty for the root. */
  readonly folder: string;
  /** As they are written; one that begins with `!` takes packages out again. */
  readonly globs: readonly string[];
}

/** The patterns of a manifest's `workspaces`, of npm's and Yarn's form; undefined where it has none. */
export function workspacePatterns(
  path: string,
  json: Readonly<Record<string, unknown>>,
  problems: PackageProblem[],
): Patterns | undefined {
  if (!Object.hasOwn(json, 'workspaces')) return undefined;
  const field = json.workspaces;
  const isObject = typeof field === 'object' && field !== null && !Array.isArray(field);
  // Yarn's form may hold `nohoist` alone.
  if (isObject && !Object.hasOwn(field, 'packages')) return undefined;
  const list = isObject ? (field as { readonly packages: unknown }).packages : field;
  const name = isObject ? 'workspaces.packages' : 'workspaces';
  return patternsOf(path, name, list, problems);
}

/** The patterns of pnpm-workspace.yaml; undefined where there is no such file, or it has settings alone. */
export async function pnpmPatterns(source: PackageSource, problems: PackageProblem[]): Promise<Patterns | undefined> {
  const text = await readText(source, PNPM_WORKSPACE);
  if (text === undefined) return undefined;
  const none: Patterns = { path: PNPM_WORKSPACE, folder: '', globs: [] };
  const unknown = (why: string): Patterns => {
    problems.push({ kind: 'unknown', path: PNPM_WORKSPACE, why });
    return none;
  };
  if (typeof text !== 'string') return unknown(`it cannot be read: ${text.why}`);
  const { load, YAMLException } = await import('js-yaml');
  let parsed: unknown;
  try {
    parsed = load(text);
  } catch (error) {
    return unknown(`it is not YAML: ${error instanceof YAMLException ? error.reason : messageOf(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, 'packages')) return undefined;
  return patternsOf(PNPM_WORKSPACE, 'packages', (parsed as { readonly packages: unknown }).packages, problems);
}

function patternsOf(path: string, field: string, list: unknown, problems: PackageProblem[]): Patterns {
  const slash = path.lastIndexOf('/');
  const folder = slash < 0 ? '' : path.slice(0, slash);
  const isText = (item: unknown): item is string => typeof item === 'string' && item.trim() !== '';
  const globs = Array.isArray(list) ? list.filter(isText) : [];
  if (!Array.isArray(list)) problems.push({ kind: 'malformed', path, why: `its \`${field}\` is no list of patterns` });
  else if (globs.length < list.length)
    problems.push({ kind: 'malformed', path, why: `its \`${field}\` holds something that is no pattern` });
  return { path, folder, globs };
}

/** The text of a file without a byte order mark; undefined where there is none; why, where it cannot be read. */
export async function readText(
  { readFile }: Pick<PackageSource, 'readFile'>,
  path: string,
): Promise<string | { readonly why: string } | undefined> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (error) {
    const code = codeOf(error) ?? '';
    // A folder in the way, or a file where a folder was meant: there is no such file either.
    return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code) ? undefined : { why: code === '' ? messageOf(error) : code };
  }
}
