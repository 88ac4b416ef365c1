import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulateMs } from '../../../core/model/schedule.js';
import type { Task } from '../../../core/model/task.js';
import { orderTasks } from '../../../core/plan/order.js';
import { fitWithin } from '../../../core/plan/within.js';
import { task } from '../../support/fake-pool.js';

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id).sort();
const one = { concurrency: 1, cores: 1 };
const chosen = (tasks: readonly Task[], leftMs: number, places = one) =>
  fitWithin(tasks, { askedMs: leftMs, leftMs, ...places }, () => 'standard');

describe('--within', () => {
  const tasks = [
    task('t/dear', { expectedMs: 6_000, priority: 10 }),
    task('t/long', { expectedMs: 5_000 }),
    task('t/short', { expectedMs: 1_000 }),
    task('t/shorter', { expectedMs: 500 }),
  ];

  it('leaves out the lowest priority first, of these the longest, and says so of each', () => {
    const { kept, left } = chosen(tasks, 9_000);
    expect(ids(kept)).toEqual(['t/dear', 't/short', 't/shorter']);
    expect(left).toEqual([
      {
        checkId: 't/long',
        code: 'within',
        message: 'It usually takes 5.0 s: with it the scan would not end within 9.0 s.',
      },
    ]);
  });

  it('plans everything where everything fits, and nothing where nothing does', () => {
    expect(chosen(tasks, 60_000)).toEqual({ kept: tasks, left: [] });
    expect(chosen(tasks, -5).kept).toEqual([]);
    expect(chosen(tasks, -5).left).toHaveLength(4);
  });

  it('counts what runs at the same time once', () => {
    const io = tasks.map((item) => ({ ...item, lane: 'io' as const }));
    expect(ids(chosen(io, 7_000, { concurrency: 4, cores: 1 }).kept)).toEqual(ids(tasks));
  });

  it('takes a check that never ran for the most that its tier may take', () => {
    const { kept, left } = chosen([task('t/new'), task('t/known', { expectedMs: 100 })], 8_000);
    expect(ids(kept)).toEqual(['t/known']);
    expect(left[0]?.message).toBe('It never ran and is taken for 10 s: with it the scan would not end within 8.0 s.');
  });

  it('keeps a need only with what needs it, and never the other way round; what is kept fits', () => {
    const rows = fc.array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 2 }),
        priority: fc.integer({ min: -2, max: 2 }),
        expectedMs: fc.integer({ min: 1, max: 9_000 }),
        lane: fc.constantFrom('cpu' as const, 'io' as const),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 500, max: 30_000 }), fc.integer({ min: 1, max: 4 }), (table, ms, cores) => {
        const all = table.map(({ needs, ...row }, index) =>
          task(`t/n${index}`, { ...row, after: index === 0 ? [] : [...new Set(needs.map((n) => `t/n${n % index}`))] }),
        );
        const places = { concurrency: cores + 1, cores };
        const ordered = orderTasks(all, () => false);
        const { kept, left } = chosen(ordered, ms, places);
        const there = new Set(ids(kept));
        expect(kept.length + left.length).toBe(all.length);
        for (const { after } of kept) for (const need of after) expect(there.has(need)).toBe(true);
        const times = new Map(kept.map(({ id, expectedMs = 0 }) => [id, expectedMs]));
        expect(simulateMs(kept, times, places)).toBeLessThanOrEqual(ms * 0.9);
      }),
      { numRuns: 300 },
    );
  });
});
