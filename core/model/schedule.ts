// How long a set of tasks would take, and what would have to go so that it takes less. Used before a scan (`--within`) and after it (the budget).

import { compareText } from './finding.js';
import type { TaskTimes } from './simulation.js';
import { insertSorted } from './sorted.js';
import type { FileEntry } from './target.js';
import type { Task } from './task.js';

export { isHeavy, type Places, simulateMs, type TaskTimes } from './simulation.js';

/** Looking which of the dropped could stay after all asks for each whether the rest fits. Beyond so many tasks in all of these questions it is not worth the time, some 100 ms. */
const RECONSIDERED = 50_000;

/** What opening a file costs, in bytes that could be looked at meanwhile: some 20 µs at 400 MB/s. */
const FILE_COST_BYTES = 8_192;

/** What visiting a file costs, in bytes. */
export function visitCost({ sizeBytes }: FileEntry): number {
  return FILE_COST_BYTES + sizeBytes;
}

/**
 * The fewest tasks, from the least valuable, without which the rest fits.
 * @param fits whether the tasks that are left fit.
 */
export function leastToDrop(
  tasks: readonly Task[],
  times: TaskTimes,
  fits: (left: readonly Task[]) => boolean,
): readonly Task[] {
  const without = (gone: ReadonlySet<Task>): boolean => fits(tasks.filter((task) => !gone.has(task)));
  const order = leastValuableFirst(tasks, times);
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (without(new Set(order.slice(0, middle)))) high = middle;
    else low = middle + 1;
  }
  const dropped = new Set(order.slice(0, low));
  if (dropped.size * tasks.length > RECONSIDERED) return [...dropped];
  const ids = new Set([...dropped].map(({ id }) => id));
  for (const task of [...dropped].reverse()) {
    dropped.delete(task);
    if (task.after.every((need) => !ids.has(need)) && without(dropped)) ids.delete(task.id);
    else dropped.add(task);
  }
  return order.filter((task) => dropped.has(task));
}

/** The order in which tasks are given up: lowest priority, then longest; a need only after all that need it. */
function leastValuableFirst(tasks: readonly Task[], times: TaskTimes): Task[] {
  const timeOf = ({ id }: Task): number => times.get(id) ?? 0;
  const candidates = tasks
    .filter((task) => timeOf(task) > 0)
    .sort((a, b) => b.priority - a.priority || timeOf(a) - timeOf(b) || compareText(b.id, a.id));
  const rank = new Map(candidates.map(({ id }, index) => [id, index]));
  const needed = new Map<string, number>();
  for (const need of candidates.flatMap(({ after }) => after)) needed.set(need, (needed.get(need) ?? 0) + 1);
  // The least valuable is the last, from where it is taken.
  const free = candidates.flatMap(({ id }, index) => (needed.has(id) ? [] : [index]));
  const order: Task[] = [];
  for (let next = free.pop(); next !== undefined; next = free.pop()) {
    const task = candidates[next] as Task;
    order.push(task);
    for (const need of task.after) {
      const left = (needed.get(need) ?? 0) - 1;
      needed.set(need, left);
      const freed = left === 0 ? rank.get(need) : undefined;
      if (freed !== undefined) insertSorted(free, freed, (a, b) => a - b);
    }
  }
  return order;
}
