import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../cache/folder.js';
import type { StoredEntry } from '../model/target.js';

/** True while a file is what it was when the target's files were listed: what was said of it is about that version. */
export function isAsListed(root: string, { path, type, sizeBytes, modifiedMs, storedAt }: StoredEntry): boolean {
  // Nobody else writes what is stored, and a submodule is known by what git's index records.
  if (type === 'submodule' || storedAt !== undefined) return true;
  const stats = attempt(() => lstatSync(join(root, path)));
  return stats?.size === sizeBytes && stats.mtimeMs === modifiedMs;
}
