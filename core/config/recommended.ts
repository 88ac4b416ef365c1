import type { Config } from './define.js';
import type { PackageFacts, RepositoryFacts } from './facts.js';

/** A plugin that suits a repository, and what there speaks for it. */
export interface RecommendedPlugin {
  /** Its name, such as `npm`. */
  readonly name: string;
  /** What it is there for, such as `package.json`. */
  readonly why: string;
}

/** Settings of checks that suit a repository, and the reason. */
export interface RecommendedChecks {
  /** The ids of the checks. */
  readonly ids: readonly string[];
  /** Their entry in a configuration. */
  readonly entry: 'off' | { readonly optional: true };
  /** Why, as one sentence. */
  readonly why: string;
}

/** What suits a repository. */
export interface Recommendation {
  /** The plugins, in the order in which they are listed. */
  readonly plugins: readonly RecommendedPlugin[];
  /** Settings that differ from those of the checks; no check is in two of them. */
  readonly checks: readonly RecommendedChecks[];
}

/** What asks about a moment of a release, or about manners, and would find something in nearly every work tree. */
const RELEASE = ['git/authors', 'git/changelog-version', 'git/clean-tree', 'git/commit-size', 'git/signed-commits'];
const HISTORY = ['git/history-size', 'code/todo-age'];
const VERSION_TAG = 'git/version-tag';
const NETWORK = ['npm/deprecated', 'npm/outdated', 'npm/registry', 'npm/vulnerabilities'];
const INSTALLED = [
  'code/typescript',
  'npm/duplicate-versions',
  'npm/engines',
  'npm/install-scripts',
  'npm/inventory',
  'npm/licences',
  'npm/lockfile',
];
const PUBLISHED = ['npm/manifest', 'npm/package-size', 'npm/types'];

/**
 * What suits a repository: the plugins for what is there, and settings that keep a scan from being incomplete for reasons
 * that do not lie in the repository. What needs the network, an installation or a build is `optional`: without an answer it
 * is listed as such and never passed, and coverage does not count it. Throws nothing.
 */
export function recommend(facts: RepositoryFacts): Recommendation {
  const plugins = pluginsFor(facts);
  const names = new Set(plugins.map(({ name }) => name));
  const checks = [...gitChecks(facts), ...packageChecks(facts)].flatMap(({ ids, ...rest }) => {
    const known = ids.filter((id) => names.has(id.slice(0, id.indexOf('/'))));
    return known.length === 0 ? [] : [{ ids: known, ...rest }];
  });
  return { plugins, checks };
}

/**
 * The configuration that suits a repository, for `extends`: `extends: [recommended(repositoryFacts(import.meta.url))]`.
 * Without any list of plugins a scan runs with this.
 */
export function recommended(facts: RepositoryFacts): Config {
  const { plugins, checks } = recommend(facts);
  return { plugins: plugins.map(({ name }) => name), checks: entriesOf(checks) };
}

/** The entries of a configuration by the id of the check. */
export function entriesOf(checks: readonly RecommendedChecks[]): Readonly<Record<string, RecommendedChecks['entry']>> {
  return Object.fromEntries(checks.flatMap(({ ids, entry }) => ids.map((id) => [id, entry])));
}

/** The plugins with their reasons in a line: those with the same reason together. */
export function pluginsText(plugins: readonly RecommendedPlugin[]): string {
  const reasons = new Map<string, string[]>();
  for (const { name, why } of plugins) reasons.set(why, [...(reasons.get(why) ?? []), name]);
  return [...reasons].map(([why, names]) => `${listText(names)} (${why})`).join(', ');
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function pluginsFor(facts: RepositoryFacts): RecommendedPlugin[] {
  const { git, package: manifest, tsconfigs, eslintConfigs, pages, workflows, dockerfiles } = facts;
  const sources = [...(manifest === undefined ? [] : ['package.json']), ...tsconfigs, ...eslintConfigs];
  const ships = [
    ...(workflows.length === 0 ? [] : [workflows.length === 1 ? '1 workflow' : `${workflows.length} workflows`]),
    ...dockerfiles,
  ];
  const all: (readonly [string, string | undefined])[] = [
    ['repo', 'always'],
    ['secrets', 'always'],
    ['git', git ? 'a git work tree' : undefined],
    ['npm', manifest === undefined ? undefined : 'package.json'],
    ['code', sources[0]],
    ['docs', someOf(pages)],
    ['ci', someOf(ships)],
  ];
  return all.flatMap(([name, why]) => (why === undefined ? [] : [{ name, why }]));
}

/** The first two of a list, and how many more there are; undefined for none. */
function someOf(items: readonly string[]): string | undefined {
  if (items.length === 0) return undefined;
  const rest = items.length - 2;
  return rest > 0 ? `${items.slice(0, 2).join(', ')} and ${rest} more` : listText(items);
}

function gitChecks({ git, shallow, package: manifest }: RepositoryFacts): RecommendedChecks[] {
  if (!git) return [];
  // A version that a tool sets at the release is older than every tag until then.
  const isVersioned = manifest?.version !== undefined && !manifest.version.startsWith('0.0.0');
  const ids = isVersioned ? RELEASE : [...RELEASE, VERSION_TAG];
  return [
    { ids, entry: 'off', why: 'They are for a release; while people work they would find something in every scan.' },
    ...(isVersioned
      ? [optional([VERSION_TAG], 'It has an answer only where there is a commit, and in a clone with its tags.')]
      : []),
    ...(shallow ? [optional(HISTORY, 'They ask the history, of which a shallow clone has only the end.')] : []),
  ];
}

function packageChecks({ package: manifest, installed }: RepositoryFacts): RecommendedChecks[] {
  if (manifest === undefined) return [];
  return [
    optional(NETWORK, 'They ask the registry: without the network, or without an answer, there is none.'),
    ...(installed ? [] : [optional(INSTALLED, 'They ask what is installed, and nothing is.')]),
    optional(['npm/unused'], 'It follows what is installed, and runs only in a project of your own.'),
    published(manifest),
  ];
}

function published({ publishable, workspaces, built }: PackageFacts): RecommendedChecks {
  if (!publishable && !workspaces)
    return { ids: PUBLISHED, entry: 'off', why: 'They ask what is published, and this package is not.' };
  if (!built && !workspaces) return optional(['npm/types'], 'It has an answer only where the package brings types.');
  return optional(PUBLISHED, 'They ask what is published, which has to be built first.');
}

function optional(ids: readonly string[], why: string): RecommendedChecks {
  return { ids, entry: { optional: true }, why };
}
