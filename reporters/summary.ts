import {
  type CheckResult,
  type ConcurrencyChange,
  compareText,
  type Finding,
  formatCount,
  formatDuration,
  type Location,
  type NotPlanned,
  OUTCOME_ORDER,
  type OutcomeStatus,
  type Outlier,
  plural,
  type RunResult,
  SEVERITIES,
  type Severity,
  type Statistics,
  type Verdict,
} from 'scanrun';
import { clip, visible } from './visible.js';

/** The numbers of a result that every report states. */
export interface Counts {
  /** Findings that count, by severity. */
  readonly findings: Readonly<Record<Severity, number>>;
  /** Findings that count. */
  readonly total: number;
  /** Findings kept but not counted: baseline, waiver, inline. */
  readonly suppressed: number;
  /** Planned checks by outcome. */
  readonly outcomes: Readonly<Record<OutcomeStatus, number>>;
  /** Planned checks that coverage counts: all but the optional ones. */
  readonly required: number;
  /** Those of them that ended conclusively. */
  readonly conclusive: number;
  /** Checks that did not run by choice, by cause. */
  readonly notPlanned: Readonly<Record<NotPlanned['code'], number>>;
}

/** Counts a result once. */
export function countResult(result: RunResult): Counts {
  const findings = { error: 0, warning: 0, note: 0 };
  const outcomes = Object.fromEntries(OUTCOME_ORDER.map((status) => [status, 0])) as Record<OutcomeStatus, number>;
  const notPlanned = { off: 0, filtered: 0, profile: 0, tier: 0, 'not-applicable': 0, unchanged: 0, within: 0 };
  let suppressed = 0;
  let required = 0;
  let conclusive = 0;
  for (const check of result.checks) {
    outcomes[check.outcome.status] += 1;
    if (!check.optional) required += 1;
    if (!check.optional && isAnswered(check)) conclusive += 1;
    for (const finding of check.findings) {
      if (finding.suppressedBy) suppressed += 1;
      else findings[finding.severity] += 1;
    }
  }
  for (const entry of result.notPlanned) notPlanned[entry.code] += 1;
  return {
    findings,
    total: findings.error + findings.warning + findings.note,
    suppressed,
    outcomes,
    required,
    conclusive,
    notPlanned,
  };
}

/** The findings that count, by severity. */
export function countSeverities(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity, suppressedBy } of findings) if (suppressedBy === undefined) counts[severity] += 1;
  return counts;
}

/** True when the check answered its question. */
export function isAnswered(check: CheckResult): boolean {
  return check.outcome.status === 'passed' || check.outcome.status === 'failed';
}

/** The word for a verdict. */
export const VERDICT_WORDS: Readonly<Record<Verdict['status'], string>> = {
  clean: 'Clean',
  findings: 'Findings',
  failed: 'Failed',
  incomplete: 'Incomplete',
  interrupted: 'Interrupted',
};

/** The verdict in a sentence, to stand beside its word: without that word where the sentence begins with it. */
export function verdictSentence({ status, summary }: Verdict): string {
  const word = `${VERDICT_WORDS[status]}: `;
  if (!summary.startsWith(word)) return summary;
  const rest = summary.slice(word.length);
  return `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`;
}

/** The words for an outcome. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeStatus, string>> = {
  passed: 'passed',
  failed: 'failed',
  degraded: 'degraded',
  skipped: 'skipped',
  'timed-out': 'timed out',
  errored: 'errored',
  cancelled: 'cancelled',
};

/** The words for why a check was not planned. */
export const NOT_PLANNED_WORDS: Readonly<Record<NotPlanned['code'], string>> = {
  off: 'turned off',
  filtered: 'filtered out',
  profile: 'not in the profile',
  tier: 'of a higher tier',
  'not-applicable': 'not applicable',
  unchanged: 'not touched by what changed',
  within: 'left out for time',
};

/** The tier that ran, with the profile that chose among its checks. */
export function tierText({ tier, profile }: RunResult['run']): string {
  return profile === undefined ? tier : `${tier}, profile ${visible(clip(profile, 64))}`;
}

/** What was too high on the machine, in words. */
const PRESSURE_WORDS: Readonly<Record<ConcurrencyChange['cause'], string>> = {
  cpu: 'work waited for a core',
  memory: 'memory was short',
  'event-loop': 'the main thread was late',
  calm: 'calm',
};

/** How few tasks were allowed for the machine's sake, and why; undefined when it was at ease. */
export function pressureText({ concurrency, concurrencyChanges }: Statistics): string | undefined {
  const lowest = Math.min(concurrency, ...concurrencyChanges.map(({ to }) => to));
  const worst = concurrencyChanges.find(({ to }) => to === lowest);
  return worst === undefined ? undefined : `only ${lowest} at once for a while: ${PRESSURE_WORDS[worst.cause]}`;
}

/** `2 errors, 1 warning, 3 notes`: the kinds that are there; `none` for nothing. */
export function severityText(findings: Readonly<Record<Severity, number>>): string {
  const parts = SEVERITIES.filter((severity) => findings[severity] > 0).map((severity) =>
    plural(findings[severity], severity),
  );
  return parts.join(', ') || 'none';
}

/** How many of each, in words, leaving out zeros. */
export function countText<K extends string>(
  counts: Readonly<Record<K, number>>,
  words: Readonly<Record<K, string>>,
): string {
  return (Object.keys(words) as K[])
    .filter((key) => counts[key] > 0)
    .map((key) => `${formatCount(counts[key])} ${words[key]}`)
    .join(', ');
}

/** A share as a percentage, rounded down: only all of it reads as 100 %. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1_000 + 1e-9) / 10;
  return `${Number.isInteger(tenths) ? tenths.toFixed(0) : tenths.toFixed(1)} %`;
}

/** `4.1 s for 9.8 s of work, 2.4x`. */
export function speedUpText({ wallMs, workMs, speedUp }: Statistics): string {
  return `${formatDuration(wallMs)} for ${formatDuration(workMs)} of work, ${speedUp.toFixed(1)}x`;
}

/** How the scan kept its budget. */
export function budgetText({ wallMs, budgetMs }: Statistics): string {
  return wallMs > budgetMs
    ? `the budget of ${formatDuration(budgetMs)} is exceeded by ${formatDuration(wallMs - budgetMs)}`
    : `within the budget of ${formatDuration(budgetMs)}`;
}

/** `a/b took 4.2 s, 3.1x its usual 1.4 s (8 runs)`: how far an outlier is off. */
export function outlierText({ checkId, timeMs, medianMs, factor, basis, samples }: Outlier): string {
  const usual =
    basis === 'history'
      ? `its usual ${formatDuration(medianMs)} (${plural(samples, 'run')})`
      : `the ${formatDuration(medianMs)} that is usual in its category (${plural(samples, 'check')})`;
  const times = factor < 10 ? factor.toFixed(1) : formatCount(Math.round(factor));
  return `${clip(visible(checkId), 200)} took ${formatDuration(timeMs)}, ${times}x ${usual}`;
}

/** `2 new, 1 fixed, 14 unchanged since the run before`: what changed; undefined where there is nothing to compare with. */
export function comparisonText({ comparison }: RunResult): string | undefined {
  if (comparison === undefined) return undefined;
  const { with: from, unknown, ...counts } = comparison;
  const parts = [
    `${formatCount(counts.new)} new`,
    `${formatCount(counts.fixed)} fixed`,
    `${formatCount(counts.unchanged)} unchanged`,
    ...(unknown > 0 ? [`${formatCount(unknown)} unknown`] : []),
  ];
  const since = from.kind === 'baseline' ? `the baseline ${from.name}` : `the run ${from.name}`;
  return `${parts.join(', ')} since ${since}`;
}

/** How well the scan used its places and cores. */
export function efficiencyText({ efficiency, lowerBoundMs, utilisation }: Statistics): string {
  const cores = utilisation.cores === undefined ? '' : `, ${percent(utilisation.cores)} of the cores`;
  return `${percent(efficiency)} of the possible: no order of these tasks ends before ${formatDuration(lowerBoundMs)}; ${percent(utilisation.slots)} of the places in use${cores}`;
}

/** `src/app.ts:12:5`: the place in the form that editors and terminals open on a click. */
export function placeOf({ path, startLine, startColumn }: Location): string {
  if (startLine === undefined) return path;
  return startColumn === undefined ? `${path}:${startLine}` : `${path}:${startLine}:${startColumn}`;
}

/** The checks as a reader wants them: the gravest outcome first, then those with the gravest findings, then by id. */
export function byGravity(checks: readonly CheckResult[]): CheckResult[] {
  const rank = new Map(
    checks.map((check) => [check, [OUTCOME_ORDER.indexOf(check.outcome.status), gravest(check.findings)] as const]),
  );
  return [...checks].sort((a, b) => {
    const [outcomeA, severityA] = rank.get(a) ?? [0, 0];
    const [outcomeB, severityB] = rank.get(b) ?? [0, 0];
    return outcomeA - outcomeB || severityA - severityB || compareText(a.checkId, b.checkId);
  });
}

/** The rank of the gravest finding that counts: 0 for an error, 3 for none. */
export function gravest(findings: readonly Finding[]): number {
  let rank = SEVERITIES.length;
  for (const finding of findings) {
    if (!finding.suppressedBy) rank = Math.min(rank, SEVERITIES.indexOf(finding.severity));
  }
  return rank;
}
