import { fingerprint } from '../check/fingerprint.js';
import type { Finding } from '../model/finding.js';
import type { KeptFinding } from '../model/kept.js';
import type { Severity } from '../model/severity.js';

/** What is known of a finding besides itself when it is made. */
export interface FindingOrigin {
  /** The severity that the report gave; undefined where the check left it to its meta. */
  readonly severity?: Severity | undefined;
  /** What its fingerprint was made of. */
  readonly context: string;
  readonly occurrence: number;
}

/** A finding as the cache keeps it. */
export function keepFinding(finding: Finding, { severity }: Pick<FindingOrigin, 'severity'>): KeptFinding {
  const { checkId: _checkId, severity: _severity, suppressedBy: _suppressedBy, ...kept } = finding;
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
  pathIndependent: boolean,
): KeptFinding | undefined {
  const { path, ...location } = finding.location;
  if (path !== file.path) return undefined;
  const { context, occurrence } = origin;
  return {
    ...keepFinding(finding, origin),
    location,
    ...(pathIndependent ? { identity: { context, occurrence } } : {}),
  };
}

/** Whose finding it is, and how much it matters there. */
export interface FindingOwner {
  readonly checkId: string;
  /** The severity that the configuration sets. */
  readonly severity?: Severity | undefined;
  /** The severity of the check's meta. */
  readonly metaSeverity: Severity;
}

/** The finding that was kept, in its file. */
export function restoreFinding(kept: KeptFinding, owner: FindingOwner, file?: { readonly path: string }): Finding {
  const { identity, severity, location, fingerprint: known, ...rest } = kept;
  const path = location.path ?? file?.path ?? '';
  const { checkId } = owner;
  const parts = { checkId, messageId: kept.messageId, path, package: kept.package };
  return {
    checkId,
    ...rest,
    severity: owner.severity ?? severity ?? owner.metaSeverity,
    location: { path, ...location },
    fingerprint: identity === undefined ? known : fingerprint({ ...parts, ...identity }),
  };
}
