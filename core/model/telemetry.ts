// What a scan measures of itself besides its tasks' times.

import type { TimedConcurrencyChange } from './pressure.js';

/** What a try of a task used of its thread. Known only on a thread that runs one task at a time. */
export interface ResourceUse {
  /** Milliseconds of CPU time; without what other processes used for it. */
  readonly cpuMs?: number;
  /** How `cpuMs` was measured: the thread's own CPU time, good to some 4 ms, or the time in which its event loop was busy, which counts waiting for a core too. */
  readonly cpuSource?: 'thread' | 'event-loop';
  /** The thread's heap in use at the end, in bytes; what earlier tasks left there is in it. */
  readonly heapBytes?: number;
}

/** How much of what the scan might use was in use, over the wall time. */
export interface Utilisation {
  /** Share of the places for tasks that were taken, 0 to 1. */
  readonly slots: number;
  /** Share of the cores that computed for tasks, 0 to 1; at least that, since the CPU time of child processes and shared threads is not known. Absent where no task's CPU time is known. */
  readonly cores?: number;
}

/** The longest chain of tasks that had to run one after another. */
export interface CriticalPath {
  /** The tasks' ids, in the order in which they ran. */
  readonly taskIds: readonly string[];
  /** Their running times added up, in milliseconds. */
  readonly timeMs: number;
}

/** How long tasks that ran had waited for a place, in milliseconds. */
export interface QueueWait {
  /** All tasks together. */
  readonly totalMs: number;
  /** The median of the tasks. */
  readonly medianMs: number;
  /** The longest. */
  readonly maxMs: number;
}

/** A check and its running time. */
export interface CheckTime {
  /** The check's id. */
  readonly checkId: string;
  /** Milliseconds over all its parts and tries. */
  readonly timeMs: number;
}

/** What a category of checks took. */
export interface CategoryTime {
  /** The category, such as `security`. */
  readonly category: string;
  /** Tasks that served it and ran. */
  readonly tasks: number;
  /** Their running times added up, in milliseconds; the time of a task of several checks is shared out by what each took. */
  readonly workMs: number;
  /** Share of the scan's work, 0 to 1. */
  readonly share: number;
}

/** How a worker used its time. */
export interface WorkerTime {
  /** Its name, such as `cpu-1`. */
  readonly worker: string;
  /** Tries that it ran. */
  readonly tasks: number;
  /** Milliseconds in which it ran at least one. */
  readonly busyMs: number;
  /** `busyMs` as a share of the wall time, 0 to 1. */
  readonly utilisation: number;
}

/** How the scan kept the tier's budget. */
export interface BudgetUse {
  /** What the tier promised, in milliseconds. */
  readonly budgetMs: number;
  /** Milliseconds over it; absent within it. */
  readonly exceededByMs?: number;
  /** Ids of the checks that would have to go so that the rest fits, by a simulation with the measured times; the least valuable first: lowest priority, then longest. Empty within the budget. */
  readonly toDrop: readonly string[];
  /** The same as a sentence, such as `standard ended in 51 s, budget 45 s: these two checks would have to go: a/b, c/d.`; absent within the budget. */
  readonly summary?: string;
}

/** Why a check took so long, as far as can be told. */
export type OutlierCause =
  | 'slow-attempt'
  | 'cold-start'
  | 'cpu-starvation'
  | 'grown-input'
  | 'queue-wait'
  | 'changed'
  | 'unknown';

/** A check that took far longer than usual: over twice the median, 100 ms more, and beyond the noise of the samples. */
export interface Outlier {
  /** The check's id. */
  readonly checkId: string;
  /** Its task; the longest of several. */
  readonly taskId: string;
  /** Milliseconds that it took. */
  readonly timeMs: number;
  /** The usual time in milliseconds. */
  readonly medianMs: number;
  /** What is usual: the check's own earlier runs in this tier, or the checks of its category in this scan. */
  readonly basis: 'history' | 'category';
  /** How many times the median was taken of; at least 5. */
  readonly samples: number;
  /** `timeMs / medianMs`, the median taken as at least 1 ms. */
  readonly factor: number;
  /** The likely cause, for machines. */
  readonly cause: OutlierCause;
  /** What to do about it, for people. */
  readonly suggestion: string;
}

/** Says that a check's answer changes while nothing else does. */
export interface Flakiness {
  /** Runs with the same inputs in the history, this one included. */
  readonly runs: number;
  /** Those of them that ended otherwise than this one. */
  readonly different: number;
  /** The outcomes of the others, such as `passed`; once each. */
  readonly others: readonly string[];
}

/** One run of the past or the present, for a trend. */
export interface TrendRun {
  /** The run's id. */
  readonly runId: string;
  /** Start, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Its wall time in milliseconds. */
  readonly wallMs: number;
  /** Findings that counted. */
  readonly findings: number;
  /** Its verdict. */
  readonly verdict: 'clean' | 'findings' | 'incomplete' | 'interrupted';
  /** Milliseconds by category, over the checks that ran. */
  readonly categoriesMs: Readonly<Record<string, number>>;
}

/** Time spent in the taps of a plugin on one hook. */
export interface HookTime {
  /** The plugin. */
  readonly plugin: string;
  /** The hook. */
  readonly hook: string;
  /** Calls. */
  readonly calls: number;
  /** Milliseconds, all calls together. */
  readonly timeMs: number;
}

/** How the scan used its time. */
export interface Statistics {
  /** From the start of execution to the end of the last task. */
  readonly wallMs: number;
  /** The tasks' running times added up, all tries. */
  readonly workMs: number;
  /** `workMs / wallMs`: how many times faster than one after another. */
  readonly speedUp: number;
  /** Tasks allowed in flight. */
  readonly concurrency: number;
  /** When fewer were allowed because the machine was under pressure, and when more again; empty on a machine at ease. */
  readonly concurrencyChanges: readonly TimedConcurrencyChange[];
  /** Cores the scan may use. */
  readonly cores: number;
  /** What the tier promised. */
  readonly budgetMs: number;
  /** Files in the target's list. */
  readonly files: number;
  /** Time spent in the taps of plugins until the result was made, by plugin and hook. */
  readonly hooks: readonly HookTime[];
  /** Milliseconds by phase: load, index, plan, execute. */
  readonly phasesMs: Readonly<Record<string, number>>;
  /** How much of what it might use was in use. */
  readonly utilisation: Utilisation;
  /** No schedule of the same tasks can be faster: the greatest of `workMs / concurrency`, the longest task, the known CPU time over the cores, and the critical path. */
  readonly lowerBoundMs: number;
  /** `lowerBoundMs / wallMs`, 0 to 1; 1 when nothing ran. */
  readonly efficiency: number;
  /** The longest chain of needs. */
  readonly criticalPath: CriticalPath;
  /** How long tasks waited for a place. */
  readonly queueWait: QueueWait;
  /** The five checks that took longest, the longest first. */
  readonly longestChecks: readonly CheckTime[];
  /** Time by category, the longest first. */
  readonly categories: readonly CategoryTime[];
  /** Time by worker, by name. */
  readonly workers: readonly WorkerTime[];
  /** How the budget was kept. */
  readonly budget: BudgetUse;
}
