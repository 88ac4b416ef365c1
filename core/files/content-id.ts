import type { Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { FileEntry } from '../model/target.js';

/** The hash that names contents: what the repository uses, SHA-1 where there is none. */
export type IdHash = 'sha1' | 'sha256';

/** Bytes of an id by its hash. */
export const ID_BYTES: Readonly<Record<IdHash, number>> = { sha1: 20, sha256: 32 };

/** Never follow a link that took a file's place after it was listed, and never wait for a pipe that did. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 1_048_576;

/**
 * The id of a content: the name that git gives to these bytes, and their number.
 *
 * The number is there for files that git converts. Their name in git's index is that of what git keeps, not of what
 * lies in the work tree: a file with CRLF is kept with LF. With the size the two differ.
 */
export function contentIdOf(bytes: Uint8Array, hash: IdHash = 'sha1'): string {
  const sum = startHash(hash, bytes.length);
  return `${sum.update(bytes).digest('hex')}:${bytes.length}`;
}

/** What git's index knows of the contents of a list. */
export interface KnownContents {
  /** Changes with the content of an entry that git's index knows, and with which of them it knows. */
  readonly hash: string;
  /** The other entries. */
  readonly unknown: ReadonlySet<FileEntry>;
}

/** The names of contents: those that git's index knows, and those that were computed because somebody asked. */
export class ContentIds {
  readonly #root: string;
  readonly #hash: IdHash;
  readonly #computed = new Map<string, string>();
  /** What holds the names that git's index knows: a place is where one begins. */
  #names: Buffer = Buffer.alloc(0);
  /** Paths whose name in git's index says too little of what lies on disk. */
  lossy: ReadonlySet<string> | 'all' = new Set();

  constructor(root: string, hash: IdHash) {
    this.#root = root;
    this.#hash = hash;
  }

  /** Takes the names that git's index knows. */
  use(names: Buffer): void {
    this.#names = names;
  }

  /** The name that git gives to what it keeps of a file, by its place. */
  named(place: number): string {
    return this.#names.toString('hex', place, place + ID_BYTES[this.#hash]);
  }

  /** The content's id where git's index knows it: nothing is read. */
  known(entry: FileEntry, place: number | undefined): string | undefined {
    if (place === undefined || this.#isLossy(entry)) return undefined;
    return `${this.named(place)}:${entry.sizeBytes}`;
  }

  /** The names that git's index knows of these contents, in a fraction of the time that it takes to tell each. */
  knownOf(entries: readonly FileEntry[], placeOf: (entry: FileEntry) => number | undefined): KnownContents {
    const bytes = ID_BYTES[this.#hash];
    const names = Buffer.alloc(entries.length * bytes);
    const unknown = new Set<FileEntry>();
    const others: string[] = [];
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as FileEntry;
      const place = this.#isLossy(entry) ? undefined : placeOf(entry);
      if (place === undefined) {
        unknown.add(entry);
        others.push(`${index} ${entry.tracked}`);
      } else copy(this.#names, place, names, index * bytes, bytes);
    }
    return { hash: createHash()('sha256').update(names).update(others.join()).digest('hex'), unknown };
  }

  #isLossy({ path }: FileEntry): boolean {
    // Of nearly all repositories none is, and to look for a path costs more than the rest.
    return this.lossy === 'all' || (this.lossy.size > 0 && this.lossy.has(path));
  }

  /** The id of what lies in a file or link now. It is read once. Throws the file system's error. */
  compute(entry: FileEntry, file = join(this.#root, entry.path)): string {
    const before = this.#computed.get(entry.path);
    if (before !== undefined) return before;
    const id =
      entry.type === 'symlink'
        ? contentIdOf(readlinkSync(file, { encoding: 'buffer' }), this.#hash)
        : fileId(file, this.#hash);
    this.#computed.set(entry.path, id);
    return id;
  }
}

/** The id of a file, read in pieces: it may be larger than the memory. */
function fileId(file: string, hash: IdHash): string {
  const handle = openSync(file, READ_FLAGS);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw Object.assign(new Error(`${file} is not a regular file.`), { code: 'EINVAL' });
    const sum = startHash(hash, stats.size);
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(stats.size, 1), CHUNK_BYTES));
    let total = 0;
    for (let bytes = -1; bytes !== 0; total += bytes) {
      bytes = readSync(handle, chunk);
      sum.update(bytes === chunk.length ? chunk : chunk.subarray(0, bytes));
    }
    // The name begins with the size, so one that was hashed with another size names nothing.
    if (total !== stats.size) throw Object.assign(new Error(`${file} changed while it was read.`), { code: 'EAGAIN' });
    return `${sum.digest('hex')}:${total}`;
  } finally {
    closeSync(handle);
  }
}

/** A hash that has taken the header of a git blob. */
function startHash(hash: IdHash, sizeBytes: number): Hash {
  return createHash()(hash).update(`blob ${sizeBytes}\0`);
}

/** For so few bytes faster than `Buffer.copy`, by a multiple. */
function copy(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, bytes: number): void {
  for (let index = 0; index < bytes; index += 1) to[toAt + index] = from[fromAt + index] as number;
}

/** Loaded with the first content that must be hashed: most scans of a repository have none. */
function createHash(): typeof import('node:crypto')['createHash'] {
  return process.getBuiltinModule('node:crypto').createHash;
}
