import { fingerprintBase } from '../check/fingerprint.js';
import type { Finding } from '../model/finding.js';
import type { KeptFinding } from '../model/kept.js';
import type { Severity } from '../model/severity.js';

/** What is known of a finding besides itself when it is made. */
export interface FindingOrigin {
  /** The severity that the report gave; undefined where the check left it to its meta. */
  readonly severity?: Severity | undefined;
}

/** A finding as the cache keeps it. */
export function keepFinding(finding: Finding, { severity }: FindingOrigin): KeptFinding {
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
): KeptFinding | undefined {
  const { path, ...location } = finding.location;
  if (path !== file.path) return undefined;
  return { ...keepFinding(finding, origin), location };
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
  const { severity, location, ...rest } = kept;
  const { checkId } = owner;
  const finding: Finding = {
    checkId,
    ...rest,
    severity: owner.severity ?? severity ?? owner.metaSeverity,
    location: { path: location.path ?? file?.path ?? '', ...location },
  };
  // Its number among equal ones is given with all others'. The path is a part of it, which may be another one now.
  return location.path === undefined ? { ...finding, fingerprint: `${fingerprintBase(finding)}:1` } : finding;
}
