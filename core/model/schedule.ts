// How long a set of tasks would take, and what would have to go so that it takes less. Used before a scan (`--within`) and after it (the budget).

import { compareText } from './finding.js';
import type { FileEntry } from './target.js';
import type { Task } from './task.js';

/** The places that tasks compete for. */
export interface Places {
  /** Tasks in flight over all lanes. */
  readonly concurrency: number;
  /** Tasks that compute at once. */
  readonly cores: number;
}

/** Milliseconds of each task by its id; a task that is not in it takes none. */
export type TaskTimes = ReadonlyMap<string, number>;

/** Beyond, looking which of the dropped could stay after all is not worth the time. */
const RECONSIDERED = 64;

/** What opening a file costs, in bytes that could be looked at meanwhile: some 20 µs at 400 MB/s. */
const FILE_COST_BYTES = 8_192;

/** What visiting a file costs, in bytes. */
export function visitCost({ sizeBytes }: FileEntry): number {
  return FILE_COST_BYTES + sizeBytes;
}

/** True for a task that takes a core: it computes, or starts a child that does. */
export function isHeavy({ lane }: Task): boolean {
  return lane !== 'io';
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
  if (dropped.size > RECONSIDERED) return [...dropped];
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
    .sort((a, b) => a.priority - b.priority || timeOf(b) - timeOf(a) || compareText(a.id, b.id));
  const needed = new Map<string, number>();
  for (const need of candidates.flatMap(({ after }) => after)) needed.set(need, (needed.get(need) ?? 0) + 1);
  const order: Task[] = [];
  while (candidates.length > 0) {
    const index = candidates.findIndex(({ id }) => (needed.get(id) ?? 0) === 0);
    const [next] = candidates.splice(Math.max(index, 0), 1);
    if (next === undefined) break;
    for (const need of next.after) needed.set(need, (needed.get(need) ?? 0) - 1);
    order.push(next);
  }
  return order;
}

/** How long the tasks would take in plan order: so many at once, of which as many as there are cores compute. */
export function simulateMs(tasks: readonly Task[], times: TaskTimes, { concurrency, cores }: Places): number {
  const waiting = [...tasks];
  const known = new Set(tasks.map(({ id }) => id));
  const ended = new Set<string>();
  let active: { readonly task: Task; readonly endMs: number }[] = [];
  let now = 0;
  while (waiting.length + active.length > 0) {
    // In plan order, so that the first task of either is of the lowest stage.
    const stage = Math.min(...[waiting[0], active[0]?.task].flatMap((task) => (task ? (task.stage ?? 0) : [])));
    const held = new Set(active.flatMap(({ task }) => task.exclusive ?? []));
    let heavy = active.filter(({ task }) => isHeavy(task)).length;
    for (let index = 0; index < waiting.length && active.length < concurrency; ) {
      const task = waiting[index] as Task;
      const { exclusive = [] } = task;
      const ready =
        (task.stage ?? 0) === stage &&
        !exclusive.some((name) => held.has(name)) &&
        task.after.every((need) => ended.has(need) || !known.has(need));
      if (!ready || (isHeavy(task) && heavy >= cores)) {
        index += 1;
        continue;
      }
      waiting.splice(index, 1);
      if (isHeavy(task)) heavy += 1;
      for (const name of exclusive) held.add(name);
      active.push({ task, endMs: now + (times.get(task.id) ?? 0) });
    }
    // Nothing runs although something waits: only a circle of needs does that, and a plan has none.
    if (active.length === 0) break;
    now = Math.min(...active.map(({ endMs }) => endMs));
    for (const { task, endMs } of active) if (endMs <= now) ended.add(task.id);
    active = active.filter(({ endMs }) => endMs > now);
  }
  return now;
}
