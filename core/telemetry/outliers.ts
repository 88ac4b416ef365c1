import { formatDuration } from '../model/duration.js';
import type { CheckResult, TaskRecord } from '../model/result.js';
import type { Lane, Task } from '../model/task.js';
import type { Outlier, OutlierCause } from '../model/telemetry.js';
import { plural } from '../model/text.js';
import type { TierName } from '../model/tier.js';
import { checkSamples, type History, type Sample } from './history.js';
import { checkMs, isReused, median, medianDeviation, runningMs, waitedMs } from './times.js';

/** An outlier is over this many times the median (house plan, section 5). */
const FACTOR = 2;
/** And this much more in milliseconds: below, nobody waits longer and a machine's noise is as much. */
const FLOOR_MS = 100;
/** And this many deviations above it; 1.4826 makes the median deviation comparable to a standard deviation of normally distributed times. */
const DEVIATIONS = 3 * 1.4826;
/** Times that a median needs. */
const MIN_SAMPLES = 5;
/** Input that is over this many times as much as usual has grown. */
const GROWN = 1.5;

/** What outliers are found in. */
export interface OutlierInput {
  readonly checks: readonly CheckResult[];
  readonly records: readonly TaskRecord[];
  readonly tasks: readonly Task[];
  readonly tier: TierName;
  readonly history: History;
  /** The size of what was scanned. */
  readonly input: { readonly files: number; readonly bytes: number };
}

/** A check that ran, and its time. */
interface Timed {
  readonly check: CheckResult;
  readonly timeMs: number;
}

interface Measured extends Timed {
  /** The longest of its tasks. */
  readonly record: TaskRecord;
}

/** Times that a check's own is compared with. */
export interface Usual {
  readonly samples: number;
  readonly medianMs: number;
  readonly deviationMs: number;
}

/** What is usual of these times. */
export function usualTime(timesMs: readonly number[]): Usual {
  return { samples: timesMs.length, medianMs: median(timesMs), deviationMs: medianDeviation(timesMs) };
}

/** The checks that took far longer than usual, the greatest excess first. */
export function findOutliers(input: OutlierInput): Outlier[] {
  const records = new Map(input.records.map((record) => [record.id, record]));
  const timed = timedChecks(input.checks, records);
  const usualOf = usualByCategory(timed);
  // No shorter time can be so far above a median: for most checks nothing has to be looked up.
  const slow = timed.filter(({ timeMs }) => timeMs > FLOOR_MS);
  return slow
    .flatMap(({ check, timeMs }): Outlier[] => {
      const item = { check, timeMs, record: longestTask(check, records) };
      const past = checkSamples(input.history, check.checkId);
      const own = past.length >= MIN_SAMPLES;
      const basis = own ? usualTime(past.map(({ ms }) => ms)) : usualOf(check.meta.category);
      if (basis.samples < MIN_SAMPLES || !isOutlier(timeMs, basis)) return [];
      return [
        {
          checkId: check.checkId,
          taskId: item.record.id,
          timeMs,
          medianMs: basis.medianMs,
          basis: own ? 'history' : 'category',
          samples: basis.samples,
          factor: timeMs / Math.max(1, basis.medianMs),
          ...explain(item, input, own ? past : []),
        },
      ];
    })
    .sort((a, b) => b.timeMs - b.medianMs - (a.timeMs - a.medianMs));
}

/** What is usual in a category of this scan; found once for each that is asked for. */
function usualByCategory(timed: readonly Timed[]): (category: string) => Usual {
  const found = new Map<string, Usual>();
  return (category) => {
    const known =
      found.get(category) ??
      usualTime(timed.filter(({ check }) => check.meta.category === category).map(({ timeMs }) => timeMs));
    found.set(category, known);
    return known;
  };
}

/** True for a time that is far above the median: by factor, by an absolute floor and beyond the noise. */
export function isOutlier(timeMs: number, { medianMs, deviationMs }: Usual): boolean {
  const excess = timeMs - medianMs;
  return timeMs > FACTOR * medianMs && excess > FLOOR_MS && excess > DEVIATIONS * deviationMs;
}

/** The checks that ran to an end of their own. A cached answer took no time, a stopped one not all of its own. */
function timedChecks(checks: readonly CheckResult[], records: ReadonlyMap<string, TaskRecord>): Timed[] {
  const timed: Timed[] = [];
  for (const check of checks) {
    const { outcome, parts } = check;
    if (outcome.status === 'skipped' || outcome.status === 'cancelled') continue;
    if (parts.some(isReused) || !parts.some(({ taskId }) => hasRun(records.get(taskId)))) continue;
    timed.push({ check, timeMs: checkMs(check, records) });
  }
  return timed;
}

function hasRun(record: TaskRecord | undefined): record is TaskRecord {
  return record !== undefined && record.attempts.length > 0;
}

function longestTask({ parts }: CheckResult, records: ReadonlyMap<string, TaskRecord>): TaskRecord {
  const own = parts.map(({ taskId }) => records.get(taskId)).filter(hasRun);
  return own.reduce((longest, record) => (runningMs(record) > runningMs(longest) ? record : longest));
}

type Explanation = { readonly cause: OutlierCause; readonly suggestion: string };

/** The first cause that fits. What lengthens the run itself comes before waiting, which only goes along with it. */
function explain(item: Measured, input: OutlierInput, past: readonly Sample[]): Explanation {
  return (
    slowAttempt(item) ??
    coldStart(item) ??
    starved(item, input) ??
    grownInput(input, past) ??
    queued(item) ??
    changed(input, past)
  );
}

function slowAttempt({ record }: Measured): Explanation | undefined {
  const { attempts } = record;
  if (attempts.length < 2) return undefined;
  const times = attempts.map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs);
  const slowest = Math.max(...times);
  if (slowest <= runningMs(record) / 2) return undefined;
  const { attempt } = attempts[times.indexOf(slowest)] as TaskRecord['attempts'][number];
  return {
    cause: 'slow-attempt',
    suggestion: `Try ${attempt} of ${attempts.length} took ${formatDuration(slowest)} of it: look at why that try failed or hung, and give the check a shorter timeout.`,
  };
}

function coldStart({ record }: Measured): Explanation | undefined {
  const { startedAtMs, loadedAtMs, endedAtMs } = record.timing;
  if (startedAtMs === undefined || loadedAtMs === undefined) return undefined;
  const loadMs = loadedAtMs - startedAtMs;
  if (loadMs <= (endedAtMs - startedAtMs) / 2) return undefined;
  return {
    cause: 'cold-start',
    suggestion: `Loading its modules took ${formatDuration(loadMs)}: import what is heavy inside the function that needs it, or run again with a warm cache.`,
  };
}

function starved({ record }: Measured, { tasks, records }: OutlierInput): Explanation | undefined {
  const lane: Lane | undefined = tasks.find(({ id }) => id === record.id)?.lane;
  const { cpuMs, cpuSource, timing } = record;
  if (lane !== 'cpu' || cpuSource !== 'thread' || cpuMs === undefined || timing.startedAtMs === undefined)
    return undefined;
  const share = cpuMs / (timing.endedAtMs - timing.startedAtMs);
  const others = records.filter((other) => other.id !== record.id && overlaps(other, record)).length;
  if (share >= 0.5 || others === 0) return undefined;
  return {
    cause: 'cpu-starvation',
    suggestion: `It computed for only ${Math.round(share * 100)} % of its time while ${plural(others, 'other task')} ran: lower the concurrency where the cores are short, or give it the lane io or process where it waits for something else.`,
  };
}

function overlaps(a: TaskRecord, b: TaskRecord): boolean {
  const [startA, startB] = [a.timing.startedAtMs, b.timing.startedAtMs];
  if (startA === undefined || startB === undefined) return false;
  return startA < b.timing.endedAtMs && startB < a.timing.endedAtMs;
}

function grownInput({ input }: OutlierInput, past: readonly Sample[]): Explanation | undefined {
  const files = median(past.map(({ run }) => run.files));
  const bytes = median(past.map(({ run }) => run.bytes));
  const moreFiles = files > 0 && input.files > files * GROWN;
  if (!moreFiles && !(bytes > 0 && input.bytes > bytes * GROWN)) return undefined;
  const growth = moreFiles ? input.files / files : input.bytes / bytes;
  return {
    cause: 'grown-input',
    suggestion: `There are ${growth.toFixed(1)} times as many ${moreFiles ? 'files' : 'bytes'} as usual: exclude what need not be checked, or expect this from now on.`,
  };
}

function queued({ record }: Measured): Explanation | undefined {
  const waited = waitedMs(record);
  if (waited <= runningMs(record)) return undefined;
  return {
    cause: 'queue-wait',
    suggestion: `It waited ${formatDuration(waited)} for a place, longer than it ran: raise its priority or the concurrency.`,
  };
}

/** Nothing that was measured explains it: the change since the last usual run may. */
function changed({ tier }: OutlierInput, past: readonly Sample[]): Explanation {
  const usual = median(past.map(({ ms }) => ms));
  const last = past.filter(({ ms }) => ms <= FACTOR * usual).at(-1);
  if (last === undefined)
    return {
      cause: 'unknown',
      suggestion: `It takes longer than others of its category: look at what it does, or move it to a higher tier than ${tier}.`,
    };
  const { commit, runId } = last.run;
  const since = commit === undefined ? `the run ${runId}` : `commit ${commit.slice(0, 12)}`;
  return {
    cause: 'changed',
    suggestion: `Look at what changed since ${since}, when it took ${formatDuration(last.ms)}.`,
  };
}
