import type { RunChanges } from './changes.js';
import type { TrendRun } from './telemetry.js';
import type { TierName } from './tier.js';

/** A run whose result is part of a merged one. */
export interface MergedRun {
  /** The run's id. */
  readonly runId: string;
  /** Start, ISO 8601 in UTC, by the clock of its machine. */
  readonly startedAt: string;
  /** End of its last check, ISO 8601 in UTC. */
  readonly endedAt: string;
  /** Its wall time in milliseconds. */
  readonly wallMs: number;
  /** Its own verdict. */
  readonly verdict: TrendRun['verdict'];
  /** Platform and size of its machine. */
  readonly machine: Machine;
}

/** The platform and size of a machine. */
export interface Machine {
  /** Node.js's name of the platform, such as `linux`; of several joined by `+`. */
  readonly platform: string;
  /** Node.js's name of the architecture, such as `x64`; of several joined by `+`. */
  readonly arch: string;
  /** Cores the scan might use. */
  readonly cores: number;
}

/** One execution, or several that were merged. */
export interface RunInfo {
  /** Unique, sorts by time. */
  readonly id: string;
  /** Start, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** End of the last check, ISO 8601 in UTC. */
  readonly endedAt: string;
  /** The tier that ran. */
  readonly tier: TierName;
  /** The profile that chose among the checks; absent without one. */
  readonly profile?: string;
  /** Versions of what ran: scanrun, node and each plugin that states one. */
  readonly versions: Readonly<Record<string, string>>;
  /** What it was restricted to; absent for a scan of all files. */
  readonly changes?: RunChanges;
  /** Platform and size of the machine. */
  readonly machine: Machine;
  /** The runs that the result was merged from, in their order; absent for a single run. Their times are side by side as their clocks had them, without those in which none ran. */
  readonly mergedFrom?: readonly MergedRun[];
}
