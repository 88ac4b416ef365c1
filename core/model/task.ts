import type { JsonObject, JsonValue } from './json.js';
import type { Severity } from './severity.js';
import type { Target } from './target.js';

/** Where a task runs: `cpu` has a thread of its own; `io` and `process` share one, and `process` counts against the cores. */
export type Lane = 'cpu' | 'io' | 'process';

/** One check of a task, as plain data. */
export interface TaskCheck {
  /** The check's id, as `plugin/key`. */
  readonly id: string;
  /** The module whose default export is the check, as a URL; a hint of this machine. */
  readonly module: string;
  /** The check's options, complete. */
  readonly options: JsonObject;
  /** The severity of its findings where the configuration sets one; it overrides the check. */
  readonly severity?: Severity;
  /** Globs of the files it may see. */
  readonly files: readonly string[];
  /** Globs of the files it may not see. */
  readonly exclude: readonly string[];
  /** What its requests count against instead of the host; for commands too. */
  readonly resource?: string;
  /** Ids of the checks whose data it needs, by the name it gave them. */
  readonly needs: Readonly<Record<string, string>>;
}

/** A unit of work: plain JSON, so that it can travel to a thread or another machine. */
export interface Task {
  /** Unique within the plan. */
  readonly id: string;
  /** The checks it serves: one, or the file checks that share a pass. */
  readonly checks: readonly TaskCheck[];
  /** What is scanned. */
  readonly target: Target;
  /** Where it runs. */
  readonly lane: Lane;
  /** Higher runs earlier, -100 to 100. */
  readonly priority: number;
  /** Ids of the tasks that must end before it starts. */
  readonly after: readonly string[];
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** How long it may run, all attempts together. */
  readonly timeoutMs: number;
  /** How often it runs again after an error that may pass, 0 to 5; 0 when absent. */
  readonly retries?: number;
  /** True ends the scan when its outcome is not `passed`. */
  readonly critical: boolean;
  /** How long it will take by what is known of it, in milliseconds; absent for one that never ran and has no estimate. */
  readonly expectedMs?: number;
  /** The part of a pass over files that it is: its checks visit files, each of which is read once for all of them. Absent for a check of the whole target. */
  readonly part?: TaskPart;
  /** Names of what it must have for itself: no two tasks that share one run at the same time. */
  readonly exclusive?: readonly string[];
  /** Tasks of a later stage wait for all of the earlier ones; 0 when absent. A task that changes the tree has a stage of its own. */
  readonly stage?: number;
}

/** One of several parts of a pass over files; together they visit every file once. */
export interface TaskPart {
  /** Which, from 1. */
  readonly index: number;
  /** Of how many. */
  readonly of: number;
  /** How long each of the checks may take in this part, in milliseconds. */
  readonly checkTimeoutMs: number;
}

/** Why a check is not in the plan. It does not count as planned, so coverage ignores it. */
export interface NotPlanned {
  /** The check's id. */
  readonly checkId: string;
  /** The cause, for machines. */
  readonly code: 'off' | 'filtered' | 'profile' | 'tier' | 'not-applicable' | 'unchanged' | 'within';
  /** The cause, for people. */
  readonly message: string;
}

/** The ordered work, and what is not in it and why. */
export interface Plan {
  /** Version of this shape. */
  readonly schemaVersion: 1;
  /** The tasks in the order in which they would start one at a time. */
  readonly tasks: readonly Task[];
  /** The profile that chose among the checks; absent without one. */
  readonly profile?: string;
  /** The checks that do not run. */
  readonly notPlanned: readonly NotPlanned[];
}

/** The data of the checks that a task needs, by the name the check gave them. */
export type NeedsData = Readonly<Record<string, JsonValue | undefined>>;
