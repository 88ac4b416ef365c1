import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder at or above `folder` that holds `.git`; undefined where there is none, as far as one may look. */
export function topOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A folder that may not be entered; listing it says so.
    return false;
  }
}
