import { formatDuration } from '../model/duration.js';
import { compareText } from '../model/finding.js';
import { leastToDrop, type Places, simulateMs } from '../model/schedule.js';
import type { NotPlanned, Task } from '../model/task.js';
import type { TierName } from '../model/tier.js';
import { someOf } from './packages.js';

/** A time to fit into, and the places that tasks have. */
export interface Within extends Places {
  /** What was asked for, in milliseconds. */
  readonly askedMs: number;
  /** What of it is left for the tasks. */
  readonly leftMs: number;
}

/** What a check is taken to need that never ran and has no estimate: the most that the checks of its tier may take (see docs/writing-a-check.md). */
const UNKNOWN_MS: Readonly<Record<TierName, number>> = { quick: 1_000, standard: 10_000, deep: 30_000 };

/** Kept free of the time that is asked for: predictions are medians, and half of all runs take longer. */
const SPARE = 0.1;

/** The most valuable tasks that fit: those of the lowest priority go first, of these the longest; and what was left out. */
export function fitWithin(
  tasks: readonly Task[],
  within: Within,
  tierOf: (id: string) => TierName,
): { readonly kept: readonly Task[]; readonly left: readonly NotPlanned[] } {
  const times = new Map(tasks.map(({ id, expectedMs }) => [id, expectedMs ?? UNKNOWN_MS[tierOf(id)]]));
  const goalMs = within.leftMs * (1 - SPARE);
  const dropped = new Set(leastToDrop(tasks, times, (left) => simulateMs(left, times, within) <= goalMs));
  const asked = formatDuration(within.askedMs);
  const kept = tasks.filter((task) => !dropped.has(task));
  const running = new Set(kept.flatMap(({ checks }) => checks.map(({ id }) => id)));
  const left = [...byCheck(dropped)].map(([checkId, own]): NotPlanned => {
    const guess = own.some(({ expectedMs }) => expectedMs === undefined)
      ? 'never ran and is taken for'
      : 'usually takes';
    const ms = own.reduce((sum, { id }) => sum + (times.get(id) ?? 0), 0);
    const why = `${guess} ${formatDuration(ms)}: with it the scan would not end within ${asked}.`;
    const names = own.flatMap((task) => task.package?.name ?? []).sort(compareText);
    if (!running.has(checkId)) return { checkId, code: 'within', message: `It ${why}` };
    return { checkId, code: 'within', message: `In ${someOf(names)} it ${why}`, packages: names };
  });
  return { kept, left };
}

/** Tasks by the check that each is of. */
function byCheck(tasks: Iterable<Task>): Map<string, Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) for (const { id } of task.checks) groups.set(id, [...(groups.get(id) ?? []), task]);
  return groups;
}
