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
  /** How often the whole check runs again after an error that may pass, 0 to 5; its own when absent. */
  readonly retries?: number;
  /** The resource that its requests and commands count against, an entry of `resources`; its own, else each request's host, when absent. */
  readonly resource?: string;
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

/** How long to wait between tries: a random time up to a longest one, which grows with each retry. */
export interface BackoffSettings {
  /** The longest wait before the first retry, `'10ms'` to `'60s'`. Default 250 ms. */
  readonly initial?: Duration;
  /** The longest wait of all, `'10ms'` to `'120s'`. Default 10 s. */
  readonly max?: Duration;
  /** By how much the longest wait grows with each retry, 1 to 10. Default 2. */
  readonly factor?: number;
}

/** How many requests a resource takes. */
export interface RateLimitSettings {
  /** Requests in any interval, 1 to 100,000. */
  readonly requests: number;
  /** The interval, `'10ms'` to `'24h'`. */
  readonly interval: Duration;
}

/** When a resource that fails is left alone. The defaults are S4.3 of the sources. */
export interface BreakerSettings {
  /** The last calls that are looked at, 1 to 10,000. Default 100. */
  readonly window?: number;
  /** Calls before anything is concluded, 1 to `window`. Default 10. */
  readonly minimumCalls?: number;
  /** The share of failed calls that stops further ones, 0.01 to 1. Default 0.5. */
  readonly errorRatio?: number;
  /** How long until one call is let through to see, `'100ms'` to `'1h'`. Default 30 s. */
  readonly halfOpenAfter?: Duration;
}

/** How a resource is treated: a host, or a provider that checks name. Each field that is absent comes from the entries that match its name less exactly, else from the defaults. */
export interface ResourceSettings {
  /** Tries after the first, 0 to 5, of requests whose failure may pass. Default 2 (S4.2 of the sources). */
  readonly retries?: number;
  /** The waits between tries. A `Retry-After` of the resource is honoured besides. */
  readonly backoff?: BackoffSettings;
  /** How many requests it takes; `'off'`, the default, is no limit. */
  readonly rateLimit?: RateLimitSettings | 'off';
  /** When it is left alone; `'off'` is never. */
  readonly breaker?: BreakerSettings | 'off';
  /** The time of one try of `fetch`, `'1s'` to `'120s'`. Default 30 s (S4.2 of the sources). */
  readonly timeout?: Duration;
  /** The most requests at once, 1 to 64; fewer while it does not keep up. Default 10. */
  readonly concurrency?: number;
}

/** What is kept of a scan so that the next one need not compute it again. */
export interface CacheOptions {
  /** False neither finds nor keeps answers. Default true. */
  readonly enabled?: boolean;
  /** The most bytes of the answers in a target, 1,000,000 to 1,000,000,000,000. Default 268,435,456. */
  readonly maxBytes?: number;
  /** How long an answer that nobody uses is kept, `'1d'` to `'365d'`. Default 30 days. */
  readonly maxAge?: Duration;
}

/** When the machine counts as under pressure: then fewer tasks are in flight. */
export interface GovernorSettings {
  /** Share of the time in which work waits for a core, 0.1 to 1. Default 0.85. */
  readonly cpu?: number;
  /** Share of the memory in use, 0.1 to 1. Default 0.9. */
  readonly memory?: number;
  /** How late the main thread may be, `'10ms'` to `'60s'`. Default 250 ms. */
  readonly eventLoopDelay?: Duration;
}

/** What a release is decided on. */
export interface GateSettings {
  /** The least grave finding that counts; `'never'` counts none. Default `'error'`. */
  readonly failOn?: Severity | 'never';
  /** How many findings that count are allowed, 0 to 1,000,000. Default 0. */
  readonly maxFindings?: number;
  /** The share of the planned checks that must end with an answer, 0 to 1. Default 1. */
  readonly minCoverage?: number;
  /** True counts only findings that the baseline does not have, and refuses to scan without a baseline. Default false. */
  readonly newOnly?: boolean;
  /** True fails when a check took far longer than usual, as `outliers` of the result says. Default false. */
  readonly failOnOutliers?: boolean;
  /** True fails when the scan took longer than the tier's budget. Default false. */
  readonly failOnBudget?: boolean;
}

/** Findings that somebody decided to live with: those that fit everything that is said here are kept and do not count. */
export interface WaiverSettings {
  /** The checks: an id or a glob over ids (`secrets/*`), a plugin's name, `category:x`, `tag:x` or `severity:x`, as for `--check`. */
  readonly check: string;
  /** A glob of the files, relative to the target's root; every file when absent. */
  readonly path?: string;
  /** The `fingerprint` of one finding in the json report; without its number also the findings that are equal to it. */
  readonly fingerprint?: string;
  /** Why; shown with each finding. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner?: string;
  /** The last day on which it holds, in UTC, as `'2027-01-31'`; for ever when absent. */
  readonly expires?: string;
}

/** What must not appear in any output besides what looks like a credential. */
export interface RedactSettings {
  /** Regular expressions of what to mask; they add up over presets, and with `SCANRUN_REDACT`. */
  readonly patterns?: readonly string[];
  /** True writes home directories as `~`. Default false. */
  readonly home?: boolean;
}

/** The parts of a configuration that do not depend on its plugins. */
export interface BaseConfig {
  /** How much to run; default `'standard'`. */
  readonly tier?: TierName;
  /** Settings by tier. */
  readonly tiers?: { readonly [Name in TierName]?: TierSettings };
  /** Tasks in flight over all lanes, 1 to 64, for every tier. */
  readonly concurrency?: number;
  /** When fewer tasks than `concurrency` are in flight for the machine's sake; `'off'` is never. */
  readonly governor?: GovernorSettings | 'off';
  /** Globs of files that no check may see; they add up over presets. `!` takes paths out again. */
  readonly exclude?: readonly string[];
  /** How to treat what checks ask, by host, by the name that a check gives it, or by a glob over these. */
  readonly resources?: Readonly<Record<string, ResourceSettings>>;
  /** What is kept for the next scan; `false` keeps nothing. */
  readonly cache?: CacheOptions | false;
  /** What a release is decided on. */
  readonly gate?: GateSettings;
  /** The file of known findings, which are kept and do not count: a baseline or the json report of an earlier scan, relative to the configuration. Default `.scanrun-baseline.json` in the target, where there is one; `false` uses none. */
  readonly baseline?: string | false;
  /** Findings that somebody decided to live with; they add up over presets. */
  readonly waivers?: readonly WaiverSettings[];
  /** A JSON or YAML file with more waivers, relative to the configuration. */
  readonly waiversFile?: string;
  /** False does not look for `scanrun-ignore-...` comments in the files. Default true. */
  readonly inlineIgnores?: boolean;
  /** What must not appear in any output. */
  readonly redact?: RedactSettings;
  /** What to write: names, packages or paths of reporters, reporters, or `use(reporter, options)`. Default terminal and html. */
  readonly reporters?: readonly (string | Reporter | ReporterUse)[];
}

/** What a profile may say that does not depend on plugins. What is absent is as in the configuration. */
export interface BaseProfile {
  /** What it is for, in a few words. */
  readonly title?: string;
  /** How much to run. */
  readonly tier?: TierName;
  /** Settings by tier. */
  readonly tiers?: BaseConfig['tiers'];
  /** Tasks in flight over all lanes, 1 to 64. */
  readonly concurrency?: number;
  /** The checks that it has, filters as for `--check`; they add up over presets. All when nobody says any. */
  readonly include?: readonly string[];
  /** The checks of these that it leaves out, filters as for `--skip`; they add up over presets. */
  readonly exclude?: readonly string[];
  /** What a release is decided on. */
  readonly gate?: GateSettings;
}

/** A named emphasis over a tier, which `--profile` chooses: it is laid over the configuration. */
export interface Profile extends BaseProfile {
  /** Plugins besides those of the configuration, or their names, packages or paths. */
  readonly plugins?: readonly (Plugin | string)[];
  /** Settings by check id, laid over those of the configuration. */
  readonly checks?: Readonly<Record<string, CheckEntry | undefined>>;
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
  /** Plugins, or their names, packages or paths; listing one enables its checks at their tier. They add up over presets; those that suit the repository (`recommended`) when nobody lists any. */
  readonly plugins?: readonly (Plugin | string)[];
  /** Settings by check id; laid over those of presets field by field, and option by option. */
  readonly checks?: Readonly<Record<string, CheckEntry | undefined>>;
  /** Named emphases over a tier, for `--profile`; those of presets and the built-in ones of the same name are laid below. */
  readonly profiles?: Readonly<Record<string, Profile | undefined>>;
  /** Carries the types; never there. */
  readonly types?: P;
}

type PluginsOf<E> = E extends Config<infer P> ? P : never;

/** The plugins of a list; none where there is no list. */
type PluginIn<L> = L extends readonly (infer P extends Plugin)[] ? P : never;

/** A profile as a person writes it in TypeScript, with a list of plugins of its own. */
export interface ProfileInput<L, Known extends Plugin> extends BaseProfile {
  /** Plugins besides those of the configuration. */
  readonly plugins?: L extends readonly Plugin[] ? L : readonly Plugin[];
  /** Settings by check id: only ids of the configuration's plugins and of those above, with their own options. */
  readonly checks?: NoInfer<CheckEntries<Known | PluginIn<L>>>;
}

/** A configuration as a person writes it in TypeScript; `F` has the plugins of each profile. */
export interface ConfigInput<P extends readonly Plugin[], E extends readonly Config[], F> extends BaseConfig {
  /** Presets: what they list comes before this configuration's own, which wins. */
  readonly extends?: E;
  /** Plugins; listing one enables its checks at their tier. */
  readonly plugins?: P;
  /** Settings by check id: only ids of the plugins above, with their own options. */
  readonly checks?: NoInfer<CheckEntries<P[number] | PluginsOf<E[number]>>>;
  /** Named emphases over a tier, for `--profile`. */
  readonly profiles?: { readonly [Name in keyof F]: ProfileInput<F[Name], P[number] | PluginsOf<E[number]>> };
}

/** Defines a configuration. It returns what it is given: the compiler checks ids, options and their types. */
export function defineConfig<
  const P extends readonly Plugin[] = [],
  const E extends readonly Config[] = [],
  const F = Readonly<Record<never, never>>,
>(config: ConfigInput<P, E, F>): Config<P[number] | PluginsOf<E[number]>> {
  return config as unknown as Config<P[number] | PluginsOf<E[number]>>;
}
