import { recordsOf } from './repository.js';

/** How a path differs from the last commit. */
export interface Change {
  readonly kind: 'modified' | 'deleted' | 'staged' | 'conflict' | 'submodule' | 'untracked';
  /** Its path below the target; a folder of untracked files ends with a slash. */
  readonly path: string;
}

/** How many fields stand before the path, by the kind of a line (git-status, "Porcelain Format Version 2"). */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 };

/**
 * Reads what `git status --porcelain=v2 -z --no-renames` prints.
 * @throws Error for a line of another kind: nothing may be left out unseen.
 */
export function parseStatus(output: string, prefix: string): Change[] {
  const changes = recordsOf(output).map((record) => {
    const count = FIELDS[record[0] ?? ''];
    if (count === undefined) throw new Error(`git status printed a line that is not known: ${JSON.stringify(record)}`);
    const parts = record.split(' ');
    const path = parts.slice(count).join(' ');
    return { kind: kindOf(parts), path: path.startsWith(prefix) ? path.slice(prefix.length) : path };
  });
  // An untracked folder that is the target itself has no path below it.
  return changes.map(({ kind, path }) => ({ kind, path: path === '' ? './' : path }));
}

function kindOf([line, states = '', submodule = '']: readonly string[]): Change['kind'] {
  if (line === '?') return 'untracked';
  if (line === 'u') return 'conflict';
  if (submodule.startsWith('SC')) return 'submodule';
  if (states[1] === 'D') return 'deleted';
  return states[1] === '.' ? 'staged' : 'modified';
}
