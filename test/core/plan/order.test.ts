import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../core/model/task.js';
import { orderTasks } from '../../../core/plan/order.js';
import { task } from '../../support/fake-pool.js';

const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);
const order = (tasks: readonly Task[], writers: readonly string[] = []) =>
  orderTasks(tasks, ({ id }) => writers.includes(id));

describe('the order', () => {
  it('is by priority, then by the longest expected time, then by id', () => {
    const tasks = [
      task('b', { expectedMs: 10 }),
      task('a', { expectedMs: 10 }),
      task('long', { expectedMs: 500 }),
      task('first', { priority: 1, expectedMs: 1 }),
    ];
    expect(ids(order(tasks))).toEqual(['first', 'long', 'a', 'b']);
  });

  it('counts the whole chain that waits for a task, and the priority of what needs it', () => {
    const tasks = [
      task('alone', { expectedMs: 90 }),
      task('head', { expectedMs: 1 }),
      task('tail', { expectedMs: 100, after: ['head'] }),
      task('source', { expectedMs: 1 }),
      task('urgent', { expectedMs: 1, priority: 5, after: ['source'] }),
    ];
    expect(ids(order(tasks))).toEqual(['source', 'urgent', 'head', 'tail', 'alone']);
  });

  it('takes what never ran for average: neither first nor last', () => {
    const tasks = [
      task('new'),
      task('short', { expectedMs: 1 }),
      task('usual', { expectedMs: 50 }),
      task('long', { expectedMs: 900 }),
    ];
    expect(ids(order(tasks))).toEqual(['long', 'new', 'usual', 'short']);
    expect(ids(order([task('b'), task('a')]))).toEqual(['a', 'b']);
  });

  it('gives what changes the tree a stage of its own, after all that does not need it, whatever it takes', () => {
    const tasks = [
      task('build', { priority: 100, expectedMs: 1e6 }),
      task('size', { after: ['build'] }),
      task('reads'),
      task('format', { expectedMs: 1 }),
      task('later', { after: ['size', 'reads'] }),
    ];
    const stages = (writers: readonly string[]) => order(tasks, writers).map(({ id, stage = 0 }) => `${stage} ${id}`);
    expect(stages(['build', 'format'])).toEqual(['0 reads', '1 build', '2 size', '2 later', '3 format']);
    expect(stages([])).toEqual(['0 build', '0 reads', '0 size', '0 later', '0 format']);
  });

  it('is for any tasks topological, and none that could have come earlier by rank comes later', () => {
    const rows = fc.array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 3 }),
        priority: fc.integer({ min: -3, max: 3 }),
        expectedMs: fc.option(fc.nat(1_000), { nil: undefined }),
        writes: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (table) => {
        const tasks = table.map(({ needs, priority, expectedMs }, index) =>
          task(`n${index}`, {
            priority,
            after: index === 0 ? [] : [...new Set(needs.map((need) => `n${need % index}`))],
            ...(expectedMs === undefined ? {} : { expectedMs }),
          }),
        );
        const writes = (id: string) => table[Number(id.slice(1))]?.writes === true;
        const ordered = orderTasks(tasks, ({ id }) => writes(id));
        expect(ids(ordered).sort()).toEqual(ids(tasks).sort());
        const done = new Set<string>();
        for (const [place, { id, after, stage = 0 }] of ordered.entries()) {
          for (const need of after) expect(done.has(need)).toBe(true);
          done.add(id);
          const rest = ordered.slice(place + 1);
          expect(rest.every((other) => (other.stage ?? 0) >= stage)).toBe(true);
          // Alone in its stage, and only once nothing else could come.
          if (!writes(id)) continue;
          expect(ordered.filter((other) => (other.stage ?? 0) === stage)).toHaveLength(1);
          for (const other of rest)
            if (!writes(other.id))
              expect(
                other.after.every((need) => done.has(need) && need !== id && !rest.some((r) => r.id === need)),
              ).toBe(false);
        }
        // The same tasks in another order of giving, and with other times for those that change the tree, have the same stages.
        const again = orderTasks(tasks.toReversed(), ({ id }) => writes(id));
        expect(again).toEqual(ordered);
      }),
      { numRuns: 300 },
    );
  });

  it('of tasks that wait for each other in a chain of thousands is found', () => {
    const tasks = Array.from({ length: 5_000 }, (_, index) =>
      task(`n${index}`, { after: index === 0 ? [] : [`n${index - 1}`] }),
    );
    expect(ids(order(tasks.toReversed()))).toEqual(ids(tasks));
  });
});
