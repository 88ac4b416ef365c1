import { dirname, relative } from 'node:path';
import type { ModuleLoader } from '../check/load-module.js';
import { isOwnModule, isTypeScript } from '../check/load-module.js';
import { assertModules, createRegistry, type RegisteredCheck, type Registry } from '../check/registry.js';
import { ScanError } from '../errors.js';
import type { Notice } from '../model/result.js';
import { resolveCache } from './cache.js';
import { present, resolveChecks } from './checks.js';
import { defaultNotice, defaultSet } from './default-set.js';
import type { Config } from './define.js';
import { type Environment, readEnvironment } from './environment.js';
import { resolveGate } from './gate.js';
import { resolveGovernor } from './governor.js';
import { type ConfigLayer, type Layer, lastSetting, limitUserLayer, makeLayer } from './layers.js';
import { resolveLimits } from './limits.js';
import type { LoadedConfig } from './load.js';
import { type Overrides, readOverrides } from './overrides.js';
import { fileSource } from './place.js';
import { loadPlugins } from './plugins.js';
import { flattenConfig, type RootConfig } from './presets.js';
import { printableConfig } from './printable.js';
import { type ConfigProblem, configError } from './problems.js';
import { checkProfiles, chooseProfile, resolveProfile } from './profiles.js';
import { resolveReporters } from './reporters.js';
import type { ResolvedConfig } from './resolved.js';
import { resolveResources } from './resources.js';
import { resolveWaivers } from './waivers.js';

export type { ResolvedCheck } from './checks.js';
export type { Layer } from './layers.js';
export type { Overrides } from './overrides.js';
export type { ResolvedReporter } from './reporters.js';
export type { ResolvedConfig } from './resolved.js';

/** What a configuration is made of. */
export interface ConfigSources {
  /** The configuration file, from `loadConfig`. */
  readonly loaded?: LoadedConfig | undefined;
  /** A configuration that a program gives; used when there is no `loaded`. */
  readonly configObject?: Config | undefined;
  /** The absolute working folder: paths of flags and outputs start from it. */
  readonly cwd: string;
  /** The absolute root of the target. */
  readonly targetRoot: string;
  /** The environment. */
  readonly environment: Environment;
  /** What the command line sets. */
  readonly overrides: Overrides;
  /** The user's own settings, from `loadUserConfig`: presentation and resources only. */
  readonly userConfig?: LoadedConfig | undefined;
  /** Loads plugins and checks. */
  readonly loader: ModuleLoader;
}

/**
 * Makes one configuration of all layers: default < user < preset < config < profile < environment < flag.
 * @throws ScanError that lists every problem at once. Its code is `SR_CONFIG_INVALID`, or the one that all problems
 * share (`SR_PLUGIN_LOAD`, `SR_PLUGIN_DUPLICATE`, `SR_REPORTER_UNKNOWN`, ...); `SR_CHECK_MODULE` when a check is not the default export of its module.
 */
export async function resolveConfig(sources: ConfigSources): Promise<ResolvedConfig> {
  const { cwd, loader, targetRoot } = sources;
  const problems: ConfigProblem[] = [];
  const root = rootConfig(sources);
  const flags = await readOverrides(sources.overrides, cwd, problems);
  const environment = await readEnvironment(sources.environment, cwd, problems);
  const user = await userLayers(sources, problems);
  const project = root === undefined ? [] : await flattenConfig(root, loader, problems);
  const asked = { flags, name: sources.overrides.profile, environment };
  const profiles = chooseProfile(project, asked, problems);
  const { chosen } = profiles;
  const set = [...user, ...project, ...(chosen?.layers ?? []), environment.layer, flags];
  const defaults = defaultSet(set, targetRoot, chosen);
  const layers = defaults === undefined ? set : [defaults.layer, ...set];

  const loaded = await loadPlugins(layers, loader, problems);
  const registry = createRegistry(loaded.plugins);
  const origins = new Map<string, Layer>([['plugins', loaded.layer]]);
  const checks = await resolveChecks(registry, layers, loaded.complete, origins, problems);
  const base = resolveBase(layers, sources.overrides, origins, problems);
  const scope = { checks: [...checks.values()], plugins: loaded.plugins, complete: loaded.complete, tier: base.tier };
  const profile = chosen === undefined ? undefined : resolveProfile(chosen, scope, problems);
  await checkProfiles(profiles, scope, problems);
  const governor = resolveGovernor(layers, origins);
  const resources = resolveResources(layers, origins, problems);
  const known = resolveGate(layers, origins, problems);
  const waivers = await resolveWaivers(layers, [...checks.values()], loaded.complete, problems);
  const refresh = environment.refreshCache || sources.overrides.refreshCache === true;
  const cache = resolveCache(layers, refresh, origins);
  const reporters = await resolveReporters(layers, cwd, sources.environment, loader, problems);
  origins.set('reporters', reporters.layer);
  if (chosen !== undefined) origins.set('profile', chosen.askedBy);

  const failure = configError(problems);
  if (failure !== undefined) throw failure;
  await assertForeignModules(registry, loader);
  const notices = [
    ...(sources.loaded?.notices ?? []),
    ...environment.notices,
    ...(defaults === undefined ? [] : [defaultNotice(defaults, root !== undefined)]),
    ...(profile?.notices ?? []),
    ...limitNotices(base, origins),
  ];
  const { check = [], skip = [] } = sources.overrides;
  const file = sources.loaded?.file;
  const config = {
    ...(file === undefined ? {} : { file }),
    ...base,
    ...(profile === undefined ? {} : { profile }),
    ...known,
    waivers,
    plugins: loaded.plugins,
    checks,
    ...(governor === undefined ? {} : { governor }),
    failFast: sources.overrides.failFast ?? false,
    resources,
    cache,
    strict: sources.overrides.strict === true,
    reporters: reporters.reporters,
    select: { check, skip },
    redact: { ...known.redact, patterns: [...known.redact.patterns, ...environment.redact] },
    origins,
    notices,
  };
  return { ...config, printable: printableConfig(config, targetRoot) };
}

function rootConfig({ loaded, configObject, cwd, targetRoot }: ConfigSources): RootConfig | undefined {
  if (loaded !== undefined) {
    const inside = relative(targetRoot, loaded.file);
    const label = inside.startsWith('..') ? loaded.file : inside;
    return { config: loaded.config, label, steps: loaded.steps, folder: dirname(loaded.file), file: loaded.file };
  }
  return configObject === undefined
    ? undefined
    : { config: configObject, label: 'configuration', steps: [], folder: cwd };
}

async function userLayers({ userConfig }: ConfigSources, problems: ConfigProblem[]): Promise<ConfigLayer[]> {
  if (userConfig === undefined) return [];
  const { file, steps, config } = userConfig;
  const place = { source: fileSource(file, steps), folder: dirname(file) };
  return [limitUserLayer(await makeLayer('user', config, place, problems), problems)];
}

type Base = Pick<ResolvedConfig, 'tier' | 'limits' | 'exclude'>;

/** The values that do not depend on plugins. */
function resolveBase(
  layers: readonly ConfigLayer[],
  { within }: Overrides,
  origins: Map<string, Layer>,
  problems: ConfigProblem[],
): Base {
  const tier = lastSetting(layers, ['tier'], (config) => config.tier);
  const exclude = lastSetting(layers, ['exclude'], (config) => config.exclude);
  const { limits, origins: limitOrigins } = resolveLimits(tier?.value ?? 'standard', layers, within, problems);
  const set = { tier, exclude };
  for (const [name, setting] of Object.entries(set)) origins.set(name, setting?.layer ?? 'default');
  for (const [name, layer] of Object.entries(limitOrigins)) origins.set(name, layer);
  return {
    tier: tier?.value ?? 'standard',
    limits,
    exclude: [...new Set(layers.flatMap(({ config }) => present(config.exclude)))],
  };
}

/** Our own modules are held to this by a test; asking would load every one of them here. */
async function assertForeignModules(registry: Registry, loader: ModuleLoader): Promise<void> {
  const foreign = [...registry.values()].filter(({ check }) => !isOwnModule(check.module));
  if (foreign.length === 0) return;
  try {
    await assertModules(foreign, loader);
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    const again = new Set(error.problems.map(({ where }) => where));
    const native = foreign.filter(({ id, check }: RegisteredCheck) => again.has(id) && !isTypeScript(check.module));
    // A JavaScript check that was imported before the first TypeScript module is the native one, not the loader's copy.
    if (native.length < again.size || !(await isNative(native, loader))) throw error;
  }
}

function isNative(entries: readonly RegisteredCheck[], { cacheDir }: ModuleLoader): Promise<boolean> {
  return assertModules(entries, { cacheDir }).then(
    () => true,
    () => false,
  );
}

function limitNotices({ tier, limits }: Base, origins: ReadonlyMap<string, Layer>): Notice[] {
  const asked = ['flag', 'environment'].includes(origins.get('concurrency') ?? '');
  if (!asked || limits.parallel || limits.concurrency === 1) return [];
  return [
    {
      code: 'concurrency-unused',
      level: 'warning',
      message: `Concurrency ${limits.concurrency} has no effect: the tier '${tier}' runs one task at a time. Add --parallel.`,
    },
  ];
}
