import type { CacheSettings } from '../cache/settings.js';
import type { Plugin } from '../check/plugin.js';
import type { Gate } from '../model/gate.js';
import type { JsonObject } from '../model/json.js';
import type { PressureLimits } from '../model/pressure.js';
import type { Notice } from '../model/result.js';
import type { Waiver } from '../model/suppression.js';
import type { TierLimits, TierName } from '../model/tier.js';
import type { ResolvedCheck } from './checks.js';
import type { BaselineChoice } from './gate.js';
import type { Layer } from './layers.js';
import type { ResolvedProfile } from './profiles.js';
import type { ResolvedReporter } from './reporters.js';
import type { ResolvedResources } from './resources.js';

/** A configuration with every layer applied, valid. */
export interface ResolvedConfig {
  /** The absolute path of the configuration file; absent without one. */
  readonly file?: string;
  /** How much to run. */
  readonly tier: TierName;
  /** The profile that was asked for, and which checks it leaves out; absent without one. */
  readonly profile?: ResolvedProfile;
  /** What that tier allows, after all layers. */
  readonly limits: TierLimits;
  /** The plugins, one of each name. */
  readonly plugins: readonly Plugin[];
  /** Every check of every plugin by id, in the order of the ids; also those that are off. */
  readonly checks: ReadonlyMap<string, ResolvedCheck>;
  /** Globs of files that no check may see. */
  readonly exclude: readonly string[];
  /** What a release is decided on. */
  readonly gate: Gate;
  /** The file of known findings. */
  readonly baseline: BaselineChoice;
  /** The findings that somebody decided to live with, in the order in which they are written. */
  readonly waivers: readonly Waiver[];
  /** False where comments in files do not count. */
  readonly inlineIgnores: boolean;
  /** When fewer tasks are in flight for the machine's sake; absent never. */
  readonly governor?: PressureLimits;
  /** True ends the scan at the first finding at the gate, or check without an answer. */
  readonly failFast: boolean;
  /** How to treat what checks ask, by name or glob in lower case; the defaults of `core/model/resource.ts` hold for the rest. */
  readonly resources: ResolvedResources;
  /** How answers are kept for the next scan. */
  readonly cache: CacheSettings;
  /** True refuses what a cached check asks without having declared it; otherwise a notice says it. */
  readonly strict: boolean;
  /** What to write. */
  readonly reporters: readonly ResolvedReporter[];
  /** The filters of the command line; what they match is for the plan to say. */
  readonly select: { readonly check: readonly string[]; readonly skip: readonly string[] };
  /** What must appear in no output: regular expressions, and with `home` home directories. */
  readonly redact: { readonly patterns: readonly string[]; readonly home: boolean };
  /** Which layer set a value: `tier`, `gate.failOn`, `checks['repo/max-file-size'].severity`. A check's value that is not here is its own. */
  readonly origins: ReadonlyMap<string, Layer>;
  /** What the reader should know about the configuration. */
  readonly notices: readonly Notice[];
  /** The configuration for the report: plain JSON, redacted. */
  readonly printable: JsonObject;
}
