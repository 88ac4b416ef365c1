import type { JsonValue } from '../model/json.js';
import type { NeedsData, Task } from '../model/task.js';
import type { ExecuteOptions } from './contract.js';
import type { RunOrder } from './protocol.js';

/** What a thread is told to run a task: the task, the data that its checks need, and how modules are loaded. */
export function makeOrder(
  { nextRun, tier, loader, scan, source }: ExecuteOptions,
  task: Task,
  data: ReadonlyMap<string, JsonValue | undefined>,
  retriesLeft: number,
): RunOrder {
  const needs: Record<string, NeedsData> = {};
  for (const check of task.checks)
    needs[check.id] = Object.fromEntries(Object.entries(check.needs).map(([name, id]) => [name, data.get(id)]));
  const modules = { cacheDir: loader.cacheDir, entry: loader.entry, scan };
  const { unlisted = [], staged } = source;
  return {
    run: nextRun(),
    task,
    needs,
    tier,
    ...(retriesLeft === 0 ? {} : { retriesLeft }),
    modules,
    ...(unlisted.length === 0 ? {} : { unlisted }),
    ...(staged === undefined ? {} : { unstaged: staged.differing }),
  };
}
