import type { Severity } from './severity.js';

/** What is said at the top of every report. */
export interface Verdict {
  /** `clean`: every question was answered and the gate passes; `findings`: more findings than it allows; `failed`: it fails for another reason, the budget or outliers; `incomplete`: clean cannot be said; `interrupted`: somebody stopped the scan. */
  readonly status: 'clean' | 'findings' | 'failed' | 'incomplete' | 'interrupted';
  /** The exit code of the gate: 0, 1, 3 or 130. The process's own also counts failed reporters. */
  readonly gateExitCode: 0 | 1 | 3 | 130;
  /** The verdict in one sentence. */
  readonly summary: string;
  /** Why the gate does not pass, the gravest first; none for `clean`. */
  readonly reasons: readonly VerdictReason[];
  /** Findings that count at the gate. */
  readonly gateFindings: number;
  /** Share of the planned checks that ended conclusively, 0 to 1; 0 when nothing was planned. */
  readonly coverage: number;
}

/** One reason for which the gate does not pass. */
export interface VerdictReason {
  /** The cause, for machines. */
  readonly code: 'interrupted' | 'findings' | 'outliers' | 'budget' | 'nothing-planned' | 'coverage' | 'failures';
  /** The cause in one sentence. */
  readonly message: string;
}

/** What a release is decided on. */
export interface Gate {
  /** The least grave finding that counts; `never` counts none. */
  readonly failOn: Severity | 'never';
  /** How many findings that count are allowed. */
  readonly maxFindings: number;
  /** The share of the planned checks that must end with an answer, 0 to 1. */
  readonly minCoverage: number;
  /** True counts only findings that the baseline does not have. */
  readonly newOnly: boolean;
  /** True fails when a check took far longer than usual. */
  readonly failOnOutliers: boolean;
  /** True fails when the tier's budget was exceeded. */
  readonly failOnBudget: boolean;
}

/** What holds where the configuration says nothing. */
export const GATE_DEFAULTS: Gate = {
  failOn: 'error',
  maxFindings: 0,
  minCoverage: 1,
  newOnly: false,
  failOnOutliers: false,
  failOnBudget: false,
};
