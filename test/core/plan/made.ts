// What a plan is made of, as the tests of planning need it: checks, what is asked for, and what came of it.
import { type AnyCheck, type CheckMeta, defineCheck } from '../../../core/check/define.js';
import type { FileEntry } from '../../../core/model/target.js';
import type { makePlan, PlanInput, PlannableCheck } from '../../../core/plan/plan.js';

let modules = 0;
/** A check in a module of its own; of the project unless it is said to be of files. */
export function check(
  meta: Partial<CheckMeta> = {},
  needs: Record<string, AnyCheck> = {},
  kind: 'file' | 'project' = 'project',
): AnyCheck {
  modules += 1;
  return defineCheck(`file:///checks/${modules}.mjs`, {
    meta: { title: 't', description: 'd', category: 'cat', tier: 'quick', severity: 'error', messages: {}, ...meta },
    needs,
    ...(kind === 'file' ? { visit() {} } : { run() {} }),
  } as Parameters<typeof defineCheck>[1]);
}

/** A check under its id, as a configuration without a word on it leaves it. */
export function planned(id: string, of: AnyCheck = check(), over: Partial<PlannableCheck> = {}): PlannableCheck {
  return {
    id,
    check: of,
    enabled: true,
    options: {},
    priority: of.meta.priority,
    critical: false,
    files: of.meta.files,
    exclude: [],
    ...over,
  };
}

/** A file of a target. */
export function entry(path: string): FileEntry {
  return { path, sizeBytes: 1, modifiedMs: 0, type: 'file', executable: false };
}

/** What a plan is made from: the checks, in the tier standard, over a folder with one file. */
export function input(checks: readonly PlannableCheck[], over: Partial<PlanInput> = {}): PlanInput {
  return {
    tier: 'standard',
    timeoutMs: 120_000,
    checks,
    select: { check: [], skip: [] },
    exclude: [],
    target: { kind: 'directory', name: 'n', root: '/n' },
    entries: [entry('src/package.json')],
    threads: 1,
    expectedMs: () => undefined,
    ...over,
  };
}

/** The ids of the checks that a plan runs, in order of name. */
export function checksOf(made: ReturnType<typeof makePlan>): string[] {
  return made.tasks.flatMap((task) => task.checks.map(({ id }) => id)).sort();
}
