import { isReporter, type ReporterUse } from '../check/reporter.js';
import type { Duration } from '../model/duration.js';
import type { JsonObject } from '../model/json.js';
import type { Severity } from '../model/severity.js';
import { TIERS, type TierName } from '../model/tier.js';
import type { CacheOptions, GateSettings, GovernorSettings, ResourceSettings, WaiverSettings } from './define.js';
import type { Source } from './place.js';
import { plainConfig, type RawConfig } from './plain.js';
import { type ConfigProblem, validateConfig } from './problems.js';
import { validateRanges } from './ranges.js';

/** Where a value came from; each layer wins over those before it. */
export type Layer = 'default' | 'user' | 'preset' | 'config' | 'profile' | 'environment' | 'flag';

/** A check's settings after validation. */
export interface Settings {
  readonly severity?: Severity | 'off';
  readonly options?: JsonObject;
  readonly timeout?: Duration;
  readonly priority?: number;
  readonly optional?: boolean;
  readonly critical?: boolean;
  readonly retries?: number;
  readonly resource?: string;
  readonly files?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A tier's settings after validation. */
export interface TierValues {
  readonly concurrency?: number;
  readonly parallel?: boolean;
  readonly budget?: Duration;
  readonly deadline?: Duration;
  readonly timeout?: Duration;
}

/** A profile after validation. Null stands where a list had something wrong. */
export interface ProfileValues
  extends Pick<ValidConfig, 'plugins' | 'checks' | 'tier' | 'tiers' | 'concurrency' | 'gate'> {
  readonly title?: string;
  readonly include?: readonly (string | null)[];
  readonly exclude?: readonly (string | null)[];
}

/** A configuration after validation. Null stands where a list had something wrong. */
export interface ValidConfig {
  readonly extends?: readonly unknown[];
  readonly plugins?: readonly unknown[];
  readonly checks?: Readonly<Record<string, Severity | 'off' | Settings>>;
  readonly profiles?: Readonly<Record<string, ProfileValues>>;
  readonly tier?: TierName;
  readonly tiers?: Readonly<Partial<Record<TierName, TierValues>>>;
  readonly concurrency?: number;
  readonly governor?: GovernorSettings | 'off';
  readonly exclude?: readonly (string | null)[];
  readonly resources?: Readonly<Record<string, ResourceSettings>>;
  readonly cache?: CacheOptions | false;
  readonly gate?: GateSettings;
  readonly baseline?: string | false;
  readonly waivers?: readonly (WaiverSettings | null)[];
  readonly waiversFile?: string;
  readonly inlineIgnores?: boolean;
  readonly redact?: { readonly patterns?: readonly (string | null)[]; readonly home?: boolean };
  readonly reporters?: readonly (string | (Omit<ReporterUse, 'options'> & { readonly options?: JsonObject }) | null)[];
}

/** One configuration of several that are laid over each other. */
export interface ConfigLayer {
  /** Its rank. */
  readonly layer: Layer;
  /** What it calls its places. */
  readonly source: Source;
  /** The absolute folder that relative names of plugins, presets and reporters in it start from. */
  readonly folder: string;
  /** What it says. */
  readonly config: ValidConfig;
  /** True for one that scanrun brings: it may speak of checks whose plugin nobody lists. */
  readonly builtIn?: boolean;
}

/** Validates a configuration and makes a layer of what is right in it. */
export async function makeLayer(
  layer: Layer,
  config: unknown,
  place: { readonly source: Source; readonly folder: string },
  problems: ConfigProblem[],
): Promise<ConfigLayer> {
  const plain = plainConfig(wrapReporters(config), place.source);
  const valid = await validateConfig(plain.config, place.source);
  const ranged = validateRanges(valid.config, place.source);
  problems.push(...plain.problems, ...valid.problems, ...ranged.problems);
  return { layer, ...place, config: ranged.config as ValidConfig };
}

/** A reporter that is listed as it is means `use(reporter, {})`. */
function wrapReporters(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('reporters' in config) || !Array.isArray(config.reporters))
    return config;
  const reporters = config.reporters.map((item: unknown) =>
    isReporter(item) ? { reporter: item, options: {} } : item,
  );
  return { ...config, reporters };
}

/** What a user file may set: how things look and what they may use, never what is checked or what passes. */
const USER_FIELDS = ['$schema', 'concurrency', 'tiers', 'governor', 'resources', 'cache', 'reporters'];
const USER_TIER_FIELDS = ['concurrency', 'parallel'];

/** Takes out of a user file what is not a user's to set. */
export function limitUserLayer(layer: ConfigLayer, problems: ConfigProblem[]): ConfigLayer {
  const next =
    'set it in the project: a user file sets concurrency, tiers.*.concurrency, tiers.*.parallel, governor, resources, cache and reporters';
  const refuse = (steps: readonly string[]): false => {
    problems.push({ where: layer.source.place(steps), what: 'must not be set in a user file', next });
    return false;
  };
  const config = Object.fromEntries(
    Object.entries(layer.config as RawConfig).filter(([key]) => USER_FIELDS.includes(key) || refuse([key])),
  );
  const tiers = Object.entries((config.tiers ?? {}) as Record<string, object>).map(([tier, settings]) => [
    tier,
    Object.fromEntries(
      Object.entries(settings).filter(([key]) => USER_TIER_FIELDS.includes(key) || refuse(['tiers', tier, key])),
    ),
  ]);
  return {
    ...layer,
    config: { ...config, ...(tiers.length === 0 ? {} : { tiers: Object.fromEntries(tiers) }) } as ValidConfig,
  };
}

/** A value with the layer that set it. */
export interface Setting<T> {
  readonly value: T;
  readonly layer: Layer;
  /** The place that set it, for problems. */
  readonly where: string;
}

/** The last layer that sets something, or undefined. */
export function lastSetting<T>(
  layers: readonly ConfigLayer[],
  steps: readonly string[],
  get: (config: ValidConfig) => T | undefined,
): Setting<T> | undefined {
  for (const { layer, source, config } of layers.toReversed()) {
    const value = get(config);
    if (value !== undefined && value !== null) return { value, layer, where: source.place(steps) };
  }
  return undefined;
}

/** Names each tier with the same settings: for a flag that holds for whichever tier runs. */
export function everyTier(values: TierValues): Record<string, TierValues> {
  return Object.fromEntries(TIERS.map((tier) => [tier, values]));
}

/** The gate's settings; undefined when none is set. */
export function gateOf(gate: { readonly failOn: unknown; readonly minCoverage: unknown }): object | undefined {
  return gate.failOn === undefined && gate.minCoverage === undefined ? undefined : gate;
}
