import type { Severity } from 'scanrun';

/** What is known of one vulnerability in one version of one package. */
export interface Vulnerability {
  /** Its identifiers: GHSA first, then CVE, then others; at least one. */
  readonly ids: readonly string[];
  /** What it is, in one line. */
  readonly title: string;
  /** Where to read more; absent where the source has none. */
  readonly url?: string;
  /** The first version without it; absent where there is none, or nobody says. */
  readonly fixed?: string;
  /** Its CVSS base score, 0.1 to 10; absent where the source has none. */
  readonly score?: number;
  /** The CVSS vector of the score. */
  readonly vector?: string;
  /** The source's own word, such as `high`; absent without one. */
  readonly level?: string;
  /** True for a package that was made to do harm. */
  readonly isMalicious: boolean;
}

/** Whether and how an advisory is about a version. */
export interface Advisory {
  /** The package that it is about. */
  readonly name: string;
  /** What it says of a version; undefined where it is not about that one. */
  of(version: string): Vulnerability | undefined;
}

/** A package that advisories are looked for. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Its indices in the lockfile's tree. */
  readonly indices: readonly number[];
}

/**
 * How much a vulnerability matters: `error` from a CVSS score of 7.0 (high and critical), `warning` from 4.0 (medium),
 * `note` below (low). Without a score the source's word decides, and without a word it is a `warning`. The bounds are
 * those of the qualitative scale of CVSS: https://www.first.org/cvss/v4.0/specification-document
 */
export function severityOf({
  score,
  level,
  isMalicious,
}: Pick<Vulnerability, 'score' | 'level' | 'isMalicious'>): Severity {
  if (isMalicious) return 'error';
  if (score !== undefined) return score >= 7 ? 'error' : score >= 4 ? 'warning' : 'note';
  if (/^(?:critical|high)$/i.test(level ?? '')) return 'error';
  return /^(?:low|info)$/i.test(level ?? '') ? 'note' : 'warning';
}

/** The base score of a CVSS vector of version 2, 3 or 4; undefined for what is none. */
export async function scoreOf(vector: string): Promise<number | undefined> {
  const { default: cvss } = await import('ae-cvss-calculator');
  const scores = vector.trim() === '' ? undefined : cvss.fromVector(vector)?.calculateScores();
  const score = scores === undefined ? undefined : 'base' in scores ? scores.base : undefined;
  return typeof score === 'number' && score > 0 && score <= 10 ? score : undefined;
}

/** Identifiers in the order in which people look for them. */
export function sortedIds(ids: Iterable<string>): string[] {
  const prefixes = ['GHSA-', 'CVE-', 'MAL-'];
  const rank = (id: string): number => {
    const index = prefixes.findIndex((prefix) => id.startsWith(prefix));
    return index < 0 ? prefixes.length : index;
  };
  return [...new Set(ids)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * One vulnerability of each group that share an identifier: the same thing under the names of several databases. What one
 * does not know the others add; of several scores the highest counts.
 */
export function mergeVulnerabilities(all: readonly Vulnerability[]): Vulnerability[] {
  const groups: Vulnerability[] = [];
  for (const next of all) {
    const same = groups.filter(({ ids }) => ids.some((id) => next.ids.includes(id)));
    const merged = same.reduce((sum, item) => mergeTwo(item, sum), next);
    for (const item of same) groups.splice(groups.indexOf(item), 1);
    groups.push(merged);
  }
  return groups;
}

function mergeTwo(a: Vulnerability, b: Vulnerability): Vulnerability {
  const [first, second] = (a.score ?? 0) >= (b.score ?? 0) ? [a, b] : [b, a];
  return {
    ...second,
    ...first,
    ids: sortedIds([...a.ids, ...b.ids]),
    title: a.title || b.title,
    isMalicious: a.isMalicious || b.isMalicious,
  };
}

/** A text of somebody else's in one line of at most 200 characters. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
