import { compareText } from '../model/finding.js';
import type { OutcomeStatus } from '../model/outcome.js';
import type { HistoryRun } from './history.js';
import { median, quantile } from './times.js';

/** What the history tells of one check, over the runs that are shown. */
export interface CheckTrend {
  /** The check's id. */
  readonly checkId: string;
  /** Runs that planned it. */
  readonly runs: number;
  /** Its times in milliseconds, the oldest first; null where it did not run to an end or its answer was cached. */
  readonly timesMs: readonly (number | null)[];
  /** The middle time; absent where there is none. */
  readonly medianMs?: number;
  /** 95 of 100 times are below. */
  readonly p95Ms?: number;
  /** The newest time. */
  readonly lastMs?: number;
  /** How it ended last. */
  readonly outcome: OutcomeStatus;
  /** Findings last. */
  readonly findings: number;
  /** How often a run ended otherwise than the run before it. */
  readonly outcomeChanges: number;
  /** How often the answer changed from a run to the next although the inputs did not. */
  readonly flakyChanges: number;
}

/** The trend of each check, by id. Interrupted runs do not count. */
export function checkTrends(runs: readonly HistoryRun[]): CheckTrend[] {
  const complete = runs.filter(({ verdict }) => verdict !== 'interrupted');
  const ids = new Set(complete.flatMap(({ checks }) => Object.keys(checks)));
  return [...ids].sort(compareText).map((checkId) => checkTrend(complete, checkId));
}

function checkTrend(runs: readonly HistoryRun[], checkId: string): CheckTrend {
  const own = runs.flatMap(({ checks }) => checks[checkId] ?? []);
  const times = own.flatMap(({ ms }) => ms ?? []);
  const last = own.at(-1);
  const lastMs = times.at(-1);
  const changes = own.slice(1).map((check, index) => ({ check, before: own[index] }));
  return {
    checkId,
    runs: own.length,
    timesMs: own.map(({ ms }) => ms ?? null),
    ...(lastMs === undefined ? {} : { medianMs: median(times), p95Ms: quantile(times, 0.95), lastMs }),
    outcome: last?.outcome ?? 'skipped',
    findings: last?.findings ?? 0,
    outcomeChanges: changes.filter(({ check, before }) => check.outcome !== before?.outcome).length,
    flakyChanges: changes.filter(
      ({ check, before }) => check.inputs === before?.inputs && check.answer !== before.answer,
    ).length,
  };
}
