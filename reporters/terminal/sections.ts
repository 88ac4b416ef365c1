import { type CheckResult, formatCount, formatDuration, type Outcome, plural, type RunResult } from 'scanrun';
import { byGravity, type Counts, countText, isAnswered, NOT_PLANNED_WORDS, OUTCOME_WORDS } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import type { Settings } from './lines.js';
import { OUTCOME_SIGNS, SEVERITY_SIGNS } from './style.js';
import { wrap } from './width.js';

/** Characters of an id or a name shown at most. */
const NAME_LIMIT = 200;
/** Characters of a reason or notice shown at most. */
const REASON_LIMIT = 1_000;

/** The checks without an answer, those with the same reason together; verbose lists each, and adds those with one. */
export function* openLines(result: RunResult, settings: Settings): Generator<string> {
  const { style, verbosity } = settings;
  const checks = byGravity(result.checks);
  const open = checks.filter((check) => !isAnswered(check));
  const listed = verbosity === 'verbose' ? checks : open;
  if (listed.length === 0) return;
  if (verbosity !== 'quiet')
    yield* [
      style.bold(
        verbosity === 'verbose' ? 'Checks' : `Without an answer: ${open.length} of ${plural(checks.length, 'check')}`,
      ),
      '',
    ];
  const margin = verbosity === 'quiet' ? '' : '  ';
  for (const group of verbosity === 'normal' ? sameEnds(listed) : listed.map((check) => [check])) {
    const [check] = group;
    if (check === undefined) continue;
    const { status } = check.outcome;
    const facts = [
      OUTCOME_WORDS[status],
      ...(check.timeMs > 0 && group.length === 1 ? [formatDuration(check.timeMs)] : []),
      ...(check.optional ? ['optional'] : []),
    ];
    const names = group.map(({ checkId }) => clip(visible(checkId), NAME_LIMIT)).join(', ');
    const end = facts.join(', ');
    const lines = group.length === 1 ? [names] : wrap(names, settings.columns - margin.length - end.length - 4);
    yield* lines.map((line, index) => {
      const sign = index === 0 ? style.outcome[status](OUTCOME_SIGNS[status]) : ' ';
      return `${margin}${sign} ${line}${index === lines.length - 1 ? `  ${style.dim(end)}` : ''}`;
    });
    yield* reasonLines(check.outcome, `${margin}  `, settings);
    if (check.parts.length > 1 && verbosity !== 'quiet') yield* partLines(check, settings);
  }
  if (verbosity !== 'quiet') yield '';
}

/** Checks that ended alike for the same reason, such as those that ask one registry; one of several parts is alone. */
function sameEnds(checks: readonly CheckResult[]): CheckResult[][] {
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const { checkId, outcome, optional, parts } = check;
    const key = JSON.stringify([outcome, optional, parts.length > 1 ? checkId : '']);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [check]);
    else group.push(check);
  }
  return [...groups.values()];
}

function* reasonLines(outcome: Outcome, margin: string, settings: Settings): Generator<string> {
  if (!('reason' in outcome)) return;
  const text = clip(visibleLines(outcome.reason.message), REASON_LIMIT);
  for (const line of wrap(text, settings.columns - margin.length)) yield `${margin}${line}`.trimEnd();
}

/** The parts that have no answer, by package: the check's own reason is only the worst of theirs. */
function* partLines(check: RunResult['checks'][number], { style }: Settings): Generator<string> {
  const open = check.parts.filter(({ outcome }) => outcome.status !== 'passed' && outcome.status !== 'failed');
  if (open.length === 0) return;
  const names = open
    .slice(0, 10)
    .map((part) => `${clip(visible(part.package ?? part.taskId), NAME_LIMIT)} (${OUTCOME_WORDS[part.outcome.status]})`);
  const rest = open.length > names.length ? ` and ${open.length - names.length} more` : '';
  yield style.dim(`    ${open.length} of ${plural(check.parts.length, 'part')}: ${names.join(', ')}${rest}`);
}

/** What did not run by choice: counted, and listed when verbose. */
export function* notPlannedLines(result: RunResult, counts: Counts, settings: Settings): Generator<string> {
  if (settings.verbosity !== 'verbose' || result.notPlanned.length === 0) return;
  const { style } = settings;
  yield* [style.bold(`Not planned: ${countText(counts.notPlanned, NOT_PLANNED_WORDS)}`), ''];
  for (const { checkId, message } of result.notPlanned)
    yield `  ${style.dim('–')} ${clip(visible(checkId), NAME_LIMIT)}  ${style.dim(clip(visible(message), REASON_LIMIT))}`;
  yield '';
}

/** What is there no more since the baseline or the run before, when verbose. */
export function* fixedLines({ comparison }: RunResult, { verbosity, style }: Settings): Generator<string> {
  if (verbosity !== 'verbose' || comparison === undefined || comparison.fixed === 0) return;
  yield* [style.bold(`Fixed: ${formatCount(comparison.fixed)}`), ''];
  let shown = 0;
  for (const { checkId, path, messageId, count } of comparison.fixedFindings) {
    shown += count;
    const facts = `${checkId} ${messageId}${count > 1 ? `, ${formatCount(count)} times` : ''}`;
    yield `  ${OUTCOME_SIGNS.passed} ${style.path(clip(visible(path), 2 * NAME_LIMIT))}  ${style.dim(clip(visible(facts), NAME_LIMIT))}`;
  }
  if (shown < comparison.fixed) yield style.dim(`  … and ${formatCount(comparison.fixed - shown)} more`);
  yield '';
}

/** The five checks that took longest, when verbose. */
export function* slowestLines(result: RunResult, settings: Settings): Generator<string> {
  if (settings.verbosity !== 'verbose') return;
  const slowest = result.checks
    .filter((check) => check.timeMs > 0)
    .sort((a, b) => b.timeMs - a.timeMs)
    .slice(0, 5);
  if (slowest.length === 0) return;
  yield* [settings.style.bold('Longest checks'), ''];
  for (const check of slowest)
    yield `  ${formatDuration(check.timeMs).padStart(8)}  ${clip(visible(check.checkId), NAME_LIMIT)}`;
  yield '';
}

/** The notices; only errors when quiet. That a check is not installed stands with the checks without an answer. */
export function* noticeLines(result: RunResult, settings: Settings): Generator<string> {
  const { style, verbosity, columns } = settings;
  const notices = result.notices.filter(({ code, level }) =>
    verbosity === 'quiet' ? level === 'error' : code !== 'not-installed',
  );
  if (notices.length === 0) return;
  if (verbosity !== 'quiet') yield* [style.bold('Notices'), ''];
  const margin = verbosity === 'quiet' ? '' : '  ';
  const signs = { info: SEVERITY_SIGNS.note, warning: SEVERITY_SIGNS.warning, error: SEVERITY_SIGNS.error };
  for (const notice of notices) {
    const text = `${clip(visibleLines(notice.message), REASON_LIMIT)} (${visible(notice.code)})`;
    const [first = '', ...rest] = wrap(text, columns - margin.length - 2);
    yield `${margin}${style.notice[notice.level](signs[notice.level])} ${first}`;
    for (const line of rest) yield `${margin}  ${line}`;
  }
  if (verbosity !== 'quiet') yield '';
}
