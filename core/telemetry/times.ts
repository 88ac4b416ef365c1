import type { CheckPart, CheckResult, TaskRecord } from '../model/result.js';

/** Milliseconds that a task ran, all tries; 0 for one that never did. */
export function runningMs({ attempts }: TaskRecord): number {
  let sum = 0;
  for (const { startedAtMs, endedAtMs } of attempts) sum += Math.max(0, endedAtMs - startedAtMs);
  return sum;
}

/** Milliseconds that a task waited for its first place. */
export function waitedMs({ attempts, timing }: TaskRecord): number {
  return Math.max(0, (attempts[0]?.startedAtMs ?? timing.endedAtMs) - timing.queuedAtMs);
}

/** True where earlier scans answered for some of it: its time is not that of its work. */
export function isReused({ cached, cachedFiles = 0 }: Pick<CheckPart, 'cached' | 'cachedFiles'>): boolean {
  return cached === true || cachedFiles > 0;
}

/** Milliseconds that a check took, over all its parts; of a task that served several checks its own part. */
export function checkMs(check: CheckResult, records: ReadonlyMap<string, TaskRecord>): number {
  let sum = 0;
  for (const { taskId } of check.parts) {
    const record = records.get(taskId);
    if (record?.checkIds.length !== 1) return check.timeMs;
    sum += runningMs(record);
  }
  return sum;
}

/** The value below which this share of the numbers lies, between the two nearest; 0 for none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = ascending(numbers);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? 0;
  return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place - Math.floor(place));
}

/** Numbers that are few enough to be put in order one by one: thousands of checks have ten times each. */
const FEW = 20;

function ascending(numbers: readonly number[]): number[] {
  if (numbers.length > FEW) return [...numbers].sort((a, b) => a - b);
  const sorted: number[] = [];
  for (const number of numbers) {
    let place = sorted.length;
    for (; place > 0 && (sorted[place - 1] as number) > number; place -= 1) sorted[place] = sorted[place - 1] as number;
    sorted[place] = number;
  }
  return sorted;
}

/** The middle of the numbers; 0 for none. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The median distance from the median: how far numbers spread, whatever a few of them do. */
export function medianDeviation(numbers: readonly number[]): number {
  const middle = median(numbers);
  return median(numbers.map((number) => Math.abs(number - middle)));
}

/** Milliseconds as they are kept, to a tenth. */
export function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
