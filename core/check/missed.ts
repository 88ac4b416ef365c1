import type { Unlisted } from '../model/target.js';
import { compileSelection } from './glob.js';

/** The characters with which a glob stops being a plain path. */
const MAGIC = /[*?[{(!+@]/;

/** What could not be listed and is, or may hold, something that these globs select. */
export function missedBy(
  unlisted: readonly Unlisted[],
  include: readonly string[],
  exclude: readonly string[],
): readonly Unlisted[] {
  if (unlisted.length === 0) return unlisted;
  const wants = compileSelection(include, exclude);
  const allows = compileSelection(['**'], exclude);
  return unlisted.filter(({ path, kind }) =>
    // Nobody knows what a closed folder holds: whatever the globs may select below it.
    kind === 'folder' ? allows(`${path}any`) && include.some((glob) => mayReach(glob, path)) : wants(path),
  );
}

/** Why something was not seen, for the outcome of a check. */
export function whyMissed({ kind, cause }: Unlisted): string {
  return kind === 'name' ? 'its name is not UTF-8' : (cause ?? 'unknown');
}

/** False where the part of a glob before its first magic character leads elsewhere than into a folder. */
function mayReach(glob: string, folder: string): boolean {
  if (glob.startsWith('!')) return false;
  const end = glob.search(MAGIC);
  const plain = end < 0 ? glob : glob.slice(0, end);
  return plain.startsWith(folder) || folder.startsWith(plain);
}
