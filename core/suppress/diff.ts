import type { RunChanges } from '../model/changes.js';
import { baseFingerprint, compareFindings, type Finding } from '../model/finding.js';
import { isConclusive, type Outcome, type OutcomeStatus } from '../model/outcome.js';
import type { CheckResult, RunResult } from '../model/result.js';
import { keyOf } from './known.js';

/** A run, as far as a comparison names it. */
export interface RunName {
  readonly runId: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly tier: string;
  readonly commit?: string;
  /** Its verdict. */
  readonly verdict: string;
  /** What it was restricted to; absent where it looked at everything. */
  readonly changes?: RunChanges;
}

/** A check whose outcome is another one. */
export interface ChangedCheck {
  readonly checkId: string;
  /** How it ended before; absent where it did not run. */
  readonly before?: OutcomeStatus;
  /** How it ended after; absent where it did not run. */
  readonly after?: OutcomeStatus;
  /** Why it has no answer now, or why it did not run. */
  readonly reason?: string;
}

/** What two runs found, against each other. */
export interface FindingsDiff {
  /** Findings that only the later run has, of checks that have an answer in the earlier one. */
  readonly new: readonly Finding[];
  /** Findings that only the earlier run has, of checks that have an answer in the later one. */
  readonly fixed: readonly Finding[];
  /** How many both have; lines that moved are the same. */
  readonly unchanged: number;
  /** Findings that only one of them has, while the check has no answer in the other, or that looked at some files only: nobody knows. */
  readonly unknown: { readonly before: readonly Finding[]; readonly after: readonly Finding[] };
  /** Checks with an answer before and none after: what they would find now is not known. */
  readonly unanswered: readonly string[];
  /** Checks whose outcome changed, by id. */
  readonly checks: readonly ChangedCheck[];
}

/** What a person calls a run. */
export function nameRun({ run, target, verdict }: RunResult): RunName {
  return {
    runId: run.id,
    startedAt: run.startedAt,
    tier: run.tier,
    ...(target.commit === undefined ? {} : { commit: target.commit }),
    verdict: verdict.status,
    ...(run.changes === undefined ? {} : { changes: run.changes }),
  };
}

/** Compares the findings and outcomes of two runs. */
export function diffFindings(before: RunResult, after: RunResult): FindingsDiff {
  const [old, now] = [byId(before.checks), byId(after.checks)];
  const gone = onlyIn(before.checks, after.checks);
  const come = onlyIn(after.checks, before.checks);
  // A run that was restricted to what changed knows nothing of the rest.
  const isKnown =
    (checks: ReadonlyMap<string, CheckResult>, { run }: RunResult) =>
    ({ checkId }: Finding): boolean =>
      run.changes === undefined && answered(checks.get(checkId));
  const [wasKnown, isKnownNow] = [isKnown(old, before), isKnown(now, after)];
  const total = after.checks.reduce((sum, { findings }) => sum + findings.length, 0);
  return {
    new: come.filter(wasKnown),
    fixed: gone.filter(isKnownNow),
    unchanged: total - come.length,
    unknown: {
      before: gone.filter((finding) => !isKnownNow(finding)),
      after: come.filter((finding) => !wasKnown(finding)),
    },
    unanswered: before.checks
      .filter((check) => answered(check) && !answered(now.get(check.checkId)))
      .map(({ checkId }) => checkId),
    checks: changedChecks(old, now, after),
  };
}

function byId(checks: readonly CheckResult[]): ReadonlyMap<string, CheckResult> {
  return new Map(checks.map((check) => [check.checkId, check]));
}

function answered(check: CheckResult | undefined): boolean {
  return check !== undefined && isConclusive(check.outcome);
}

/** The findings of some checks that the others do not have, as many of equal ones as there are more. */
function onlyIn(checks: readonly CheckResult[], others: readonly CheckResult[]): Finding[] {
  const left = new Map<string, number>();
  for (const finding of others.flatMap(({ findings }) => findings)) {
    const key = keyOf(finding.checkId, baseFingerprint(finding.fingerprint));
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return checks
    .flatMap(({ findings }) => findings)
    .filter(({ checkId, fingerprint }) => {
      const key = keyOf(checkId, baseFingerprint(fingerprint));
      const count = left.get(key) ?? 0;
      left.set(key, count - 1);
      return count <= 0;
    })
    .sort(compareFindings);
}

function changedChecks(
  old: ReadonlyMap<string, CheckResult>,
  now: ReadonlyMap<string, CheckResult>,
  { notPlanned }: RunResult,
): ChangedCheck[] {
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort();
  return ids.flatMap((checkId): ChangedCheck[] => {
    const [before, after] = [old.get(checkId)?.outcome, now.get(checkId)?.outcome];
    if (before?.status === after?.status) return [];
    const reason = after === undefined ? notPlanned.find((item) => item.checkId === checkId)?.message : reasonOf(after);
    return [
      {
        checkId,
        ...(before === undefined ? {} : { before: before.status }),
        ...(after === undefined ? {} : { after: after.status }),
        ...(reason === undefined ? {} : { reason }),
      },
    ];
  });
}

function reasonOf(outcome: Outcome): string | undefined {
  return 'reason' in outcome ? outcome.reason.message : undefined;
}
