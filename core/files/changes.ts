import { ScanError } from '../errors.js';
import type { RunChanges } from '../model/changes.js';
import type { FileEntry, Unlisted } from '../model/target.js';
import type { ContentIds } from './content-id.js';
import { gitFailed, type WorkTree } from './git.js';
import type { GitListing } from './git-listing.js';
import { modeOf } from './listing.js';

/** The files that changed. */
export interface ChangeSet extends RunChanges {
  /** Paths of changed files: those that are there, and those that are gone. */
  readonly paths: ReadonlySet<string>;
  /** What could not be listed, and changed or may have. */
  readonly unlisted: readonly Unlisted[];
}

/** A path in which git's index differs from a tree. */
export interface Difference {
  /** Its mode in the tree; 0 where that does not have it. */
  readonly oldMode: number;
  /** The name of its content in the tree, as hex. */
  readonly oldId: string;
  /** Its mode in the index; 0 where that does not have it. */
  readonly newMode: number;
}

/** In what git's index differs from a tree. */
export interface Differences {
  readonly byPath: ReadonlyMap<string, Difference>;
  /** Names that are not UTF-8, as Latin-1. */
  readonly badNames: ReadonlySet<string>;
}

/** Makes a change set: counts what of it is there, and what is gone. */
export function changeSet(
  parts: Omit<ChangeSet, 'files' | 'removed'>,
  entries: readonly FileEntry[],
  isGone: (path: string) => boolean,
): ChangeSet {
  const { paths } = parts;
  const files = entries.reduce((sum, { path }) => sum + (paths.has(path) ? 1 : 0), 0);
  return { ...parts, files, removed: [...paths].filter(isGone).length };
}

/**
 * What differs between the common ancestor of a commit with `HEAD` and the work tree.
 * @throws ScanError `SR_CHANGES_REF`, `SR_CHANGES_SHALLOW`, `SR_CHANGES_UNRELATED`, `SR_GIT_FAILED`.
 */
export async function changesSince(root: string, tree: WorkTree, git: GitListing, ref: string): Promise<ChangeSet> {
  const base = await baseOf(root, tree, git, ref);
  const { listing, ids } = git;
  const { byPath: differences, badNames } = await differencesOf(root, tree, base);
  const paths = new Set(differences.keys());
  for (const entry of listing.entries) {
    const { path } = entry;
    const recorded = listing.changed.get(path);
    if (entry.tracked && recorded === undefined) continue;
    // What the index records is what the base had, unless the two differ.
    const old = differences.get(path);
    const before = old === undefined ? recorded : { mode: old.oldMode, id: old.oldId };
    if (before !== undefined && isAsRecorded(entry, before.mode, before.id, ids)) paths.delete(path);
    else paths.add(path);
  }
  for (const path of listing.gone.keys()) {
    if (differences.get(path)?.oldMode === 0) paths.delete(path);
    else paths.add(path);
  }
  // What a sparse checkout leaves out is neither there nor gone.
  const there = new Set(listing.entries.map(({ path }) => path));
  const isGone = (path: string): boolean =>
    !there.has(path) && (listing.gone.has(path) || differences.get(path)?.newMode === 0);
  const unlisted = listing.unlisted.filter(
    ({ kind, path }, index) =>
      kind !== 'name' || index >= git.trackedUnlisted || badNames.has(path) || git.mayDiffer(path),
  );
  return changeSet({ kind: 'since', ref, base, paths, unlisted }, listing.entries, isGone);
}

/** Whether a file is, or is again, what git records of it. Its content is read. */
export function isAsRecorded(entry: FileEntry, mode: number, id: string | undefined, ids: ContentIds): boolean {
  if (id === undefined || entry.type === 'submodule' || mode !== modeOf(entry)) return false;
  try {
    return ids.compute(entry).startsWith(`${id}:`);
  } catch {
    // It cannot be read: whoever visits it says so.
    return false;
  }
}

/** The common ancestor of a commit with the one that is checked out. */
async function baseOf(root: string, tree: WorkTree, git: GitListing, ref: string): Promise<string> {
  const wanted = ref.trim() === '' ? undefined : await oneLine(root, tree, revision(ref));
  if (wanted === undefined) {
    const next = git.isShallow
      ? `This clone is shallow: fetch it, such as with \`git fetch origin ${ref}\` or \`git fetch --unshallow\`.`
      : undefined;
    throw new ScanError('SR_CHANGES_REF', `--since ${ref}: git knows no such commit, branch or tag here.`, {
      ...(next === undefined ? {} : { next }),
    });
  }
  if (git.commit === undefined)
    throw new ScanError(
      'SR_CHANGES_REF',
      `--since ${ref}: nothing is committed yet on the branch that is checked out.`,
    );
  const base = await oneLine(root, tree, ['merge-base', '--', wanted, git.commit]);
  if (base !== undefined) return base;
  if (git.isShallow)
    throw new ScanError(
      'SR_CHANGES_SHALLOW',
      `--since ${ref}: this clone is shallow and lacks the commit from which ${ref} and HEAD both come.`,
    );
  throw new ScanError('SR_CHANGES_UNRELATED', `--since ${ref}: ${ref} and HEAD have no commit in common.`);
}

function revision(ref: string): readonly string[] {
  return ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
}

/** What a git command prints; undefined where it ends with 1, which says that there is nothing. */
async function oneLine(root: string, tree: WorkTree, args: readonly string[]): Promise<string | undefined> {
  const answer = await tree.run(root, args);
  if (answer.code === 1 || (args[0] === 'rev-parse' && answer.code !== 0)) return undefined;
  if (answer.code !== 0) throw gitFailed(`git ${args[0]} failed in ${root}`, answer);
  return answer.stdout.toString('utf8').trim();
}

/** `:old-mode new-mode old-id new-id status` */
const RAW = /^:(\d+) (\d+) ([0-9a-f]+) /;

/**
 * In what the index differs from a tree; nothing of the work tree is looked at, so no filter is run.
 * @throws ScanError `SR_GIT_FAILED`.
 */
export async function differencesOf(root: string, tree: WorkTree, base: string): Promise<Differences> {
  const output = await tree.ask(root, [
    'diff-index',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--no-abbrev',
    '--relative',
    '--ignore-submodules=none',
    base,
    '--',
  ]);
  const byPath = new Map<string, Difference>();
  const badNames = new Set<string>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0, at);
    const stop = output.indexOf(0, end + 1);
    const [, oldMode = '', newMode = '', oldId = ''] = RAW.exec(output.toString('latin1', at, end)) ?? [];
    const name = output.subarray(end + 1, stop);
    const path = name.toString('utf8');
    if (Buffer.from(path).equals(name))
      byPath.set(path, { oldMode: Number.parseInt(oldMode, 8), oldId, newMode: Number.parseInt(newMode, 8) });
    else badNames.add(name.toString('latin1'));
    at = stop + 1;
  }
  return { byPath, badNames };
}
