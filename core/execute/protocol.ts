// Every message between the coordinator (the main thread) and the threads that run checks.

import type { ExecOptions, FetchOptions, Report } from '../check/context.js';
import type { Directive } from '../check/directives.js';
import type { ModuleSource } from '../check/load-module.js';
import type { LogLevel } from '../model/event.js';
import type { Location, Snippet } from '../model/finding.js';
import type { Fix, FixWithheld } from '../model/fix.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import type { Unlisted } from '../model/target.js';
import type { NeedsData, Task } from '../model/task.js';
import type { ResourceUse } from '../model/telemetry.js';
import type { TierName } from '../model/tier.js';
import type { PassPlace } from './pass-progress.js';

/** An error as it travels: structured cloning would lose its code and cause. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: SerializedError;
}

/** What runs a task, as plain data. */
export interface RunOrder {
  /** Unique within the process. */
  readonly run: number;
  /** What of the task its thread must know. */
  readonly task: Pick<Task, 'id' | 'attempt' | 'checks' | 'target' | 'package' | 'part' | 'timeoutMs'>;
  /** The data that each check needs, by check id; only of those that need some. */
  readonly needs: Readonly<Record<string, NeedsData>>;
  /** The tier that runs. */
  readonly tier: TierName;
  /** How often the task may still run again; 0 when absent. A check's fallback waits for the last time. */
  readonly retriesLeft?: number;
  /** How modules are loaded. */
  readonly modules: ModuleSource;
  /** How a pass over files tells its place, and where it goes on. */
  readonly pass?: PassOrder;
  /** What is there and could not be listed; nothing when absent. */
  readonly unlisted?: readonly Unlisted[];
  /** Where what is staged is scanned: files of the work tree that are otherwise, which a command sees; 0 when absent. */
  readonly unstaged?: number;
}

/** Where a pass over files begins, and what it leaves out. */
export interface PassOrder {
  /** The memory of its `PassProgress`. */
  readonly progress: SharedArrayBuffer;
  /** The visit after which it goes on; absent for the first. */
  readonly after?: PassPlace;
}

/** What a check asks of the coordinator. */
export type RequestCall =
  | { readonly name: 'visits' }
  | { readonly name: 'readFile'; readonly path: string }
  | { readonly name: 'variable'; readonly variable: string }
  | { readonly name: 'files'; readonly include: readonly string[]; readonly exclude: readonly string[] }
  | { readonly name: 'exec'; readonly argv: readonly string[]; readonly options: ExecOptions }
  | { readonly name: 'fetch'; readonly url: string; readonly options: FetchOptions };

/** The answer to a request. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerializedError };

/** A response of `fetch` as it travels. */
export interface FetchedBody {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly body: Uint8Array;
}

/** A finding as the check reported it, with what only the thread knows. */
export interface RawReport extends Omit<Report, 'location' | 'fix'> {
  readonly location: Location;
  readonly fix?: Fix;
  readonly fixWithheld?: FixWithheld;
  readonly snippet?: Snippet;
}

/** How one check of a task ended, as its thread saw it. */
export type CheckEnd = { readonly checkId: string } & (
  | { readonly end: 'done'; readonly data?: JsonValue }
  | { readonly end: 'skipped'; readonly reason: Reason }
  | {
      readonly end: 'errored';
      readonly reason: Reason;
      /** True when the same check may end better in a moment. */
      readonly transient?: boolean;
    }
  | { readonly end: 'timed-out'; readonly reason: Reason }
  /** The check failed because a resource did, and answered by its fallback. */
  | { readonly end: 'fallback'; readonly reason: Reason; readonly data?: JsonValue }
);

/** How a visit that failed ended. */
export type VisitEnd =
  Extract<CheckEnd, { readonly end: 'errored' }> extends infer E
    ? Omit<E, 'checkId'> & { readonly end: 'errored' }
    : never;

/** From the coordinator to a thread. */
export type ToThread =
  /** Modules that its tasks will need; while it waits for the first of them it makes them ready. */
  | { readonly type: 'prepare'; readonly modules: ModuleSource }
  | { readonly type: 'run'; readonly order: RunOrder }
  /** What it is to run when its task and what it was told before have ended, unless `forget` comes first. */
  | { readonly type: 'next'; readonly order: RunOrder }
  | { readonly type: 'forget'; readonly runs: readonly number[] }
  | { readonly type: 'abort'; readonly run: number; readonly reason: string }
  | { readonly type: 'reply'; readonly run: number; readonly request: number; readonly reply: Reply };

/** What a check says while it runs. */
export type CheckMessage =
  | {
      readonly type: 'finding';
      readonly checkId: string;
      readonly report: RawReport;
      /** The file that was being visited. */
      readonly visited?: string;
    }
  /** A file that a check wanted and could not be shown. */
  | { readonly type: 'unread'; readonly checkId: string; readonly path: string; readonly why: string }
  /** A visit that failed; the pass goes on. */
  | { readonly type: 'visitFailed'; readonly checkId: string; readonly path: string; readonly end: VisitEnd }
  /** A visit whose answer depends on more than the file. */
  | { readonly type: 'impure'; readonly checkId: string; readonly path: string }
  | { readonly type: 'degraded'; readonly checkId: string; readonly reason: Reason }
  | {
      readonly type: 'measure';
      readonly checkId: string;
      readonly name: string;
      readonly value: number;
      readonly unit: string;
      /** The file that was being visited. */
      readonly visited?: string;
    }
  | {
      readonly type: 'log';
      readonly checkId?: string;
      readonly level: LogLevel;
      readonly message: string;
      readonly data?: JsonObject;
    }
  | { readonly type: 'redact'; readonly value: string }
  /** The `scanrun-ignore` comments of a file whose text was read; nothing is said of a file without one. */
  | { readonly type: 'directives'; readonly path: string; readonly directives: readonly Directive[] };

/** From a thread to the coordinator. */
export type FromThread =
  | { readonly type: 'message'; readonly run: number; readonly message: CheckMessage }
  | { readonly type: 'request'; readonly run: number; readonly request: number; readonly call: RequestCall }
  | {
      readonly type: 'ended';
      readonly run: number;
      readonly checks: readonly CheckEnd[];
      readonly loadMs?: number;
      /** What it used; only from a thread that runs one task at a time. */
      readonly use?: ResourceUse;
      /** The heap of a thread that tasks share. */
      readonly heapBytes?: number;
    }
  | { readonly type: 'uncaught'; readonly run: number | undefined; readonly error: SerializedError };

/** What tinypool hands to a thread's handler, once. */
export interface ThreadJob {
  /** Everything else comes and goes by this. */
  readonly port: MessagePortLike;
  /** True when tasks share the thread. */
  readonly shared: boolean;
}

/** A message port; named so that this file needs no import of node:worker_threads. */
export interface MessagePortLike {
  postMessage(value: unknown): void;
  on(event: 'message', listener: (value: ToThread) => void): unknown;
}

/** Turns anything thrown into data. Depth is capped: a cause may be its own cause. */
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error) && !isErrorLike(thrown)) return { name: 'Thrown', message: describe(thrown) };
  const error = thrown as Error & { code?: unknown };
  return {
    name: String(error.name),
    message: String(error.message),
    ...(typeof error.code === 'string' ? { code: error.code } : {}),
    ...(typeof error.stack === 'string' ? { stack: error.stack } : {}),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}

/** Turns data back into an error with its code, stack and cause. */
export function deserializeError(data: SerializedError): Error {
  const error = new Error(data.message, data.cause === undefined ? undefined : { cause: deserializeError(data.cause) });
  error.name = data.name;
  if (data.stack !== undefined) error.stack = data.stack;
  return data.code === undefined ? error : Object.assign(error, { code: data.code });
}

function isErrorLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

function describe(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return Object.prototype.toString.call(value);
  }
}
