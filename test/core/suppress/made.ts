// Checks and findings for the tests of suppressions.
import type { Filterable } from '../../../core/check/filter.js';
import type { KnownFinding } from '../../../core/model/comparison.js';
import type { Finding } from '../../../core/model/finding.js';
import type { Outcome, OutcomeStatus } from '../../../core/model/outcome.js';
import type { CheckResult } from '../../../core/model/result.js';
import { anyCheck } from '../../support/fake-pool.js';
import { checkOf } from '../telemetry/made.js';

/** A finding; its name is its fingerprint, spelt in hex digits. */
export function finding(checkId: string, name: string, over: Partial<Finding> = {}, number = 1): Finding {
  return {
    checkId,
    messageId: 'found',
    message: name,
    data: {},
    severity: 'error',
    location: { path: 'src/a.ts', startLine: 7 },
    fingerprint: `${hex(name)}:${number}`,
    ...over,
  };
}

/** 32 hex digits that stand for a name. */
export function hex(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32);
}

/** A check with these findings. */
export function checkWith(
  checkId: string,
  findings: readonly Finding[] = [],
  status: OutcomeStatus = findings.length > 0 ? 'failed' : 'passed',
): CheckResult {
  return checkOf(checkId, { findings, outcome: outcome(status) });
}

function outcome(status: OutcomeStatus): Outcome {
  return status === 'passed' || status === 'failed' ? { status } : { status, reason: { code: 'threw', message: 'm' } };
}

/** A known finding. */
export function known(checkId: string, name: string, count = 1, path = 'src/a.ts'): KnownFinding {
  return { checkId, path, messageId: 'found', fingerprint: hex(name), count };
}

/** Checks as filters and comments may name them. */
export function registered(...ids: readonly string[]): Filterable[] {
  return ids.map((id) => ({ id, check: anyCheck }));
}
