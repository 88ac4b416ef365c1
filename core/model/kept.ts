import type { Finding, Location } from './finding.js';
import type { FileChange, Fix } from './fix.js';
import type { JsonValue } from './json.js';
import type { Measurement } from './result.js';
import type { Severity } from './severity.js';

/** A finding as the cache keeps it: redacted, and without what the configuration may set otherwise next time. */
export interface KeptFinding
  extends Omit<Finding, 'checkId' | 'severity' | 'location' | 'fingerprint' | 'state' | 'suppressedBy' | 'fix'> {
  /** Where it is; without a path in the file that was visited. */
  readonly location: Omit<Location, 'path'> & { readonly path?: string };
  /** The severity that the check gave it; absent where its meta's holds. */
  readonly severity?: Severity;
  /** How to mend it; a change without a path is one of the file that was visited. */
  readonly fix?: Omit<Fix, 'changes'> & {
    readonly changes: readonly (Omit<FileChange, 'path'> & { readonly path?: string })[];
  };
}

/** What a check said of one file. */
export interface KeptFileAnswer {
  readonly findings?: readonly KeptFinding[];
  readonly measurements?: readonly Measurement[];
}

/** What a project check said. */
export interface KeptProjectAnswer {
  readonly findings: readonly KeptFinding[];
  readonly measurements: readonly Measurement[];
  /** What it returned. */
  readonly data?: JsonValue;
}
