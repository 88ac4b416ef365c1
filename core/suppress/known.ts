import type { ComparedWith, Comparison, KnownFinding } from '../model/comparison.js';
import { baseFingerprint, compareText, type Finding } from '../model/finding.js';
import { isConclusive } from '../model/outcome.js';
import type { CheckResult } from '../model/result.js';

/** Findings that are known from elsewhere. */
export interface KnownFindings {
  readonly from: ComparedWith;
  readonly findings: readonly KnownFinding[];
  /** The checks that had an answer there; absent where every finding that is not among them is taken for new. */
  readonly answered?: ReadonlySet<string>;
}

/** Fixed findings that a result lists; the rest is counted. */
const MAX_LISTED = 1_000;

/** How many equal findings are known, by check and fingerprint. */
type Counts = ReadonlyMap<string, KnownFinding>;

/** The findings of checks as known ones, equal ones counted, in order. */
export function toKnown(
  checks: readonly Pick<CheckResult, 'findings'>[],
  keep: (finding: Finding) => boolean = () => true,
): KnownFinding[] {
  const known = new Map<string, KnownFinding>();
  for (const finding of checks.flatMap(({ findings }) => findings).filter(keep)) {
    const { checkId, messageId, location } = finding;
    const fingerprint = baseFingerprint(finding.fingerprint);
    const key = keyOf(checkId, fingerprint);
    const count = (known.get(key)?.count ?? 0) + 1;
    known.set(key, { checkId, path: location.path, messageId, fingerprint, count });
  }
  return sortKnown([...known.values()]);
}

/** In the order of baseline files. */
export function sortKnown(findings: readonly KnownFinding[]): KnownFinding[] {
  return [...findings].sort(
    (a, b) =>
      compareText(a.checkId, b.checkId) ||
      compareText(a.path, b.path) ||
      compareText(a.messageId, b.messageId) ||
      compareText(a.fingerprint, b.fingerprint),
  );
}

/** Tells one known finding from another. */
export function keyOf(checkId: string, fingerprint: string): string {
  return `${checkId}\0${fingerprint}`;
}

/** Whether a finding is new; undefined where the check had no answer there, so that nobody knows. */
export function stateOf(finding: Finding, known: KnownFindings, counts: Counts): Finding['state'] {
  const { checkId, fingerprint } = finding;
  const count = counts.get(keyOf(checkId, baseFingerprint(fingerprint)))?.count ?? 0;
  // Of equal findings the first so many are the known ones: they are numbered by place.
  if (numberOf(fingerprint) <= count) return 'unchanged';
  return known.answered === undefined || known.answered.has(checkId) ? 'new' : undefined;
}

/** The known findings by key; of doubles, which a merge of two branches may leave, the larger count holds. */
export function countKnown(findings: readonly KnownFinding[]): Counts {
  const counts = new Map<string, KnownFinding>();
  for (const finding of findings) {
    const key = keyOf(finding.checkId, finding.fingerprint);
    if ((counts.get(key)?.count ?? 0) < finding.count) counts.set(key, finding);
  }
  return counts;
}

function numberOf(fingerprint: string): number {
  const number = Number(fingerprint.slice(fingerprint.lastIndexOf(':') + 1));
  return Number.isInteger(number) ? number : 1;
}

/** Whether a check looked at a file, as far as the scan was restricted to some. */
export type Within = (checkId: string, path: string) => boolean;

/** What is known and not found any more, by whether the check could have found it. */
export interface Gone {
  readonly fixed: readonly KnownFinding[];
  /** Of checks without an answer, that did not run, or that did not look at the file. */
  readonly unknown: readonly KnownFinding[];
}

/**
 * Finds what is known and not found any more.
 * @param within false for a file that the check did not look at because the scan was restricted to what changed.
 */
export function goneFrom(counts: Counts, checks: readonly CheckResult[], within: Within = () => true): Gone {
  const now = countKnown(toKnown(checks));
  const answered = new Set(checks.filter(({ outcome }) => isConclusive(outcome)).map(({ checkId }) => checkId));
  const fixed: KnownFinding[] = [];
  const unknown: KnownFinding[] = [];
  for (const [key, finding] of counts) {
    const missing = finding.count - (now.get(key)?.count ?? 0);
    if (missing <= 0) continue;
    const could = answered.has(finding.checkId) && within(finding.checkId, finding.path);
    (could ? fixed : unknown).push({ ...finding, count: missing });
  }
  return { fixed: sortKnown(fixed), unknown: sortKnown(unknown) };
}

/** How many findings there are, equal ones counted. */
export function sumOf(findings: readonly KnownFinding[]): number {
  return findings.reduce((sum, { count }) => sum + count, 0);
}

/** Sums up what changed; the checks' findings have their state. */
export function compareWith(from: ComparedWith, checks: readonly CheckResult[], { fixed, unknown }: Gone): Comparison {
  const states = checks.flatMap(({ findings }) => findings.map(({ state }) => state));
  return {
    with: from,
    new: states.filter((state) => state === 'new').length,
    unchanged: states.filter((state) => state === 'unchanged').length,
    fixed: sumOf(fixed),
    unknown: sumOf(unknown),
    fixedFindings: fixed.slice(0, MAX_LISTED),
  };
}
