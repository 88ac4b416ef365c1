// The past of a target: what earlier scans took and answered. Reading and writing it is in history-file.ts.

import { compareText } from '../model/finding.js';
import type { Verdict } from '../model/gate.js';
import { hashTexts } from '../model/hash.js';
import { OUTCOME_ORDER, type OutcomeStatus } from '../model/outcome.js';
import type { Flakiness, TrendRun } from '../model/telemetry.js';
import { TIERS, type TierName } from '../model/tier.js';
import { isCount, isName, isTimes, packageMs } from './package-times.js';
import { median } from './times.js';

/** What a run says of one check. */
export interface HistoryCheck {
  /** Milliseconds that it took; absent where it did not run to an end of its own or some of its answer was cached. */
  readonly ms?: number;
  /** Milliseconds of the packages that took longest, at most 50, by name; only of a check that looked at several. */
  readonly packagesMs?: Readonly<Record<string, number>>;
  /** How it ended. */
  readonly outcome: OutcomeStatus;
  /** Findings that counted. */
  readonly findings: number;
  /** A hash of the outcome and the findings' fingerprints. */
  readonly answer: string;
  /** A hash of all that the answer should depend on: files, commit, options, versions. */
  readonly inputs: string;
}

/** One line of the history: one run. */
export interface HistoryRun {
  /** Version of this shape. */
  readonly v: 1;
  readonly runId: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly tier: TierName;
  readonly commit?: string;
  readonly configHash: string;
  /** True when flags or a profile left out checks of the tier. */
  readonly filtered: boolean;
  /** The profile that chose among the checks; absent without one. */
  readonly profile?: string;
  readonly wallMs: number;
  readonly verdict: Verdict['status'];
  /** 0 to 1. */
  readonly coverage: number;
  /** Findings that counted. */
  readonly findings: number;
  /** Findings, also those that did not count; absent in what an older version wrote. */
  readonly found?: number;
  /** Files of the target and their bytes together. */
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds of its checks by category; absent in what an older version wrote. */
  readonly categoriesMs?: Readonly<Record<string, number>>;
  readonly checks: Readonly<Record<string, HistoryCheck>>;
}

/** What most checks come to. A line leaves it out, and is a third as long for that: of a check without a finding it says its time and its inputs. */
export const USUAL = { outcome: 'passed', findings: 0, answer: hashTexts(['passed']) } as const satisfies Pick<
  HistoryCheck,
  'outcome' | 'findings' | 'answer'
>;

/** A run as a scan reads it: what it says of each check was not looked at, for most of it nobody asks, and what is usual is absent. */
export type PastRun = Omit<HistoryRun, 'checks'> & {
  readonly checks: Readonly<Record<string, { readonly [Key in keyof HistoryCheck]?: unknown } | null>>;
};

/** The runs of a target. */
export interface History {
  /** The tier whose times count: those of others had other company. Every tier's when absent. */
  readonly tier?: TierName;
  /** From the oldest to the newest. */
  readonly runs: readonly PastRun[];
}

/** Runs that an expectation is made of. */
const EXPECTED_RUNS = 10;
/** Runs of a trend. */
export const TREND_RUNS = 20;
/** Outcomes that answer or fail by the check's own doing. What was skipped or cancelled says nothing of the check. */
const TELLING: readonly OutcomeStatus[] = ['passed', 'failed', 'errored', 'timed-out'];

/** A check's time in a run. */
export interface Sample {
  readonly run: PastRun;
  readonly ms: number;
}

/** A check's times in the complete runs of the history's tier, the oldest first; the last `most` of them. */
export function checkSamples(history: History, checkId: string, most = Number.POSITIVE_INFINITY): Sample[] {
  const samples: Sample[] = [];
  for (let index = history.runs.length - 1; index >= 0 && samples.length < most; index -= 1) {
    const run = history.runs[index] as PastRun;
    const ms = pastMs(run, checkId);
    const counts = run.verdict !== 'interrupted' && (history.tier === undefined || run.tier === history.tier);
    if (counts && ms !== undefined) samples.push({ run, ms });
  }
  return samples.reverse();
}

/** What a check took in a run; undefined where the run does not say, or says nonsense. */
function pastMs(run: PastRun, checkId: string): number | undefined {
  const ms = run.checks[checkId]?.ms;
  return isCount(ms) ? ms : undefined;
}

/**
 * How many milliseconds a check will take: the median of its last 10 times in the history's tier; undefined for one that never ran.
 * @param packageName asks for its time on that package alone; undefined where that was none of the longest.
 */
export function expectedMs(history: History, checkId: string, packageName?: string): number | undefined {
  const times: number[] = [];
  for (const { run, ms } of checkSamples(history, checkId, EXPECTED_RUNS)) {
    const own = packageName === undefined ? ms : packageMs(run, checkId, packageName);
    if (own !== undefined) times.push(own);
  }
  return times.length === 0 ? undefined : median(times);
}

/** Whether earlier runs with the same inputs ended otherwise. */
export function flakiness(history: History, checkId: string, now: HistoryCheck): Flakiness | undefined {
  if (!isTelling(now.outcome)) return undefined;
  let runs = 1;
  let different = 0;
  const others = new Set<OutcomeStatus>();
  for (const { checks } of history.runs) {
    const check = checks[checkId];
    if (check?.inputs !== now.inputs) continue;
    const { outcome = USUAL.outcome } = check;
    if (!isTelling(outcome)) continue;
    runs += 1;
    if ((check.answer ?? USUAL.answer) === now.answer) continue;
    different += 1;
    others.add(outcome);
  }
  return different === 0 ? undefined : { runs, different, others: [...others].sort(compareText) };
}

function isTelling(outcome: unknown): outcome is OutcomeStatus {
  return (TELLING as readonly unknown[]).includes(outcome);
}

/** What a run says of how its checks were chosen. */
type Selection = Pick<HistoryRun, 'filtered' | 'profile'>;

/** Whether the checks of two runs of a tier were chosen alike, as far as the history knows. */
export function hasSameSelection(one: Selection, other: Selection): boolean {
  return one.filtered === other.filtered && one.profile === other.profile;
}

/** The last runs of the same tier and selection with the present one; undefined where there is no earlier one. */
export function trendOf(
  history: History,
  now: HistoryRun,
  categoryOf: (checkId: string) => string | undefined,
): TrendRun[] | undefined {
  const alike = history.runs.filter(
    (run) => run.tier === now.tier && hasSameSelection(run, now) && run.verdict !== 'interrupted',
  );
  if (alike.length === 0) return undefined;
  return [...alike, now].slice(-TREND_RUNS).map((run) => {
    const { runId, startedAt, wallMs, findings, verdict, categoriesMs = categoryTimes(run, categoryOf) } = run;
    return { runId, startedAt, wallMs, findings, verdict, categoriesMs };
  });
}

/** The times of categories of a run that does not say them. */
function categoryTimes(run: PastRun, categoryOf: (checkId: string) => string | undefined): Record<string, number> {
  const categories = new Map<string, number>();
  for (const checkId of Object.keys(run.checks)) {
    const category = categoryOf(checkId);
    const ms = pastMs(run, checkId);
    if (category !== undefined && ms !== undefined) categories.set(category, (categories.get(category) ?? 0) + ms);
  }
  return Object.fromEntries(categories);
}

/** Says in words what `flakiness` found. */
export function flakyText(checkId: string, status: OutcomeStatus, { runs, different, others }: Flakiness): string {
  const ended = others.length === 1 && others[0] === status ? 'with other findings' : others.join(' or ');
  return `${checkId} is flaky: it ended ${status} now, and ${ended} in ${different} of the ${runs - 1} earlier runs with the same files, commit, options and versions.`;
}

/** A line of the history as a run; undefined for what is none. Everything in it may be printed: a target can bring a history of its own. */
export function parseRun(line: string): HistoryRun | undefined {
  const run = parsePastRun(line);
  if (run === undefined) return undefined;
  const checks = Object.entries(run.checks).map(([id, check]): [string, unknown] => [
    id,
    check && { ...USUAL, ...check },
  ]);
  return checks.every(([id, check]) => isName(id) && isCheck(check))
    ? ({ ...run, checks: Object.fromEntries(checks) } as HistoryRun)
    : undefined;
}

/** A line of the history as a scan reads it; undefined for what is none. Everything but its checks may be printed. */
export function parsePastRun(line: string): PastRun | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isPastRun(value) ? value : undefined;
}

const VERDICTS: readonly unknown[] = [
  'clean',
  'findings',
  'failed',
  'incomplete',
  'interrupted',
] satisfies Verdict['status'][];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function isPastRun(value: unknown): value is PastRun {
  if (typeof value !== 'object' || value === null) return false;
  const run = value as Partial<Record<keyof HistoryRun, unknown>>;
  return (
    run.v === 1 &&
    isName(run.runId) &&
    typeof run.startedAt === 'string' &&
    TIME.test(run.startedAt) &&
    (TIERS as readonly unknown[]).includes(run.tier) &&
    (run.commit === undefined || isName(run.commit)) &&
    isName(run.configHash) &&
    typeof run.filtered === 'boolean' &&
    (run.profile === undefined || isName(run.profile)) &&
    VERDICTS.includes(run.verdict) &&
    [run.wallMs, run.coverage, run.findings, run.files, run.bytes].every(isCount) &&
    (run.found === undefined || isCount(run.found)) &&
    (run.categoriesMs === undefined || isTimes(run.categoriesMs)) &&
    typeof run.checks === 'object' &&
    run.checks !== null
  );
}

function isCheck(value: unknown): value is HistoryCheck {
  if (typeof value !== 'object' || value === null) return false;
  const check = value as Partial<Record<keyof HistoryCheck, unknown>>;
  return (
    (check.ms === undefined || isCount(check.ms)) &&
    (check.packagesMs === undefined || isTimes(check.packagesMs)) &&
    (OUTCOME_ORDER as readonly unknown[]).includes(check.outcome) &&
    isCount(check.findings) &&
    isName(check.answer) &&
    isName(check.inputs)
  );
}
