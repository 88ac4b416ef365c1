import type { FileEntry } from '../model/target.js';

/** Our own checks over less than this do not pay for a thread: starting one costs some 40 ms. */
const SMALL_FILES = 300;
const SMALL_BYTES = 4_000_000;

/** How many files are to be visited, and what of them is read. */
export interface Load {
  files: number;
  bytes: number;
}

/** True where a thread would take longer than our own checks do. */
export function isSmall({ files, bytes }: Load): boolean {
  return files <= SMALL_FILES && bytes <= SMALL_BYTES;
}

/** What it is to visit all of these files. */
export function loadOf(entries: readonly FileEntry[]): Load {
  return { files: entries.length, bytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
