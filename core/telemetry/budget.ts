import { formatDuration } from '../model/duration.js';
import { compareText } from '../model/finding.js';
import type { TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import type { BudgetUse } from '../model/telemetry.js';
import { plural } from '../model/text.js';
import type { TierName } from '../model/tier.js';
import { runningMs } from './times.js';

/** What the verdict on the budget is made of. */
export interface BudgetInput {
  readonly records: readonly TaskRecord[];
  readonly tasks: readonly Task[];
  readonly tier: TierName;
  readonly wallMs: number;
  readonly concurrency: number;
  readonly cores: number;
  readonly budgetMs: number;
}

/** Ids that the sentence names; the rest is counted. */
const NAMED = 5;
/** Beyond, looking which of the dropped could stay after all is not worth the time. */
const RECONSIDERED = 64;

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
function tasksToDrop(input: BudgetInput): Task[] {
  const { records, tasks, wallMs, budgetMs } = input;
  const times = new Map(records.map((record) => [record.id, runningMs(record)]));
  // The simulation knows no start-up and no contention: what it says of the whole scan tells by how much it is off.
  const simulated = simulateMs(tasks, times, input);
  const factor = simulated > 0 ? wallMs / simulated : 1;
  const fits = (without: ReadonlySet<string>): boolean =>
    simulateMs(
      tasks.filter(({ id }) => !without.has(id)),
      times,
      input,
    ) *
      factor <=
    budgetMs;
  const order = leastValuableFirst(tasks, times);
  const ids = (list: readonly Task[]): Set<string> => new Set(list.map(({ id }) => id));
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(ids(order.slice(0, middle)))) high = middle;
    else low = middle + 1;
  }
  let dropped = order.slice(0, low);
  if (dropped.length > RECONSIDERED) return dropped;
  for (const task of [...dropped].reverse()) {
    const fewer = dropped.filter((other) => other !== task);
    const gone = ids(fewer);
    if (task.after.every((need) => !gone.has(need)) && fits(gone)) dropped = fewer;
  }
  return dropped;
}

/** The order in which tasks are given up: lowest priority, then longest; a need only after all that need it. */
function leastValuableFirst(tasks: readonly Task[], times: ReadonlyMap<string, number>): Task[] {
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
export function simulateMs(
  tasks: readonly Task[],
  times: ReadonlyMap<string, number>,
  { concurrency, cores }: { readonly concurrency: number; readonly cores: number },
): number {
  const waiting = [...tasks];
  const known = new Set(tasks.map(({ id }) => id));
  const ended = new Set<string>();
  let active: { readonly task: Task; readonly endMs: number }[] = [];
  let now = 0;
  while (waiting.length + active.length > 0) {
    let heavy = active.filter(({ task }) => task.lane !== 'io').length;
    for (let index = 0; index < waiting.length && active.length < concurrency; ) {
      const task = waiting[index] as Task;
      const ready = task.after.every((need) => ended.has(need) || !known.has(need));
      if (!ready || (task.lane !== 'io' && heavy >= cores)) {
        index += 1;
        continue;
      }
      waiting.splice(index, 1);
      if (task.lane !== 'io') heavy += 1;
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
