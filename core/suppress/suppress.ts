import type { Filterable } from '../check/filter.js';
import { compileSelection, type Matcher } from '../check/glob.js';
import type { Comparison } from '../model/comparison.js';
import type { Finding, Suppression } from '../model/finding.js';
import { isConclusive } from '../model/outcome.js';
import type { CheckResult, Notice } from '../model/result.js';
import type { Waiver } from '../model/suppression.js';
import type { TaskCheck } from '../model/task.js';
import { plural } from '../model/text.js';
import { type Comments, InlineIgnores } from './inline.js';
import {
  compareWith,
  countKnown,
  type Gone,
  goneFrom,
  type KnownFindings,
  stateOf,
  sumOf,
  type Within,
} from './known.js';
import { Waivers } from './waivers.js';

/** What suppressions are made of. */
export interface SuppressInput {
  /** What the scan found. */
  readonly checks: readonly CheckResult[];
  /** The checks as they were planned: which files each may have looked at. */
  readonly planned: readonly TaskCheck[];
  /** Every check of the scan's plugins, also those that do not run. */
  readonly known: readonly Filterable[];
  readonly waivers: readonly Waiver[];
  /** The comments in files; absent where they do not count. */
  readonly comments?: Comments | undefined;
  /** With what to compare: a baseline, whose findings do not count, or the run before. */
  readonly compare?: KnownFindings | undefined;
  /** The day of the scan in UTC, as `2026-11-21`. */
  readonly today: string;
  /** Which files a check looked at in a scan that was restricted to what changed; all when absent. */
  readonly within?: Within | undefined;
}

/** What came of it. */
export interface Suppressed {
  /** The checks with their findings' state and why they do not count. */
  readonly checks: readonly CheckResult[];
  readonly comparison?: Comparison;
  readonly notices: readonly Notice[];
}

/** Marks what is known and what somebody decided to live with. Nothing is taken away, and no outcome changes. */
export function suppress(input: SuppressInput): Suppressed {
  const { compare } = input;
  const { mark, inline, waivers, counts } = makeMarker(input);
  const checks = input.checks.map((check) => ({ ...check, findings: check.findings.map(mark) }));
  const gone = counts === undefined ? undefined : goneFrom(counts, checks, input.within);
  const looked = lookedAt(input);
  const all = input.within === undefined;
  return {
    checks,
    ...(compare === undefined || gone === undefined ? {} : { comparison: compareWith(compare.from, checks, gone) }),
    notices: [
      ...waivers.notices((checkId) => all && looked(checkId)),
      ...(inline?.notices(looked) ?? []),
      ...fixedNotice(compare, gone),
    ],
  };
}

/** What decides on a single finding. */
export type MarkInput = Pick<SuppressInput, 'known' | 'waivers' | 'comments' | 'compare' | 'today'>;

/** Gives a finding its state and why it does not count, before the others are known. */
export function marker(input: MarkInput): (finding: Finding) => Finding {
  return makeMarker(input).mark;
}

function makeMarker({ compare, comments, known: checks, waivers: decided, today }: MarkInput) {
  const inline = comments === undefined ? undefined : new InlineIgnores(comments, checks);
  const waivers = new Waivers(decided, today);
  const counts = compare === undefined ? undefined : countKnown(compare.findings);
  const mark = (finding: Finding): Finding => {
    const state = compare === undefined || counts === undefined ? undefined : stateOf(finding, compare, counts);
    // Each is asked, also where another has answered: what covers a finding is not idle.
    const [comment, known] = [inline?.match(finding), baselined(state, compare)];
    const waived = waivers.match(finding, (comment ?? known) !== undefined);
    const suppressedBy = comment ?? waived ?? known;
    if (state === undefined && suppressedBy === undefined) return finding;
    return {
      ...finding,
      ...(state === undefined ? {} : { state }),
      ...(suppressedBy === undefined ? {} : { suppressedBy }),
    };
  };
  return { mark, inline, waivers, counts };
}

function baselined(state: Finding['state'], compare: KnownFindings | undefined): Suppression | undefined {
  if (state !== 'unchanged' || compare?.from.kind !== 'baseline') return undefined;
  return { kind: 'baseline', place: compare.from.name };
}

/** Tells whether a check has an answer and, asked for a file, looked at it. */
function lookedAt({ checks, planned, within }: SuppressInput): (checkId: string, path?: string) => boolean {
  const answered = new Set(checks.filter(({ outcome }) => isConclusive(outcome)).map(({ checkId }) => checkId));
  const selections = new Map<string, Matcher>();
  const selection = (checkId: string): Matcher => {
    const { files = ['**'], exclude = [] } = planned.find(({ id }) => id === checkId) ?? {};
    const known = selections.get(checkId) ?? compileSelection(files, exclude);
    selections.set(checkId, known);
    return known;
  };
  return (checkId, path) =>
    answered.has(checkId) && (path === undefined || ((within?.(checkId, path) ?? true) && selection(checkId)(path)));
}

function fixedNotice(compare: KnownFindings | undefined, gone: Gone | undefined): Notice[] {
  const fixed = sumOf(gone?.fixed ?? []);
  if (compare?.from.kind !== 'baseline' || fixed === 0) return [];
  const message = `${plural(fixed, 'finding')} of the baseline ${compare.from.name} ${fixed === 1 ? 'is' : 'are'} there no more: \`scanrun baseline prune\` takes ${fixed === 1 ? 'it' : 'them'} out.`;
  return [{ code: 'baseline-fixed', level: 'info', message }];
}
