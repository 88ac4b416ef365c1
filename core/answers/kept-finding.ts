import type { Finding } from '../model/finding.js';
import type { Fix } from '../model/fix.js';
import type { KeptFinding } from '../model/kept.js';
import type { Severity } from '../model/severity.js';

/** What is known of a finding besides itself when it is made. */
export interface FindingOrigin {
  /** The severity that the report gave; undefined where the check left it to its meta. */
  readonly severity?: Severity | undefined;
}

/** A finding as the cache keeps it. */
export function keepFinding(finding: Finding, { severity }: Pick<FindingOrigin, 'severity'>): KeptFinding {
  const { checkId: _, severity: __, fingerprint: ___, state: ____, suppressedBy: _____, ...kept } = finding;
  return severity === undefined ? kept : { ...kept, severity };
}

/**
 * A finding of a visit as the cache keeps it: without its path, which is the file's. Undefined for one about another
 * file: what that one holds, nobody has asked.
 */
export function keepFileFinding(
  finding: Finding,
  origin: FindingOrigin,
  file: { readonly path: string },
): KeptFinding | undefined {
  const { path, ...location } = finding.location;
  const { fix } = finding;
  if (path !== file.path || fix?.changes.some((change) => change.path !== path)) return undefined;
  return { ...keepFinding(finding, origin), location, ...(fix === undefined ? {} : { fix: withoutPaths(fix) }) };
}

function withoutPaths(fix: Fix): NonNullable<KeptFinding['fix']> {
  return { ...fix, changes: fix.changes.map(({ path: _, ...change }) => change) };
}

/** Whose finding it is, and how much it matters there. */
export interface FindingOwner {
  readonly checkId: string;
  /** The severity that the configuration sets. */
  readonly severity?: Severity | undefined;
  /** The severity of the check's meta. */
  readonly metaSeverity: Severity;
}

/** A finding without what it is recognised by: that is made of what may be shown today, and of the path that it has today. */
export type RestoredFinding = Omit<Finding, 'fingerprint'>;

/** The finding that was kept, in its file. */
export function restoreFinding(
  { severity, location, fix, ...rest }: KeptFinding,
  owner: FindingOwner,
  file?: { readonly path: string },
): RestoredFinding {
  const path = file?.path ?? '';
  return {
    checkId: owner.checkId,
    ...rest,
    severity: owner.severity ?? severity ?? owner.metaSeverity,
    location: { path, ...location },
    ...(fix === undefined ? {} : { fix: { ...fix, changes: fix.changes.map((change) => ({ path, ...change })) } }),
  };
}
