import { type CheckResult, formatDuration, type Outcome, type OutcomeStatus, plural, type RunResult } from 'scanrun';
import { byGravity, isAnswered, NOT_PLANNED_WORDS, OUTCOME_WORDS } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import { type AssessmentView, assessmentView, type QuickWin, quickWins } from './assessment.js';
import { type Block, codeSpans, type Inline, parseMarkdown } from './markdown.js';
import { MESSAGE_LIMIT, nameText, number, safeUrl, titleText } from './text.js';

/** A check as a row of the table. */
export interface CheckView {
  readonly row: number;
  readonly checkId: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly tags: string;
  readonly tier: string;
  readonly status: OutcomeStatus;
  readonly word: string;
  readonly reason?: readonly Inline[];
  readonly reasonCode?: string;
  readonly optional: boolean;
  readonly findings: string;
  /** True when it has no answer and found nothing so far. */
  readonly unknown: boolean;
  /** The same as a number, to sort by. */
  readonly findingsCount: number;
  readonly suppressed?: string;
  readonly time: string;
  readonly timeMs: number;
  /** How often it was tried; of several parts the most. */
  readonly tries: number;
  readonly assessment?: AssessmentView;
  /** Says that its answer changes while nothing else does; empty where it does not. */
  readonly flaky: string;
  readonly help: readonly Block[];
  readonly docsUrl?: string;
  readonly parts: readonly PartView[];
}

interface PartView {
  readonly name: string;
  readonly status: OutcomeStatus;
  readonly word: string;
  readonly cached: boolean;
  readonly reason?: readonly Inline[];
}

/** The section of checks. */
export interface ChecksView {
  readonly checks: readonly CheckView[];
  /** Those without an answer, for the top of the page. */
  readonly open: readonly CheckView[];
  /** True when a check says how much its findings matter. */
  readonly assessed: boolean;
  readonly quickWins: readonly QuickWin[];
  readonly notPlanned: readonly { readonly checkId: string; readonly word: string; readonly message: string }[];
}

/** The row of each check: the gravest outcome first. */
export function rowsOf(result: RunResult): Map<CheckResult, number> {
  return new Map(byGravity(result.checks).map((check, index) => [check, index + 1]));
}

/** Builds the section. */
export function checksView(result: RunResult, rows: ReadonlyMap<CheckResult, number>): ChecksView {
  const attempts = new Map(result.tasks.map((task) => [task.id, task.attempts.length]));
  const views = [...rows].map(([check, row]) => ({ check, view: checkView(check, row, attempts) }));
  return {
    assessed: views.some(({ view }) => view.assessment !== undefined),
    quickWins: quickWins(rows),
    checks: views.map(({ view }) => view),
    open: views.filter(({ check }) => !isAnswered(check)).map(({ view }) => view),
    notPlanned: result.notPlanned.map((entry) => ({
      checkId: nameText(entry.checkId),
      word: NOT_PLANNED_WORDS[entry.code],
      message: clip(visible(entry.message), MESSAGE_LIMIT),
    })),
  };
}

function checkView(check: CheckResult, row: number, attempts: ReadonlyMap<string, number>): CheckView {
  const { meta, outcome } = check;
  const suppressed = check.findings.filter((finding) => finding.suppressedBy).length;
  const docsUrl = safeUrl(meta.docsUrl);
  const assessment = assessmentView(check);
  return {
    row,
    checkId: nameText(check.checkId),
    title: titleText(check),
    description: clip(visible(meta.description), MESSAGE_LIMIT),
    category: nameText(meta.category),
    tags: nameText(meta.tags.join(', ')),
    tier: meta.tier,
    status: outcome.status,
    word: OUTCOME_WORDS[outcome.status],
    ...reasonOf(outcome),
    optional: check.optional,
    findings: number(check.findings.length - suppressed),
    // What a check without an answer would have found is not known, which is not the same as nothing.
    unknown: check.findings.length === suppressed && !isAnswered(check),
    findingsCount: check.findings.length - suppressed,
    ...(suppressed > 0 ? { suppressed: number(suppressed) } : {}),
    timeMs: check.timeMs,
    time: check.timeMs > 0 ? formatDuration(check.timeMs) : '–',
    tries: Math.max(0, ...check.parts.map((part) => attempts.get(part.taskId) ?? 0)),
    ...(assessment === undefined ? {} : { assessment }),
    flaky: flakyText(check),
    help: meta.help === undefined ? [] : parseMarkdown(meta.help),
    ...(docsUrl === undefined ? {} : { docsUrl }),
    parts: partsOf(check).map(partView),
  };
}

/** The parts that tell something besides the check's own row: not the packages, mostly many, to which it does not apply. */
function partsOf({ parts }: CheckResult): CheckResult['parts'] {
  if (parts.length === 1 && parts[0]?.cached !== true) return [];
  return parts.filter((part) => part.package === undefined || !isNotApplicable(part.outcome));
}

function isNotApplicable(outcome: Outcome): boolean {
  return 'reason' in outcome && outcome.reason.code === 'not-applicable';
}

function flakyText({ flaky }: CheckResult): string {
  if (flaky === undefined) return '';
  const earlier = plural(flaky.runs - 1, 'earlier run');
  return `Flaky: ${flaky.different} of ${earlier} with the same files, commit, options and versions ended otherwise (${nameText(flaky.others.join(', '))}).`;
}

function partView(part: CheckResult['parts'][number]): PartView {
  const { reason } = reasonOf(part.outcome);
  return {
    name: nameText(part.package ?? part.taskId),
    status: part.outcome.status,
    word: OUTCOME_WORDS[part.outcome.status],
    cached: part.cached === true,
    ...(reason === undefined ? {} : { reason }),
  };
}

function reasonOf(outcome: Outcome): { reason?: readonly Inline[]; reasonCode?: string } {
  if (!('reason' in outcome)) return {};
  return {
    reason: codeSpans(clip(visibleLines(outcome.reason.message), MESSAGE_LIMIT)),
    reasonCode: visible(outcome.reason.code),
  };
}
