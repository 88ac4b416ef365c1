import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, ScanError } from '../errors.js';
import type { ChangeRequest } from '../model/changes.js';
import type { Notice } from '../model/result.js';
import type { FileEntry, StoredEntry, Target, Unlisted } from '../model/target.js';
import { isBinaryFile } from './binary.js';
import type { ChangeSet } from './changes.js';
import { ContentIds, type IdHash, type KnownContents } from './content-id.js';
import type { Environment, WorkTree } from './git.js';
import type { GitListing } from './git-listing.js';
import { ListedFile, Listing } from './listing.js';
import { repositoryOf } from './repository.js';
import type { StagedListing, StagedTree } from './staged.js';
import { topOf } from './top.js';
import { leaveOutTwins } from './twins.js';
import { unlistedNotices, unreadNotices } from './unlisted.js';

/** A target and its files. */
export interface FileIndex {
  /** What is scanned. */
  readonly target: Target;
  /** Its files, links and submodules, in order of path. */
  readonly entries: readonly StoredEntry[];
  /** What is there and could not be listed: no check sees it. */
  readonly unlisted: readonly Unlisted[];
  /** What could not be listed, and other things to know. */
  readonly notices: readonly Notice[];
  /** The files to which the scan is restricted; absent where it is not. */
  readonly changes?: ChangeSet;
  /** What is staged, where the entries are those of git's index and not of the work tree. */
  readonly staged?: StagedTree;
  /** The hash of content ids: that of the repository, SHA-1 outside of git. */
  readonly hash: IdHash;
  /** The id of an entry's content where git's index knows it: nothing is read. Undefined for one that must be computed. */
  knownId(entry: FileEntry): string | undefined;
  /**
   * The id of an entry's content: equal for equal contents, in whatever file. Computed from the file where git does not
   * know it, once. For a submodule the commit that the index records; undefined for a repository that is no submodule.
   * Throws the file system's error for a file that cannot be read.
   */
  contentId(entry: FileEntry): string | undefined;
  /** What git's index knows of the contents of a list, in a fraction of the time that it takes to tell each: nothing is read. */
  knownContents(entries: readonly FileEntry[]): KnownContents;
  /** True for a file that git takes for binary; its beginning is read, once. Throws the file system's error. */
  isBinary(entry: FileEntry): boolean;
  /** Removes what was written for the scan. To be called when no check runs any more. */
  close(): void;
}

/** What a listing may be told. */
export interface IndexOptions {
  /** The environment of git; the process's own when absent. */
  readonly environment?: Environment | undefined;
  /** The folder to which paths in the environment, and those of given files, are relative; the target when absent. */
  readonly cwd?: string;
  /** What the scan is restricted to; nothing when absent. */
  readonly changes?: ChangeRequest | undefined;
}

/**
 * Lists a folder's files: what git tracks, and what it neither tracks nor ignores; without git, what ignore files leave.
 * For what is staged, the files of git's index.
 * @throws ScanError `SR_TARGET_NOT_FOUND`, `SR_GIT_FAILED`, `SR_GIT_INDEX_EMPTY`, `SR_NO_FILES` (an empty list is never
 * clean); for what changed also `SR_CHANGES_FILES`, `SR_CHANGES_NO_GIT`, `SR_CHANGES_REF`, `SR_CHANGES_SHALLOW`,
 * `SR_CHANGES_UNRELATED`.
 */
export async function indexFiles(path: string, options: IndexOptions = {}): Promise<FileIndex> {
  const root = await rootOf(path);
  const notices: Notice[] = [];
  const top = topOf(root);
  const { changes, cwd = root } = options;
  const git = top === undefined ? undefined : await fromGit(root, top, options, notices);
  if (git === undefined && (changes?.kind === 'since' || changes?.kind === 'staged'))
    throw new ScanError(
      'SR_CHANGES_NO_GIT',
      `--${changes.kind} asks git what changed, and git knows nothing of ${root}.`,
    );
  // A work tree stays one where git cannot be asked: its checks are planned, and say that they have no answer.
  const kind = notices.some(({ code }) => code === 'no-git') ? 'git' : 'directory';
  const index = git ?? (await fromWalk(root, kind, notices));
  if (changes?.kind !== 'files') return index;
  const { changesGiven } = await import('./given.js');
  return { ...index, changes: changesGiven(index.target, index.entries, cwd, changes) };
}

/** What an index is made of. */
interface IndexParts {
  readonly target: Target;
  readonly listing: Pick<Listing, 'entries' | 'unlisted' | 'unread'>;
  readonly ids: ContentIds;
  readonly hash: IdHash;
  readonly notices: readonly Notice[];
  readonly changes?: ChangeSet;
  readonly staged?: StagedListing;
}

function indexOf({ target, listing, ids, hash, notices, changes, staged }: IndexParts): FileIndex {
  const { entries, unlisted }: Pick<FileIndex, 'entries' | 'unlisted'> = staged ?? listing;
  // Of what is staged there may be nothing; a folder without a file is a mistake.
  if (entries.length === 0 && staged === undefined)
    throw new ScanError('SR_NO_FILES', `No file is left to look at in ${target.root}.`);
  const binary = new Map<string, boolean>();
  const knownId = (entry: FileEntry): string | undefined =>
    staged?.ids.get(entry.path) ?? ids.known(entry, ListedFile.placeOf(entry));
  return {
    target,
    entries,
    unlisted,
    notices: [...notices, ...unlistedNotices(unlisted), ...unreadNotices(listing.unread)],
    ...(changes === undefined ? {} : { changes }),
    ...(staged === undefined ? {} : { staged: staged.tree }),
    hash,
    knownId,
    contentId: (entry) => knownId(entry) ?? (entry.type === 'submodule' ? undefined : ids.compute(entry)),
    knownContents: (all) => ids.knownOf(all, ListedFile.placeOf),
    isBinary({ path, type, storedAt }: StoredEntry) {
      const known = binary.get(path) ?? (type === 'file' && isBinaryFile(storedAt ?? join(target.root, path)));
      binary.set(path, known);
      return known;
    },
    close: staged?.close ?? (() => {}),
  };
}

async function rootOf(path: string): Promise<string> {
  try {
    const root = await realpath(path);
    if (!statSync(root).isDirectory())
      throw new ScanError('SR_TARGET_NOT_FOUND', `The target ${path} is not a folder.`);
    accessSync(root, constants.R_OK | constants.X_OK);
    return root;
  } catch (error) {
    if (error instanceof ScanError) throw error;
    throw new ScanError(
      'SR_TARGET_NOT_FOUND',
      `The target ${path} cannot be opened: ${codeOf(error) ?? 'unknown error'}.`,
      { cause: error },
    );
  }
}

/** The index of a folder of a git work tree; undefined where git cannot tell its files. */
async function fromGit(
  root: string,
  top: string,
  { environment, cwd, changes }: IndexOptions,
  notices: Notice[],
): Promise<FileIndex | undefined> {
  const { WorkTree, isNoGit } = await import('./git.js');
  const { listGit } = await import('./git-listing.js');
  const tree = new WorkTree(top, environment, cwd);
  try {
    const compares = changes?.kind === 'since' || changes?.kind === 'staged';
    const git = await listGit(root, tree, compares);
    if (!git.tracksSome && !mayUse(root, tree, git, notices)) return undefined;
    return await gitIndex(root, tree, git, changes, notices);
  } catch (error) {
    if (!isNoGit(error)) throw error;
    notices.push({
      code: 'no-git',
      level: 'warning',
      message: 'git is not installed: files were listed by walking the folder, and checks that ask git say so.',
    });
    return undefined;
  }
}

async function gitIndex(
  root: string,
  tree: WorkTree,
  git: GitListing,
  request: ChangeRequest | undefined,
  before: readonly Notice[],
): Promise<FileIndex> {
  const { listing, ids, hash } = git;
  const parts = { target: gitTarget(root, tree, git), listing, ids, hash, notices: [...before, ...git.notices] };
  if (request?.kind === 'staged') {
    const { listStaged } = await import('./staged.js');
    const staged = await listStaged(root, tree, git);
    return indexOf({ ...parts, staged, changes: staged.changes });
  }
  listing.sort();
  leaveOutTwins(tree.top, listing);
  if (request?.kind !== 'since') return indexOf(parts);
  const { changesSince } = await import('./changes.js');
  return indexOf({ ...parts, changes: await changesSince(root, tree, git, request.ref) });
}

function gitTarget(root: string, tree: WorkTree, { commit, branch }: GitListing): Target {
  return {
    kind: 'git',
    name: basename(root),
    root,
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch }),
    ...repositoryOf(tree, root),
  };
}

/** Whether a listing can be used in which nothing is tracked. */
function mayUse(root: string, tree: WorkTree, { commit, listing }: GitListing, notices: Notice[]): boolean {
  const isTop = tree.top === root;
  if (commit !== undefined && isTop && readdirSync(root).some((name) => name !== '.git')) {
    throw new ScanError(
      'SR_GIT_INDEX_EMPTY',
      `The git index of ${root} is empty, but it has a commit and files lie on disk.`,
    );
  }
  if (listing.entries.length > 0) {
    notices.push({
      code: 'nothing-tracked',
      level: 'info',
      message: 'git tracks nothing here yet: the files that it does not ignore were scanned.',
    });
    return true;
  }
  if (isTop) return true;
  notices.push({
    code: 'ignored-by-git',
    level: 'info',
    message: 'The repository around this folder ignores it: the folder was walked instead.',
  });
  return false;
}

async function fromWalk(root: string, kind: Target['kind'], notices: Notice[]): Promise<FileIndex> {
  const { walk } = await import('./walk.js');
  const ids = new ContentIds(root, 'sha1');
  const listing = new Listing(root);
  const { paths, unlisted, unread } = walk(root);
  for (const path of paths) listing.untracked(path, undefined);
  listing.unlisted.push(...unlisted);
  listing.unread.push(...unread);
  listing.sort();
  const target: Target = { kind, name: basename(root), root };
  return indexOf({ target, listing, ids, hash: 'sha1', notices });
}
