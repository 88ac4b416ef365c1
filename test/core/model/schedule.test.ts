import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeavy, leastToDrop, type Places, simulateMs, type TaskTimes } from '../../../core/model/schedule.js';
import type { Task } from '../../../core/model/task.js';
import { task } from '../../support/fake-pool.js';

/** What `simulateMs` must say, found the plain way: at each moment every task that waits is looked at in plan order. */
function plainMs(tasks: readonly Task[], times: TaskTimes, { concurrency, cores }: Places): number {
  let waiting = [...tasks];
  let active: { readonly task: Task; readonly endMs: number }[] = [];
  let now = 0;
  while (waiting.length + active.length > 0) {
    for (const each of waiting) {
      const running = active.map((other) => other.task);
      const unended = [...waiting, ...running];
      const held = running.flatMap(({ exclusive = [] }) => exclusive);
      const mayStart =
        running.length < concurrency &&
        (!isHeavy(each) || running.filter(isHeavy).length < cores) &&
        unended.every(({ id, stage = 0 }) => !each.after.includes(id) && stage >= (each.stage ?? 0)) &&
        !(each.exclusive ?? []).some((name) => held.includes(name));
      if (!mayStart) continue;
      waiting = waiting.filter((other) => other !== each);
      active.push({ task: each, endMs: now + (times.get(each.id) ?? 0) });
    }
    now = Math.min(...active.map(({ endMs }) => endMs));
    active = active.filter(({ endMs }) => endMs > now);
  }
  return now;
}

const rows = fc.array(
  fc.record({
    ms: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })),
    lane: fc.constantFrom('cpu' as const, 'io' as const, 'process' as const),
    needs: fc.array(fc.nat(), { maxLength: 2 }),
    exclusive: fc.option(fc.subarray(['npm', 'tree'], { minLength: 1 }), { nil: undefined }),
    newStage: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14 },
);

type Row = (typeof rows extends fc.Arbitrary<infer R> ? R : never)[number];

/** Tasks in plan order, of rising stages. */
function tasksOf(table: readonly Row[]): Task[] {
  let stage = 0;
  return table.map(({ lane, needs, exclusive, newStage }, index) => {
    if (newStage && index % 4 === 3) stage += 1;
    const after = index === 0 ? [] : [...new Set(needs.map((need) => `t/${need % index}`))];
    return task(`t/${index}`, { lane, after, ...(exclusive ? { exclusive } : {}), ...(stage > 0 ? { stage } : {}) });
  });
}

describe('simulateMs', () => {
  it('starts what may start in plan order, as soon as it may', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }), (table, concurrency, cores) => {
        const tasks = tasksOf(table);
        const times = new Map(table.map(({ ms }, index) => [`t/${index}`, ms]));
        expect(simulateMs(tasks, times, { concurrency, cores })).toBe(plainMs(tasks, times, { concurrency, cores }));
        // Also where needs are missing, because they were dropped.
        const some = tasks.filter((_, index) => index % 3 !== 0);
        expect(simulateMs(some, times, { concurrency, cores })).toBe(plainMs(some, times, { concurrency, cores }));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends where needs go round in a circle, and where there is nothing', () => {
    const circle = [task('t/a', { after: ['t/b'] }), task('t/b', { after: ['t/a'] })];
    expect(simulateMs(circle, new Map([['t/a', 5]]), { concurrency: 2, cores: 2 })).toBe(0);
    expect(simulateMs([], new Map(), { concurrency: 2, cores: 2 })).toBe(0);
  });
});

describe('leastToDrop', () => {
  /** The order, found the plain way: of those that nothing left needs, the one of the lowest priority, then the longest. */
  function plainOrder(tasks: readonly Task[], times: TaskTimes): string[] {
    const ms = ({ id }: Task): number => times.get(id) ?? 0;
    const order: string[] = [];
    for (let left = tasks.filter((each) => ms(each) > 0); left.length > 0; ) {
      const free = left.filter(({ id }) => !left.some(({ after }) => after.includes(id)));
      free.sort((a, b) => a.priority - b.priority || ms(b) - ms(a) || (a.id < b.id ? -1 : 1));
      order.push(free[0]?.id ?? '');
      left = left.filter(({ id }) => id !== order.at(-1));
    }
    return order;
  }

  it('gives up the least valuable first, and a need after all that need it', () => {
    fc.assert(
      fc.property(rows, fc.func(fc.integer({ min: -2, max: 2 })), (table, priorityOf) => {
        const tasks = tasksOf(table).map((each) => ({ ...each, priority: priorityOf(each.id) }));
        const times = new Map(table.map(({ ms }, index) => [`t/${index}`, ms]));
        const order = leastToDrop(tasks, times, (left) => left.every(({ id }) => times.get(id) === 0));
        expect(order.map(({ id }) => id)).toEqual(plainOrder(tasks, times));
      }),
      { numRuns: 500 },
    );
  });
});
