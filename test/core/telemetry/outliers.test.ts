import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../../core/model/result.js';
import type { Outlier } from '../../../core/model/telemetry.js';
import type { HistoryRun } from '../../../core/telemetry/history.js';
import { findOutliers, isOutlier, type OutlierInput, usualTime } from '../../../core/telemetry/outliers.js';
import { checkOf, pastRun, pastRuns, record, task } from './made.js';

function outliersOf(
  records: readonly TaskRecord[],
  runs: readonly HistoryRun[],
  over: Partial<OutlierInput> = {},
): Outlier[] {
  return findOutliers({
    records,
    checks: records.map(({ id }) => checkOf(id)),
    tasks: records.map(({ id }) => task(id)),
    tier: 'standard',
    history: { runs, tier: 'standard' },
    input: { files: 10, bytes: 1_000 },
    ...over,
  });
}

describe('isOutlier', () => {
  const steady = usualTime([100, 101, 102, 100, 101]);
  it('wants twice the median', () => {
    const thousand = usualTime([1_000, 1_001, 1_000, 999, 1_000]);
    expect(isOutlier(1_990, thousand)).toBe(false);
    expect(isOutlier(2_010, thousand)).toBe(true);
  });
  it('wants 100 ms more than the median', () => {
    expect(isOutlier(60, usualTime([10, 10, 10, 10, 10]))).toBe(false);
    expect(isOutlier(201, steady)).toBe(false);
    expect(isOutlier(203, steady)).toBe(true);
  });
  it('wants more than the noise of the samples', () => {
    // Median 1,000, median deviation 600: three deviations are 2,669.
    const noisy = usualTime([400, 1_000, 1_600, 300, 2_000]);
    expect(isOutlier(3_600, noisy)).toBe(false);
    expect(isOutlier(3_700, noisy)).toBe(true);
  });
});

describe('outliers', () => {
  it('are measured against the own history where it is long enough', () => {
    const [outlier, ...rest] = outliersOf([record('a/x', 0, 900)], pastRuns(5, 'a/x', 300));
    expect(rest).toEqual([]);
    expect(outlier).toMatchObject({
      checkId: 'a/x',
      taskId: 'a/x',
      timeMs: 900,
      medianMs: 301,
      basis: 'history',
      samples: 5,
    });
    expect(outlier?.factor).toBeCloseTo(2.99, 2);
    expect(outliersOf([record('a/x', 0, 900)], pastRuns(4, 'a/x', 300))).toEqual([]);
    expect(outliersOf([record('a/x', 0, 590)], pastRuns(5, 'a/x', 300))).toEqual([]);
  });

  it('count neither other tiers nor interrupted runs nor times that are not there', () => {
    const now = [record('a/x', 0, 900)];
    expect(outliersOf(now, pastRuns(9, 'a/x', 300, { tier: 'deep' }))).toEqual([]);
    expect(outliersOf(now, pastRuns(9, 'a/x', 300, { verdict: 'interrupted' }))).toEqual([]);
    const cached = Array.from({ length: 9 }, (_, index) => pastRun(index, { 'a/x': { outcome: 'passed' } }));
    expect(outliersOf(now, cached)).toEqual([]);
  });

  it('are measured against their category in this scan otherwise', () => {
    const five = [1, 2, 3, 4].map((n) => record(`a/${n}`, 0, 50 + n)).concat(record('a/slow', 0, 800));
    expect(outliersOf(five, [])).toMatchObject([
      { checkId: 'a/slow', basis: 'category', samples: 5, medianMs: 53, cause: 'unknown' },
    ]);
    expect(outliersOf(five.slice(1), [])).toEqual([]);
    const checks = five.map(({ id }) => checkOf(id, { category: id === 'a/slow' ? 'other' : 'test' }));
    expect(outliersOf(five, [], { checks })).toEqual([]);
  });

  it('leave out cached, skipped and cancelled checks', () => {
    const runs = pastRuns(5, 'a/x', 300);
    const now = [record('a/x', 0, 900)];
    for (const status of ['skipped', 'cancelled'] as const) {
      const outcome = { status, reason: { code: 'interrupted', message: '' } } as const;
      expect(outliersOf(now, runs, { checks: [checkOf('a/x', { outcome })] })).toEqual([]);
    }
    const parts = [{ taskId: 'a/x', timeMs: 0, outcome: { status: 'passed' }, cached: true }] as const;
    expect(outliersOf(now, runs, { checks: [checkOf('a/x', { parts })] })).toEqual([]);
  });

  it('begin with the greatest excess', () => {
    const runs = Array.from({ length: 5 }, (_, index) => pastRun(index, { 'a/x': 100, 'a/y': 1_000 }));
    const found = outliersOf([record('a/x', 0, 900), record('a/y', 0, 3_000)], runs);
    expect(found.map(({ checkId }) => checkId)).toEqual(['a/y', 'a/x']);
  });
});

describe('the cause of an outlier', () => {
  const runs = pastRuns(6, 'a/x', 300);
  const cause = (
    now: TaskRecord,
    over: Partial<OutlierInput> = {},
    others: TaskRecord[] = [],
  ): (string | undefined)[] => {
    const found = outliersOf([now, ...others], runs, over).find(({ checkId }) => checkId === 'a/x');
    return [found?.cause, found?.suggestion];
  };

  it('is a slow try', () => {
    const base = { outcome: { status: 'passed' }, worker: 'io-1' } as const;
    const tried = record('a/x', 950, 1_250, {
      attempts: [
        { ...base, attempt: 1, startedAtMs: 0, endedAtMs: 900 },
        { ...base, attempt: 2, startedAtMs: 950, endedAtMs: 1_250 },
      ],
    });
    expect(cause(tried)).toEqual(['slow-attempt', expect.stringContaining('Try 1 of 2 took 900 ms of it')]);
  });

  it('is a cold start', () => {
    const timing = { queuedAtMs: 0, startedAtMs: 0, loadedAtMs: 600, endedAtMs: 900 };
    expect(cause(record('a/x', 0, 900, { timing }))).toEqual([
      'cold-start',
      expect.stringContaining('Loading its modules took 600 ms'),
    ]);
  });

  it('is a short CPU, where others ran and it is in the CPU lane', () => {
    const slow = record('a/x', 0, 900, { cpuMs: 200, cpuSource: 'thread' });
    const other = [record('a/y', 100, 400, { worker: 'cpu-2' })];
    expect(cause(slow, {}, other)).toEqual([
      'cpu-starvation',
      expect.stringContaining('It computed for only 22 % of its time while 1 other task ran'),
    ]);
    expect(cause(slow)[0]).toBe('changed');
    expect(cause(slow, { tasks: [task('a/x', { lane: 'io' })] }, other)[0]).toBe('changed');
    expect(cause(record('a/x', 0, 900, { cpuMs: 800, cpuSource: 'thread' }), {}, other)[0]).toBe('changed');
    expect(cause(record('a/x', 0, 900, { cpuMs: 200, cpuSource: 'event-loop' }), {}, other)[0]).toBe('changed');
  });

  it('is grown input', () => {
    const slow = record('a/x', 0, 900);
    expect(cause(slow, { input: { files: 16, bytes: 1_000 } })).toEqual([
      'grown-input',
      expect.stringContaining('1.6 times as many files as usual'),
    ]);
    expect(cause(slow, { input: { files: 10, bytes: 2_500 } })[1]).toContain('2.5 times as many bytes');
    expect(cause(slow, { input: { files: 15, bytes: 1_500 } })[0]).toBe('changed');
  });

  it('is waiting for a place', () => {
    expect(cause(record('a/x', 1_000, 1_900))).toEqual([
      'queue-wait',
      expect.stringContaining('It waited 1.0 s for a place'),
    ]);
  });

  it('is otherwise what changed since the last usual run', () => {
    const past = [...runs, pastRun(9, { 'a/x': 5_000 })];
    const [found] = outliersOf([record('a/x', 0, 2_000)], past);
    expect(found).toMatchObject({ cause: 'changed' });
    expect(found?.suggestion).toBe('Look at what changed since commit c0ffee5, when it took 302 ms.');
  });
});
