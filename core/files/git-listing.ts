import type { Notice } from '../model/result.js';
import { plural } from '../model/text.js';
import { ContentIds, ID_BYTES, type IdHash } from './content-id.js';
import type { GitAnswer, WorkTree } from './git.js';
import { askIndex, type IndexSource, indexStats, isSameIndex, notListed, openIndex, prefixOf } from './git-source.js';
import { Listing } from './listing.js';
import { attributesOf, globalAttributeFiles } from './lossy.js';
import { records } from './records.js';
import { shown } from './unlisted.js';

/** What git says of a folder, and what lies there. */
export interface GitListing {
  readonly listing: Listing;
  readonly ids: ContentIds;
  /** The files that Git LFS stores; undefined where git could not say. */
  readonly lfs: ReadonlySet<string> | undefined;
  readonly notices: readonly Notice[];
  /** The hash that names the repository's objects. */
  readonly hash: IdHash;
  /** True when git's index has entries here. */
  readonly tracksSome: boolean;
  /** How many of what could not be listed are tracked; they come first. */
  readonly trackedUnlisted: number;
  /** Whether a tracked file whose name is not UTF-8 may differ from what the index records; its name as Latin-1. */
  mayDiffer(name: string): boolean;
  /** The commit that is checked out; undefined before the first. */
  readonly commit: string | undefined;
  /** The branch that is checked out; undefined on a detached head. */
  readonly branch: string | undefined;
  /** True for a clone that lacks older commits. */
  readonly isShallow: boolean;
}

/** What `git rev-parse` knows. */
interface Facts {
  /** False where the repository's settings put its files elsewhere. */
  readonly isInside: boolean;
  /** Undefined where it failed before it came to that. */
  readonly hash: IdHash | undefined;
  readonly isShallow: boolean;
  /** The way from the folder up to the top of the work tree, such as `../../`. */
  readonly up: string | undefined;
  readonly commit: string | undefined;
  readonly branch: string | undefined;
}

/** Times that a listing begins anew because another program changed the index meanwhile. */
const TRIES = 3;

const NO_LFS: Notice = {
  code: 'git-warning',
  level: 'warning',
  message: 'git could not say which files Git LFS stores: none is taken for one.',
};

const OTHERS = ['ls-files', '-z', '--others', '--exclude-standard'];
const FACTS = [
  'rev-parse',
  '--is-inside-work-tree',
  '--show-object-format',
  '--is-shallow-repository',
  '--show-cdup',
  'HEAD',
  '--abbrev-ref',
  'HEAD',
];
/** Compares stat data as strictly as it can, whatever the repository sets. Submodules have settings of their own, and are not entered. */
const TOUCHED = [
  '-c',
  'core.checkStat=default',
  '-c',
  'core.trustctime=true',
  'diff-files',
  '-z',
  '--name-only',
  '--relative',
  '--ignore-submodules=all',
];

/**
 * Lists a folder of a git work tree: what the index has, and what git neither tracks nor ignores.
 * @param remember Whether what the index records of changed files is kept, for a comparison with another commit.
 * @throws ScanError `SR_GIT_FAILED` with what git printed.
 */
export async function listGit(root: string, tree: WorkTree, remember: boolean): Promise<GitListing> {
  for (let left = TRIES; ; left -= 1) {
    const before = indexStats(tree);
    const listed = await listOnce(root, tree, remember);
    // Else a file that was tracked meanwhile would be in neither list.
    if (left === 1 || isSameIndex(before, indexStats(tree))) return listed;
  }
}

async function listOnce(root: string, tree: WorkTree, remember: boolean): Promise<GitListing> {
  // The slowest of all comes first, and runs while this thread works.
  const others = tree.run(root, OTHERS);
  const revision = tree.run(root, FACTS);
  const attributes = globalAttributeFiles(root, tree);
  // Whichever fails first is reported; the others must not be rejections that nobody handles.
  for (const running of [others, revision, attributes]) running.catch(() => {});
  const opened = openIndex(tree);
  const guess = opened === undefined || opened === 'none' ? undefined : await readTracked(root, tree, opened, remember);
  const facts = factsOf(await revision);
  const { hash = 'sha1', commit, branch, isShallow } = facts;
  const prefix = prefixOf(root, tree);
  // What was read as if git was set up as usual holds where git says that it is.
  const holds = hash === (guess?.hash ?? hash) && facts.up === '../'.repeat(prefix.split('/').length - 1);
  const read =
    opened === 'none' || (holds && guess !== undefined)
      ? guess
      : await readTracked(root, tree, await askIndex(root, tree, hash), remember);
  const { listing, ids, tracksSome, touchedNames } = read ?? nothing(root, hash, remember);
  const answer = await others;
  if (answer.code !== 0) throw notListed(root, answer);
  if (!facts.isInside)
    throw notListed(root, { ...answer, stderr: 'its repository says that its files lie elsewhere (core.worktree)' });
  const trackedUnlisted = listing.unlisted.length;
  const untracked = [...records(answer.stdout, (path) => listing.unlisted.push({ path, kind: 'name' }))];
  for (const path of untracked) listing.untracked(path, false);
  const notices = [...warningsOf(answer, prefix, listing), ...nestedOf(untracked)];
  const { lossy, lfs } = await attributesOf(root, tree, listing, await attributes);
  ids.lossy = lossy;
  if (lfs === undefined) notices.push(NO_LFS);
  if (lfs !== undefined && lfs.size > 0) for (const entry of listing.entries) if (lfs.has(entry.path)) entry.lfs = true;
  const mayDiffer = (name: string): boolean => touchedNames?.has(name) ?? true;
  return { listing, ids, lfs, notices, hash, tracksSome, trackedUnlisted, mayDiffer, commit, branch, isShallow };
}

function factsOf({ code, stdout }: GitAnswer): Facts {
  const [inside, hash = '', shallow, up, commit, branch] = stdout.toString('utf8').split('\n');
  return {
    isInside: inside === 'true',
    hash: hash in ID_BYTES ? (hash as IdHash) : undefined,
    isShallow: shallow === 'true',
    up,
    // Before the first commit there is no HEAD, and git fails where it would print it.
    commit: code === 0 ? commit : undefined,
    branch: code === 0 && branch !== 'HEAD' ? branch : undefined,
  };
}

/** What became of the entries of git's index. */
interface Tracked {
  readonly listing: Listing;
  readonly ids: ContentIds;
  readonly hash: IdHash;
  readonly tracksSome: boolean;
  /** Names that are not UTF-8, as Latin-1, of files that git finds changed; undefined where it was not asked. */
  readonly touchedNames?: ReadonlySet<string>;
}

function nothing(root: string, hash: IdHash, remember: boolean): Tracked {
  return { listing: new Listing(root, remember), ids: new ContentIds(root, hash), hash, tracksSome: false };
}

/** Lists what the index has. `isRacy` says that this thread must look at each file itself. */
async function readTracked(
  root: string,
  tree: WorkTree,
  source: IndexSource,
  remember: boolean,
  isRacy = source.entries.newestSeconds >= Math.floor(source.indexedMs / 1_000),
): Promise<Tracked> {
  const { entries, indexedMs, hash } = source;
  const prefix = prefixOf(root, tree);
  // A file that changed in the very second in which the index was written would be read by git, through whatever filter
  // the repository names. Without such files git only looks, and does so faster than this thread.
  const touched = isRacy ? undefined : tree.run(root, TOUCHED);
  touched?.catch(() => {});
  const trusting = nothing(root, hash, remember);
  const { listing, ids } = trusting;
  listing.indexedMs = indexedMs;
  let tracksSome = false;
  entries.each(prefix, (entry) => {
    tracksSome = true;
    ids.use(entry.ids);
    if (touched === undefined) listing.tracked(entry);
    else listing.recorded(entry);
  });
  if (touched === undefined) return { ...trusting, tracksSome };
  const { code, stdout, stderr } = await touched;
  // It does not name files that it cannot look at, and says only that there are some.
  if (code !== 0 || stderr !== '') return readTracked(root, tree, source, remember, true);
  const touchedNames = new Set<string>();
  listing.recheck(new Set(records(stdout, (name) => touchedNames.add(name))), (place) => ids.named(place));
  return { ...trusting, tracksSome, touchedNames };
}

/** What git could not look at. It says so, and ends as if all was well. */
const CLOSED = /^warning: (could not open directory|unable to access) '(.*)': (.*)$/;

/** Turns git's warnings into what could not be listed or applied, and the rest into notices. */
function warningsOf({ stderr }: GitAnswer, prefix: string, listing: Listing): Notice[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('warning: '))
    .flatMap((line): Notice[] => {
      const [, what, from = '', cause] = CLOSED.exec(line) ?? [];
      if (cause === undefined)
        return [{ code: 'git-warning', level: 'warning', message: `git says: ${line.slice(9)}` }];
      const path = from.startsWith(prefix) ? from.slice(prefix.length) : from;
      if (what === 'unable to access') listing.unread.push({ path, cause });
      else listing.unlisted.push({ path, kind: 'folder', cause });
      return [];
    });
}

/** Says which repositories lie in this one without being a part of it. */
function nestedOf(untracked: readonly string[]): Notice[] {
  const nested = untracked.filter((path) => path.endsWith('/'));
  if (nested.length === 0) return [];
  const them = plural(nested.length, 'git repository', 'git repositories');
  const message = `${them} inside of this one ${nested.length === 1 ? 'was' : 'were'} not entered: ${shown(nested)}. Scan each as a target of its own.`;
  return [{ code: 'nested-repository', level: 'info', message }];
}
