import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { codeOf } from '../errors.js';
import { compareText } from '../model/finding.js';
import type { FileEntry, Unlisted } from '../model/target.js';
import type { IndexEntry } from './git-index.js';
import type { UnreadRules } from './unlisted.js';

export const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;
export const LINK = 0o120000;
export const SUBMODULE = 0o160000;
export const OWNER_MAY_EXECUTE = 0o100;
const NO_THROW = { throwIfNoEntry: false } as const;

/** The name of a content without bytes, by the hash: an entry of size 0 with another name is one that git wants looked at again. */
const EMPTY_IDS = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
];

/** Windows has no inodes that git records, and its time of change is another one. */
const HAS_INODES = process.platform !== 'win32';

/** What git's index records of a file. */
export interface Recorded {
  /** Type and permission bits. */
  readonly mode: number;
  /** The object's name, as hex; undefined where the index has no single one: a conflict, or a file only announced. */
  readonly id: string | undefined;
}

/** What is known of an entry; an absent part is undefined here. */
type Parts = {
  readonly [K in Exclude<keyof FileEntry, 'lfs'>]-?:
    | FileEntry[K]
    | (undefined extends FileEntry[K] ? undefined : never);
};

/** An entry of the list. It crosses to a thread as the plain data that it is. */
export class ListedFile implements FileEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly type: FileEntry['type'];
  readonly executable: boolean;
  declare readonly tracked?: boolean;
  declare readonly linkTarget?: string;
  declare lfs?: true;
  /** Where its content's id is kept; undefined when it must be computed. */
  readonly #place: number | undefined;

  constructor(parts: Parts, place: number | undefined) {
    this.path = parts.path;
    this.sizeBytes = parts.sizeBytes;
    this.modifiedMs = parts.modifiedMs;
    this.type = parts.type;
    this.executable = parts.executable;
    // Left out rather than undefined: each would travel to every thread with every file.
    if (parts.tracked !== undefined) this.tracked = parts.tracked;
    if (parts.linkTarget !== undefined) this.linkTarget = parts.linkTarget;
    this.#place = place;
  }

  /** Where the id of an entry's content is kept; undefined for one that has none, or did not come from here. */
  static placeOf(entry: FileEntry): number | undefined {
    return #place in entry ? entry.#place : undefined;
  }
}

/** Looks at files one by one and collects what there is to say of them. Synchronously: a seventh of the time of promises. */
export class Listing {
  readonly #base: string;
  readonly #remember: boolean;
  /** When git's index was written: what changed at that time or later may have changed since. */
  indexedMs = 0;
  entries: ListedFile[] = [];
  readonly unlisted: Unlisted[] = [];
  /** Ignore files that were not applied. */
  readonly unread: UnreadRules[] = [];
  /** Tracked files that are not there. Kept, as is `changed`, where it is to be remembered. */
  readonly gone = new Map<string, Recorded>();
  /** Tracked files that may differ from what git's index records. */
  readonly changed = new Map<string, Recorded>();
  /** Tracked files in conflict. */
  readonly unmerged = new Set<string>();
  /** True when a sparse checkout leaves out a file with attributes, so that only git knows what it says. */
  hidesAttributes = false;
  /** True by folder when a link is on the way to it. */
  readonly #folders = new Map<string, boolean>();

  constructor(root: string, remember = false) {
    this.#base = root.endsWith('/') ? root : `${root}/`;
    this.#remember = remember;
  }

  /** Takes an entry of git's index as that records it, where git looks at the file itself; `recheck` takes back what git finds changed. */
  recorded(entry: IndexEntry): void {
    const { path, mode, sizeBytes } = entry;
    const isUsual = (mode & TYPE_MASK) === REGULAR && entry.stage === 0 && !entry.intentToAdd;
    if (path === undefined || !isUsual || entry.assumeUnchanged || entry.skipWorktree) {
      this.tracked(entry);
      return;
    }
    const modifiedMs = msOf(entry.mtimeSeconds, entry.mtimeNanoseconds);
    const executable = (mode & OWNER_MAY_EXECUTE) !== 0;
    const parts: Parts = {
      path,
      sizeBytes,
      modifiedMs,
      type: 'file',
      executable,
      tracked: true,
      linkTarget: undefined,
    };
    this.entries.push(new ListedFile(parts, entry.idAt));
  }

  /** Takes an entry of git's index and looks at the file. */
  tracked(entry: IndexEntry): void {
    const { path, mode, idAt } = entry;
    if (path === undefined) {
      if (entry.stage < 2) this.unlisted.push({ path: entry.badName, kind: 'name' });
      return;
    }
    if (entry.stage > 0) {
      if (this.unmerged.has(path)) return;
      this.unmerged.add(path);
    }
    const stats = this.#isBehindLink(path) ? undefined : this.#stat(path);
    if (typeof stats === 'string') return;
    const isSubmodule = mode === SUBMODULE && stats?.isDirectory() === true;
    if (stats === undefined || (stats.isDirectory() && !isSubmodule)) this.#miss(path, entry);
    else if (isSubmodule) this.#add(path, stats, 'submodule', true, entry.stage === 0 ? idAt : undefined);
    else if (entry.stage === 0 && !entry.intentToAdd && this.#isUnchanged(entry, stats))
      this.#addFile(path, stats, true, idAt);
    else {
      if (this.#remember) this.changed.set(path, recorded(entry));
      this.#addFile(path, stats, true, undefined);
    }
  }

  /** Looks again at files that git finds changed. `named` gives the name that the index has for a file, by its place. */
  recheck(paths: ReadonlySet<string>, named: (place: number) => string): void {
    if (paths.size === 0) return;
    const before = this.entries;
    this.entries = [];
    for (const entry of before) {
      const place = ListedFile.placeOf(entry);
      if (place === undefined || !paths.has(entry.path)) this.entries.push(entry);
      else this.#lookAgain(entry, { mode: modeOf(entry), id: named(place) });
    }
  }

  #lookAgain({ path }: ListedFile, was: Recorded): void {
    const stats = this.#isBehindLink(path) ? undefined : this.#stat(path);
    if (typeof stats === 'string') return;
    const isGone = stats === undefined || stats.isDirectory();
    if (this.#remember) (isGone ? this.gone : this.changed).set(path, was);
    if (!isGone) this.#addFile(path, stats, true, undefined);
  }

  /** Takes a path that git does not track; `tracked` is what the entry says of that, undefined outside of git. */
  untracked(path: string, tracked: false | undefined): void {
    // Git names a repository inside of this one by its folder, and says no more of it.
    const nested = path.endsWith('/');
    const stats = this.#stat(nested ? path.slice(0, -1) : path);
    if (stats === undefined || typeof stats === 'string') return;
    if (nested) this.#add(path.slice(0, -1), stats, 'submodule', tracked, undefined);
    else if (!stats.isDirectory()) this.#addFile(path, stats, tracked, undefined);
  }

  /** Puts the entries in order of path. Git's order is that of bytes, so that there is next to nothing to do. */
  sort(): void {
    const { entries } = this;
    const inOrder = entries.every((entry, index) => index === 0 || (entries[index - 1]?.path ?? '') < entry.path);
    if (!inOrder) entries.sort((a, b) => compareText(a.path, b.path));
  }

  #miss(path: string, entry: IndexEntry): void {
    if (entry.skipWorktree) this.hidesAttributes ||= path.endsWith('.gitattributes');
    else if (this.#remember) this.gone.set(path, recorded(entry));
  }

  /** What lies at a path; its error's code, which is noted; undefined where there is nothing. */
  #stat(path: string): Stats | string | undefined {
    try {
      return lstatSync(this.#base + path, NO_THROW);
    } catch (error) {
      const code = codeOf(error) ?? 'unknown';
      // A folder on the way became a file: the path is gone.
      if (code === 'ENOTDIR') return undefined;
      this.unlisted.push({ path, kind: 'entry', cause: code });
      return code;
    }
  }

  #addFile(path: string, stats: Stats, tracked: boolean | undefined, place: number | undefined): void {
    if (stats.isFile()) this.#add(path, stats, 'file', tracked, place);
    else if (stats.isSymbolicLink()) this.#add(path, stats, 'symlink', tracked, place);
    else this.unlisted.push({ path, kind: 'entry', cause: 'not a regular file' });
  }

  #add(
    path: string,
    stats: Stats,
    type: FileEntry['type'],
    tracked: boolean | undefined,
    place: number | undefined,
  ): void {
    const parts: Parts = {
      path,
      sizeBytes: type === 'submodule' ? 0 : stats.size,
      modifiedMs: stats.mtimeMs,
      type,
      executable: type === 'file' && (stats.mode & OWNER_MAY_EXECUTE) !== 0,
      tracked,
      linkTarget: type === 'symlink' ? this.#linkTarget(path) : undefined,
    };
    this.entries.push(new ListedFile(parts, place));
  }

  /** The text of a link; undefined where it cannot be read, which the checks on links say. */
  #linkTarget(path: string): string | undefined {
    try {
      const target = readlinkSync(this.#base + path);
      return HAS_INODES ? target : target.replaceAll('\\', '/');
    } catch {
      return undefined;
    }
  }

  /** Whether a file is as git's index records it, by the rules of git: https://git-scm.com/docs/racy-git */
  #isUnchanged(entry: IndexEntry, stats: Stats): boolean {
    const { mode, sizeBytes, mtimeSeconds, mtimeNanoseconds } = entry;
    const type = stats.isFile() ? REGULAR : stats.isSymbolicLink() ? LINK : 0;
    if ((mode & TYPE_MASK) !== type || sizeBytes !== stats.size % 2 ** 32) return false;
    if (!isSameTime(mtimeSeconds, mtimeNanoseconds, stats.mtimeMs)) return false;
    if (this.#isRacy(mtimeSeconds, mtimeNanoseconds)) return false;
    if (HAS_INODES) {
      const { ctimeSeconds, ctimeNanoseconds } = entry;
      if (!isSameTime(ctimeSeconds, ctimeNanoseconds, stats.ctimeMs)) return false;
      // Stricter than git: a program that sets back the time of a change leaves this one.
      if (this.#isRacy(ctimeSeconds, ctimeNanoseconds)) return false;
      if (entry.inode !== stats.ino % 2 ** 32) return false;
    }
    return sizeBytes > 0 || EMPTY_IDS.includes(idOf(entry));
  }

  /** True for a file that may have changed after git looked at it, within the same moment of the clock. */
  #isRacy(seconds: number, nanoseconds: number): boolean {
    if (nanoseconds === 0) return seconds >= Math.floor(this.indexedMs / 1_000);
    return msOf(seconds, nanoseconds) >= this.indexedMs;
  }

  /** True when a folder on the way is a link: what lies behind it is no part of the target. */
  #isBehindLink(path: string): boolean {
    const slash = path.lastIndexOf('/');
    if (slash < 0) return false;
    const folder = path.slice(0, slash);
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const behind = this.#isBehindLink(folder) || isLink(this.#base + folder);
    this.#folders.set(folder, behind);
    return behind;
  }
}

/** False also for what cannot be looked at: whoever looks at a file in it says so. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, NO_THROW)?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** Whether a time of git is one of the file system. A git that was built without nanoseconds writes none. */
function isSameTime(seconds: number, nanoseconds: number, ms: number): boolean {
  return nanoseconds === 0 ? seconds === Math.floor(ms / 1_000) : msOf(seconds, nanoseconds) === ms;
}

/** As Node makes milliseconds of a time, so that equal times are equal numbers. */
function msOf(seconds: number, nanoseconds: number): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** The mode that git's index has for an entry. */
export function modeOf({ type, executable }: FileEntry): number {
  if (type !== 'file') return type === 'symlink' ? LINK : SUBMODULE;
  return executable ? REGULAR | 0o755 : REGULAR | 0o644;
}

function recorded(entry: IndexEntry): Recorded {
  const hasOne = entry.stage === 0 && !entry.intentToAdd;
  return { mode: entry.mode, id: hasOne ? idOf(entry) : undefined };
}

function idOf({ ids, idAt, idBytes }: IndexEntry): string {
  return Buffer.from(ids.buffer, ids.byteOffset + idAt, idBytes).toString('hex');
}
