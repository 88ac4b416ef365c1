// The file of known findings: its text, and how it changes. Reading it is in baseline-file.ts.

import type { KnownFinding } from '../model/comparison.js';
import type { Finding } from '../model/finding.js';
import type { CheckResult } from '../model/result.js';
import { countKnown, type Gone, goneFrom, keyOf, sortKnown, toKnown } from './known.js';

/** The name of the baseline in a target. */
export const BASELINE_FILE = '.scanrun-baseline.json';

/** The findings of a scan that belong into a baseline: all but those that somebody has decided on with a reason. */
export function toBaseline(checks: readonly CheckResult[]): KnownFinding[] {
  return toKnown(checks, belongs);
}

/** False for a finding that a comment or a waiver covers: it has a reason there, and is to count again when that ends. */
export function belongs({ suppressedBy }: Pick<Finding, 'suppressedBy'>): boolean {
  return suppressedBy === undefined || suppressedBy.kind === 'baseline';
}

/** The text of a baseline: a finding a line, in order, so that a change is a line in a diff. */
export function formatBaseline(findings: readonly KnownFinding[]): string {
  const lines = sortKnown(findings).map(
    ({ checkId, path, messageId, fingerprint, count }) =>
      `    ${JSON.stringify({ checkId, path, messageId, fingerprint, count })}`,
  );
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "schemaVersion": 1,\n  "findings": ${list}\n}\n`;
}

/** What becomes of a baseline. */
export interface BaselineChange {
  /** Everything that is in it now. */
  readonly findings: readonly KnownFinding[];
  /** What came into it; equal findings count. */
  readonly added: readonly KnownFinding[];
  /** What was taken out. */
  readonly removed: readonly KnownFinding[];
  /** What was not found and stays, since its check has no answer or did not run. */
  readonly kept: readonly KnownFinding[];
}

/**
 * The baseline after a scan: what is not found any more is out, as far as its check has an answer.
 * @param add true takes in what is new, and takes out what now has a reason elsewhere.
 */
export function changeBaseline(
  before: readonly KnownFinding[],
  checks: readonly CheckResult[],
  add: boolean,
): BaselineChange {
  const known = countKnown(before);
  const gone: Gone = goneFrom(known, add ? withoutDecided(checks) : checks);
  const found = add ? countKnown(toBaseline(checks)) : new Map<string, KnownFinding>();
  const after = new Map(known);
  for (const finding of gone.fixed) {
    const key = keyOf(finding.checkId, finding.fingerprint);
    const count = (known.get(key)?.count ?? 0) - finding.count;
    if (count > 0) after.set(key, { ...finding, count });
    else after.delete(key);
  }
  const added: KnownFinding[] = [];
  for (const [key, finding] of found) {
    const more = finding.count - (known.get(key)?.count ?? 0);
    if (more <= 0) continue;
    added.push({ ...finding, count: more });
    after.set(key, finding);
  }
  return { findings: sortKnown([...after.values()]), added: sortKnown(added), removed: gone.fixed, kept: gone.unknown };
}

function withoutDecided(checks: readonly CheckResult[]): CheckResult[] {
  return checks.map((check) => ({ ...check, findings: check.findings.filter(belongs) }));
}
