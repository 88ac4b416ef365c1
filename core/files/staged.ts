// The staged content instead of that of the work tree.
//
// Where the work tree has what is staged, which git's index and else the content itself say, it is read in place. What
// differs is written into a folder of its own that only this user may enter, under numbers, and read from there under
// its own path. It is the content as git keeps it, which is what a commit will have: nothing is converted, so that no
// filter of the repository is run. What is not staged is not there: untracked files, and files that are only announced.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareText } from '../model/finding.js';
import type { FileEntry, StoredEntry, Unlisted } from '../model/target.js';
import { type FetchedBlob, fetchBlobs } from './blobs.js';
import { type ChangeSet, changeSet, differencesOf, isAsRecorded } from './changes.js';
import type { IdHash } from './content-id.js';
import type { WorkTree } from './git.js';
import type { GitListing } from './git-listing.js';
import { LINK, OWNER_MAY_EXECUTE, type Recorded, SUBMODULE, TYPE_MASK } from './listing.js';

/** What is staged where that is not what lies in the work tree. */
export interface StagedTree {
  /** Where the staged content of a path lies, by path. */
  readonly stored: ReadonlyMap<string, string>;
  /** Paths of the work tree that are not staged, and that git does not ignore. */
  readonly absent: ReadonlySet<string>;
  /** Tracked files whose staged content is not that of the work tree. */
  readonly differing: number;
}

/** A listing of what is staged. */
export interface StagedListing {
  readonly entries: readonly StoredEntry[];
  readonly unlisted: readonly Unlisted[];
  readonly changes: ChangeSet;
  readonly tree: StagedTree;
  /** Ids of the contents that were fetched, by path. */
  readonly ids: ReadonlyMap<string, string>;
  /** Removes what was stored. */
  close(): void;
}

/** The tree without entries, which every git knows. */
const EMPTY_TREE: Readonly<Record<IdHash, string>> = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
};

/** A path whose staged content is not that of the work tree. */
interface Differing {
  readonly path: string;
  readonly mode: number;
  readonly id: string;
}

/**
 * Turns a listing of the work tree into one of what is staged, with what changed since the commit that is checked out.
 * @throws ScanError `SR_GIT_FAILED`, also for a content that git does not have.
 */
export async function listStaged(root: string, tree: WorkTree, git: GitListing): Promise<StagedListing> {
  const { listing, commit, hash } = git;
  const { byPath: differences, badNames } = await differencesOf(root, tree, commit ?? EMPTY_TREE[hash]);
  const { kept, differing, absent, unlisted } = sortOut(git);
  const fetched = await store(root, tree, differing);
  const modifiedMs = listing.indexedMs;
  const made = differing.map((item, index) =>
    storedEntry(item, fetched.blobs[index], fetched.files[index], modifiedMs, git.lfs?.has(item.path) === true),
  );
  const entries = [...kept, ...made].sort((a, b) => compareText(a.path, b.path));
  const isRemoved = (path: string): boolean => differences.get(path)?.newMode === 0;
  // A file that is only announced differs from the commit, and nothing of it is staged.
  const paths = new Set([...differences.keys()].filter((path) => !absent.has(path) || isRemoved(path)));
  const base = commit === undefined ? {} : { base: commit };
  return {
    entries,
    unlisted,
    changes: changeSet(
      {
        kind: 'staged',
        ...base,
        paths,
        unlisted: unlisted.filter(({ path }) => differences.has(path) || badNames.has(path)),
      },
      entries,
      isRemoved,
    ),
    tree: {
      stored: new Map(made.flatMap(({ path, storedAt }) => (storedAt === undefined ? [] : [[path, storedAt]]))),
      absent,
      differing: differing.length,
    },
    ids: new Map(differing.map(({ path, id }, index) => [path, `${id}:${fetched.blobs[index]?.sizeBytes ?? 0}`])),
    close: fetched.close,
  };
}

/** What of a listing is staged as it lies there, what is staged otherwise, and what is not staged. */
interface SortedOut {
  readonly kept: FileEntry[];
  readonly differing: Differing[];
  readonly absent: Set<string>;
  readonly unlisted: Unlisted[];
}

function sortOut({ listing, ids, trackedUnlisted }: GitListing): SortedOut {
  const sorted: SortedOut = {
    kept: [],
    differing: [],
    absent: new Set(),
    unlisted: listing.unlisted.slice(0, trackedUnlisted),
  };
  const take = (path: string, { mode, id }: Recorded, entry: FileEntry | undefined): void => {
    if (id !== undefined && entry !== undefined && isAsRecorded(entry, mode, id, ids)) sorted.kept.push(entry);
    else if (id !== undefined) sorted.differing.push({ path, mode, id });
    else if (!listing.unmerged.has(path)) sorted.absent.add(path);
    else sorted.unlisted.push({ path, kind: 'entry', cause: 'it is in conflict, so nothing of it is staged' });
  };
  for (const entry of listing.entries) {
    const recorded = listing.changed.get(entry.path);
    if (entry.tracked === false) sorted.absent.add(entry.path);
    else if (recorded === undefined) sorted.kept.push(entry);
    else take(entry.path, recorded, entry);
  }
  for (const [path, recorded] of listing.gone) take(path, recorded, undefined);
  return sorted;
}

/** What was fetched, and where it lies, in the order of what was wanted. */
interface Stored {
  /** Undefined for a submodule, which has no content here. */
  readonly blobs: readonly (FetchedBlob | undefined)[];
  /** Undefined for what is no file. */
  readonly files: readonly (string | undefined)[];
  close(): void;
}

/** Fetches contents from git; those of files into a folder of their own. */
async function store(root: string, tree: WorkTree, differing: readonly Differing[]): Promise<Stored> {
  const types = differing.map(({ mode }) => mode & TYPE_MASK);
  if (types.every((type) => type === SUBMODULE))
    return { blobs: types.map(() => undefined), files: types.map(() => undefined), close: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-staged-'));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  const isFile = (type: number | undefined): boolean => type !== SUBMODULE && type !== LINK;
  const files = types.map((type, index) => (isFile(type) ? join(folder, String(index)) : undefined));
  try {
    const wanted = differing.flatMap(({ id }, index) =>
      types[index] === SUBMODULE ? [] : [{ id, file: files[index] }],
    );
    const fetched = await fetchBlobs(root, tree, wanted);
    return { blobs: types.map((type) => (type === SUBMODULE ? undefined : fetched.shift())), files, close };
  } catch (error) {
    close();
    throw error;
  }
}

function storedEntry(
  { path, mode }: Differing,
  blob: FetchedBlob | undefined,
  file: string | undefined,
  modifiedMs: number,
  lfs: boolean,
): StoredEntry {
  const type = (mode & TYPE_MASK) === SUBMODULE ? 'submodule' : (mode & TYPE_MASK) === LINK ? 'symlink' : 'file';
  return {
    path,
    sizeBytes: blob?.sizeBytes ?? 0,
    modifiedMs,
    type,
    executable: type === 'file' && (mode & OWNER_MAY_EXECUTE) !== 0,
    tracked: true,
    ...(type === 'symlink' && blob !== undefined ? { linkTarget: blob.bytes.toString('utf8') } : {}),
    ...(lfs ? { lfs } : {}),
    ...(file === undefined ? {} : { storedAt: file }),
  };
}
