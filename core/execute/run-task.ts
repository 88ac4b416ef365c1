import { type AnyCheck, isCheck } from '../check/define.js';
import { loadModule, type ModuleLoader } from '../check/load-module.js';
import { messageOf, ScanError } from '../errors.js';
import { monotonicMs } from '../model/clock.js';
import type { TaskCheck } from '../model/task.js';
import { notLoaded } from './check-end.js';
import { type Channel, CheckRunner } from './check-runner.js';
import { askVisits, runPass } from './pass.js';
import type { CheckEnd, RunOrder } from './protocol.js';

/** How a task's checks ended, and how long their modules took to load. */
export interface TaskEnds {
  readonly checks: readonly CheckEnd[];
  readonly loadMs?: number;
}

/** Runs a task's checks, in a thread or in the main thread. Never rejects: whatever a check does becomes its end. */
export async function runTask(
  order: RunOrder,
  channel: Channel,
  signal: AbortSignal,
  loader: ModuleLoader,
): Promise<TaskEnds> {
  const { task } = order;
  const started = monotonicMs();
  // Asked for first: the coordinator looks for them while this thread loads modules.
  const visits = task.part === undefined ? undefined : askVisits(channel);
  const loaded = await Promise.all(task.checks.map((item) => loadCheck(item, loader)));
  const loadMs = monotonicMs() - started;
  const runners = loaded.map((check, index) =>
    check instanceof Error ? check : new CheckRunner(order, task.checks[index] as TaskCheck, check, channel, signal),
  );
  if (visits !== undefined) return { checks: await runPass(order, runners, await visits, channel, signal), loadMs };
  const checks: CheckEnd[] = [];
  for (const [index, { id }] of task.checks.entries()) {
    const runner = runners[index] as CheckRunner | Error;
    checks.push({ checkId: id, ...(runner instanceof Error ? notLoaded(runner) : await runner.run()) });
  }
  return { checks, loadMs };
}

/** The check, or why there is none. */
async function loadCheck(item: TaskCheck, loader: ModuleLoader): Promise<AnyCheck | Error> {
  // Instances share a module; asking Node for it again takes as long as a small check.
  loader.checks ??= new Map();
  const known = loader.checks.get(item.module);
  if (known !== undefined) return known;
  try {
    const exported = (await loadModule(item.module, loader)).default;
    if (isCheck(exported)) {
      loader.checks.set(item.module, exported);
      return exported;
    }
    return new ScanError('SR_CHECK_MODULE', `${item.module} has no check as its default export.`);
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}
