import { compareText } from '../model/finding.js';
import type { BreakerState } from '../model/resource.js';
import type { CheckResult, Notice, ResourceRecord, RunResult, TaskRecord } from '../model/result.js';
import type { CacheStatistics, CriticalPath, Statistics } from '../model/telemetry.js';
import { makeStatistics } from '../telemetry/statistics.js';
import { executionOf, type Shard } from './shards.js';

/** What of a result is about time. */
type Times = Pick<RunResult, 'tasks' | 'resources' | 'statistics' | 'outliers'>;

/** The tasks of all results on one clock, and what follows from them. */
export function mergeTimes(
  shards: readonly Shard[],
  checks: readonly CheckResult[],
  notice: (notice: Notice) => void,
): Times {
  const tasks = shards.flatMap((shard) => shard.result.tasks.map((task) => moved(task, shard)));
  return {
    tasks,
    resources: mergeResources(shards),
    statistics: statisticsOf(shards, tasks, checks, notice),
    outliers: shards
      .flatMap((shard) => shard.result.outliers.map((each) => ({ ...each, taskId: shard.taskId(each.taskId) })))
      .sort((a, b) => b.timeMs - b.medianMs - (a.timeMs - a.medianMs) || compareText(a.checkId, b.checkId)),
  };
}

function moved(task: TaskRecord, shard: Shard): TaskRecord {
  const { offsetMs, number } = shard;
  const { timing, worker } = task;
  const at = (ms: number): number => ms + offsetMs;
  return {
    ...task,
    id: shard.taskId(task.id),
    ...(worker === undefined ? {} : { worker: `${number}:${worker}` }),
    timing: {
      queuedAtMs: at(timing.queuedAtMs),
      ...(timing.startedAtMs === undefined ? {} : { startedAtMs: at(timing.startedAtMs) }),
      ...(timing.loadedAtMs === undefined ? {} : { loadedAtMs: at(timing.loadedAtMs) }),
      endedAtMs: at(timing.endedAtMs),
    },
    attempts: task.attempts.map((attempt) => ({
      ...attempt,
      startedAtMs: at(attempt.startedAtMs),
      endedAtMs: at(attempt.endedAtMs),
      worker: `${number}:${attempt.worker}`,
    })),
  };
}

/** What is known of the whole, made anew; of the needs between tasks only the longest chain of each result is. */
function statisticsOf(
  shards: readonly Shard[],
  tasks: readonly TaskRecord[],
  checks: readonly CheckResult[],
  notice: (notice: Notice) => void,
): Statistics {
  const all = shards.map(({ result }) => result.statistics);
  const wallMs = spanMs(shards);
  const budgets = groupsOf(shards).map((group) => Math.max(...group.map(({ result }) => result.statistics.budgetMs)));
  const made = makeStatistics({
    records: tasks,
    tasks: [],
    checks,
    tier: shards[0]?.result.run.tier ?? 'standard',
    wallMs,
    concurrency: mostAtOnce(shards, ({ concurrency }) => concurrency),
    concurrencyChanges: shards
      .flatMap(({ result, offsetMs }) =>
        result.statistics.concurrencyChanges.map((change) => ({ ...change, atMs: change.atMs + offsetMs })),
      )
      .sort((a, b) => a.atMs - b.atMs),
    cores: mostAtOnce(shards, ({ cores }) => cores),
    budgetMs: budgets.reduce((sum, ms) => sum + ms, 0),
    files: Math.max(...all.map(({ files }) => files)),
    hooks: mergeHooks(all),
    phasesMs: { ...longestPhases(all), execute: wallMs },
    ...mergeCaches(all),
  });
  for (const { name, result } of shards) {
    const { summary } = result.statistics.budget;
    if (summary !== undefined) notice({ code: 'merge-budget', level: 'warning', message: `${name}: ${summary}` });
  }
  const criticalPath = longestPath(shards);
  const lowerBoundMs = Math.min(Math.max(made.lowerBoundMs, criticalPath.timeMs), wallMs);
  const toDrop = [...new Set(all.flatMap(({ budget }) => budget.toDrop))];
  return {
    ...made,
    criticalPath,
    lowerBoundMs,
    efficiency: wallMs > 0 ? lowerBoundMs / wallMs : 1,
    budget: made.budget.exceededByMs === undefined ? made.budget : { ...made.budget, toDrop },
  };
}

/** The questions of all, where any had a cache. */
function mergeCaches(all: readonly Statistics[]): Pick<Statistics, 'cache'> {
  const caches = all.flatMap(({ cache }) => cache ?? []);
  if (caches.length === 0) return {};
  const sum = (of: keyof CacheStatistics): number => caches.reduce((total, cache) => total + cache[of], 0);
  return { cache: { hits: sum('hits'), misses: sum('misses'), kept: sum('kept') } };
}

/** When the execution of a result began and ended on the common clock. */
function spanOf({ result, offsetMs }: Shard): { readonly start: number; readonly end: number } {
  const { startMs, endMs } = executionOf(result);
  return { start: startMs + offsetMs, end: endMs + offsetMs };
}

/** From the first start of execution to the last end. */
function spanMs(shards: readonly Shard[]): number {
  const spans = shards.map(spanOf);
  return Math.max(0, Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start)));
}

/** The results whose executions overlap, together: they ran side by side. */
function groupsOf(shards: readonly Shard[]): Shard[][] {
  const groups: Shard[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const shard of [...shards].sort((a, b) => spanOf(a).start - spanOf(b).start)) {
    const { start, end } = spanOf(shard);
    if (start >= until) groups.push([shard]);
    else groups.at(-1)?.push(shard);
    until = Math.max(until, end);
  }
  return groups;
}

/** The greatest sum of something over the results that ran at one time. */
function mostAtOnce(shards: readonly Shard[], of: (statistics: Statistics) => number): number {
  const sums = shards.map((shard) => {
    const { start } = spanOf(shard);
    return shards
      .filter((other) => other === shard || (spanOf(other).start <= start && start < spanOf(other).end))
      .reduce((sum, { result }) => sum + of(result.statistics), 0);
  });
  return Math.max(...sums);
}

function longestPath(shards: readonly Shard[]): CriticalPath {
  const paths = shards.map((shard) => {
    const { taskIds, timeMs } = shard.result.statistics.criticalPath;
    return { taskIds: taskIds.map((id) => shard.taskId(id)), timeMs };
  });
  return paths.reduce((a, b) => (b.timeMs > a.timeMs ? b : a));
}

function longestPhases(all: readonly Statistics[]): Record<string, number> {
  const phases = new Map<string, number>();
  for (const [name, ms] of all.flatMap(({ phasesMs }) => Object.entries(phasesMs)))
    phases.set(name, Math.max(phases.get(name) ?? 0, ms));
  return Object.fromEntries(phases);
}

function mergeHooks(all: readonly Statistics[]): Statistics['hooks'] {
  const merged = new Map<string, Statistics['hooks'][number]>();
  for (const time of all.flatMap(({ hooks }) => hooks)) {
    const key = JSON.stringify([time.plugin, time.hook]);
    const before = merged.get(key);
    merged.set(key, {
      ...time,
      calls: time.calls + (before?.calls ?? 0),
      timeMs: time.timeMs + (before?.timeMs ?? 0),
    });
  }
  return [...merged.values()];
}

const STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

function mergeResources(shards: readonly Shard[]): ResourceRecord[] {
  const merged = new Map<string, ResourceRecord>();
  for (const { result, offsetMs } of shards) {
    for (const record of result.resources) {
      const transitions = record.transitions.map((each) => ({ ...each, at: each.at + offsetMs }));
      const before = merged.get(record.name);
      merged.set(
        record.name,
        before === undefined ? { ...record, transitions } : both(before, { ...record, transitions }),
      );
    }
  }
  return [...merged.values()].sort((a, b) => compareText(a.name, b.name));
}

function both(a: ResourceRecord, b: ResourceRecord): ResourceRecord {
  return {
    name: a.name,
    state: STATES.indexOf(b.state) > STATES.indexOf(a.state) ? b.state : a.state,
    calls: a.calls + b.calls,
    failures: a.failures + b.failures,
    retries: a.retries + b.retries,
    refused: a.refused + b.refused,
    rateLimitedMs: a.rateLimitedMs + b.rateLimitedMs,
    concurrency: Math.min(a.concurrency, b.concurrency),
    lowestConcurrency: Math.min(a.lowestConcurrency, b.lowestConcurrency),
    transitions: [...a.transitions, ...b.transitions].sort((one, other) => one.at - other.at),
  };
}
