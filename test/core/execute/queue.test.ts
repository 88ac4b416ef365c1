import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskQueue, type Waiting } from '../../../core/execute/queue.js';
import type { Outcome } from '../../../core/model/outcome.js';
import { isHeavy } from '../../../core/model/schedule.js';
import type { Task } from '../../../core/model/task.js';
import { orderTasks } from '../../../core/plan/order.js';
import { task } from '../../support/fake-pool.js';

const passed: Outcome = { status: 'passed' };
const errored: Outcome = { status: 'errored', reason: { code: 'threw', message: 'boom' } };
const anywhere = () => true;

/** How the checks of a task ended: all alike. */
const all = ({ checks }: Task, outcome: Outcome) => checks.map((check) => ({ check, outcome }));

function queue(tasks: readonly Task[], heavyFirst = false, ended: readonly Task[] = []) {
  return new TaskQueue({
    tasks,
    kindOf: ({ task: { lane } }) => lane,
    heavyFirst,
    ended: ended.map((each) => [each.id, { checks: all(each, passed) }]),
  });
}

/** Takes all that may start, in order. */
function takeAll(from: TaskQueue, hasPlace: (waiting: Waiting) => boolean = anywhere, nowMs = 0): Task[] {
  const taken: Task[] = [];
  for (let next = from.take(nowMs, hasPlace); next !== undefined; next = from.take(nowMs, hasPlace))
    taken.push(next.waiting.task);
  return taken;
}

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

describe('the queue', () => {
  it('passes over a kind of task without a place, and keeps the order within each', () => {
    const tasks = [task('a'), task('b', { lane: 'io' }), task('c'), task('d', { lane: 'io' })];
    const waiting = queue(tasks);
    expect(ids(takeAll(waiting, ({ task: { lane } }) => lane === 'io'))).toEqual(['b', 'd']);
    expect(ids(takeAll(waiting))).toEqual(['a', 'c']);
    expect(waiting.size).toBe(0);
  });

  it('starts what computes before what waits where slots outnumber cores, but never above a priority', () => {
    const tasks = [
      task('source', { lane: 'io' }),
      task('urgent', { lane: 'io', priority: 1, after: ['source'] }),
      task('sleeps', { lane: 'io' }),
      task('computes'),
    ];
    expect(ids(takeAll(queue(tasks, true)))).toEqual(['source', 'computes', 'sleeps']);
    expect(ids(takeAll(queue(tasks)))).toEqual(['source', 'sleeps', 'computes']);
  });

  it('never gives two tasks at once that must have the same for themselves', () => {
    const tasks = [
      task('a', { exclusive: ['npm'] }),
      task('b', { exclusive: ['npm', 'port'] }),
      task('c', { exclusive: ['port'] }),
      task('d'),
    ];
    const waiting = queue(tasks);
    expect(ids(takeAll(waiting))).toEqual(['a', 'c', 'd']);
    waiting.ended(tasks[0] as Task, all(tasks[0] as Task, passed));
    expect(takeAll(waiting)).toEqual([]);
    waiting.ended(tasks[2] as Task, all(tasks[2] as Task, passed));
    expect(ids(takeAll(waiting))).toEqual(['b']);
  });

  it('lets go of a name when its task runs again, and not for a task that never ran', () => {
    const tasks = [task('a', { exclusive: ['npm'] }), task('b', { exclusive: ['npm'] }), task('x')];
    const waiting = queue(tasks);
    const first = waiting.take(0, anywhere)?.waiting as Waiting;
    waiting.ended(tasks[1] as Task, all(tasks[1] as Task, passed));
    expect(ids(takeAll(waiting))).toEqual(['x']);
    const again = { notBeforeMs: 100, untilMs: 1_000, left: 1, waitedMs: 0 } as unknown as Waiting['again'];
    waiting.again({ ...first, ...(again === undefined ? {} : { again }) }, 50);
    expect(ids(takeAll(waiting, anywhere, 60))).toEqual(['b']);
    waiting.ended(tasks[1] as Task, all(tasks[1] as Task, passed));
    expect(takeAll(waiting, anywhere, 99)).toEqual([]);
    expect(ids(takeAll(waiting, anywhere, 100))).toEqual(['a']);
  });

  it('names the first need that failed, whichever ended first', () => {
    const tasks = [task('a'), task('b'), task('user', { after: ['a', 'b'] })];
    const waiting = queue(tasks);
    takeAll(waiting);
    waiting.ended(tasks[1] as Task, all(tasks[1] as Task, errored));
    expect(waiting.take(0, anywhere)).toBe(undefined);
    waiting.ended(tasks[0] as Task, all(tasks[0] as Task, errored));
    expect(waiting.take(0, () => false)?.instead).toMatchObject({ reason: { data: { need: 'a' } } });
  });

  it('begins a stage when all of the one before have ended', () => {
    const tasks = [task('reads'), task('writes', { stage: 1 }), task('after', { stage: 2 })];
    const waiting = queue(tasks);
    expect(ids(takeAll(waiting))).toEqual(['reads']);
    waiting.ended(tasks[0] as Task, all(tasks[0] as Task, errored));
    expect(ids(takeAll(waiting))).toEqual(['writes']);
    waiting.ended(tasks[1] as Task, all(tasks[1] as Task, passed));
    expect(ids(takeAll(waiting))).toEqual(['after']);
  });

  it('goes on where an earlier process ended', () => {
    const tasks = [task('a'), task('b', { after: ['a'], stage: 1 }), task('c', { after: ['b'], stage: 2 })];
    const waiting = queue(tasks, false, tasks.slice(0, 1));
    expect(waiting.size).toBe(2);
    expect(ids(takeAll(waiting))).toEqual(['b']);
  });

  it('gives back everything that waits, wherever, in plan order', () => {
    const tasks = [
      task('runs', { exclusive: ['x'] }),
      task('parked', { exclusive: ['x'] }),
      task('ready', { lane: 'io' }),
      task('blocked', { after: ['runs'] }),
      task('later', { stage: 1 }),
    ];
    const waiting = queue(tasks);
    takeAll(waiting, ({ task: { lane } }) => lane === 'cpu');
    expect(ids(waiting.drain().map(({ task: each }) => each))).toEqual(['parked', 'ready', 'blocked', 'later']);
    expect([waiting.size, waiting.take(0, anywhere)]).toEqual([0, undefined]);
  });
});

/** A simulated machine: each task takes its time; nothing but the queue decides what starts. */
function simulate(tasks: readonly Task[], times: ReadonlyMap<string, number>, slots: number, cores: number) {
  const waiting = queue(tasks, slots > cores);
  const spans: { readonly task: Task; readonly start: number; readonly end: number }[] = [];
  let active: { readonly task: Task; readonly start: number; readonly end: number }[] = [];
  for (let now = 0; ; ) {
    const hasPlace = ({ task: each }: Waiting) =>
      !isHeavy(each) || active.filter((other) => isHeavy(other.task)).length < cores;
    while (active.length < slots) {
      const taken = waiting.take(now, hasPlace);
      if (taken === undefined) break;
      active.push({ task: taken.waiting.task, start: now, end: now + (times.get(taken.waiting.task.id) ?? 0) });
    }
    if (active.length === 0) return { spans, left: waiting.size };
    now = Math.min(...active.map(({ end }) => end));
    // All that end in the same tick end before anything starts.
    for (const span of active.filter(({ end }) => end <= now)) {
      spans.push(span);
      waiting.ended(span.task, all(span.task, passed));
    }
    active = active.filter(({ end }) => end > now);
  }
}

describe('on a simulated clock', () => {
  const rows = fc.array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 2 }),
      ms: fc.integer({ min: 0, max: 20 }),
      lane: fc.constantFrom('cpu' as const, 'io' as const, 'process' as const),
      exclusive: fc.subarray(['npm', 'port']),
      priority: fc.integer({ min: -1, max: 1 }),
      writes: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 25 },
  );

  it('any plan ends: each task once, needs first, never over a limit, nothing beside its rival, writers alone', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }), (table, slots, cores) => {
        const made = table.map(({ needs, lane, exclusive, priority, ms }, index) =>
          task(`n${index}`, {
            lane,
            exclusive,
            priority,
            expectedMs: ms,
            after: index === 0 ? [] : [...new Set(needs.map((need) => `n${need % index}`))],
          }),
        );
        const writes = (id: string) => table[Number(id.slice(1))]?.writes === true;
        const tasks = orderTasks(made, ({ id }) => writes(id));
        const times = new Map(table.map(({ ms }, index) => [`n${index}`, ms]));
        const { spans, left } = simulate(tasks, times, slots, cores);
        expect(left).toBe(0);
        expect(spans.map(({ task: { id } }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
        const byId = new Map(spans.map((span) => [span.task.id, span]));
        for (const span of spans) {
          for (const need of span.task.after) expect(byId.get(need)?.end).toBeLessThanOrEqual(span.start);
          const beside = spans.filter((other) => other !== span && other.start < span.end && span.start < other.end);
          const during = beside.filter((other) => other.start <= span.start && span.start < other.end);
          if (span.end > span.start) expect(during.length).toBeLessThan(slots);
          if (isHeavy(span.task)) expect(during.filter((other) => isHeavy(other.task)).length).toBeLessThan(cores);
          if (writes(span.task.id)) expect(beside).toEqual([]);
          const own = new Set(span.task.exclusive);
          for (const other of beside) expect((other.task.exclusive ?? []).some((name) => own.has(name))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('independent tasks end within Graham’s bound of the best', () => {
    const work = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(work, fc.integer({ min: 1, max: 6 }), (ms, slots) => {
        const tasks = ms.map((each, index) => task(`n${index}`, { lane: 'io', expectedMs: each }));
        const times = new Map(ms.map((each, index) => [`n${index}`, each]));
        const { spans } = simulate(
          orderTasks(tasks, () => false),
          times,
          slots,
          1,
        );
        const total = ms.reduce((sum, each) => sum + each, 0);
        const best = Math.max(total / slots, ...ms);
        // Longest first is never worse than 4/3 of the best schedule, which is at least this.
        expect(Math.max(...spans.map(({ end }) => end))).toBeLessThanOrEqual((4 / 3) * best + Math.max(...ms) / 3);
      }),
      { numRuns: 300 },
    );
  });
});
