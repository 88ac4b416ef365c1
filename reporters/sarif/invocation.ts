import type { CheckResult, Notice, OutcomeStatus, RunResult } from 'scanrun';
import { outcomeText, unanswered } from '../findings.js';
import { VERDICT_WORDS } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';

/** Characters of a reason or notice at most. */
const TEXT_LIMIT = 4_000;

/** What our notifications mean. */
const MEANINGS = {
  degraded: 'A check answered in part, or by its fallback.',
  skipped: 'A check was planned and did not run.',
  'timed-out': 'A check did not end in its time.',
  errored: 'A check broke.',
  cancelled: 'A check was stopped before its end.',
  'not-planned': 'A check did not run by choice.',
  capped: 'Something is left out, so that the file stays within the limits of code scanning.',
} as const;

/** What is said of a notice: its own message is another one each time. */
const NOTICE_MEANING = 'A notice of scanrun about the scan as a whole.';

/** The kinds of notifications that a run may have, and what they mean. */
export function meaningsOf({ notices, notPlanned }: RunResult, checks: readonly CheckResult[]): Map<string, string> {
  const ours = new Set([
    ...checks.map(({ outcome }) => outcome.status),
    ...(notPlanned.length > 0 ? ['not-planned'] : []),
    'capped',
  ]);
  return new Map([
    ...notices.map(({ code }) => [code, NOTICE_MEANING] as const),
    ...Object.entries(MEANINGS).filter(([id]) => ours.has(id)),
  ]);
}

/** SARIF's notification. */
interface Notification {
  readonly level: 'error' | 'warning' | 'note';
  readonly [name: string]: unknown;
}

/** How grave it is that a check has no answer. A skipped one is no failure of the tool; coverage judges it. */
const LEVELS: Readonly<Partial<Record<OutcomeStatus, Notification['level']>>> = {
  errored: 'error',
  'timed-out': 'error',
  cancelled: 'error',
};

/** What an invocation tells of. */
export interface InvocationInput {
  readonly result: RunResult;
  /** The checks of this run. */
  readonly checks: readonly CheckResult[];
  /** The index of the rule of each check that has one. */
  readonly rules: ReadonlyMap<CheckResult, number>;
  /** True for the run that tells what belongs to the scan as a whole. */
  readonly whole: boolean;
  /** What was left out. */
  readonly capped: readonly string[];
}

/** SARIF's invocation: how the scan ended, and everything that it could not answer. */
export function invocationOf({ result, checks, rules, whole, capped }: InvocationInput): object {
  const { verdict, run } = result;
  const notices = whole ? result.notices : [];
  const execution = [
    ...unanswered(checks).map((check) => notificationOf(check, rules.get(check))),
    ...notices.filter((notice) => !isConfiguration(notice)).map(notificationOfNotice),
    ...capped.map((text): Notification => ({ descriptor: { id: 'capped' }, level: 'warning', message: { text } })),
  ];
  const configuration = [
    ...notices.filter(isConfiguration).map(notificationOfNotice),
    ...(whole ? result.notPlanned : []).map(({ checkId, message }): Notification => {
      const text = `${visible(checkId)} was not planned: ${clip(visibleLines(message), TEXT_LIMIT)}`;
      return { descriptor: { id: 'not-planned' }, level: 'note', message: { text } };
    }),
  ];
  const failed = [...execution, ...configuration].some(({ level }) => level === 'error');
  return {
    executionSuccessful: !failed && verdict.status !== 'incomplete' && verdict.status !== 'interrupted',
    exitCode: verdict.gateExitCode,
    exitCodeDescription: `${VERDICT_WORDS[verdict.status]}: ${visible(verdict.summary)}`,
    ...timeOf('startTimeUtc', run.startedAt),
    ...timeOf('endTimeUtc', run.endedAt),
    toolExecutionNotifications: execution,
    toolConfigurationNotifications: configuration,
  };
}

function notificationOf(check: CheckResult, index: number | undefined): Notification {
  const { outcome, checkId, optional } = check;
  const level = optional ? 'note' : (LEVELS[outcome.status] ?? 'warning');
  return {
    descriptor: { id: outcome.status },
    associatedRule: { id: visible(checkId), ...(index === undefined ? {} : { index }) },
    level,
    message: { text: clip(`${visible(checkId)} ${visibleLines(outcomeText(check))}`, TEXT_LIMIT) },
    ...('reason' in outcome && level === 'error'
      ? { exception: { kind: outcome.reason.code, message: clip(visibleLines(outcome.reason.message), TEXT_LIMIT) } }
      : {}),
  };
}

function notificationOfNotice({ code, level, message, plugin }: Notice): Notification {
  return {
    descriptor: { id: visible(code) },
    level: level === 'info' ? 'note' : level,
    message: { text: clip(visibleLines(message), TEXT_LIMIT) || 'It has no message.' },
    ...(plugin === undefined ? {} : { properties: { plugin: visible(plugin) } }),
  };
}

/** Notices about what was asked of scanrun, not about what it did. */
function isConfiguration({ code }: Notice): boolean {
  return /^(SR_(CONFIG|PLUGIN|FILTER|REPORTER)_|unknown-variable$|default-config$|concurrency-unused$)/.test(code);
}

function timeOf(name: string, iso: string): object {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? {} : { [name]: new Date(time).toISOString() };
}
