import { formatDuration } from '../model/duration.js';
import type { CheckResult, TaskRecord } from '../model/result.js';
import { leastToDrop, simulateMs } from '../model/schedule.js';
import type { Task } from '../model/task.js';
import type { BudgetUse } from '../model/telemetry.js';
import { plural } from '../model/text.js';
import type { TierName } from '../model/tier.js';
import { runningMs } from './times.js';

/** What the verdict on the budget is made of. */
export interface BudgetInput {
  readonly records: readonly TaskRecord[];
  /** The planned tasks, for their needs, lanes and priorities. */
  readonly tasks: readonly Task[];
  readonly checks: readonly CheckResult[];
  readonly tier: TierName;
  readonly wallMs: number;
  readonly concurrency: number;
  readonly cores: number;
  readonly budgetMs: number;
}

/** Ids that the sentence names; the rest is counted. */
const NAMED = 5;

/** How the budget was kept, and what would have to go. */
export function budgetUse(input: BudgetInput): BudgetUse {
  const { budgetMs, wallMs, tier, records } = input;
  if (wallMs <= budgetMs) return { budgetMs, toDrop: [] };
  const dropped = tasksToDrop(input);
  const toDrop = [...new Set(dropped.flatMap(({ checks }) => checks.map(({ id }) => id)))];
  // A task that the deadline kept from running would have taken time that nobody knows.
  const unknown = records.some(({ attempts, outcome }) => attempts.length === 0 && codeOf(outcome) === 'deadline');
  const many = `${unknown ? 'at least ' : ''}${toDrop.length === 1 ? 'this check' : `these ${countWord(toDrop.length)} checks`}`;
  const names = toDrop.slice(0, NAMED).join(', ');
  const rest = toDrop.length > NAMED ? ` and ${plural(toDrop.length - NAMED, 'other')}` : '';
  const what = toDrop.length === 0 ? '' : `: ${many} would have to go: ${names}${rest}`;
  return {
    budgetMs,
    exceededByMs: wallMs - budgetMs,
    toDrop,
    summary: `${tier} ended in ${formatDuration(wallMs)}, budget ${formatDuration(budgetMs)}${what}.`,
  };
}

function codeOf(outcome: TaskRecord['outcome']): string | undefined {
  return 'reason' in outcome ? outcome.reason.code : undefined;
}

function countWord(count: number): string {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  return words[count] ?? String(count);
}

/** The fewest tasks, from the least valuable, without which the simulated scan keeps the budget. */
function tasksToDrop(input: BudgetInput): readonly Task[] {
  const { wallMs, budgetMs } = input;
  const tasks = taskOfEachCheck(input.tasks);
  const times = timesOfChecks(input);
  // The simulation knows no start-up and no contention: what it says of the whole scan tells by how much it is off.
  const simulated = simulateMs(tasks, times, input);
  const factor = simulated > 0 ? wallMs / simulated : 1;
  return leastToDrop(tasks, times, (left) => simulateMs(left, times, input) * factor <= budgetMs);
}

/** Tasks as if each check had one of its own: a check is what somebody can do without. */
function taskOfEachCheck(tasks: readonly Task[]): Task[] {
  const found = new Map<string, Task>();
  for (const task of tasks)
    for (const check of task.checks)
      found.set(check.id, { ...task, id: check.id, checks: [check], after: Object.values(check.needs) });
  return [...found.values()];
}

function timesOfChecks({ records, checks }: BudgetInput): Map<string, number> {
  const times = new Map<string, number>();
  const add = (checkId: string, ms: number): void => void times.set(checkId, (times.get(checkId) ?? 0) + ms);
  const runs = new Map(records.map((record) => [record.id, record]));
  for (const record of records) if (record.checkIds.length === 1) add(record.checkIds[0] as string, runningMs(record));
  for (const { checkId, parts } of checks)
    for (const { taskId, timeMs } of parts) if ((runs.get(taskId)?.checkIds.length ?? 1) > 1) add(checkId, timeMs);
  return times;
}
