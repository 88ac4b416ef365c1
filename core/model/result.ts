import type { Assessment } from './assessment.js';
import type { Comparison } from './comparison.js';
import type { Finding } from './finding.js';
import type { Verdict } from './gate.js';
import type { JsonObject, JsonValue } from './json.js';
import type { Outcome } from './outcome.js';
import type { BreakerState } from './resource.js';
import type { RunInfo } from './run.js';
import type { Severity } from './severity.js';
import type { Target } from './target.js';
import type { NotPlanned } from './task.js';
import type { Flakiness, Outlier, ResourceUse, Statistics, TrendRun } from './telemetry.js';
import type { TierName } from './tier.js';

/** What a check is, for reports; SARIF's rule. */
export interface CheckInfo {
  /** What it asserts, in a few words. */
  readonly title: string;
  /** Why that matters. */
  readonly description: string;
  /** What it is about, such as `security`. */
  readonly category: string;
  /** Its own severity. */
  readonly severity: Severity;
  /** Its lowest tier. */
  readonly tier: TierName;
  /** Words to filter by. */
  readonly tags: readonly string[];
  /** How to fix what it finds, as Markdown. */
  readonly help?: string;
  /** Where its page is. */
  readonly docsUrl?: string;
}

/** How much of an answer an earlier scan had given. */
export interface Reused {
  /** True when the whole answer came from the cache, so that nothing ran for it. */
  readonly cached?: boolean;
  /** Files whose answer came from the cache, at least 1; only of a check that visits files. */
  readonly cachedFiles?: number;
}

/** One part of a check's run. */
export interface CheckPart extends Reused {
  /** The task that served it. */
  readonly taskId: string;
  /** The workspace package it looked at; only of a check that has a task for each. */
  readonly package?: string;
  /** How this part ended. */
  readonly outcome: Outcome;
  /** Milliseconds that the check took of the task, its visits added up where the task served several. */
  readonly timeMs: number;
}

/** A number that a check measured. */
export interface Measurement {
  /** What was measured. */
  readonly name: string;
  /** The value, in `unit`. */
  readonly value: number;
  /** The unit, such as `bytes`, `ms` or `files`. */
  readonly unit: string;
  /** The workspace package of which it was measured; only of a check that has a task for each. */
  readonly package?: string;
}

/** One planned check, and what became of it. */
export interface CheckResult {
  /** The check's id, as `plugin/key`. */
  readonly checkId: string;
  /** What it is. */
  readonly meta: CheckInfo;
  /** How it ended: the worst of its parts; a package to which the check does not apply counts only where there is no other. */
  readonly outcome: Outcome;
  /** Its parts. */
  readonly parts: readonly CheckPart[];
  /** What it found, in a fixed order. */
  readonly findings: readonly Finding[];
  /** How much its findings matter, where it says so. */
  readonly assessment?: Assessment;
  /** What it learned besides findings; of a check that has a task for each package an object by package. */
  readonly data?: JsonValue;
  /** What it measured. */
  readonly measurements: readonly Measurement[];
  /** Time spent running it, over all parts. */
  readonly timeMs: number;
  /** True when the configuration takes it out of coverage. */
  readonly optional: boolean;
  /** There when earlier runs with the same files, commit, options and versions ended otherwise. */
  readonly flaky?: Flakiness;
}

/** When a task did what, in milliseconds since the scan began. */
export interface TaskTiming {
  /** Ready to run, waiting for a place. */
  readonly queuedAtMs: number;
  /** Given to a worker; absent for a task that never ran. */
  readonly startedAtMs?: number;
  /** Its modules were loaded. */
  readonly loadedAtMs?: number;
  /** Ended. */
  readonly endedAtMs: number;
}

/** One try of a task. */
export interface TaskAttempt extends ResourceUse {
  /** Which try, from 1. */
  readonly attempt: number;
  /** How it ended. */
  readonly outcome: Outcome;
  /** Start, in milliseconds since the scan began. */
  readonly startedAtMs: number;
  /** End, in milliseconds since the scan began. */
  readonly endedAtMs: number;
  /** Where it ran. */
  readonly worker: string;
}

/** How a task ran; what it used is that of its last try. */
export interface TaskRecord extends ResourceUse {
  /** The task's id. */
  readonly id: string;
  /** The checks it served. */
  readonly checkIds: readonly string[];
  /** Where it ran last, such as `cpu-1`, `io-1` or `inline`; absent for a task that never ran. */
  readonly worker?: string;
  /** How it ended: the worst of its checks. */
  readonly outcome: Outcome;
  /** When it did what. */
  readonly timing: TaskTiming;
  /** Every try. */
  readonly attempts: readonly TaskAttempt[];
}

/** A change of a resource's circuit breaker. */
export interface ResourceTransition {
  /** When, in milliseconds since the scan began. */
  readonly at: number;
  /** The state before. */
  readonly from: BreakerState;
  /** The state after. */
  readonly to: BreakerState;
}

/** A host or provider that checks asked, and how it answered this scan. */
export interface ResourceRecord {
  /** The host, or what the checks or the configuration call it. */
  readonly name: string;
  /** Its circuit breaker at the end; `closed` where it has none. */
  readonly state: BreakerState;
  /** Requests sent, each try counted. */
  readonly calls: number;
  /** Tries that failed: no answer, or 408, 425, 429, 500, 502, 503 or 504. */
  readonly failures: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Requests that the open breaker refused. */
  readonly refused: number;
  /** Milliseconds that requests waited for the rate limit or because the resource asked for it, all together. */
  readonly rateLimitedMs: number;
  /** Requests that it may get at once at the end. */
  readonly concurrency: number;
  /** The fewest requests that it was allowed at once, in this or an earlier scan of the runtime. */
  readonly lowestConcurrency: number;
  /** What its breaker did while the scan ran. */
  readonly transitions: readonly ResourceTransition[];
}

/** Something the reader should know that is neither a finding nor an outcome. */
export interface Notice {
  /** The cause, for machines; error codes of docs/errors.md where there is one. */
  readonly code: string;
  /** How grave it is. */
  readonly level: 'info' | 'warning' | 'error';
  /** What happened and the next step. */
  readonly message: string;
  /** The plugin it is about. */
  readonly plugin?: string;
}

/** What a reporter wrote, or why it could not. */
export interface ReportedFile {
  /** The reporter's name. */
  readonly reporter: string;
  /** The absolute path, or `-` for standard output; absent when it failed before writing. */
  readonly file?: string;
  /** The size written. */
  readonly sizeBytes?: number;
  /** Why it failed. */
  readonly error?: string;
}

/** One scan, whole: the sole input of every reporter. Additive within a schema version; readers ignore what they do not know. */
export interface RunResult {
  /** Version of this shape. */
  readonly schemaVersion: 1;
  /** The execution. */
  readonly run: RunInfo;
  /** What was scanned. */
  readonly target: Target;
  /** The configuration that ran, redacted. */
  readonly config: JsonObject;
  /** The verdict, made before reporting. */
  readonly verdict: Verdict;
  /** One entry for each planned check, by id. */
  readonly checks: readonly CheckResult[];
  /** The checks that did not run by choice, by id. */
  readonly notPlanned: readonly NotPlanned[];
  /** How each task ran. */
  readonly tasks: readonly TaskRecord[];
  /** What checks asked over the network or by name, by name. */
  readonly resources: readonly ResourceRecord[];
  /** How the scan used its time. */
  readonly statistics: Statistics;
  /** The checks that took far longer than usual, the greatest excess first. */
  readonly outliers: readonly Outlier[];
  /** The last runs of this tier with the same selection of checks, at most 20, the oldest first and this one last; absent where there is no earlier one. */
  readonly trend?: readonly TrendRun[];
  /** What changed since the baseline, or since the run before where there is no baseline; absent where there is neither. */
  readonly comparison?: Comparison;
  /** What else the reader should know. */
  readonly notices: readonly Notice[];
}
