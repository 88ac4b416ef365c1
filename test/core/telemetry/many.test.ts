import { describe, expect, it } from 'vitest';
import type { Registry } from '../../../core/check/registry.js';
import type { TaskRecord } from '../../../core/model/result.js';
import { expectedMs, flakiness, trendOf } from '../../../core/telemetry/history.js';
import { findOutliers } from '../../../core/telemetry/outliers.js';
import { makeCheckResults } from '../../../core/telemetry/result.js';
import { makeStatistics } from '../../../core/telemetry/statistics.js';
import { checkOf, pastRun, record, statisticsInput, task } from './made.js';

/** What a scan of so many checks is analysed from: on two threads, some after others, each long enough to be an outlier. */
function scanOf(count: number) {
  const records = Array.from({ length: count }, (_, index): TaskRecord => {
    const started = Math.floor(index / 2) * 400;
    return record(`a/${index}`, started, started + 150 + (index % 50) * 5, { worker: `cpu-${index % 2}`, cpuMs: 100 });
  });
  const tasks = records.map(({ id }, index) => task(id, { after: index % 10 === 0 ? [] : [`a/${index - 1}`] }));
  const metas = records.map(({ id }, index) => [id, checkOf(id, { category: `c${index % 7}` }).meta] as const);
  const registry = new Map(metas.map(([id, meta]) => [id, { check: { meta } }])) as unknown as Registry;
  const runs = Array.from({ length: 5 }, (_, run) =>
    pastRun(run, Object.fromEntries(records.map(({ id }) => [id, 100]))),
  );
  return { records, tasks, registry, history: { runs, tier: 'standard' } as const };
}

/** Everything that is done once all checks have ended, beyond the budget. */
function analyse({ records, tasks, registry, history }: ReturnType<typeof scanOf>): number {
  const passed = { status: 'passed' } as const;
  const pieces = records.map(({ id }) => ({
    ...{ taskId: id, check: { id }, outcome: passed, findings: [], measurements: [], data: undefined, timeMs: 1 },
  }));
  const checks = makeCheckResults(
    pieces,
    registry,
    () => ({ optional: false, named: true }),
    () => {},
  );
  const wallMs = Math.max(...records.map(({ timing }) => timing.endedAtMs));
  const input = statisticsInput(records, { checks, tasks, wallMs, concurrency: 4 });
  makeStatistics({ ...input, budgetMs: wallMs / 2 });
  makeStatistics({ ...input, budgetMs: wallMs * 0.999 });
  const now = pastRun(9, {});
  for (const { id } of records) {
    expectedMs(history, id);
    flakiness(history, id, { outcome: 'passed', findings: 0, answer: 'b', inputs: 'i' });
  }
  trendOf(history, now, (id) => registry.get(id)?.check.meta.category);
  const outliers = findOutliers({ checks, records, tasks, tier: 'standard', history, input: { files: 1, bytes: 1 } });
  return outliers.length;
}

/** Seconds of CPU time, the least of several: what else runs on the machine only adds to it. */
function cpuSeconds(work: () => unknown): number {
  const times = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return Math.min(...times);
}

describe('analysis', () => {
  it('takes no more for each of many checks than for each of few', () => {
    const [few, many] = [scanOf(500), scanOf(4_000)];
    expect(analyse(few)).toBeGreaterThan(250);
    const [first, second] = [cpuSeconds(() => analyse(few)), cpuSeconds(() => analyse(many))];
    // Eight times as many checks; 64 times the time if anything looked at all of them for each.
    expect(second / first).toBeLessThan(32);
  }, 60_000);
});
