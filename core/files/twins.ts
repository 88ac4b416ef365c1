import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ListedFile, type Listing } from './listing.js';

/**
 * Leaves out tracked files that share their place on disk with another: where the file system ignores case, a repository
 * with `A.txt` and `a.txt` has one file for both, and git says that one of them is changed.
 */
export function leaveOutTwins(top: string, listing: Listing): void {
  if (!ignoresCase(top)) return;
  const byPlace = new Map<string, ListedFile>();
  for (const entry of listing.entries) {
    const key = entry.path.toLowerCase();
    const other = byPlace.get(key);
    // The one that lies there is the one that git knows to be unchanged.
    if (other === undefined || ListedFile.placeOf(other) === undefined) byPlace.set(key, entry);
  }
  if (byPlace.size === listing.entries.length) return;
  const kept = listing.entries.filter((entry) => byPlace.get(entry.path.toLowerCase()) === entry);
  for (const { path } of listing.entries) {
    const twin = byPlace.get(path.toLowerCase())?.path;
    if (twin === path) continue;
    listing.unlisted.push({ path, kind: 'entry', cause: `${twin} lies in its place, as case is ignored here` });
  }
  listing.entries = kept;
}

/** Whether another spelling of `.git` names the same thing. */
function ignoresCase(top: string): boolean {
  const options = { throwIfNoEntry: false } as const;
  const usual = lstatSync(join(top, '.git'), options);
  const other = lstatSync(join(top, '.GIT'), options);
  return usual !== undefined && other !== undefined && usual.ino !== 0 && usual.ino === other.ino;
}
