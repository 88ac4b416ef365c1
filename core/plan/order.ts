import { compareText } from '../model/finding.js';
import { insertSorted } from '../model/sorted.js';
import type { Task } from '../model/task.js';

/** What decides a task's place besides its needs. */
interface Rank {
  /** Its own priority, or that of what needs it where that is higher. */
  readonly priority: number;
  /** Milliseconds of the longest chain that begins with it. */
  readonly chainMs: number;
}

type Compare = (a: Task, b: Task) => number;
type Dependants = ReadonlyMap<string, readonly Task[]>;

/**
 * Puts tasks in the order in which they would start one at a time: needs before what needs them; among those that
 * could start, higher priority first, then the longest chain, then by id. A task that changes the tree comes as late as
 * its dependants allow and has a stage of its own, so that which tasks see the tree before it does not depend on times.
 * @param changesTree tells the tasks that change the tree.
 */
export function orderTasks(tasks: readonly Task[], changesTree: (task: Task) => boolean): Task[] {
  const dependants = dependantsOf(tasks);
  const ranks = rankTasks(
    readyFirst(tasks, dependants, () => 0),
    dependants,
  );
  const rankOf = ({ id }: Task): Rank => ranks.get(id) as Rank;
  const byRank: Compare = (a, b) =>
    Number(changesTree(a)) - Number(changesTree(b)) ||
    rankOf(b).priority - rankOf(a).priority ||
    // Times change from run to run; the order of those that change the tree must not.
    (changesTree(a) ? 0 : rankOf(b).chainMs - rankOf(a).chainMs) ||
    compareText(a.id, b.id);
  let stage = 0;
  let alone = false;
  return readyFirst(tasks, dependants, byRank).map((task) => {
    if (alone || changesTree(task)) stage += 1;
    alone = changesTree(task);
    return stage === 0 ? task : { ...task, stage };
  });
}

/** Tasks one after another, each after its needs; of several that could come the first by `compare`. */
function readyFirst(tasks: readonly Task[], dependants: Dependants, compare: Compare): Task[] {
  const ready = tasks.filter(({ after }) => after.length === 0).sort(compare);
  if (dependants.size === 0) return ready;
  const open = new Map(tasks.map(({ id, after }) => [id, after.length]));
  const ordered: Task[] = [];
  for (let task = ready.shift(); task !== undefined; task = ready.shift()) {
    ordered.push(task);
    for (const next of dependants.get(task.id) ?? []) {
      const left = (open.get(next.id) ?? 0) - 1;
      open.set(next.id, left);
      if (left === 0) insertSorted(ready, next, compare);
    }
  }
  return ordered;
}

function dependantsOf(tasks: readonly Task[]): Dependants {
  const dependants = new Map<string, Task[]>();
  for (const task of tasks) {
    for (const need of task.after) {
      const known = dependants.get(need);
      if (known) known.push(task);
      else dependants.set(need, [task]);
    }
  }
  return dependants;
}

/** Ranks of tasks that come after their needs. */
function rankTasks(ordered: readonly Task[], dependants: Dependants): Map<string, Rank> {
  const known = ordered.flatMap(({ expectedMs }) => expectedMs ?? []).sort((a, b) => a - b);
  // What never ran and says nothing of itself is taken for average: neither first nor last.
  const usualMs = known[known.length >> 1] ?? 0;
  const ranks = new Map<string, Rank>();
  for (const task of ordered.toReversed()) {
    let { priority } = task;
    let restMs = 0;
    for (const { id } of dependants.get(task.id) ?? []) {
      const next = ranks.get(id) as Rank;
      priority = Math.max(priority, next.priority);
      restMs = Math.max(restMs, next.chainMs);
    }
    ranks.set(task.id, { priority, chainMs: (task.expectedMs ?? usualMs) + restMs });
  }
  return ranks;
}
