import type semver from 'semver';

/** The part of semver that is used. */
export type SemverModule = typeof semver;

const LOOSE = { loose: true, includePrerelease: true } as const;

/** True for a version that a range of an advisory is about, as npm decides it: prereleases count. */
export function isInRange(semver: SemverModule, version: string, range: string): boolean {
  return semver.validRange(range, LOOSE) !== null && semver.satisfies(version, range, LOOSE);
}

/**
 * The first version after `version` that a range of vulnerable versions does not have any more: `<4.17.21` gives 4.17.21.
 * Undefined where the range ends with a version that is vulnerable itself, or not at all.
 */
export function fixedAfter(semver: SemverModule, version: string, range: string): string | undefined {
  const { set } = new semver.Range(range, LOOSE);
  let at = version;
  // The end of one part may lie within another; each step leaves a part behind.
  for (let steps = 0; steps <= set.length; steps += 1) {
    const parts = set.filter((comparators) => comparators.every((comparator) => comparator.test(at)));
    if (parts.length === 0) return at === version ? undefined : at;
    const ends = parts.map((comparators) => comparators.find(({ operator }) => operator === '<')?.semver.version);
    if (ends.includes(undefined)) return undefined;
    at = (ends as string[]).reduce((a, b) => (semver.gt(a, b, LOOSE) ? a : b));
  }
  return undefined;
}
