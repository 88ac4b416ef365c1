// A lock between processes: a file that only one of them can make.

import { closeSync, lstatSync, openSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { codeOf } from './errors.js';

/** A lock this old was left by a process that died: what is done under one takes milliseconds, or says that it goes on. */
const STALE_LOCK_MS = 10_000;

/**
 * Does something to a file that no other process does at the same time. The lock is `<path>.lock`.
 * @param work is given what says that it goes on; to be called every few seconds by what takes longer.
 * @returns false, with nothing done, while another process has the lock.
 * @throws what `work` throws, and what the file system says other than that the lock is there.
 */
export function withLock(path: string, work: (goOn: () => void) => void): boolean {
  const lock = `${path}.lock`;
  if (!takeLock(lock)) return false;
  try {
    work(() => utimesSync(lock, new Date(), new Date()));
  } finally {
    rmSync(lock, { force: true });
  }
  return true;
}

function takeLock(lock: string): boolean {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      closeSync(openSync(lock, 'wx'));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (!removeStale(lock)) return false;
    }
  }
  return false;
}

/** Takes a lock away from a process that died with it; false while its owner may live. */
function removeStale(lock: string): boolean {
  const isStale = (path: string): boolean =>
    Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= STALE_LOCK_MS;
  if (!isStale(lock)) return false;
  // Renamed, not removed: of two that find it stale, the second must not remove the fresh lock of the first.
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
  const stale = isStale(aside);
  if (stale) rmSync(aside, { force: true });
  else renameSync(aside, lock);
  return stale;
}
