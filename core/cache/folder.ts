// The files of a cache: read whole, written whole, and never through a link.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import { namesIn } from '../files/names-in.js';
import { writeAll } from '../files/write-file.js';

/** A link in the place of a file would lead anywhere, and a pipe would be waited for. Windows has neither flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const NEW_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** How the name of a file ends that is being written. */
const UNFINISHED = '.tmp';
/** A file that was being written this long ago was left by a process that died. */
const ABANDONED_MS = 600_000;

/** A file of the cache. */
export interface CacheFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** When it was written or last used, in milliseconds since 1970. */
  readonly usedMs: number;
}

/** What tells one version of a file from another without reading it. */
export type FileStamp = string;

/** The content of a file and which version it was. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stamp: FileStamp;
  /** When it was written or last used, in milliseconds since 1970. */
  readonly usedMs: number;
}

/** A folder of the cache. Nothing is made by reading. */
export class CacheFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The content of a file; undefined where there is none.
   * @throws Error `EFBIG` for one of more than `maxBytes`, `EINVAL` for what is no file, and what the file system says.
   */
  read(name: string, maxBytes: number): ReadFile | undefined {
    let file: number;
    try {
      file = openSync(join(this.path, name), READ_FLAGS);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw Object.assign(new Error('it is no file'), { code: 'EINVAL' });
      if (stats.size > maxBytes) throw Object.assign(new Error('it is too large'), { code: 'EFBIG' });
      return { bytes: readAll(file, stats.size), stamp: stampOf(stats), usedMs: stats.mtimeMs };
    } finally {
      closeSync(file);
    }
  }

  /** Which version of a file is there now; undefined where there is none. */
  stamp(name: string): FileStamp | undefined {
    const stats = lstatSync(join(this.path, name), { throwIfNoEntry: false });
    return stats === undefined ? undefined : stampOf(stats);
  }

  /** Writes a file so that it is there whole or as it was. Throws what the file system says. */
  write(name: string, content: readonly Uint8Array[]): void {
    const path = join(this.path, name);
    // Unlike the process's id, also unique where containers share a folder. No secret, so no node:crypto.
    const fresh = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}${UNFINISHED}`;
    const file = openSync(fresh, NEW_FLAGS, 0o644);
    try {
      for (const part of content) writeAll(file, part);
    } catch (error) {
      closeSync(file);
      rmSync(fresh, { force: true });
      throw error;
    }
    closeSync(file);
    // Not synced: after a power failure it may be torn, which its signature tells, and an answer is computed again.
    try {
      renameSync(fresh, path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  }

  /** Says that a file was used now. */
  touch(name: string): void {
    const now = new Date();
    utimesSync(join(this.path, name), now, now);
  }

  /** Removes a file; none is as good. */
  remove(name: string): void {
    rmSync(join(this.path, name), { force: true, recursive: true });
  }

  /** The files of the folder, less those that are being written; none where there is no folder. */
  list(): CacheFile[] {
    return this.#all().filter(({ name }) => !name.endsWith(UNFINISHED));
  }

  /** Removes what processes that died left half-written. */
  sweep(): void {
    for (const { name, usedMs } of this.#all())
      if (name.endsWith(UNFINISHED) && Date.now() - usedMs > ABANDONED_MS) this.remove(name);
  }

  #all(): CacheFile[] {
    return namesIn(this.path).flatMap((name): CacheFile[] => {
      const stats = lstatSync(join(this.path, name), { throwIfNoEntry: false });
      return stats?.isFile() ? [{ name, sizeBytes: stats.size, usedMs: stats.mtimeMs }] : [];
    });
  }
}

/** Does something to files; what the file system says against it is told to `failed`, and then there is no value. */
export function attempt<T>(work: () => T, failed: (error: unknown) => void = () => {}): T | undefined {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    failed(error);
    return undefined;
  }
}

/** Says of a failure where and what. */
export function failureText(path: string, error: unknown): string {
  return `${path}: ${codeOf(error) ?? messageOf(error)}`;
}

function stampOf({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): FileStamp {
  return `${ino} ${size} ${mtimeMs}`;
}

function readAll(file: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let read = -1; filled < size && read !== 0; filled += read)
    read = readSync(file, bytes, filled, size - filled, filled);
  return bytes.subarray(0, filled);
}
