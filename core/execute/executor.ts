import type { ResourceUse } from '../model/telemetry.js';
import type { CheckEnd, CheckMessage, Reply, RequestCall, RunOrder, SerializedError } from './protocol.js';

/** Milliseconds between the soft signal and the end by force. */
export const GRACE_MS = 1_000;

/** How a task's run ended: by itself, by losing its thread, or not at all within the grace after it was told to stop. */
export type RunEnd =
  | {
      readonly kind: 'ended';
      readonly checks: readonly CheckEnd[];
      readonly loadMs?: number;
      readonly use?: ResourceUse;
    }
  | {
      readonly kind: 'lost';
      readonly cause: 'out-of-memory' | 'crashed';
      readonly message: string;
      readonly shared: boolean;
    }
  | { readonly kind: 'stopped'; readonly forced: boolean };

/** What an executor tells of a run and asks for it. */
export interface RunListener {
  /** Something a check said. */
  message(message: CheckMessage): void;
  /** A request of a check; the reply goes back to it. */
  request(call: RequestCall): Promise<Reply>;
  /**
   * Told of an error that nobody caught after the run had ended, or that belongs to no run. A thread keeps it for as long
   * as somebody else does.
   */
  readonly stray: (error: SerializedError) => void;
}

/** A task that runs. */
export interface Running {
  /** Where it runs, such as `cpu-1`. */
  readonly worker: string;
  /** Settles exactly once and never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Asks it to stop; after the grace it ends by force. */
  stop(reason: string): void;
  /** Ends it at once where it has a thread to itself; elsewhere as `stop` does. */
  kill(reason: string): void;
}

/** Runs tasks somewhere. */
export interface Executor {
  /** Starts a task. The caller has made sure that there is a place for it. */
  start(order: RunOrder, listener: RunListener): Running;
  /** Frees threads and handles; nothing may be started afterwards. */
  close(): Promise<void>;
}
