/** A decision of the configuration to live with some findings, valid. */
export interface Waiver {
  /** Where it is written, such as `scan.config.ts: waivers[0]`. */
  readonly place: string;
  /** The filter that names its checks, as it is written. */
  readonly check: string;
  /** The ids of the checks that the filter matches. */
  readonly checkIds: readonly string[];
  /** A glob of the files; every file when absent. */
  readonly path?: string;
  /** The fingerprint of a finding, with its number or without. */
  readonly fingerprint?: string;
  /** Why. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner?: string;
  /** The last day on which it holds, in UTC, as `2027-01-31`; for ever when absent. */
  readonly expires?: string;
}
