import type { CheckEnd } from '../protocol.js';
import { checkBackoffMs, type Random } from './backoff.js';

/** A task that runs again because a resource failed its check. Times are milliseconds since the start of execution. */
export interface Again {
  /** How often it has. */
  readonly retries: number;
  /** How often it still may. */
  readonly left: number;
  /** Not before this. */
  readonly notBeforeMs: number;
  /** All its attempts together end by this. */
  readonly untilMs: number;
}

/** What the decision needs to know. */
export interface AgainInput {
  /** What it has come to so far; undefined after the first attempt. */
  readonly before: Again | undefined;
  /** The retries that the task may have at all. */
  readonly retries: number;
  /** How its checks ended. */
  readonly ends: readonly CheckEnd[];
  readonly nowMs: number;
  /** All its attempts together end by this. */
  readonly untilMs: number;
  /** The scan ends by this. */
  readonly deadlineMs: number;
  readonly random: Random;
}

/** When a task runs again; undefined when it does not: nothing failed that may pass, something else broke too, or it has had its tries. */
export function decideAgain(input: AgainInput): Again | undefined {
  const { before, retries, ends, nowMs, untilMs, deadlineMs, random } = input;
  const left = before?.left ?? retries;
  const errored = ends.filter((check) => check.end === 'errored');
  if (left === 0 || errored.length === 0 || !errored.every(({ transient }) => transient)) return undefined;
  const done = (before?.retries ?? 0) + 1;
  const notBeforeMs = nowMs + checkBackoffMs(done, random);
  if (notBeforeMs < Math.min(untilMs, deadlineMs)) return { retries: done, left: left - 1, notBeforeMs, untilMs };
  // Without the time to wait it runs at once and for the last time, so that its fallback still has a chance.
  return { retries: done, left: 0, notBeforeMs: nowMs, untilMs };
}
