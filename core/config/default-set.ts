import type { Notice } from '../model/result.js';
import { repositoryFacts } from './facts.js';
import type { ConfigLayer, ValidConfig } from './layers.js';
import { fileSource } from './place.js';
import type { ChosenProfile } from './profiles.js';
import { entriesOf, pluginsText, type RecommendedPlugin, recommend } from './recommended.js';

/** What runs where no configuration lists plugins. */
export interface DefaultSet {
  /** Below all other layers. */
  readonly layer: ConfigLayer;
  /** The plugins, and what in the target speaks for each. */
  readonly plugins: readonly RecommendedPlugin[];
}

/**
 * What suits the target, where no layer lists plugins; undefined where one does. Flags and profiles add to it, a built-in profile what it is made for: a plugin that one of
 * them names comes as its author made it, with all its checks.
 */
export function defaultSet(
  layers: readonly ConfigLayer[],
  targetRoot: string,
  profile?: Pick<ChosenProfile, 'name' | 'madeFor'>,
): DefaultSet | undefined {
  const listing = layers.filter(({ config }) => config.plugins !== undefined);
  if (listing.some(({ layer }) => layer !== 'flag' && layer !== 'profile')) return undefined;
  const asked = new Set(listing.flatMap(({ config }) => config.plugins ?? []));
  const { plugins: all, checks } = recommend(repositoryFacts(targetRoot));
  const made = (profile?.madeFor ?? []).filter((name) => !all.some((plugin) => plugin.name === name));
  const known = [...all, ...made.map((name) => ({ name, why: `the profile ${profile?.name}` }))];
  const plugins = known.filter(({ name }) => !asked.has(name));
  // Not validated as what people write: a test does that once for all, and a start pays for loading the validator.
  const config: ValidConfig = {
    plugins: plugins.map(({ name }) => name),
    checks: entriesOf(checks.filter(({ ids: [id] }) => plugins.some(({ name }) => id?.startsWith(`${name}/`)))),
  };
  return { layer: { layer: 'default', source: fileSource('default set'), folder: targetRoot, config }, plugins };
}

/** Says what runs and why, and how to choose. */
export function defaultNotice({ plugins }: DefaultSet, hasConfig: boolean): Notice {
  const what = hasConfig ? 'The configuration lists no plugins' : 'No configuration found';
  const next = hasConfig
    ? 'List what is wanted under `plugins`.'
    : '`npx scanrun init` writes a configuration to choose from.';
  return {
    code: 'default-config',
    level: 'info',
    message: `${what}, so what suits this repository runs: ${pluginsText(plugins)}. ${next}`,
  };
}
