/** A finding that is known from elsewhere, without any text that it quotes. */
export interface KnownFinding {
  /** The check that reported it. */
  readonly checkId: string;
  /** Where it was. */
  readonly path: string;
  /** Which of the check's messages it is. */
  readonly messageId: string;
  /** Its fingerprint without the number. */
  readonly fingerprint: string;
  /** How many equal ones there were, at least 1. */
  readonly count: number;
}

/** What a scan is compared with. */
export interface ComparedWith {
  /** A baseline, whose findings do not count, or the run before, which only tells what is new. */
  readonly kind: 'baseline' | 'run';
  /** The path of the baseline, relative to the target where it lies there; the id of the run. */
  readonly name: string;
  /** When the run began, ISO 8601 in UTC. */
  readonly startedAt?: string;
  /** The commit that the run scanned. */
  readonly commit?: string;
}

/** What changed since the baseline, or since the run before where there is no baseline. Suppressed findings are among the numbers. */
export interface Comparison {
  /** With what this scan is compared. */
  readonly with: ComparedWith;
  /** Findings that it does not have. */
  readonly new: number;
  /** Findings that both have; lines that moved are the same. */
  readonly unchanged: number;
  /** Findings that only it has, of checks that have an answer now. */
  readonly fixed: number;
  /** Findings that only it has, of checks without an answer: nobody knows whether they are fixed. */
  readonly unknown: number;
  /** The fixed findings by check and path, at most 1,000. */
  readonly fixedFindings: readonly KnownFinding[];
}
