import { changesText, type RunChanges } from './changes.js';
import { formatDuration } from './duration.js';
import type { Finding } from './finding.js';
import { isConclusive } from './outcome.js';
import type { CheckResult, Notice } from './result.js';
import { isAtLeast, type Severity } from './severity.js';
import type { NotPlanned } from './task.js';
import { plural } from './text.js';

/** What is said at the top of every report. */
export interface Verdict {
  /** `clean`: every question was answered and the gate passes; `findings`: more findings than it allows; `failed`: it fails for another reason, the budget or outliers; `incomplete`: clean cannot be said; `interrupted`: somebody stopped the scan. */
  readonly status: 'clean' | 'findings' | 'failed' | 'incomplete' | 'interrupted';
  /** The exit code of the gate: 0, 1, 3 or 130. The process's own also counts failed reporters. */
  readonly gateExitCode: 0 | 1 | 3 | 130;
  /** The verdict in one sentence. */
  readonly summary: string;
  /** Why the gate does not pass, the gravest first; none for `clean`. */
  readonly reasons: readonly VerdictReason[];
  /** Findings that count at the gate. */
  readonly gateFindings: number;
  /** Share of the planned checks that ended conclusively, 0 to 1; 0 when nothing was planned. */
  readonly coverage: number;
}

/** One reason for which the gate does not pass. */
export interface VerdictReason {
  /** The cause, for machines. */
  readonly code: 'interrupted' | 'findings' | 'outliers' | 'budget' | 'nothing-planned' | 'coverage' | 'failures';
  /** The cause in one sentence. */
  readonly message: string;
}

/** What a release is decided on. */
export interface Gate {
  /** The least grave finding that counts; `never` counts none. */
  readonly failOn: Severity | 'never';
  /** How many findings that count are allowed. */
  readonly maxFindings: number;
  /** The share of the planned checks that must end with an answer, 0 to 1. */
  readonly minCoverage: number;
  /** True counts only findings that the baseline does not have. */
  readonly newOnly: boolean;
  /** True fails when a check took far longer than usual. */
  readonly failOnOutliers: boolean;
  /** True fails when the tier's budget was exceeded. */
  readonly failOnBudget: boolean;
}

/** What holds where the configuration says nothing. */
export const GATE_DEFAULTS: Gate = {
  failOn: 'error',
  maxFindings: 0,
  minCoverage: 1,
  newOnly: false,
  failOnOutliers: false,
  failOnBudget: false,
};

/** What the verdict is made of. */
export interface VerdictInput {
  readonly checks: readonly CheckResult[];
  readonly notices: readonly Notice[];
  /** What is absent is as in `GATE_DEFAULTS`. */
  readonly gate: Partial<Gate>;
  readonly interrupted: boolean;
  /** The checks that took far longer than usual; none when absent. */
  readonly outliers?: readonly { readonly checkId: string }[];
  /** How long the scan took and might take; not judged when absent. */
  readonly time?: { readonly wallMs: number; readonly budgetMs: number };
  /** The checks that did not run by choice; none when absent. */
  readonly notPlanned?: readonly NotPlanned[];
  /** What the scan was restricted to; all files when absent. */
  readonly changes?: RunChanges | undefined;
}

/** Decides: interrupted, findings at the gate, failed otherwise, incomplete, clean; the first that holds. */
export function makeVerdict(input: VerdictInput): Verdict {
  const gate = { ...GATE_DEFAULTS, ...input.gate };
  const counted = input.checks.filter((check) => !check.optional);
  const conclusive = counted.filter((check) => isConclusive(check.outcome)).length;
  // Nothing asked is nothing answered: a scan without a check is never clean.
  const untouched = isUntouched(input);
  const coverage = counted.length > 0 ? conclusive / counted.length : input.checks.length > 0 || untouched ? 1 : 0;
  const gateFindings = countAtGate(input.checks, gate);
  const facts: Facts = {
    input,
    gate,
    gateFindings,
    coverage,
    untouched,
    missing: counted.length - conclusive,
    of: counted.length,
  };
  const reasons = reasonsOf(facts);
  const codes = new Set(reasons.map(({ code }) => code));
  const status = statusOf(codes);
  return {
    status,
    gateExitCode: EXIT_CODES[status],
    summary: summaryOf(status, facts, codes),
    reasons,
    gateFindings,
    coverage,
  };
}

const EXIT_CODES = { clean: 0, findings: 1, failed: 1, incomplete: 3, interrupted: 130 } as const;

type Code = VerdictReason['code'];

interface Facts {
  readonly input: VerdictInput;
  readonly gate: Gate;
  readonly gateFindings: number;
  readonly coverage: number;
  /** True when checks would have run, and none looks at anything that changed. */
  readonly untouched: boolean;
  /** Checks that count and have no answer. */
  readonly missing: number;
  /** Checks that count. */
  readonly of: number;
}

/** How many findings count at a gate. */
export function countAtGate(checks: readonly CheckResult[], gate: Pick<Gate, 'failOn' | 'newOnly'>): number {
  return checks.reduce((sum, check) => sum + check.findings.filter((each) => isAtGate(each, gate)).length, 0);
}

/** Whether a finding counts at a gate: not suppressed, grave enough, and new where only those count. One that nothing is known of is taken for new. */
export function isAtGate(
  { suppressedBy, severity, state }: Pick<Finding, 'suppressedBy' | 'severity' | 'state'>,
  { failOn, newOnly }: Pick<Gate, 'failOn' | 'newOnly'>,
): boolean {
  if (suppressedBy !== undefined || failOn === 'never' || !isAtLeast(severity, failOn)) return false;
  return !newOnly || state !== 'unchanged';
}

function isUntouched({ checks, changes, notPlanned = [] }: VerdictInput): boolean {
  return changes !== undefined && checks.length === 0 && notPlanned.some(({ code }) => code === 'unchanged');
}

function statusOf(codes: ReadonlySet<Code>): Verdict['status'] {
  if (codes.has('interrupted')) return 'interrupted';
  if (codes.has('findings')) return 'findings';
  if (codes.has('outliers') || codes.has('budget')) return 'failed';
  return codes.size > 0 ? 'incomplete' : 'clean';
}

/** Why the gate does not pass, each in a sentence. */
function reasonsOf({ input, gate, gateFindings, coverage, untouched, missing, of }: Facts): VerdictReason[] {
  const { checks, notices, outliers = [], time } = input;
  const broken = notices.filter(({ level }) => level === 'error');
  const reasons: (VerdictReason | false)[] = [
    input.interrupted && { code: 'interrupted', message: 'The scan was stopped before its end.' },
    gateFindings > gate.maxFindings && { code: 'findings', message: findingsReason(gateFindings, gate) },
    gate.failOnOutliers &&
      outliers.length > 0 && {
        code: 'outliers',
        message: `${plural(outliers.length, 'check')} took far longer than usual: ${someOf(outliers.map(({ checkId }) => checkId))}.`,
      },
    gate.failOnBudget &&
      time !== undefined &&
      time.wallMs > time.budgetMs && {
        code: 'budget',
        message: `The scan took ${formatDuration(time.wallMs)}; its budget is ${formatDuration(time.budgetMs)}.`,
      },
    checks.length === 0 && !untouched
      ? { code: 'nothing-planned', message: 'No check was planned, so nothing was looked at.' }
      : coverage < gate.minCoverage && {
          code: 'coverage',
          message: `${plural(missing, 'check')} of ${of} ${missing === 1 ? 'has' : 'have'} no answer: coverage is ${share(coverage)}, and the gate wants ${share(gate.minCoverage)}.`,
        },
    broken.length > 0 && {
      code: 'failures',
      message: `${plural(broken.length, 'failure')}: ${someOf([...new Set(broken.map(({ code }) => code))])}.`,
    },
  ];
  return reasons.filter((reason) => reason !== false);
}

function findingsReason(count: number, { failOn, maxFindings, newOnly }: Gate): string {
  const grave = failOn === 'error' ? 'of the severity error' : `of the severity ${failOn} or graver`;
  const allowed = maxFindings === 0 ? 'none' : String(maxFindings);
  return `${plural(count, newOnly ? 'new finding' : 'finding')} ${grave}; the gate allows ${allowed}.`;
}

function summaryOf(status: Verdict['status'], facts: Facts, codes: ReadonlySet<Code>): string {
  const { input, gate, gateFindings, missing, of } = facts;
  const broken = input.notices.filter(({ level }) => level === 'error').length;
  const found = `${plural(gateFindings, gate.newOnly ? 'new finding' : 'finding')} at the gate`;
  const allowed = gate.maxFindings > 0 ? `, which allows ${gate.maxFindings}` : '';
  const without = missing > 0 ? `${plural(missing, 'check')} of ${of} without an answer` : plural(broken, 'failure');
  const open = codes.has('coverage') || codes.has('failures') ? `, ${without}` : '';
  const slow = [
    ...(codes.has('budget') ? ['over the budget'] : []),
    ...(codes.has('outliers') ? [`${plural(input.outliers?.length ?? 0, 'check')} far slower than usual`] : []),
  ];
  const on = input.changes === undefined ? '' : `, on ${changesText(input.changes)}`;
  switch (status) {
    case 'interrupted':
      return `Interrupted: ${found}${missing + broken > 0 ? `, ${without}` : ''}${on}.`;
    case 'findings':
      return `${[`${found}${allowed}`, ...slow].join(', ')}${open}${on}.`;
    case 'failed':
      return `Failed: ${slow.join(', ')}${open}${on}.`;
    case 'incomplete':
      return codes.has('nothing-planned')
        ? 'Incomplete: no check was planned, so nothing was looked at.'
        : `Incomplete: ${without}${on}.`;
    case 'clean':
      return cleanText(facts, without, on);
    default:
      return status satisfies never;
  }
}

function cleanText({ input, gateFindings, missing }: Facts, without: string, on: string): string {
  const { checks, changes } = input;
  if (checks.length === 0 && changes !== undefined) return `Clean: ${untouchedText(changes)}.`;
  const open = checks.filter(({ outcome, optional }) => optional && !isConclusive(outcome)).length;
  const borne = [...(gateFindings > 0 ? [plural(gateFindings, 'finding')] : []), ...(missing > 0 ? [without] : [])];
  return borne.length > 0
    ? `Clean, as the gate allows ${borne.join(' and ')}${on}.`
    : `${plural(checks.length - open, 'check')}, nothing at the gate${open > 0 ? `; ${plural(open, 'optional check')} without an answer` : ''}${on}.`;
}

function untouchedText(changes: RunChanges): string {
  const { kind, ref, base, files, removed } = changes;
  if (files + removed > 0) return `no check looks at ${changesText(changes)}`;
  if (kind === 'since') return `nothing changed since ${ref}${base === undefined ? '' : ` (${base.slice(0, 8)})`}`;
  return kind === 'staged' ? 'nothing is staged' : 'no file was given';
}

/** `75 %`, rounded down: only all of it reads as 100 %. */
function share(value: number): string {
  return `${Math.floor(value * 1_000 + 1e-9) / 10} %`;
}

/** The first five names of a list, and how many more there are. */
function someOf(names: readonly string[]): string {
  const rest = names.length - 5;
  return names.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
