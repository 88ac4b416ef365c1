import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, ScanError } from '../errors.js';
import { compareText } from '../model/finding.js';
import type { Notice } from '../model/result.js';
import type { FileEntry, Target } from '../model/target.js';
import { plural } from '../model/text.js';
import type { GitListing } from './git.js';

/** A target and its files. */
export interface FileList {
  /** What is scanned. */
  readonly target: Target;
  /** Its files, links and submodules, in order of path. */
  readonly entries: readonly FileEntry[];
  /** What could not be listed, and other things to know. */
  readonly notices: readonly Notice[];
}

/**
 * Lists a folder's files: what git tracks, and what it neither tracks nor ignores; without git, what ignore files leave.
 * @throws ScanError `SR_TARGET_NOT_FOUND`, `SR_GIT_FAILED`, `SR_GIT_INDEX_EMPTY`, `SR_NO_FILES`: an empty list is never clean.
 */
export async function listFiles(path: string): Promise<FileList> {
  const root = await rootOf(path);
  const notices: Notice[] = [];
  const repository = findRepository(root);
  const listing = repository === undefined ? undefined : await (await import('./git.js')).listGit(root);
  if (repository !== undefined && listing === undefined) {
    notices.push({
      code: 'no-git',
      level: 'warning',
      message: 'git is not installed: files were listed by walking the folder, and checks that ask git will say so.',
    });
  }
  const known = listing && usable(root, repository, listing, notices);
  if (known === undefined) return fromWalk(root, notices);
  const entries = statAll(root, known.entries, notices);
  if (known.badNames.length > 0)
    notices.push(unlisted(known.badNames, 'has a name that is not UTF-8', 'have names that are not UTF-8'));
  assertSome(root, entries);
  const target: Target = {
    kind: 'git',
    name: basename(root),
    root,
    ...(known.commit === undefined ? {} : { commit: known.commit }),
    ...(known.branch === undefined ? {} : { branch: known.branch }),
  };
  return { target, entries, notices };
}

async function rootOf(path: string): Promise<string> {
  try {
    const root = await realpath(path);
    if (!statSync(root).isDirectory())
      throw new ScanError('SR_TARGET_NOT_FOUND', `The target ${path} is not a folder.`);
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

/** The folder above or at `root` that holds `.git`. */
export function findRepository(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false })) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The listing where it can be trusted; undefined where the folder must be walked. */
function usable(
  root: string,
  repository: string | undefined,
  listing: GitListing,
  notices: Notice[],
): GitListing | undefined {
  if (listing.entries.some((entry) => entry.mode !== undefined)) return listing;
  const isTop = repository === root;
  if (listing.commit !== undefined && isTop && hasFiles(root)) {
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
    return listing;
  }
  if (isTop) return listing;
  notices.push({
    code: 'ignored-by-git',
    level: 'info',
    message: 'The repository around this folder ignores it: the folder was walked instead.',
  });
  return undefined;
}

function hasFiles(root: string): boolean {
  return readdirSync(root).some((name) => name !== '.git');
}

async function fromWalk(root: string, notices: Notice[]): Promise<FileList> {
  const { walk } = await import('./walk.js');
  const { paths, unreadable } = walk(root);
  const entries = statAll(
    root,
    paths.map((path) => ({ path })),
    notices,
  );
  if (unreadable.length > 0) {
    notices.push(
      unlisted(
        unreadable.map(({ path, code }) => `${path} (${code})`),
        'could not be opened',
        'could not be opened',
      ),
    );
  }
  assertSome(root, entries);
  return { target: { kind: 'directory', name: basename(root), root }, entries, notices };
}

function assertSome(root: string, entries: readonly FileEntry[]): void {
  if (entries.length === 0) throw new ScanError('SR_NO_FILES', `No file is left to look at in ${root}.`);
}

/** Stats every path. Synchronously: for 27,000 files a seventh of the time of promises. */
function statAll(
  root: string,
  listed: readonly { readonly path: string; readonly mode?: string | undefined }[],
  notices: Notice[],
): FileEntry[] {
  const entries: FileEntry[] = [];
  const odd: string[] = [];
  for (const item of listed) {
    const absolute = join(root, item.path);
    const tracked = 'mode' in item ? { tracked: item.mode !== undefined } : {};
    const stats = statOf(absolute);
    if (stats === undefined) continue;
    if (typeof stats === 'string') odd.push(`${item.path} (${stats})`);
    else if (item.mode === '160000')
      entries.push({
        path: item.path,
        sizeBytes: 0,
        modifiedMs: stats.mtimeMs,
        type: 'submodule',
        executable: false,
        ...tracked,
      });
    else if (stats.isSymbolicLink())
      entries.push({
        path: item.path,
        sizeBytes: stats.size,
        modifiedMs: stats.mtimeMs,
        type: 'symlink',
        executable: false,
        linkTarget: readlinkSync(absolute),
        ...tracked,
      });
    else if (stats.isFile())
      entries.push({
        path: item.path,
        sizeBytes: stats.size,
        modifiedMs: stats.mtimeMs,
        type: 'file',
        executable: (stats.mode & 0o100) !== 0,
        ...tracked,
      });
    else if (!stats.isDirectory()) odd.push(`${item.path} (not a regular file)`);
  }
  if (odd.length > 0) notices.push(unlisted(odd, 'could not be looked at', 'could not be looked at'));
  return entries.sort((a, b) => compareText(a.path, b.path));
}

/** Stats, an error's code, or undefined for a path that is gone (deleted in the work tree, or left out by a sparse checkout). */
function statOf(path: string): Stats | string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return codeOf(error) === 'ENOTDIR' ? undefined : (codeOf(error) ?? 'unknown');
  }
}

function unlisted(names: readonly string[], one: string, many: string): Notice {
  const shown = names
    .slice(0, 5)
    .map((name) => JSON.stringify(name))
    .join(', ');
  const rest = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return {
    code: 'not-listed',
    level: 'warning',
    message: `${plural(names.length, 'entry', 'entries')} ${names.length === 1 ? one : many} and no check saw ${names.length === 1 ? 'it' : 'them'}: ${shown}${rest}.`,
  };
}
