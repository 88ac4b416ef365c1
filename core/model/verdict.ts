import { isConclusive } from './outcome.js';
import type { CheckResult, Notice, Verdict } from './result.js';
import { isAtLeast, type Severity } from './severity.js';
import { plural } from './text.js';

/** What the verdict is made of. */
export interface VerdictInput {
  readonly checks: readonly CheckResult[];
  readonly notices: readonly Notice[];
  readonly gate: { readonly failOn: Severity | 'never'; readonly minCoverage: number };
  readonly interrupted: boolean;
}

/** Decides: interrupted, findings at the gate, incomplete, clean; the first that holds. */
export function makeVerdict({ checks, notices, gate, interrupted }: VerdictInput): Verdict {
  const counted = checks.filter((check) => !check.optional);
  const conclusive = counted.filter((check) => isConclusive(check.outcome)).length;
  // Nothing asked is nothing answered: a scan without a check is never clean.
  const coverage = checks.length === 0 ? 0 : counted.length === 0 ? 1 : conclusive / counted.length;
  const gateFindings = checks
    .flatMap((check) => check.findings)
    .filter(
      (finding) => !finding.suppressedBy && gate.failOn !== 'never' && isAtLeast(finding.severity, gate.failOn),
    ).length;
  const broken = notices.filter((notice) => notice.level === 'error').length;
  const missing = counted.length - conclusive;
  const found = `${plural(gateFindings, 'finding')} at the gate`;
  const without =
    missing > 0 ? `${plural(missing, 'check')} of ${counted.length} without an answer` : plural(broken, 'failure');
  const base = { gateFindings, coverage };
  if (interrupted)
    return { ...base, status: 'interrupted', gateExitCode: 130, summary: `Interrupted: ${found}, ${without}.` };
  const incomplete = checks.length === 0 || coverage < gate.minCoverage || broken > 0;
  if (gateFindings > 0)
    return { ...base, status: 'findings', gateExitCode: 1, summary: `${found}${incomplete ? `, ${without}` : ''}.` };
  if (checks.length === 0)
    return {
      ...base,
      status: 'incomplete',
      gateExitCode: 3,
      summary: 'Incomplete: no check was planned, so nothing was looked at.',
    };
  if (incomplete) return { ...base, status: 'incomplete', gateExitCode: 3, summary: `Incomplete: ${without}.` };
  const nothing = `${plural(checks.length, 'check')}, nothing at the gate.`;
  return {
    ...base,
    status: 'clean',
    gateExitCode: 0,
    summary: missing > 0 ? `Clean, as the gate allows ${without}.` : nothing,
  };
}
