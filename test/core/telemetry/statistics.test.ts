import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../../core/model/result.js';
import type { Lane, Task } from '../../../core/model/task.js';
import { criticalPath, makeStatistics } from '../../../core/telemetry/statistics.js';
import { checkOf, record, statisticsInput, task } from './made.js';

interface Made {
  readonly tasks: readonly Task[];
  readonly records: readonly TaskRecord[];
  readonly concurrency: number;
  readonly cores: number;
  readonly wallMs: number;
}

/** A real schedule: tasks with needs on so many places, some tried twice, some that never ran. */
const schedules = fc
  .record({
    concurrency: fc.integer({ min: 1, max: 8 }),
    cores: fc.integer({ min: 1, max: 4 }),
    tailMs: fc.integer({ min: 0, max: 50 }),
    tasks: fc.array(
      fc.record({
        ms: fc.integer({ min: 0, max: 500 }),
        failedMs: fc.option(fc.integer({ min: 0, max: 300 })),
        cpuShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        lane: fc.constantFrom<Lane>('cpu', 'io', 'process'),
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        never: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
  })
  .map(({ concurrency, cores, tailMs, tasks: shapes }): Made => {
    const free = Array.from({ length: concurrency }, () => 0);
    const heavy = Array.from({ length: cores }, () => 0);
    const ends = new Map<string, number>();
    const tasks: Task[] = [];
    const records = shapes.map((shape, index): TaskRecord => {
      const id = `t/${index}`;
      const after = index === 0 ? [] : [...new Set(shape.needs.map((need) => `t/${need % index}`))];
      tasks.push(task(id, { lane: shape.lane, after }));
      const readyMs = Math.max(0, ...after.map((need) => ends.get(need) ?? 0));
      const queuedAtMs = readyMs;
      if (shape.never && after.length === 0) {
        ends.set(id, 0);
        return {
          id,
          checkIds: [id],
          outcome: { status: 'passed' },
          timing: { queuedAtMs, endedAtMs: 0 },
          attempts: [],
        };
      }
      const slot = free.indexOf(Math.min(...free));
      const core = heavy.indexOf(Math.min(...heavy));
      const isHeavy = shape.lane !== 'io';
      const started = Math.max(readyMs, free[slot] ?? 0, isHeavy ? (heavy[core] ?? 0) : 0);
      const lengths = shape.failedMs === null ? [shape.ms] : [shape.failedMs, shape.ms];
      let now = started;
      const worker = shape.lane === 'cpu' ? `cpu-${core + 1}` : 'io-1';
      const attempts = lengths.map((ms, attempt) => {
        const startedAtMs = now;
        now += ms;
        const use = shape.cpuShare === null || shape.lane !== 'cpu' ? {} : { cpuMs: ms * shape.cpuShare };
        return {
          attempt: attempt + 1,
          outcome: { status: 'passed' } as const,
          startedAtMs,
          endedAtMs: now,
          worker,
          ...use,
        };
      });
      free[slot] = now;
      if (isHeavy) heavy[core] = now;
      ends.set(id, now);
      const last = attempts.at(-1)?.startedAtMs ?? 0;
      return {
        id,
        checkIds: [id],
        worker,
        outcome: { status: 'passed' },
        timing: { queuedAtMs, startedAtMs: last, endedAtMs: now },
        attempts,
      };
    });
    return { tasks, records, concurrency, cores, wallMs: Math.max(0, ...ends.values()) + tailMs };
  });

describe('statistics of any real schedule', () => {
  it('keep their promises', () => {
    fc.assert(
      fc.property(schedules, ({ tasks, records, concurrency, cores, wallMs }) => {
        const made = makeStatistics(statisticsInput(records, { tasks, concurrency, cores, wallMs }));
        const near = 1e-6;
        expect(made.speedUp).toBeLessThanOrEqual(Math.max(1, concurrency) + near);
        expect(made.lowerBoundMs).toBeLessThanOrEqual(wallMs + near);
        expect(made.lowerBoundMs).toBeGreaterThanOrEqual(made.workMs / concurrency - near);
        expect(made.lowerBoundMs).toBeGreaterThanOrEqual(made.criticalPath.timeMs - near);
        expect(made.efficiency).toBeLessThanOrEqual(1 + near);
        expect(made.efficiency).toBeGreaterThanOrEqual(0);
        for (const share of [
          made.utilisation.slots,
          made.utilisation.cores ?? 0,
          ...made.workers.map((w) => w.utilisation),
        ])
          expect(share >= 0 && share <= 1 + near).toBe(true);
        const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
        expect(sum(made.categories.map((each) => each.workMs))).toBeCloseTo(made.workMs, 6);
        expect(sum(made.workers.map((each) => each.tasks))).toBe(sum(records.map((each) => each.attempts.length)));
        expect(made.queueWait.medianMs).toBeLessThanOrEqual(made.queueWait.maxMs);
        expect(made.queueWait.maxMs).toBeLessThanOrEqual(made.queueWait.totalMs);
        const path = made.criticalPath.taskIds;
        for (const [index, id] of path.slice(1).entries())
          expect(tasks.find((each) => each.id === id)?.after).toContain(path[index]);
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      }),
      { numRuns: 300 },
    );
  });
});

describe('statistics', () => {
  it('are those of a scan that was counted by hand', () => {
    const records = [
      record('a/x', 0, 100, { cpuMs: 90 }),
      record('a/y', 0, 60, { worker: 'io-1' }),
      record('a/z', 20, 80, { worker: 'io-1', timing: { queuedAtMs: 10, startedAtMs: 20, endedAtMs: 80 } }),
    ];
    const made = makeStatistics(
      statisticsInput(records, {
        concurrency: 2,
        wallMs: 120,
        checks: [checkOf('a/x', { category: 'one' }), checkOf('a/y'), checkOf('a/z')],
      }),
    );
    expect(made).toMatchObject({
      workMs: 220,
      utilisation: { slots: 220 / 240, cores: 90 / 240 },
      lowerBoundMs: 110,
      efficiency: 110 / 120,
      criticalPath: { taskIds: ['a/x'], timeMs: 100 },
      queueWait: { totalMs: 10, medianMs: 0, maxMs: 10 },
      longestChecks: [
        { checkId: 'a/x', timeMs: 100 },
        { checkId: 'a/y', timeMs: 60 },
        { checkId: 'a/z', timeMs: 60 },
      ],
      categories: [
        { category: 'test', tasks: 2, workMs: 120, share: 120 / 220 },
        { category: 'one', tasks: 1, workMs: 100, share: 100 / 220 },
      ],
      // The shared worker did two things at once from 20 to 60.
      workers: [
        { worker: 'cpu-1', tasks: 1, busyMs: 100, utilisation: 100 / 120 },
        { worker: 'io-1', tasks: 2, busyMs: 80, utilisation: 80 / 120 },
      ],
      budget: { toDrop: [] },
    });
    expect(made.budget).not.toHaveProperty('exceededByMs');
  });

  it('take each bound where it is the greatest', () => {
    const bound = (records: TaskRecord[], over: object): number =>
      makeStatistics(statisticsInput(records, { wallMs: 1_000, ...over })).lowerBoundMs;
    const two = [record('a/x', 0, 100, { cpuMs: 100 }), record('a/y', 0, 80, { cpuMs: 80 })];
    expect(bound(two, { concurrency: 1 })).toBe(180);
    expect(bound(two, { concurrency: 4, cores: 4 })).toBe(100);
    expect(bound([...two, record('a/z', 0, 100, { cpuMs: 100 })], { cores: 2 })).toBe(140);
    expect(bound(two, { cores: 4, tasks: [task('a/x'), task('a/y', { after: ['a/x'] })] })).toBe(180);
  });

  it('count all tries as work, and none of a task that never ran', () => {
    const attempt = {
      attempt: 1,
      outcome: { status: 'errored', reason: { code: 'crashed', message: '' } },
      worker: 'io-1',
    } as const;
    const tried = record('a/x', 50, 90, {
      attempts: [
        { ...attempt, startedAtMs: 10, endedAtMs: 30 },
        { ...attempt, attempt: 2, startedAtMs: 50, endedAtMs: 90 },
      ],
    });
    const never: TaskRecord = { ...record('a/y', 0, 0), attempts: [], timing: { queuedAtMs: 0, endedAtMs: 90 } };
    const made = makeStatistics(statisticsInput([tried, never]));
    expect(made.workMs).toBe(60);
    expect(made.queueWait).toEqual({ totalMs: 10, medianMs: 10, maxMs: 10 });
    expect(made.longestChecks.map(({ checkId }) => checkId)).toEqual(['a/x']);
  });

  it('follow the longest chain of needs', () => {
    const tasks = [task('a'), task('b'), task('c', { after: ['a', 'b'] }), task('d', { after: ['a'] })];
    const records = [record('a', 0, 10), record('b', 0, 30), record('c', 30, 40), record('d', 10, 35)];
    expect(criticalPath(records, tasks)).toEqual({ taskIds: ['b', 'c'], timeMs: 40 });
    expect(criticalPath([], [])).toEqual({ taskIds: [], timeMs: 0 });
  });

  it('are finite when nothing ran', () => {
    const made = makeStatistics(statisticsInput([]));
    expect(made).toMatchObject({ speedUp: 1, efficiency: 1, lowerBoundMs: 0, utilisation: { slots: 0 }, workers: [] });
    expect(made.queueWait).toEqual({ totalMs: 0, medianMs: 0, maxMs: 0 });
    expect(JSON.stringify(made)).not.toContain('null');
  });
});
