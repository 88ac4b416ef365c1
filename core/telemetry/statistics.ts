import { compareText } from '../model/finding.js';
import type { CheckResult, TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import type {
  CacheStatistics,
  CategoryTime,
  CheckTime,
  CriticalPath,
  QueueWait,
  Statistics,
  WorkerTime,
} from '../model/telemetry.js';
import { type BudgetInput, budgetUse } from './budget.js';
import { checkMs, median, runningMs, waitedMs } from './times.js';

/** Checks among the longest. */
const LONGEST = 5;

/** What statistics are made of. */
export interface StatisticsInput extends BudgetInput {
  readonly concurrencyChanges: Statistics['concurrencyChanges'];
  readonly files: number;
  readonly hooks: Statistics['hooks'];
  readonly phasesMs: Readonly<Record<string, number>>;
  readonly cache?: CacheStatistics;
}

/** How the scan used its time. */
export function makeStatistics(input: StatisticsInput): Statistics {
  const { records, tasks, checks, tier, ...rest } = input;
  const { wallMs, concurrency, cores } = rest;
  const workMs = sum(records.map(runningMs));
  const cpu = records.flatMap(({ attempts }) => attempts.flatMap(({ cpuMs }) => cpuMs ?? []));
  const path = criticalPath(records, tasks);
  const longestMs = greatest(records.map(runningMs));
  const bound = Math.max(workMs / concurrency, longestMs, sum(cpu) / cores, path.timeMs);
  // Threads that only wait lend their core, so CPU time may exceed what `cores` allows; no bound is above what was done.
  const lowerBoundMs = Math.min(bound, wallMs);
  return {
    ...rest,
    workMs,
    speedUp: wallMs > 0 ? workMs / wallMs : 1,
    utilisation: {
      slots: shareOf(workMs, concurrency * wallMs),
      ...(cpu.length === 0 ? {} : { cores: shareOf(sum(cpu), cores * wallMs) }),
    },
    lowerBoundMs,
    efficiency: wallMs > 0 ? lowerBoundMs / wallMs : 1,
    criticalPath: path,
    queueWait: queueWait(records),
    longestChecks: longestChecks(checks, records),
    categories: categories(checks, records, workMs),
    workers: workers(records, wallMs),
    budget: budgetUse(input),
  };
}

/** The chain of needs that took longest. Tasks are in plan order, so that a need comes before what needs it. */
export function criticalPath(records: readonly TaskRecord[], tasks: readonly Task[]): CriticalPath {
  const times = new Map(records.map((record) => [record.id, runningMs(record)]));
  const chains = new Map<string, { readonly timeMs: number; readonly before: string | undefined }>();
  let last: string | undefined;
  for (const { id, after } of tasks) {
    const timeOf = (task: string | undefined): number => chains.get(task ?? '')?.timeMs ?? 0;
    const before = after.reduce<string | undefined>(
      (best, need) => (best === undefined || timeOf(need) > timeOf(best) ? need : best),
      undefined,
    );
    chains.set(id, { timeMs: timeOf(before) + (times.get(id) ?? 0), before });
    if (last === undefined || timeOf(id) > timeOf(last)) last = id;
  }
  const timeMs = chains.get(last ?? '')?.timeMs ?? 0;
  const taskIds: string[] = [];
  for (let id = timeMs > 0 ? last : undefined; id !== undefined; id = chains.get(id)?.before) taskIds.unshift(id);
  return { taskIds, timeMs };
}

function queueWait(records: readonly TaskRecord[]): QueueWait {
  const waits = records.filter(({ attempts }) => attempts.length > 0).map(waitedMs);
  return { totalMs: sum(waits), medianMs: median(waits), maxMs: greatest(waits) };
}

function longestChecks(checks: readonly CheckResult[], records: readonly TaskRecord[]): CheckTime[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return checks
    .map((check) => ({ checkId: check.checkId, timeMs: checkMs(check, byId) }))
    .filter(({ timeMs }) => timeMs > 0)
    .sort((a, b) => b.timeMs - a.timeMs || compareText(a.checkId, b.checkId))
    .slice(0, LONGEST);
}

function categories(checks: readonly CheckResult[], records: readonly TaskRecord[], workMs: number): CategoryTime[] {
  const served = new Map<string, { readonly category: string; readonly timeMs: number }[]>();
  for (const { meta, parts } of checks) {
    for (const { taskId, timeMs } of parts) {
      const known = served.get(taskId);
      const part = { category: meta.category, timeMs };
      if (known) known.push(part);
      else served.set(taskId, [part]);
    }
  }
  const found = new Map<string, { tasks: number; workMs: number }>();
  for (const record of records) {
    if (record.attempts.length === 0) continue;
    const parts = served.get(record.id) ?? [];
    const own = sum(parts.map(({ timeMs }) => timeMs));
    const seen = new Set<string>();
    for (const { category, timeMs } of parts) {
      const entry = found.get(category) ?? { tasks: 0, workMs: 0 };
      // What no check took, such as reading the files, is shared out in proportion.
      entry.workMs += runningMs(record) * (own > 0 ? timeMs / own : 1 / parts.length);
      if (!seen.has(category)) entry.tasks += 1;
      seen.add(category);
      found.set(category, entry);
    }
  }
  return [...found]
    .map(([category, entry]) => ({ category, ...entry, share: shareOf(entry.workMs, workMs) }))
    .sort((a, b) => b.workMs - a.workMs || compareText(a.category, b.category));
}

function workers(records: readonly TaskRecord[], wallMs: number): WorkerTime[] {
  const found = new Map<string, (readonly [number, number])[]>();
  for (const { worker, startedAtMs, endedAtMs } of records.flatMap(({ attempts }) => attempts)) {
    const spans = found.get(worker);
    if (spans) spans.push([startedAtMs, endedAtMs]);
    else found.set(worker, [[startedAtMs, endedAtMs]]);
  }
  return [...found]
    .map(([worker, spans]) => {
      const busyMs = coveredMs(spans);
      return { worker, tasks: spans.length, busyMs, utilisation: shareOf(busyMs, wallMs) };
    })
    .sort((a, b) => compareText(a.worker, b.worker));
}

/** The length of what the spans cover together: a shared worker does several things at once. */
function coveredMs(spans: readonly (readonly [number, number])[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

/** The greatest of the numbers, 0 for none; they may be too many to be arguments of `Math.max`. */
function greatest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
