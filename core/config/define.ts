import type { OptionSchemas, OptionsInput } from '../check/define.js';
import type { Plugin } from '../check/plugin.js';
import type { Reporter, ReporterUse } from '../check/reporter.js';
import type { Duration } from '../model/duration.js';
import type { JsonObject } from '../model/json.js';
import type { Severity } from '../model/severity.js';
import type { TierName } from '../model/tier.js';

/** What the configuration may set for a check besides its severity. */
export interface CheckSettings<Options = JsonObject> {
  /** How much its findings matter; its own judgement when absent. `'off'` does not plan it. */
  readonly severity?: Severity | 'off';
  /** Its options; the defaults hold for those that are absent. */
  readonly options?: Options;
  /** Its time, `'5s'` to `'300s'`; the tier's when absent. */
  readonly timeout?: Duration;
  /** Higher starts earlier, -100 to 100; its own when absent. */
  readonly priority?: number;
  /** True takes it out of coverage: it may end without an answer. Default false. */
  readonly optional?: boolean;
  /** True stops the scan when it does not pass. Default false. */
  readonly critical?: boolean;
  /** Globs of the files it may see; its own when absent. */
  readonly files?: readonly string[];
  /** Globs of files it may not see, besides the configuration's; they add up over presets. */
  readonly exclude?: readonly string[];
}

/** A check's entry: a severity, `'off'`, or settings. */
export type CheckEntry<Options = JsonObject> = Severity | 'off' | CheckSettings<Options>;

/** What the configuration may set for a tier; the tier's defaults hold for what is absent. */
export interface TierSettings {
  /** Tasks in flight over all lanes, 1 to 64. */
  readonly concurrency?: number;
  /** False runs one task at a time, in plan order. */
  readonly parallel?: boolean;
  /** The time the tier promises; measured and reported. */
  readonly budget?: Duration;
  /** The time after which everything is stopped; four times the budget when absent. */
  readonly deadline?: Duration;
  /** A check's time when it sets none, `'5s'` to `'300s'`. */
  readonly timeout?: Duration;
}

/** What a release is decided on. */
export interface GateSettings {
  /** The least grave finding that counts; `'never'` counts none. Default `'error'`. */
  readonly failOn?: Severity | 'never';
  /** The share of the planned checks that must end with an answer, 0 to 1. Default 1. */
  readonly minCoverage?: number;
}

/** The parts of a configuration that do not depend on its plugins. */
export interface BaseConfig {
  /** How much to run; default `'standard'`. */
  readonly tier?: TierName;
  /** Settings by tier. */
  readonly tiers?: { readonly [Name in TierName]?: TierSettings };
  /** Tasks in flight over all lanes, 1 to 64, for every tier. */
  readonly concurrency?: number;
  /** Globs of files that no check may see; they add up over presets. `!` takes paths out again. */
  readonly exclude?: readonly string[];
  /** What a release is decided on. */
  readonly gate?: GateSettings;
  /** What to write: names, packages or paths of reporters, reporters, or `use(reporter, options)`. Default terminal and html. */
  readonly reporters?: readonly (string | Reporter | ReporterUse)[];
}

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;

/** What the configuration may give as the options of a check; nothing where it has none. */
type InputOf<C> = C extends { readonly types?: { readonly options: infer O extends OptionSchemas } }
  ? [keyof O] extends [never]
    ? Readonly<Record<string, never>>
    : OptionsInput<O>
  : JsonObject;

type EntriesOf<P> =
  P extends Plugin<infer N, infer C>
    ? { readonly [K in keyof C & string as `${N}/${K}`]?: CheckEntry<InputOf<C[K]>> }
    : never;

/** The entries that a set of plugins allows. */
export type CheckEntries<P extends Plugin> = [P] extends [never]
  ? Readonly<Record<string, never>>
  : UnionToIntersection<EntriesOf<P>>;

/** A configuration, as `defineConfig` returns it; also a preset for `extends`. */
export interface Config<P extends Plugin = Plugin> extends BaseConfig {
  /** Presets: what they list comes before this configuration's own, which wins. */
  readonly extends?: readonly Config[];
  /** Plugins, or their names, packages or paths; listing one enables its checks at their tier. They add up over presets; repo and secrets when nobody lists any. */
  readonly plugins?: readonly (Plugin | string)[];
  /** Settings by check id; laid over those of presets field by field, and option by option. */
  readonly checks?: Readonly<Record<string, CheckEntry | undefined>>;
  /** Carries the types; never there. */
  readonly types?: P;
}

type PluginsOf<E> = E extends Config<infer P> ? P : never;

/** A configuration as a person writes it in TypeScript. */
export interface ConfigInput<P extends readonly Plugin[], E extends readonly Config[]> extends BaseConfig {
  /** Presets: what they list comes before this configuration's own, which wins. */
  readonly extends?: E;
  /** Plugins; listing one enables its checks at their tier. */
  readonly plugins?: P;
  /** Settings by check id: only ids of the plugins above, with their own options. */
  readonly checks?: NoInfer<CheckEntries<P[number] | PluginsOf<E[number]>>>;
}

/** Defines a configuration. It returns what it is given: the compiler checks ids, options and their types. */
export function defineConfig<const P extends readonly Plugin[] = [], const E extends readonly Config[] = []>(
  config: ConfigInput<P, E>,
): Config<P[number] | PluginsOf<E[number]>> {
  return config as unknown as Config<P[number] | PluginsOf<E[number]>>;
}
