import { compareText, defineCheck } from 'scanrun';
import { someOf } from '../../text.js';
import { type LockedTree, type Way, waysTo } from '../lockfiles/tree.js';
import { lockedTree } from '../needs.js';
import lockfile from './lockfile.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Each package is there in one version',
    description: 'Several versions of a package are several times its size, and several truths at run time.',
    category: 'dependencies',
    tier: 'quick',
    severity: 'note',
    lane: 'io',
    tags: ['lockfile', 'size'],
    when: { files: ['package.json'] },
    options: {
      dev: { type: 'boolean', default: false, description: 'Looks also at what only development needs.' },
      maxVersions: {
        type: 'integer',
        default: 1,
        minimum: 1,
        description: 'How many versions of a package are allowed.',
      },
      ignore: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'Names of packages that may be there in any number, as globs.',
      },
    },
    messages: {
      several: '{{name}} is there in {{count}} versions: {{versions}}.',
      mergeable: '{{name}} is there in {{count}} versions, of which {{same}} may become one: {{versions}}.',
    },
    help: [
      'Where two versions have the same major number, one may do for both. Let the package manager look:',
      '',
      '```sh',
      'npm dedupe   # pnpm dedupe, yarn dedupe',
      '```',
      '',
      'Where they differ in the major number, update the dependency that brings the old one. ' +
        'The finding names the direct dependency that brings each. A package that only comes along with such a one, ' +
        'as the binaries for each platform do, is not reported by itself.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    const { dev, maxVersions, ignore } = context.options;
    const { default: semver } = await import('semver');
    const { default: picomatch } = await import('picomatch');
    const isIgnored = picomatch([...ignore]);
    const wayTo = waysTo(tree);
    const byName = new Map<string, Map<string, number>>();
    for (const [index, item] of tree.packages.entries()) {
      if (item.version === '' || item.bundled || (item.dev && !dev) || isIgnored(item.name)) continue;
      const versions = byName.get(item.name) ?? new Map<string, number>();
      byName.set(item.name, versions);
      if (!versions.has(item.version)) versions.set(item.version, index);
    }
    const several = new Map([...byName].filter(([, { size }]) => size > maxVersions));
    const followed = follows(tree);
    for (const [name, found] of [...several].sort(([a], [b]) => compareText(a, b))) {
      // What only comes along with a package that is there several times goes when that does.
      const by = followed([...found.values()]);
      if (by !== undefined && by !== name && several.has(by)) continue;
      const versions = [...found].map(([version, index]) => ({ version, ...bringer(wayTo(index), name) }));
      const same = sharingMajor(
        [...found.keys()]
          .flatMap((version) => semver.parse(version) ?? [])
          .map(({ major, minor }) => ({ major, minor })),
      );
      context.report({
        messageId: same.length > 0 ? 'mergeable' : 'several',
        data: {
          name,
          count: found.size,
          versions: someOf(versions.map(({ version, how }) => `${version} (${how})`)),
          same: same.join(' and '),
          brought: versions.map(({ version, by }) => ({ version, by })),
        },
        location: { path: tree.path },
      });
    }
  },
});

/** The direct dependency that brings a version, and the words for it; the project may ask for it itself, by another name too. */
function bringer(way: Way | undefined, name: string): { readonly by: string; readonly how: string } {
  if (way === undefined) return { by: name, how: 'nobody asks for it' };
  const { direct, steps } = way;
  if (steps.length > 1) return { by: direct, how: `by ${direct}` };
  return { by: direct, how: direct === name ? 'direct' : `direct, as ${direct}` };
}

/** Tells which other package alone brings packages, given by their indices; undefined where several do, or the project asks for one. */
function follows({ packages, importers }: LockedTree): (indices: readonly number[]) => string | undefined {
  const direct = new Set(importers.flatMap(({ dependencies }) => dependencies.flatMap(({ to }) => to ?? [])));
  const by = new Map<number, Set<string>>();
  for (const { name, dependencies } of packages)
    for (const to of dependencies) by.set(to, (by.get(to) ?? new Set()).add(name));
  return (indices) => {
    const names = new Set<string>();
    for (const index of indices) {
      if (direct.has(index)) return undefined;
      for (const name of by.get(index) ?? []) names.add(name);
    }
    const [only] = names;
    return names.size === 1 ? only : undefined;
  };
}

/** The ranges of compatible versions that more than one version is of: `4.x`; before 1.0.0 a minor number is what a major one is later. */
function sharingMajor(versions: readonly { readonly major: number; readonly minor: number }[]): string[] {
  const counts = new Map<string, number>();
  for (const { major, minor } of versions) {
    const range = major > 0 ? `${major}.x` : `0.${minor}.x`;
    counts.set(range, (counts.get(range) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([range]) => range);
}
