import { type ComparedWith, plural, type RunResult } from 'scanrun';
import { dateText, nameText, number, pathText } from './text.js';

/** Fixed findings listed at most; the json report has all that are known. */
const MAX_FIXED = 50;

/** What changed since the baseline or the run before. */
export interface ComparisonView {
  readonly sentence: string;
  readonly parts: readonly { readonly kind: string; readonly count: string; readonly word: string }[];
  /** What only the baseline or the run before has, of checks that have an answer now. */
  readonly fixed: readonly { readonly checkId: string; readonly path: string; readonly count: string }[];
  readonly fixedRest: string;
}

/** Builds the part; undefined where there is nothing to compare with. */
export function comparisonView({ comparison }: RunResult): ComparisonView | undefined {
  // A later version may say it otherwise.
  if (comparison === undefined || !Array.isArray(comparison.fixedFindings)) return undefined;
  const counts = [
    ['new', comparison.new, 'new'],
    ['fixed', comparison.fixed, 'fixed'],
    ['unchanged', comparison.unchanged, 'unchanged'],
    ['unknown', comparison.unknown, 'not known, as their checks have no answer'],
  ] as const;
  const rest = comparison.fixedFindings.length - MAX_FIXED;
  return {
    sentence: `Compared with ${withText(comparison.with)}`,
    parts: counts
      .filter(([kind, count]) => kind !== 'unknown' || count > 0)
      .map(([kind, count, word]) => ({ kind: count > 0 ? kind : 'none', count: number(count), word })),
    fixed: comparison.fixedFindings.slice(0, MAX_FIXED).map(({ checkId, path, count }) => ({
      checkId: nameText(checkId),
      path: pathText(path),
      count: count === 1 ? '' : number(count),
    })),
    fixedRest: rest > 0 ? `${plural(rest, 'more entry', 'more entries')} in the json report.` : '',
  };
}

function withText({ kind, name, startedAt, commit }: ComparedWith): string {
  if (kind === 'baseline') return `the baseline ${pathText(name)}`;
  const when = startedAt === undefined ? '' : ` of ${dateText(startedAt)}`;
  const what = commit === undefined ? '' : `, commit ${nameText(commit.slice(0, 12))}`;
  return `the run ${nameText(name)}${when}${what}`;
}
