// What the main thread runs itself, since anything else would take longer.

import { isCacheable } from './check/define.js';
import { isOwnModule, type ModuleLoader } from './check/load-module.js';
import { defaultOptions } from './check/options.js';
import type { Registry } from './check/registry.js';
import type { ResolvedConfig } from './config/resolve.js';
import type { Inline } from './execute/contract.js';
import { mayBeKnown, needsNothing } from './execute/pass-answers.js';
import { isSmall, loadOf } from './execute/small.js';
import type { FileIndex } from './files/file-index.js';
import type { Plan, Task } from './model/task.js';

/**
 * Our own quick checks with their default options: in a scan so small that a thread would cost more than they do, and in
 * a larger one over what earlier scans have left of their files.
 * @param loader is told of them: they came with their plugin, and their own files need not be opened.
 */
export function inlineTasks(plan: Plan, registry: Registry, files: FileIndex, loader: ModuleLoader): Inline {
  const isOwn = (id: string, options: object, module: string): boolean => {
    const check = registry.get(id)?.check;
    return (
      check !== undefined &&
      // What takes seconds must be stoppable, and gains from a thread of its own.
      check.meta.tier === 'quick' &&
      isOwnModule(module) &&
      JSON.stringify(options) === JSON.stringify(defaultOptions(check.base))
    );
  };
  const mayRunHere = plan.tasks.filter(
    ({ lane, checks }) => lane !== 'process' && checks.every(({ id, options, module }) => isOwn(id, options, module)),
  );
  loader.checks ??= new Map();
  for (const { id, module } of mayRunHere.flatMap(({ checks }) => checks)) {
    const check = registry.get(id)?.check;
    if (check !== undefined) loader.checks.set(module, check.base);
  }
  const ids = (tasks: readonly Task[]): Set<string> => new Set(tasks.map(({ id }) => id));
  if (isSmall(loadOf(files.entries))) return { tasks: ids(mayRunHere), rests: new Set() };
  return { tasks: new Set(), rests: ids(mayRunHere.filter((task) => mayBeKnown(task) && needsNothing(task))) };
}

/** What of a prepared scan says whether a cache is of any use to it. */
interface MayBeAnswered {
  readonly config: Pick<ResolvedConfig, 'cache'>;
  readonly inline: Inline;
  readonly plan: Plan;
  readonly registry: Registry;
}

/** True where earlier scans may have answered something: not what the main thread does in the time that it takes to look it up. */
export function mayBeAnswered({ config, inline, plan, registry }: MayBeAnswered): boolean {
  const isKept = (id: string): boolean => {
    const check = registry.get(id)?.check;
    return check !== undefined && isCacheable(check);
  };
  return (
    config.cache.enabled &&
    plan.tasks.some((task) => !inline.tasks.has(task.id) && task.checks.some(({ id }) => isKept(id)))
  );
}
