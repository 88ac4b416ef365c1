import type { RunResult } from '../model/result.js';
import { checkSamples, type History } from './history.js';
import { checkMs, medianDeviation } from './times.js';

/** A number before and after. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** A check whose time changed by more than noise. */
export interface TimeChange {
  /** The check's id. */
  readonly checkId: string;
  /** Milliseconds before. */
  readonly beforeMs: number;
  /** Milliseconds after. */
  readonly afterMs: number;
}

/** How the execution of two runs differs. */
export interface ExecutionDiff {
  /** From the first start to the last end, in milliseconds. */
  readonly wallMs: Change;
  /** The running times of all tasks added up, in milliseconds. */
  readonly workMs: Change;
  /** `workMs / wallMs`. */
  readonly speedUp: Change;
  /** Tasks allowed at once. */
  readonly concurrency: Change;
  /** Cores that the scan might use. */
  readonly cores: Change;
  /** Checks whose time changed by more than noise, the greatest change first. */
  readonly checks: readonly TimeChange[];
  /** Checks whose times were compared. */
  readonly compared: number;
}

/** Below this nobody waits longer, and a machine's noise is as much; as for outliers. */
const FLOOR_MS = 100;
/** Where there are too few samples to know a check's noise: a change by less than half is taken for it. */
const FACTOR = 1.5;
/** Three standard deviations of the difference of two times, by their median deviation. */
const DEVIATIONS = 3 * 1.4826 * Math.SQRT2;
/** Times that noise is known by. */
const MIN_SAMPLES = 5;

/**
 * Compares how two runs went. Only times of checks that both runs answered by running them are compared: a cached answer
 * took none, and a check that broke not all of its own.
 * @param history earlier runs of the tier, which tell how much the times of a check differ by themselves.
 */
export function diffExecution(before: RunResult, after: RunResult, history: History): ExecutionDiff {
  const change = (key: 'wallMs' | 'workMs' | 'speedUp' | 'concurrency' | 'cores'): Change => ({
    before: before.statistics[key],
    after: after.statistics[key],
  });
  const [old, now] = [timesOf(before), timesOf(after)];
  const both = [...now].flatMap(([checkId, afterMs]): TimeChange[] => {
    const beforeMs = old.get(checkId);
    return beforeMs === undefined ? [] : [{ checkId, beforeMs, afterMs }];
  });
  const size = ({ beforeMs, afterMs }: TimeChange): number => Math.abs(afterMs - beforeMs);
  return {
    wallMs: change('wallMs'),
    workMs: change('workMs'),
    speedUp: change('speedUp'),
    concurrency: change('concurrency'),
    cores: change('cores'),
    checks: both.filter((item) => !isNoise(item, history)).sort((a, b) => size(b) - size(a)),
    compared: both.length,
  };
}

function timesOf(result: RunResult): Map<string, number> {
  const records = new Map(result.tasks.map((task) => [task.id, task]));
  return new Map(
    result.checks
      .filter(({ outcome, parts }) => {
        const ran = outcome.status === 'passed' || outcome.status === 'failed' || outcome.status === 'degraded';
        return ran && parts.every(({ cached }) => cached !== true);
      })
      .map((check) => [check.checkId, checkMs(check, records)]),
  );
}

function isNoise({ checkId, beforeMs, afterMs }: TimeChange, history: History): boolean {
  const difference = Math.abs(afterMs - beforeMs);
  if (difference <= FLOOR_MS) return true;
  const samples = checkSamples(history, checkId).map(({ ms }) => ms);
  if (samples.length >= MIN_SAMPLES) return difference <= DEVIATIONS * medianDeviation(samples);
  return Math.max(beforeMs, afterMs) <= FACTOR * Math.min(beforeMs, afterMs);
}
