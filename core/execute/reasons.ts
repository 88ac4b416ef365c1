import { isNotApplicable, type Outcome, type Reason } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import type { RunEnd } from './executor.js';

/** A thread that ended its task as stopped though nobody had stopped it. */
const UNEXPECTED_STOP: Reason = { code: 'crashed', message: 'The thread stopped without being told to.' };

/** The outcome of a task that overran its time. */
export function timedOut(task: Task): Outcome {
  return {
    status: 'timed-out',
    reason: {
      code: 'timeout',
      message: `It did not end within its ${task.timeoutMs / 1_000} s. A longer timeout can be set in the configuration, up to 300 s.`,
    },
  };
}

/** A visit may take this share of its check's time: one file must not cost a check all others. */
const VISIT_SHARE = 0.1;

/** How long one visit may take. */
export function visitLimitMs(checkTimeoutMs: number): number {
  return checkTimeoutMs * VISIT_SHARE;
}

/** Why a check of files ended in the middle of its part of a pass. */
export function timedOutOn(checkTimeoutMs: number, path: string): Reason {
  return {
    code: 'timeout',
    message: `Its visits took more than its ${checkTimeoutMs / 1_000} s; the last was to ${path}. A longer timeout can be set in the configuration, up to 300 s.`,
    data: { files: [path] },
  };
}

/** Why a visit has no answer that its thread was lost over: it hung, or it took the thread with it. */
export function lostVisit(end: Exclude<RunEnd, { kind: 'ended' }>, checkTimeoutMs: number): Reason {
  return end.kind === 'stopped'
    ? { code: 'timeout', message: `The visit did not end within ${visitLimitMs(checkTimeoutMs) / 1_000} s.` }
    : lost(end);
}

/** Why a task whose thread died has no answer. */
export function lost(end: Exclude<RunEnd, { kind: 'ended' }>): Reason {
  if (end.kind === 'stopped') return UNEXPECTED_STOP;
  if (end.cause === 'out-of-memory')
    return { code: 'out-of-memory', message: 'The check used more than the 512 MB that a thread may have.' };
  return { code: 'crashed', message: `The check's thread died: ${end.message}` };
}

/**
 * The outcome of a task whose need has no answer.
 * @param ofPackage true where both look at the same package: to one that the need does not apply to, neither does this.
 */
export function needFailed(id: string, outcome: Outcome, ofPackage = false): Outcome {
  if (ofPackage && isNotApplicable(outcome))
    return {
      status: 'skipped',
      reason: { code: 'not-applicable', message: `It needs ${id}, which does not apply here.`, data: { need: id } },
    };
  return {
    status: 'skipped',
    reason: { code: 'need-failed', message: `It needs ${id}, which ended ${outcome.status}.`, data: { need: id } },
  };
}

/** What becomes of tasks when a scan is over before they are. */
export interface Over {
  readonly running: Outcome;
  readonly queued: Outcome;
}

/** The scan has run out of time. */
export function deadlineReached(deadlineMs: number): Over {
  const reason: Reason = { code: 'deadline', message: `The scan's deadline of ${deadlineMs} ms was reached.` };
  return { running: { status: 'timed-out', reason }, queued: { status: 'skipped', reason } };
}

/** The scan was ended early by its own rules. */
export function endedEarly(why: string): Over {
  const reason: Reason = { code: 'aborted', message: `The scan was ended early: ${why}.` };
  return { running: { status: 'cancelled', reason }, queued: { status: 'skipped', reason } };
}

/** Somebody stopped the scan. */
export function interrupted(cause: unknown): Over {
  const message = cause instanceof Error ? cause.message : String(cause);
  const outcome: Outcome = { status: 'cancelled', reason: { code: 'interrupted', message } };
  return { running: outcome, queued: outcome };
}

/** How a check of a task ended. */
export interface EndedAs {
  readonly check: { readonly id: string };
  readonly outcome: Outcome;
}

/** Why a critical task ends the scan; undefined where it does not. */
export function criticalEnd({ critical }: Task, checks: readonly EndedAs[]): string | undefined {
  const ended = critical === true ? checks.find(({ outcome }) => outcome.status !== 'passed') : undefined;
  return ended && `the critical check ${ended.check.id} ended ${ended.outcome.status}`;
}
