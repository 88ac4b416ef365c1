import type { JsonObject } from './json.js';

/** How a task or check ended. Only `passed` and `failed` are conclusive. */
export type OutcomeStatus = 'passed' | 'failed' | 'degraded' | 'skipped' | 'timed-out' | 'errored' | 'cancelled';

/** Every cause of an inconclusive outcome. The union is closed: reporters may switch over it. */
export type ReasonCode =
  | 'aborted'
  | 'breaker-open'
  | 'crashed'
  | 'deadline'
  | 'exited'
  | 'fallback'
  | 'interrupted'
  | 'invalid-report'
  | 'load-failed'
  | 'need-failed'
  | 'not-applicable'
  | 'not-installed'
  | 'out-of-memory'
  | 'partial'
  | 'rate-limit'
  | 'threw'
  | 'timeout'
  | 'uncloneable'
  | 'unreadable';

/** Why an outcome is what it is. */
export interface Reason {
  /** The cause, for machines. */
  readonly code: ReasonCode;
  /** The cause, for people: what happened and, where there is one, the next step. */
  readonly message: string;
  /** Details, for machines. */
  readonly data?: JsonObject;
}

/** How a task or check ended, and why. */
export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed' }
  | { readonly status: Exclude<OutcomeStatus, 'passed' | 'failed'>; readonly reason: Reason };

/** From the worst to the best; an outcome of several parts is the worst of them. */
export const OUTCOME_ORDER: readonly OutcomeStatus[] = [
  'errored',
  'timed-out',
  'cancelled',
  'skipped',
  'degraded',
  'failed',
  'passed',
];

/** One for all: most outcomes are this, and a result has four of each task. */
const PASSED: Outcome = Object.freeze({ status: 'passed' });

/** The worst of several outcomes; `passed` for none. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  let worst = PASSED;
  for (const outcome of outcomes) {
    if (OUTCOME_ORDER.indexOf(outcome.status) < OUTCOME_ORDER.indexOf(worst.status)) worst = outcome;
  }
  return worst;
}

/**
 * The outcome of a check that looked at several packages: the worst of theirs. Where it said of a package that it does
 * not apply there, it had nothing to answer: that counts only where it applies to none.
 */
export function packagesOutcome(outcomes: readonly Outcome[]): Outcome {
  const told = outcomes.filter((outcome) => !isNotApplicable(outcome));
  return worstOutcome(told.length === 0 ? outcomes : told);
}

/** True where a check said that it does not apply. */
export function isNotApplicable(outcome: Outcome): boolean {
  return outcome.status === 'skipped' && outcome.reason.code === 'not-applicable';
}

/** True for an outcome that answers the check's question. */
export function isConclusive(outcome: Outcome): boolean {
  return outcome.status === 'passed' || outcome.status === 'failed';
}
