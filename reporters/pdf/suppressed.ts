import { compareText, plural, type RunResult, type Suppression } from 'scanrun';
import { suppressedText } from '../page/finding.js';
import { nameText, number } from '../page/text.js';

/** Rows at most; the html and json reports have all. */
const MAX_ROWS = 200;

/** Findings of one check that do not count for one reason. */
export interface SuppressedRow {
  readonly checkId: string;
  readonly why: string;
  readonly count: string;
}

/** What was found and does not count: who signs should know what was accepted, by whom and until when. */
export interface SuppressedView {
  readonly rows: readonly SuppressedRow[];
  readonly rest: string;
}

/** Builds the table; undefined when everything counts. */
export function suppressedView({ checks }: RunResult): SuppressedView | undefined {
  const groups = new Map<string, { checkId: string; why: string; count: number }>();
  for (const { checkId, findings } of checks)
    for (const { suppressedBy } of findings) {
      if (suppressedBy === undefined) continue;
      const why = suppressedText(withoutLine(suppressedBy));
      const key = JSON.stringify([checkId, why]);
      const group = groups.get(key) ?? { checkId, why, count: 0 };
      group.count += 1;
      groups.set(key, group);
    }
  if (groups.size === 0) return undefined;
  const rows = [...groups.values()].sort((a, b) => compareText(a.checkId, b.checkId) || compareText(a.why, b.why));
  const rest = rows.length - MAX_ROWS;
  return {
    rows: rows
      .slice(0, MAX_ROWS)
      .map(({ checkId, why, count }) => ({ checkId: nameText(checkId), why, count: number(count) })),
    rest: rest > 0 ? `and ${plural(rest, 'more row')} in the html and json reports` : '',
  };
}

/** A comment stands at its finding; with its line each would be a row of its own. */
function withoutLine({ place, ...suppression }: Suppression): Suppression {
  return suppression.kind === 'inline' || place === undefined ? suppression : { ...suppression, place };
}
