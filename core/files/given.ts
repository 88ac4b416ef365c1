import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Problem, ScanError } from '../errors.js';
import type { FileEntry, Target } from '../model/target.js';
import { plural } from '../model/text.js';
import { type ChangeSet, changeSet } from './changes.js';

/**
 * The change set of a list of files.
 * @param cwd the folder to which the paths are relative.
 * @throws ScanError `SR_CHANGES_FILES` naming every path that is no file of the target.
 */
export function changesGiven(
  target: Target,
  entries: readonly FileEntry[],
  cwd: string,
  given: readonly string[],
): ChangeSet {
  const listed = new Set(entries.map(({ path }) => path));
  const paths = new Set<string>();
  const problems: Problem[] = [];
  for (const name of given) {
    const path = below(target.root, resolve(cwd, name));
    const what = path === undefined ? `lies outside of the target ${target.root}` : problemOf(target, listed, path);
    if (what !== undefined) problems.push({ where: name, what });
    else if (path !== undefined) paths.add(path);
  }
  if (problems.length === 0) return changeSet({ kind: 'files', paths, unlisted: [] }, entries, () => false);
  const all = problems.map(({ where, what }) => `${JSON.stringify(where)} ${what}`).join('; ');
  throw new ScanError(
    'SR_CHANGES_FILES',
    `${plural(problems.length, 'path')} of --files-from cannot be scanned: ${all}.`,
    {
      problems,
    },
  );
}

/** What is wrong with a path of the target; undefined for one of its files. */
function problemOf({ root, kind }: Target, listed: ReadonlySet<string>, path: string): string | undefined {
  if (listed.has(path)) return undefined;
  const stats = statOf(join(root, path));
  if (stats === undefined) return 'does not exist';
  if (stats.isDirectory()) return 'is a folder; name its files';
  return kind === 'git'
    ? 'is not listed: git ignores it, or it lies in a repository of its own'
    : 'is not listed: an ignore file names it, or it is no regular file';
}

/** A path relative to the root with forward slashes; undefined for one outside. The folder may be given by a link. */
function below(root: string, absolute: string): string | undefined {
  for (const path of [absolute, throughLinks(absolute)]) {
    const short = path === undefined ? '..' : relative(root, path);
    if (short !== '..' && !short.startsWith(`..${sep}`) && resolve(root, short) === path)
      return short.split(sep).join('/');
  }
  return undefined;
}

/** The path with the links of its folders resolved, not its own: a link is a file of the target. */
function throughLinks(absolute: string): string | undefined {
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return undefined;
  }
}

function statOf(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
