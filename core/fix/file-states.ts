// What the files of a target were before a scan looked at them, so that nothing is fixed that has changed since.

import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileEntry } from '../model/target.js';

/** Never follow a link that took a file's place after it was listed, and never wait for a pipe that did. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A larger file is fixed by nobody: no check is shown its text. */
const MAX_FILE_BYTES = 67_108_864;

/** A file changed this short a time before it was looked at may change again without another time: FAT counts in steps of 2 s. */
const RACY_NS = 2_000_000_000n;

/** Which version of a file lies on the disk. */
interface FileState {
  readonly stats: Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>;
  /** The hash of its content, where its times are too young to tell. */
  readonly hash?: string;
}

/** A file that was opened to be fixed. */
export interface OpenFile {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
}

/** The files of a target as they were at one moment. */
export class FileStates {
  readonly #states: ReadonlyMap<string, FileState>;

  /** Looks at the files of a target, links and submodules left out. A file that cannot be looked at is not among them. */
  constructor(root: string, entries: readonly FileEntry[], now = BigInt(Date.now()) * 1_000_000n) {
    const states = new Map<string, FileState>();
    for (const { path, type } of entries) {
      const state = type === 'file' ? stateOf(join(root, path), now) : undefined;
      if (state !== undefined) states.set(path, state);
    }
    this.#states = states;
  }

  /** True for a file that was there. */
  has(path: string): boolean {
    return this.#states.has(path);
  }

  /** True when a file is still the very version that it was. */
  isSame(path: string, { bytes, stats }: OpenFile): boolean {
    const state = this.#states.get(path);
    if (state === undefined || !sameStats(state.stats, stats)) return false;
    return state.hash === undefined || state.hash === hashOf(bytes);
  }
}

/** Opens a file to be fixed. Throws the file system's error, `ELOOP` for a link. */
export function openFile(file: string): OpenFile {
  const handle = openSync(file, READ_FLAGS);
  try {
    const stats = fstatSync(handle, { bigint: true });
    if (!stats.isFile()) throw Object.assign(new Error('it is no regular file'), { code: 'EINVAL' });
    if (stats.size > BigInt(MAX_FILE_BYTES)) throw Object.assign(new Error('it is too large'), { code: 'EFBIG' });
    return { bytes: readFileSync(handle), stats };
  } finally {
    closeSync(handle);
  }
}

/** True when nothing tells two looks at a file apart. */
export function sameStats(a: FileState['stats'], b: FileState['stats']): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

function stateOf(file: string, now: bigint): FileState | undefined {
  try {
    const stats = lstatSync(file, { bigint: true });
    if (!stats.isFile() || stats.size > BigInt(MAX_FILE_BYTES)) return undefined;
    if (stats.ctimeNs < now - RACY_NS && stats.mtimeNs < now - RACY_NS) return { stats };
    return { stats, hash: hashOf(openFile(file).bytes) };
  } catch {
    // Gone, or not for us to read: a scan says so, and what nobody could read nobody fixes.
    return undefined;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
