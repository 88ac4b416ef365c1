import type { ScanAnswers } from '../answers/scan-answers.js';
import type { Directive } from '../check/directives.js';
import type { ModuleLoader } from '../check/load-module.js';
import type { Registry } from '../check/registry.js';
import type { Clock } from '../model/clock.js';
import type { Finding } from '../model/finding.js';
import type { Outcome } from '../model/outcome.js';
import type { Measurement, Notice, Reused, TaskRecord } from '../model/result.js';
import type { Plan, Task } from '../model/task.js';
import type { TierLimits, TierName } from '../model/tier.js';
import type { Redactor } from '../redact.js';
import type { CollectListener } from './collect.js';
import type { Collected } from './collected.js';
import type { Governor } from './governor.js';
import type { Pool } from './pool.js';
import type { CheckMessage, SerializedError } from './protocol.js';
import type { RequestSource } from './requests.js';

/** What execution tells as it goes. */
export interface ExecuteListener {
  taskStarted(task: Task, worker: string): void;
  finding(task: Task, finding: Finding): void;
  attemptDiscarded(task: Task, findings: number): void;
  measure(task: Task, checkId: string, measurement: Measurement): void;
  log(task: Task, message: Extract<CheckMessage, { type: 'log' }>): void;
  /** The `scanrun-ignore` comments of a file that a check read. */
  directives?(path: string, directives: readonly Directive[]): void;
  /** An error that belongs to no running check. The same function for a whole scan; called without its object. */
  readonly stray: (error: SerializedError) => void;
  taskEnded(record: TaskRecord, checks: readonly CheckOutcome[]): void;
}

/** What a task's collector tells, told of that task. */
export function collectListener(listener: ExecuteListener, task: Task): CollectListener {
  return {
    finding: (finding) => listener.finding(task, finding),
    measure: (checkId, measurement) => listener.measure(task, checkId, measurement),
    log: (message) => listener.log(task, message),
    directives: (path, directives) => listener.directives?.(path, directives),
  };
}

/** What execution needs. */
export interface ExecuteOptions {
  readonly plan: Plan;
  readonly tier: TierName;
  readonly limits: TierLimits;
  readonly registry: Registry;
  readonly redactor: Redactor;
  readonly source: RequestSource;
  /** What earlier scans answered; absent where nothing is found or kept. */
  readonly answers?: ExecuteAnswers | undefined;
  /** What an earlier process did of this plan. */
  readonly earlier?: Earlier | undefined;
  /** The threads; opened only when a task needs one. */
  readonly pool: Pool;
  /** What may run in the main thread. */
  readonly inline: Inline;
  /** The scan's id; threads keep the modules of different scans apart. */
  readonly scan: string;
  /** Loads modules for the inline tasks and says where threads keep theirs. */
  readonly loader: ModuleLoader;
  readonly clock: Clock;
  /** The chance in waits before a task runs again; `Math.random` when absent. */
  readonly random?: () => number;
  /** Aborts with the reason when the scan is cancelled. */
  readonly signal: AbortSignal;
  readonly listener: ExecuteListener;
  /** Asked at each task's end: why the scan should end now; undefined goes on. A critical task ends it in any case. */
  readonly failFast?: ((checks: readonly CheckOutcome[]) => string | undefined) | undefined;
  /** How many tasks may be in flight by the state of the machine; as many as the limits allow when absent. */
  readonly governor?: Pick<Governor, 'allowed'> | undefined;
  /** Gives each run its number; they are unique within the runtime. */
  readonly nextRun: () => number;
  /** Registers what ends every process at once; returns how to take that back. */
  readonly onKill: (callback: () => void) => () => void;
}

/** What the main thread may run itself, by the ids of tasks. */
export interface Inline {
  /** Those that it may run as they are. */
  readonly tasks: ReadonlySet<string>;
  /** Parts of passes that it may run where earlier scans have left little of all of them together. */
  readonly rests: ReadonlySet<string>;
}

/** What earlier scans answered, and what becomes of checks that learn more than they declare. */
export interface ExecuteAnswers {
  readonly of: ScanAnswers;
  /** True refuses them what they do not declare. */
  readonly strict: boolean;
  /** Told of it otherwise. */
  readonly notice: (notice: Notice) => void;
}

/** What came of one check of one task. */
export interface CheckOutcome
  extends Pick<Collected, 'taskId' | 'check' | 'findings' | 'measurements' | 'data' | 'masked'>,
    Reused {
  readonly outcome: Outcome;
  readonly timeMs: number;
}

/** What came of a check, without what only its collector needed. */
export function checkOutcome(collected: Collected, outcome: Outcome, timeMs: number): CheckOutcome {
  const { taskId, check, findings, measurements, data, masked, isKnown, knownFiles } = collected;
  const own = { taskId, check, findings, measurements, data, masked, outcome, timeMs };
  return { ...own, ...(isKnown ? { cached: true } : {}), ...(knownFiles > 0 ? { cachedFiles: knownFiles } : {}) };
}

/** What an earlier process did of a plan, and when it broke off. */
export interface Earlier {
  /** Tasks that need not run again. */
  readonly tasks: ReadonlyMap<string, { readonly record: TaskRecord; readonly checks: readonly CheckOutcome[] }>;
  /** Milliseconds since its start; this execution goes on from there. */
  readonly atMs: number;
}

/** What came of a plan. */
export interface Executed {
  readonly records: readonly TaskRecord[];
  readonly checks: readonly CheckOutcome[];
  /** From the first start to the last end. */
  readonly wallMs: number;
}
