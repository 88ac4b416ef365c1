import type { Finding } from './finding.js';
import type { JsonObject, JsonValue } from './json.js';
import type { Outcome } from './outcome.js';
import type { ConcurrencyChange } from './pressure.js';
import type { BreakerState } from './resource.js';
import type { Notice, ReportedFile, RunResult, TaskRecord } from './result.js';
import type { Plan } from './task.js';

/** How grave a log line is; pino's names. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How one check of a task ended; with its findings and measurements, which came before, all there is to know of it. */
export interface EndedCheck {
  /** The check's id. */
  readonly checkId: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** What it learned besides findings. */
  readonly data?: JsonValue;
  /** How many findings of this attempt came before. */
  readonly findings: number;
  /** How many measurements came before. */
  readonly measurements: number;
  /** True when it named a value that must be masked: the value is in no record, so a resumed run asks the check again. */
  readonly masked: boolean;
}

/** Everything that happens in a scan, as it happens, redacted. `at` is milliseconds since the scan began. */
export type ScanEvent =
  | {
      readonly type: 'scanStarted';
      readonly at: number;
      readonly runId: string;
      readonly tier: string;
      readonly target: string;
    }
  | { readonly type: 'planned'; readonly at: number; readonly plan: Plan }
  | {
      readonly type: 'taskStarted';
      readonly at: number;
      readonly taskId: string;
      readonly attempt: number;
      readonly worker: string;
    }
  | {
      readonly type: 'finding';
      readonly at: number;
      readonly taskId: string;
      readonly attempt: number;
      readonly finding: Finding;
    }
  | {
      readonly type: 'attemptDiscarded';
      readonly at: number;
      readonly taskId: string;
      readonly attempt: number;
      readonly findings: number;
    }
  | {
      readonly type: 'measure';
      readonly at: number;
      readonly taskId: string;
      readonly checkId: string;
      readonly name: string;
      readonly value: number;
      readonly unit: string;
    }
  | {
      readonly type: 'log';
      readonly at: number;
      readonly taskId?: string;
      readonly checkId?: string;
      readonly level: LogLevel;
      readonly message: string;
      readonly data?: JsonObject;
    }
  | {
      readonly type: 'requestRetried';
      readonly at: number;
      readonly taskId: string;
      readonly resource: string;
      /** Which retry it will be, from 1. */
      readonly retry: number;
      /** How long it waits first. */
      readonly waitMs: number;
      /** Why the try before failed: an error's code, or such as `HTTP 503`. */
      readonly cause: string;
    }
  | {
      readonly type: 'resourceChanged';
      readonly at: number;
      readonly resource: string;
      readonly from: BreakerState;
      readonly to: BreakerState;
    }
  | ({ readonly type: 'concurrencyChanged'; readonly at: number } & ConcurrencyChange)
  | {
      readonly type: 'taskEnded';
      readonly at: number;
      readonly task: TaskRecord;
      readonly checks: readonly EndedCheck[];
    }
  | { readonly type: 'notice'; readonly at: number; readonly notice: Notice }
  | { readonly type: 'result'; readonly at: number; readonly result: RunResult }
  | { readonly type: 'reported'; readonly at: number; readonly reports: readonly ReportedFile[] };
