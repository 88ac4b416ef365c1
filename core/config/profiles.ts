import { type Filterable, tryFilter } from '../check/filter.js';
import { suggest } from '../check/nearest.js';
import { isPlugin, type Plugin } from '../check/plugin.js';
import { createRegistry } from '../check/registry.js';
import type { Notice } from '../model/result.js';
import { plural } from '../model/text.js';
import { TIERS, type TierName, tierIncludes } from '../model/tier.js';
import { BUILT_IN_PROFILES } from './built-in-profiles.js';
import { type ResolvedCheck, resolveChecks } from './checks.js';
import type { FromEnvironment } from './environment.js';
import type { ConfigLayer, Layer, ProfileValues } from './layers.js';
import { fileSource, sourceWithin } from './place.js';
import { type ConfigProblem, quote } from './problems.js';

/** What one configuration says of a profile, as a layer over configurations. */
interface Definition {
  readonly layer: ConfigLayer;
  readonly values: ProfileValues;
}

/** A filter and where it is written. */
interface PlacedFilter {
  readonly text: string;
  readonly where: string;
  /** True where it need not match: a built-in profile is for any set of plugins. */
  readonly builtIn: boolean;
}

/** The profile that was asked for, before it is known which checks there are. */
export interface ChosenProfile {
  readonly name: string;
  /** What asked for it, for problems. */
  readonly where: string;
  /** The layer that asked for it. */
  readonly askedBy: Layer;
  /** What it says, the built-in definition first, then those of presets and of the configuration. */
  readonly layers: readonly ConfigLayer[];
  /** The built-in plugins that it is made for; none of a user's own. */
  readonly madeFor: readonly string[];
  readonly definitions: readonly Definition[];
}

/** The profiles of all layers. */
export interface Profiles {
  readonly chosen?: ChosenProfile;
  /** Those that were not asked for, by name. */
  readonly others: ReadonlyMap<string, readonly Definition[]>;
}

/** A profile over the checks that there are. */
export interface ResolvedProfile {
  /** Its name. */
  readonly name: string;
  /** What it is for. */
  readonly title?: string;
  /** The filters of the checks that it has; absent for all. */
  readonly include?: readonly string[];
  /** The filters of the checks of these that it leaves out. */
  readonly exclude: readonly string[];
  /** The checks that it has not, and which of the two says so. */
  readonly leftOut: ReadonlyMap<string, 'excluded' | 'not-included'>;
  /** What the reader should know about it. */
  readonly notices: readonly Notice[];
}

/** What a profile is laid over. */
export interface ProfileScope {
  /** The checks of the plugins, with all settings. */
  readonly checks: readonly ResolvedCheck[];
  readonly plugins: readonly Plugin[];
  /** False when a plugin could not be loaded, so that nobody knows which checks there are. */
  readonly complete: boolean;
  /** The tier that runs. */
  readonly tier: TierName;
}

/** Who may ask for a profile: a flag wins over the environment. */
export interface Asked {
  readonly flags: ConfigLayer;
  /** What the flag says. */
  readonly name: string | undefined;
  readonly environment: Pick<FromEnvironment, 'layer' | 'profile'>;
}

/** As of plugins: it stands in commands, reports and the history. */
const NAME = /^[a-z][a-z0-9-]*$/;

/** Finds the profile that is asked for among the built-in ones and those of presets and the configuration. */
export function chooseProfile(layers: readonly ConfigLayer[], asked: Asked, problems: ConfigProblem[]): Profiles {
  const all = definitionsOf(layers, problems);
  const name = asked.name ?? asked.environment.profile;
  if (name === undefined) return { others: all };
  const by = asked.name === undefined ? asked.environment.layer : asked.flags;
  const where = by.source.place(['profile']);
  const definitions = all.get(name);
  if (definitions === undefined) {
    const what = `must be the name of a profile, not ${quote(name)}`;
    problems.push({ where, what, next: suggest(name, [...all.keys()]) });
    return { others: all };
  }
  all.delete(name);
  const chosen = {
    name,
    where,
    askedBy: by.layer,
    layers: definitions.map(({ layer }) => layer),
    madeFor: BUILT_IN_PROFILES.get(name)?.madeFor ?? [],
    definitions,
  };
  return { chosen, others: all };
}

function definitionsOf(layers: readonly ConfigLayer[], problems: ConfigProblem[]): Map<string, Definition[]> {
  const all = new Map<string, Definition[]>();
  for (const [name, { madeFor: _plugins, ...values }] of BUILT_IN_PROFILES)
    all.set(name, [definition(values, { ...BUILT_IN, source: fileSource(`built-in profile '${name}'`) })]);
  for (const layer of layers) {
    for (const [name, values] of Object.entries(layer.config.profiles ?? {})) {
      const source = sourceWithin(layer.source, ['profiles', name]);
      if (values.include?.length === 0) {
        const next = 'name a filter, or leave it out to have all checks';
        problems.push({ where: source.place(['include']), what: 'is empty', next });
      }
      if (NAME.test(name)) all.set(name, [...(all.get(name) ?? []), definition(values, { ...layer, source })]);
      else {
        const next = 'use lower case letters, digits and dashes, and begin with a letter';
        problems.push({ where: source.place([]), what: 'is no name for a profile', next });
      }
    }
  }
  return all;
}

/** Nothing relative is in a built-in profile. */
const BUILT_IN = { folder: '', builtIn: true } as const;

function definition(values: ProfileValues, from: Omit<ConfigLayer, 'layer' | 'config'>): Definition {
  const { title: _title, include: _include, exclude: _exclude, ...config } = values;
  return { layer: { ...from, layer: 'profile', config }, values };
}

/** Says which of the checks that there are a profile has. One that has none is a problem: nothing would be looked at. */
export function resolveProfile(chosen: ChosenProfile, scope: ProfileScope, problems: ConfigProblem[]): ResolvedProfile {
  const { name, definitions, madeFor } = chosen;
  const before = problems.length;
  const [include, exclude] = [filtersOf(definitions, 'include'), filtersOf(definitions, 'exclude')];
  const included = matching(include, scope.checks, scope.complete, problems);
  const excluded = matching(exclude, scope.checks, scope.complete, problems);
  const leftOut = new Map<string, 'excluded' | 'not-included'>();
  for (const { id } of scope.checks) {
    if (excluded.has(id)) leftOut.set(id, 'excluded');
    else if (include.length > 0 && !included.has(id)) leftOut.set(id, 'not-included');
  }
  const missing = madeFor.filter((plugin) => !scope.plugins.some((listed) => listed.name === plugin));
  if (scope.complete && problems.length === before) problems.push(...emptyProblem(chosen, scope, leftOut, missing));
  const title = definitions.findLast(({ values }) => values.title !== undefined)?.values.title;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(include.length === 0 ? {} : { include: include.map(({ text }) => text) }),
    exclude: exclude.map(({ text }) => text),
    leftOut,
    notices: missing.length === 0 ? [] : [missingNotice(name, missing)],
  };
}

/** The problem of a profile of which nothing would run in the tier. */
function emptyProblem(
  { name, where }: ChosenProfile,
  { checks, plugins, tier }: ProfileScope,
  leftOut: ResolvedProfile['leftOut'],
  missing: readonly string[],
): ConfigProblem[] {
  const has = checks.filter(({ id }) => !leftOut.has(id));
  // What only the default set turns off runs where a profile asks for it.
  const on = has.filter(({ enabled, offBy }) => enabled || offBy === 'default');
  if (on.some(({ check }) => tierIncludes(tier, check.meta.tier))) return [];
  const code = 'SR_FILTER_NO_MATCH';
  const names = plugins.length === 0 ? 'no plugin' : `the plugins ${plugins.map((plugin) => plugin.name).join(', ')}`;
  if (on.length > 0) {
    const lowest = TIERS.find((other) => on.some(({ check }) => tierIncludes(other, check.meta.tier)));
    const what = `names ${quote(name)}, of which nothing runs in the tier ${tier}`;
    return [{ where, what, next: `run the tier ${lowest}: --tier ${lowest}`, code }];
  }
  if (has.length > 0) {
    const what = `names ${quote(name)}, and the configuration turns off ${has.length === 1 ? 'its only check' : `all its ${plural(has.length, 'check')}`}`;
    return [{ where, what, next: `turn on what it should run: ${ids(has)}`, code }];
  }
  const what = `names ${quote(name)}, which has no check of ${names}`;
  const next = missing.length === 0 ? 'change its include and exclude' : listNext(missing);
  return [{ where, what, next, code }];
}

function ids(checks: readonly ResolvedCheck[]): string {
  const rest = checks.length - 5;
  return `${checks
    .slice(0, 5)
    .map(({ id }) => id)
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function missingNotice(name: string, missing: readonly string[]): Notice {
  const what = missing.length === 1 ? `the plugin ${missing[0]}` : `the plugins ${missing.join(', ')}`;
  return {
    code: 'profile-plugins',
    level: 'info',
    message: `The profile ${name} is also made for ${what}, which the configuration does not list: nothing of ${missing.length === 1 ? 'it' : 'them'} runs. To run it, ${listNext(missing)}.`,
  };
}

function listNext(missing: readonly string[]): string {
  return `list ${missing.join(', ')} under plugins, or add ${missing.map((plugin) => `--plugin ${plugin}`).join(' ')}`;
}

/** Holds the profiles that were not asked for against the checks that there are, so that a mistake does not wait for the night in which one is. */
export async function checkProfiles(
  { others }: Profiles,
  scope: ProfileScope,
  problems: ConfigProblem[],
): Promise<void> {
  for (const all of others.values()) {
    const definitions = all.filter(({ layer }) => !layer.builtIn);
    if (definitions.length === 0) continue;
    const listed = definitions.flatMap(({ values }) => values.plugins ?? []);
    // Loading what is named by text would make every scan pay for what it does not use.
    const complete = scope.complete && listed.every(isPlugin);
    const plugins = new Map([...listed.filter(isPlugin), ...scope.plugins].map((plugin) => [plugin.name, plugin]));
    const registry = createRegistry([...plugins.values()]);
    const layers = definitions.map(({ layer }) => layer);
    const checks = await resolveChecks(registry, layers, complete, new Map(), problems);
    for (const field of ['include', 'exclude'] as const) {
      const filters = filtersOf(definitions, field);
      // Which check has a severity is known only where its profile is laid over the configuration.
      const [bySeverity, rest] = [filters.filter(isBySeverity), filters.filter((filter) => !isBySeverity(filter))];
      matching(bySeverity, [...checks.values()], false, problems);
      matching(rest, [...checks.values()], complete, problems);
    }
  }
}

function isBySeverity({ text }: PlacedFilter): boolean {
  return text.startsWith('severity:');
}

function filtersOf(definitions: readonly Definition[], field: 'include' | 'exclude'): PlacedFilter[] {
  return definitions.flatMap(({ layer, values }) =>
    (values[field] ?? []).flatMap((text, index) =>
      text === null ? [] : [{ text, where: layer.source.place([field, index]), builtIn: layer.builtIn === true }],
    ),
  );
}

/** The ids of the checks that any of the filters means. */
function matching(
  filters: readonly PlacedFilter[],
  checks: readonly (Filterable & { readonly id: string })[],
  complete: boolean,
  problems: ConfigProblem[],
): Set<string> {
  const found = new Set<string>();
  for (const { text, where, builtIn } of filters) {
    const { filter, problem, valid } = tryFilter(text, checks);
    if (problem !== undefined && !builtIn && (complete || !valid))
      problems.push({ where, ...problem, code: valid ? 'SR_FILTER_NO_MATCH' : 'SR_FILTER_INVALID' });
    for (const check of checks) if (filter(check)) found.add(check.id);
  }
  return found;
}
