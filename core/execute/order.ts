import type { NeedsData, Task } from '../model/task.js';
import type { CheckData } from './check-data.js';
import type { ExecuteOptions } from './contract.js';
import type { RunOrder } from './protocol.js';

/** What a thread is told to run a task, and no more of it than that takes: the checks, the data that they need, and how modules are loaded. */
export function makeOrder(
  { nextRun, tier, loader, scan, source }: ExecuteOptions,
  task: Task,
  data: CheckData,
  retriesLeft: number,
): RunOrder {
  const { id, attempt, checks, target, package: item, part, timeoutMs } = task;
  const needs: Record<string, NeedsData> = {};
  for (const check of checks) {
    // An object of its own for each check, under its id, would have V8 learn a new shape for each order.
    if (Object.keys(check.needs).length > 0) needs[check.id] = data.needsOf(task, check);
  }
  const modules = { cacheDir: loader.cacheDir, entry: loader.entry, scan };
  const { unlisted = [], staged } = source;
  return {
    run: nextRun(),
    task: {
      id,
      attempt,
      checks,
      target,
      timeoutMs,
      ...(part === undefined ? {} : { part }),
      ...(item === undefined ? {} : { package: item }),
    },
    needs,
    tier,
    ...(retriesLeft === 0 ? {} : { retriesLeft }),
    modules,
    ...(unlisted.length === 0 ? {} : { unlisted }),
    ...(staged === undefined ? {} : { unstaged: staged.differing }),
  };
}
