import {
  type CheckResult,
  compareText,
  type Finding,
  plural,
  type RunResult,
  SEVERITIES,
  type Severity,
} from 'scanrun';
import { type FindingState, type FindingView, findingView, SEVERITY_WORDS, STATES, stateOf } from '../page/finding.js';
import { nameText, number, safeUrl, titleText } from '../page/text.js';
import { gravest, severityText } from '../summary.js';
import { clip, visible } from '../visible.js';

/** A check's findings in the page itself. */
export interface GroupView {
  readonly check: number;
  readonly title: string;
  readonly checkId: string;
  readonly docsUrl?: string;
  readonly counts: string;
  readonly findings: readonly FindingView[];
}

/** An entry of a filter's list. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The section of findings. */
export interface FindingsView {
  readonly total: number;
  readonly suppressed: number;
  /** How many can be fixed, and by what; empty where none can. */
  readonly fixes: string;
  /** Findings that count: all but the suppressed, with the thousands set apart. */
  readonly counted: string;
  readonly groups: readonly GroupView[];
  /** How many findings only the client shows; empty when there are none. */
  readonly rest: string;
  readonly severities: readonly { readonly value: Severity; readonly word: string; readonly count: string }[];
  readonly checks: readonly Choice[];
  readonly categories: readonly Choice[];
  /** What may be shown besides all that count; empty where there is no choice. */
  readonly states: readonly (Choice & { readonly count: string })[];
  /** What the client clones for each finding: all parts are there. */
  readonly skeleton: FindingView;
}

/** The checks that found something, the gravest findings first: here the outcome matters less than what was found. */
export function checksThatFound(result: RunResult): CheckResult[] {
  const rank = new Map(result.checks.map((check) => [check, gravest(check.findings)]));
  return result.checks
    .filter((check) => check.findings.length > 0)
    .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || compareText(a.checkId, b.checkId));
}

/** Builds the section; `limit` findings are in the page itself, and `fixes` says what can be fixed. */
export function findingsView(
  found: readonly CheckResult[],
  rows: ReadonlyMap<CheckResult, number>,
  { limit, fixes }: { readonly limit: number; readonly fixes: string },
): FindingsView {
  const all = found.flatMap((check) => check.findings);
  const counted = all.filter((finding) => !finding.suppressedBy);
  const hidden = Math.max(0, all.length - limit);
  return {
    total: all.length,
    suppressed: all.length - counted.length,
    fixes,
    counted: number(counted.length),
    groups: groupsOf(found, rows, limit),
    rest:
      hidden > 0
        ? `${plural(hidden, 'more finding')} ${hidden === 1 ? 'is' : 'are'} listed where JavaScript runs, and in the json report.`
        : '',
    severities: SEVERITIES.map((value) => ({
      value,
      word: `${SEVERITY_WORDS[value]}s`,
      count: counted.filter((finding) => finding.severity === value).length.toLocaleString('en-US'),
    })),
    checks: found.map((check) => ({ value: String(rows.get(check) ?? 0), label: clip(visible(check.checkId), 80) })),
    categories: [...new Set(found.map((check) => check.meta.category))].sort(compareText).map((category) => ({
      value: nameText(category),
      label: clip(visible(category), 80).trim() || 'without a name',
    })),
    states: statesOf(all),
    skeleton: {
      severity: 'note',
      severityWord: SEVERITY_WORDS.note,
      message: '-',
      place: '-',
      check: 0,
      checkId: '-',
      package: '-',
      fresh: 'New',
      suppressed: '-',
      fixable: '-',
      frame: [{ number: 0, marked: true, before: '', mark: '-', after: '' }],
    },
  };
}

function groupsOf(found: readonly CheckResult[], rows: ReadonlyMap<CheckResult, number>, limit: number): GroupView[] {
  let left = limit;
  return found.flatMap((check) => {
    const shown = check.findings.slice(0, Math.max(0, left));
    left -= shown.length;
    if (shown.length === 0) return [];
    const row = rows.get(check) ?? 0;
    return [
      {
        check: row,
        title: titleText(check),
        checkId: nameText(check.checkId),
        ...docsOf(check),
        counts: countsOf(check.findings),
        findings: shown.map((finding) => findingView(finding, row)),
      },
    ];
  });
}

const STATE_WORDS: Readonly<Record<FindingState, string>> = {
  known: 'Not compared',
  new: 'New',
  unchanged: 'Unchanged',
  suppressed: 'Suppressed',
};

function statesOf(findings: readonly Finding[]): FindingsView['states'] {
  const counts = new Map<FindingState, number>();
  for (const finding of findings) counts.set(stateOf(finding), (counts.get(stateOf(finding)) ?? 0) + 1);
  // Where nothing is suppressed or compared all findings are alike.
  if (counts.size === 1 && counts.has('known')) return [];
  return STATES.flatMap((state) => {
    const count = counts.get(state) ?? 0;
    const told = state !== 'known' || counts.has('new') || counts.has('unchanged');
    return count === 0 || !told ? [] : [{ value: state, label: STATE_WORDS[state], count: number(count) }];
  });
}

function docsOf({ meta }: CheckResult): { docsUrl?: string } {
  const docsUrl = safeUrl(meta.docsUrl);
  return docsUrl === undefined ? {} : { docsUrl };
}

function countsOf(findings: readonly Finding[]): string {
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  for (const finding of findings) if (!finding.suppressedBy) counts[finding.severity] += 1;
  const suppressed = findings.filter((finding) => finding.suppressedBy).length;
  const text = severityText(counts);
  if (suppressed === 0) return text;
  return text === 'none' ? `${suppressed} suppressed` : `${text}, ${suppressed} suppressed`;
}
