import type { ProfileValues } from './layers.js';

/** A profile that scanrun brings. It names filters, so that it holds for any set of plugins, and only ever asks for more than a configuration does: it turns nothing on that is off, and loosens no gate. */
export interface BuiltInProfile extends Omit<ProfileValues, 'plugins' | 'include' | 'exclude'> {
  /** What it is for, in a few words. */
  readonly title: string;
  /** The built-in plugins that it is made for: they are listed where nobody lists any. */
  readonly madeFor: readonly string[];
  /** The checks that it has. */
  readonly include: readonly string[];
  /** The checks of these that it leaves out. */
  readonly exclude?: readonly string[];
}

/** The profiles that need no configuration, by name; docs/profiles.md tells what each has and why. */
export const BUILT_IN_PROFILES: ReadonlyMap<string, BuiltInProfile> = new Map(
  Object.entries<BuiltInProfile>({
    release: {
      title: 'What must hold before a version is published',
      tier: 'deep',
      madeFor: ['repo', 'secrets', 'npm', 'code', 'docs', 'ci', 'git', 'sbom'],
      // All, so that a project's own tests and commands count too.
      include: ['*/*'],
      // Upkeep and style, which make no version worse than the one before.
      exclude: [
        'category:maintenance',
        'npm/outdated',
        'npm/duplicate-versions',
        'code/duplicates',
        'docs/style',
        'docs/spelling',
        'git/history-size',
        'git/identical-files',
      ],
      checks: {
        // "Nobody could be asked" is no answer on the day of a release.
        'npm/vulnerabilities': { optional: false },
        // Warnings on any other day: a version is made of what is committed, and its users are told what is new.
        'git/clean-tree': 'error',
        'git/changelog-version': 'error',
      },
      gate: { minCoverage: 1 },
    },
    'pull-request': {
      title: 'What a change must pass before it is merged',
      tier: 'standard',
      madeFor: ['repo', 'secrets', 'npm', 'code', 'docs', 'ci'],
      include: ['*/*'],
      // What looks at the commits since the last tag or at all of them: a branch is judged for what others did, in a
      // clone that often has one commit. The rest is not for whoever changes something else to mend.
      exclude: ['category:release', 'git/history-size', 'tag:maintenance', 'category:maintenance', 'sbom'],
    },
    security: {
      title: 'What could be attacked: secrets, dependencies, workflows, images',
      tier: 'deep',
      madeFor: ['secrets', 'npm', 'ci', 'git', 'sbom'],
      include: [
        'category:security',
        'category:supply-chain',
        'tag:security',
        'tag:secrets',
        'tag:supply-chain',
        'tag:vulnerabilities',
        // What is locked is what was looked at.
        'npm/lockfile-present',
        'npm/lockfile-in-sync',
        // No longer maintained: the next hole stays open.
        'npm/deprecated',
        'ci/dockerfile-user',
        // A workflow that cannot be read was not looked at.
        'ci/workflow-syntax',
        // Scripts of third parties run with the rights of the page.
        'web/requests',
      ],
    },
    docs: {
      title: 'What people read',
      tier: 'deep',
      madeFor: ['repo', 'docs'],
      include: ['docs', 'category:documentation', 'repo/required-files'],
    },
  }),
);
