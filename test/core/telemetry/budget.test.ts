import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../../core/model/result.js';
import { simulateMs } from '../../../core/model/schedule.js';
import type { Task } from '../../../core/model/task.js';
import { type BudgetInput, budgetUse } from '../../../core/telemetry/budget.js';
import { checkOf, record, task } from './made.js';

/** Tasks one after another, with what they took. */
function sequence(
  times: Readonly<Record<string, number>>,
  over: Readonly<Record<string, Partial<Task>>> = {},
): BudgetInput {
  let now = 0;
  const records = Object.entries(times).map(([id, ms]) => {
    now += ms;
    return record(id, now - ms, now);
  });
  const tasks = Object.keys(times).map((id) => task(id, over[id]));
  const checks = Object.keys(times).map((id) => checkOf(id));
  return { records, tasks, checks, tier: 'standard', wallMs: now, concurrency: 1, cores: 2, budgetMs: 45_000 };
}

describe('budget', () => {
  it('names the checks that would have to go', () => {
    const times = { 'a/one': 20_000, 'a/two': 5_000, 'a/three': 4_000, 'a/four': 20_000, 'a/five': 2_000 };
    const low = { priority: -1 };
    expect(budgetUse(sequence(times, { 'a/two': low, 'a/five': low }))).toEqual({
      budgetMs: 45_000,
      exceededByMs: 6_000,
      toDrop: ['a/two', 'a/five'],
      summary: 'standard ended in 51 s, budget 45 s: these two checks would have to go: a/two, a/five.',
    });
  });

  it('says nothing within the budget', () => {
    expect(budgetUse(sequence({ 'a/x': 45_000 }))).toEqual({ budgetMs: 45_000, toDrop: [] });
  });

  it('drops no more than it must: what turned out to fit stays', () => {
    // In order of value the short one goes first, and after the long one it need not.
    const times = { 'a/short': 5_000, 'a/long': 30_000, 'a/rest': 40_000 };
    const made = budgetUse(sequence(times, { 'a/short': { priority: -2 }, 'a/long': { priority: -1 } }));
    expect(made.toDrop).toEqual(['a/long']);
    expect(made.summary).toContain('this check would have to go: a/long.');
  });

  it('gives a need up only together with all that need it', () => {
    const times = { 'a/need': 40_000, 'a/user': 10_000 };
    const cheap = sequence(times, { 'a/need': { priority: -9 }, 'a/user': { after: ['a/need'], priority: 9 } });
    expect(budgetUse(cheap).toDrop).toEqual(['a/user']);
    expect(budgetUse({ ...cheap, budgetMs: 1_000 }).toDrop).toEqual(['a/user', 'a/need']);
  });

  it('knows that dropping one of two that run side by side helps nothing', () => {
    const records = [record('a/x', 0, 50_000), record('a/y', 0, 50_000)];
    const made = budgetUse({
      ...sequence({}),
      records,
      tasks: [task('a/x'), task('a/y')],
      wallMs: 50_000,
      concurrency: 2,
    });
    expect(made.toDrop).toEqual(['a/x', 'a/y']);
  });

  it('cannot know what the deadline kept from running, and says so', () => {
    const input = sequence({ 'a/x': 30_000, 'a/y': 30_000 });
    const late: TaskRecord = {
      id: 'a/z',
      checkIds: ['a/z'],
      outcome: { status: 'skipped', reason: { code: 'deadline', message: '' } },
      timing: { queuedAtMs: 0, endedAtMs: 60_000 },
      attempts: [],
    };
    const made = budgetUse({ ...input, records: [...input.records, late], tasks: [...input.tasks, task('a/z')] });
    expect(made.summary).toContain(': at least this check would have to go: a/x.');
  });

  it('counts what it does not name', () => {
    const times = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`a/${index}`, 10_000]));
    expect(budgetUse(sequence(times)).summary).toMatch(
      /^standard ended in 5 m 0 s, budget 45 s: these 26 checks would have to go: (a\/\d+, ){4}a\/\d+ and 21 others\.$/,
    );
  });

  it('leaves a rest that fits, whatever ran', () => {
    const shapes = fc.array(
      fc.record({
        ms: fc.integer({ min: 1, max: 900 }),
        priority: fc.integer({ min: -3, max: 3 }),
        need: fc.option(fc.nat()),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (each, concurrency, share) => {
          const tasks = each.map(({ priority, need }, index) =>
            task(`t/${index}`, {
              priority,
              lane: 'io',
              after: need === null || index === 0 ? [] : [`t/${need % index}`],
            }),
          );
          const times = new Map(each.map(({ ms }, index) => [`t/${index}`, ms]));
          const limits = { concurrency, cores: 2 };
          const wallMs = simulateMs(tasks, times, limits);
          const records = each.map(({ ms }, index) => record(`t/${index}`, 0, ms));
          const { toDrop } = budgetUse({
            records,
            tasks,
            checks: [],
            tier: 'quick',
            wallMs,
            budgetMs: wallMs * share,
            ...limits,
          });
          expect(toDrop.length).toBeGreaterThan(0);
          const rest = tasks.filter(({ id }) => !toDrop.includes(id));
          expect(simulateMs(rest, times, limits)).toBeLessThanOrEqual(wallMs * share + 1e-9);
          for (const { after } of rest) for (const need of after) expect(toDrop).not.toContain(need);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('names a check of a pass, not all that share it', () => {
    const pass = { ...task('files'), checks: [...task('a/slow').checks, ...task('a/fast').checks] };
    const part = (timeMs: number) => [{ taskId: 'files', outcome: { status: 'passed' } as const, timeMs }];
    const { toDrop } = budgetUse({
      records: [record('files', 0, 60_000, { checkIds: ['a/slow', 'a/fast'] })],
      tasks: [pass],
      checks: [checkOf('a/slow', { parts: part(50_000) }), checkOf('a/fast', { parts: part(10_000) })],
      tier: 'standard',
      wallMs: 60_000,
      concurrency: 1,
      cores: 1,
      budgetMs: 45_000,
    });
    expect(toDrop).toEqual(['a/slow']);
  });

  it('takes no time worth mentioning for thousands of tasks', () => {
    const times = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`a/${index}`, 20]));
    const started = process.hrtime.bigint();
    expect(budgetUse(sequence(times)).toDrop.length).toBeGreaterThan(2_000);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000);
  });
});
