import type { ResolvedConfig } from './config/resolve.js';
import type { CheckOutcome } from './execute/contract.js';
import type { Finding } from './model/finding.js';
import { isConclusive } from './model/outcome.js';
import { plural } from './model/text.js';
import { isAtGate } from './model/verdict.js';

/**
 * Says, each time when a task has ended, why a scan with `--fail-fast` ends there: more findings at the gate than it
 * allows, or a required check without an answer; undefined when it goes on. What is skipped because it does not apply or
 * is not installed is no reason: nothing is known that would change the release.
 * @param mark says of a finding whether it is known or somebody decided to live with it.
 */
export function makeFailFast(
  { gate, checks }: Pick<ResolvedConfig, 'gate' | 'checks'>,
  mark: (finding: Finding) => Finding,
): (ended: readonly CheckOutcome[]) => string | undefined {
  let total = 0;
  return (ended) => {
    for (const { check, outcome, findings } of ended) {
      const counted = findings.filter((finding) => isAtGate(mark(finding), gate)).length;
      total += counted;
      if (counted > 0 && total > gate.maxFindings)
        return `${check.id} has ${plural(counted, 'finding')} at the gate, and --fail-fast is set`;
      const required = checks.get(check.id)?.optional !== true;
      if (required && !isConclusive(outcome) && outcome.status !== 'skipped' && outcome.status !== 'degraded')
        return `${check.id} ended ${outcome.status}, and --fail-fast is set`;
    }
    return undefined;
  };
}
