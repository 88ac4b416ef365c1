import type { ResolvedConfig } from './config/resolve.js';
import type { CheckOutcome } from './execute/contract.js';
import { isConclusive } from './model/outcome.js';
import { isAtLeast } from './model/severity.js';
import { plural } from './model/text.js';

/**
 * Why a scan with `--fail-fast` ends at what a task came to: a finding that counts at the gate, or a required check
 * without an answer; undefined when it goes on. What is skipped because it does not apply or is not installed is no
 * reason: nothing is known that would change the release.
 */
export function failFast(
  { gate, checks }: Pick<ResolvedConfig, 'gate' | 'checks'>,
  ended: readonly CheckOutcome[],
): string | undefined {
  for (const { check, outcome, findings } of ended) {
    const counted = findings.filter(
      ({ suppressedBy, severity }) =>
        suppressedBy === undefined && gate.failOn !== 'never' && isAtLeast(severity, gate.failOn),
    );
    if (counted.length > 0)
      return `${check.id} has ${plural(counted.length, 'finding')} at the gate, and --fail-fast is set`;
    const required = checks.get(check.id)?.optional !== true;
    if (required && !isConclusive(outcome) && outcome.status !== 'skipped' && outcome.status !== 'degraded')
      return `${check.id} ended ${outcome.status}, and --fail-fast is set`;
  }
  return undefined;
}
