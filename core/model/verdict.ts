import { changesText, type RunChanges } from './changes.js';
import { isConclusive } from './outcome.js';
import type { CheckResult, Notice, Verdict } from './result.js';
import { isAtLeast, type Severity } from './severity.js';
import type { NotPlanned } from './task.js';
import { plural } from './text.js';

/** What the verdict is made of. */
export interface VerdictInput {
  readonly checks: readonly CheckResult[];
  readonly notices: readonly Notice[];
  readonly gate: { readonly failOn: Severity | 'never'; readonly minCoverage: number };
  readonly interrupted: boolean;
  /** The checks that did not run by choice; none when absent. */
  readonly notPlanned?: readonly NotPlanned[];
  /** What the scan was restricted to; all files when absent. */
  readonly changes?: RunChanges | undefined;
}

/** Decides: interrupted, findings at the gate, incomplete, clean; the first that holds. */
export function makeVerdict(input: VerdictInput): Verdict {
  const { checks, notices, gate, interrupted, changes } = input;
  const counted = checks.filter((check) => !check.optional);
  const conclusive = counted.filter((check) => isConclusive(check.outcome)).length;
  // Nothing asked is nothing answered: a scan without a check is never clean.
  const untouched = isUntouched(input);
  const coverage = checks.length === 0 ? (untouched ? 1 : 0) : counted.length === 0 ? 1 : conclusive / counted.length;
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
  const on = changes === undefined ? '' : `, on ${changesText(changes)}`;
  if (interrupted)
    return { ...base, status: 'interrupted', gateExitCode: 130, summary: `Interrupted: ${found}, ${without}${on}.` };
  const incomplete = (checks.length === 0 && !untouched) || coverage < gate.minCoverage || broken > 0;
  if (gateFindings > 0)
    return {
      ...base,
      status: 'findings',
      gateExitCode: 1,
      summary: `${found}${incomplete ? `, ${without}` : ''}${on}.`,
    };
  if (incomplete) {
    const summary = checks.length === 0 && !untouched ? NOTHING_PLANNED : `Incomplete: ${without}${on}.`;
    return { ...base, status: 'incomplete', gateExitCode: 3, summary };
  }
  return { ...base, status: 'clean', gateExitCode: 0, summary: cleanText(input, missing, without, on) };
}

const NOTHING_PLANNED = 'Incomplete: no check was planned, so nothing was looked at.';

/** True when checks would have run, and none looks at anything that changed. */
function isUntouched({ checks, changes, notPlanned = [] }: VerdictInput): boolean {
  return changes !== undefined && checks.length === 0 && notPlanned.some(({ code }) => code === 'unchanged');
}

function cleanText({ checks, changes }: VerdictInput, missing: number, without: string, on: string): string {
  if (checks.length === 0 && changes !== undefined) return `Clean: ${untouchedText(changes)}.`;
  return missing > 0
    ? `Clean, as the gate allows ${without}${on}.`
    : `${plural(checks.length, 'check')}, nothing at the gate${on}.`;
}

function untouchedText(changes: RunChanges): string {
  const { kind, ref, base, files, removed } = changes;
  if (files + removed > 0) return `no check looks at ${changesText(changes)}`;
  if (kind === 'since') return `nothing changed since ${ref}${base === undefined ? '' : ` (${base.slice(0, 8)})`}`;
  return kind === 'staged' ? 'nothing is staged' : 'no file was given';
}
