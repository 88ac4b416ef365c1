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
      mergeable:
        '{{name}} is there in {{count}} versions, and {{same}} is in every range that leads to {{others}}: {{versions}}.',
    },
    help: [
      'Where one version is in every range that leads to another, it can take its place. ' +
        'The lockfiles of npm since 7 and of Yarn say the ranges; that of pnpm does not, so of it nothing is said. ' +
        'Let the package manager look:',
      '',
      '```sh',
      'npm dedupe   # pnpm dedupe, yarn dedupe',
      '```',
      '',
      'Where no version does for all, update the dependency that brings the old one. ' +
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
    // What is no version comes last.
    const rank = (version: string): number => (semver.valid(version) === null ? 1 : 0);
    const inOrder = <T>(found: [string, T][]): [string, T][] =>
      found.sort(([a], [b]) => rank(a) - rank(b) || (rank(a) === 0 ? semver.compareBuild(a, b) : compareText(a, b)));
    const wayTo = waysTo(tree);
    const byName = new Map<string, Map<string, number[]>>();
    for (const [index, item] of tree.packages.entries()) {
      if (item.version === '' || item.bundled || (item.dev && !dev) || isIgnored(item.name)) continue;
      const versions = byName.get(item.name) ?? new Map<string, number[]>();
      byName.set(item.name, versions);
      versions.set(item.version, [...(versions.get(item.version) ?? []), index]);
    }
    const several = new Map([...byName].filter(([, { size }]) => size > maxVersions));
    const followed = follows(tree);
    for (const [name, found] of [...several].sort(([a], [b]) => compareText(a, b))) {
      // What only comes along with a package that is there several times goes when that does.
      const by = followed([...found.values()].flatMap(([index = 0]) => index));
      if (by !== undefined && by !== name && several.has(by)) continue;
      const versions = inOrder([...found]).map(([version, indices]) => ({
        version,
        ...bringer(wayTo(indices[0] ?? 0), name),
        asked: askedFor(tree, indices),
      }));
      const merged = replaceable(versions, (version, range) => semver.satisfies(version, range));
      context.report({
        messageId: merged === undefined ? 'several' : 'mergeable',
        data: {
          name,
          count: found.size,
          versions: someOf(versions.map(({ version, how }) => `${version} (${how})`)),
          same: merged?.version ?? '',
          others: merged === undefined ? '' : someOf(merged.others),
          brought: versions.map(({ version, by, asked }) => ({
            version,
            by,
            ...(asked === undefined ? {} : { asked }),
          })),
        },
        location: { path: tree.path },
      });
    }
  },
});

/** A version with the ranges that lead to it, where they are known. */
interface Asked {
  readonly version: string;
  readonly asked: readonly string[] | undefined;
}

/** The ranges that lead to a version, without the real name of an alias or Yarn's protocol; undefined where they are not all known. */
function askedFor({ packages }: LockedTree, indices: readonly number[]): string[] | undefined {
  const ranges = indices.map((index) => packages[index]?.asked);
  if (ranges.some((asked) => asked === undefined)) return undefined;
  const plain = ranges.flatMap((asked = []) =>
    asked.map((range) => range.replace(/^npm:(?:(?:@[^/@]+\/)?[^/@]+@)?/, '')),
  );
  return [...new Set(plain)].sort(compareText);
}

/** The version that can take the place of most others: it is in every range that leads to them. What nobody asks for is no reason. */
function replaceable(
  versions: readonly Asked[],
  isIn: (version: string, range: string) => boolean,
): { readonly version: string; readonly others: readonly string[] } | undefined {
  let best: { readonly version: string; readonly others: readonly string[] } | undefined;
  for (const { version } of versions) {
    const others = versions
      .filter((other) => other.version !== version && other.asked !== undefined && other.asked.length > 0)
      .filter(({ asked = [] }) => asked.every((range) => isIn(version, range)))
      .map((other) => other.version);
    // Of two that do alike the later one, which is the newer: the list is in order.
    if (others.length > 0 && others.length >= (best?.others.length ?? 0)) best = { version, others };
  }
  return best;
}

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
