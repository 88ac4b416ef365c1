import { formatDuration } from '../model/duration.js';
import { leastToDrop, type Places, simulateMs } from '../model/schedule.js';
import type { NotPlanned, Task } from '../model/task.js';
import type { TierName } from '../model/tier.js';

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
  const left = [...dropped].flatMap((task) =>
    task.checks.map(({ id }): NotPlanned => {
      const guess = task.expectedMs === undefined ? 'It never ran and is taken for' : 'It usually takes';
      const message = `${guess} ${formatDuration(times.get(task.id) ?? 0)}: with it the scan would not end within ${asked}.`;
      return { checkId: id, code: 'within', message };
    }),
  );
  return { kept: tasks.filter((task) => !dropped.has(task)), left };
}
