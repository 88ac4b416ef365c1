import type { FixOffer, VisitedFile } from '../check/context.js';
import { compareReplacements, type FileChange, type Fix, type FixWithheld, type Replacement } from '../model/fix.js';
import { invalid, leavesTarget } from './check-report.js';

/** Files that one fix may change. */
export const MAX_FILES = 50;
/** Replacements of one fix, over all its files. */
export const MAX_REPLACEMENTS = 1_000;
/** UTF-16 units that one fix may put in, over all its files. A result holds them all, and people read what they change. */
export const MAX_INSERTED = 65_536;
/** Characters of a description that are kept. */
const MAX_DESCRIPTION = 500;

/**
 * Checks the fix of a report where it can still be told who is to blame, and brings it into its order.
 * @param path the file of the finding.
 * @param visited the file that is being visited: its text is known.
 * @returns the fix; or that it is withheld, where it is larger than fixes may be.
 * @throws ScanError `SR_CHECK_INVALID` for a fix that does nothing, leaves the target, or whose replacements overlap or lie outside of the text.
 */
export function checkFix(
  { description, unsafe, changes }: FixOffer,
  path: string,
  visited: Pick<VisitedFile, 'path' | 'text'> | undefined,
): { readonly fix: Fix } | { readonly fixWithheld: FixWithheld } {
  if (typeof description !== 'string' || description.trim() === '') throw invalid('a fix without a description');
  if (!Array.isArray(changes) || changes.length === 0) throw invalid('a fix without changes');
  const all = changes as FixOffer['changes'];
  if (isTooLarge(all)) return { fixWithheld: 'size' };
  const checked = all.map((change) => checkChange(change.path ?? path, change.replacements, visited));
  const paths = new Set(checked.map((change) => change.path));
  if (paths.size < checked.length) throw invalid('a fix that names a file twice; a file has one list of replacements');
  return {
    fix: {
      description: description.trim().slice(0, MAX_DESCRIPTION),
      ...(unsafe === true ? { unsafe: true as const } : {}),
      changes: checked,
    },
  };
}

function isTooLarge(changes: FixOffer['changes']): boolean {
  const replacements = changes.flatMap(({ replacements: list }) => list);
  const inserted = replacements.reduce((sum, replacement) => sum + (replacement?.text?.length ?? 0), 0);
  return changes.length > MAX_FILES || replacements.length > MAX_REPLACEMENTS || inserted > MAX_INSERTED;
}

function checkChange(
  path: string,
  replacements: readonly Replacement[],
  visited: Pick<VisitedFile, 'path' | 'text'> | undefined,
): FileChange {
  const shown = JSON.stringify(path);
  if (typeof path !== 'string' || path === '' || leavesTarget(path))
    throw invalid(`a fix of ${shown}; its path is relative to the target's root and stays inside it`);
  if (!Array.isArray(replacements) || replacements.length === 0)
    throw invalid(`a fix of ${shown} without replacements`);
  // A file that is not shown as text has none, and so has an empty one.
  const length = visited?.path === path && visited.text !== '' ? visited.text.length : Number.MAX_SAFE_INTEGER;
  const sorted = [...(replacements as readonly Replacement[])].sort(compareReplacements);
  let before: Replacement | undefined;
  for (const each of sorted) {
    const problem = replacementProblem(each, before, length);
    if (problem !== undefined) throw invalid(`a fix of ${shown} ${problem}`);
    before = each;
  }
  // Anything else that the objects may have is no part of a fix.
  return { path, replacements: sorted.map(({ start, end, text }) => ({ start, end, text })) };
}

function replacementProblem(
  { start, end, text }: Replacement,
  before: Replacement | undefined,
  length: number,
): string | undefined {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    return `with the range ${start} to ${end}; both are whole numbers from 0, and it does not end before it begins`;
  if (typeof text !== 'string') return 'with a replacement without a text; to delete, give an empty one';
  if (start === end && text === '') return `with a replacement at ${start} that changes nothing`;
  if (end > length) return `with the range ${start} to ${end}; the text has ${length} units`;
  if (before === undefined) return undefined;
  // Of two insertions at one place nobody could tell which comes first.
  const meet = start < before.end || (start === before.start && (start === end || before.start === before.end));
  return meet ? `whose replacements at ${before.start} and ${start} overlap` : undefined;
}
