import { formatCount, formatDuration, plural, type RunResult } from 'scanrun';
import {
  budgetText,
  type Counts,
  countText,
  NOT_PLANNED_WORDS,
  OUTCOME_WORDS,
  percent,
  severityText,
  speedUpText,
  VERDICT_WORDS,
  verdictSentence,
} from '../summary.js';
import { clip, visible } from '../visible.js';
import type { Settings } from './lines.js';
import { VERDICT_SIGNS } from './style.js';
import { textWidth, wrap } from './width.js';

/** The verdict in a sentence, wrapped; when quiet also what is not shown. */
export function* verdictLine(result: RunResult, counts: Counts, settings: Settings): Generator<string> {
  const { style, columns, verbosity } = settings;
  const { status } = result.verdict;
  const colour = style.verdict[status];
  const [first = '', ...rest] = wrap(
    clip(visible(verdictSentence(result.verdict)), 1_000),
    columns - VERDICT_WORDS[status].length - 4,
  );
  yield `${colour(style.bold(`${VERDICT_SIGNS[status]} ${VERDICT_WORDS[status]}`))}  ${first}`;
  for (const line of rest) yield `${' '.repeat(VERDICT_WORDS[status].length + 4)}${line}`;
  if (verbosity !== 'quiet') return;
  const unseen = { ...counts.findings, error: 0 };
  if (unseen.warning + unseen.note > 0) yield style.dim(`Not shown: ${severityText(unseen)}.`);
}

/** The label of the row that is there only when the budget was exceeded. */
const OVER_BUDGET = 'Budget';

/** The end of the report: the verdict and the numbers. */
export function* summaryLines(result: RunResult, counts: Counts, settings: Settings): Generator<string> {
  const { style, columns } = settings;
  yield style.dim('─'.repeat(Math.max(10, Math.min(columns, 80))));
  yield* verdictLine(result, counts, settings);
  yield '';
  for (const [label, text] of rows(result, counts)) {
    const lines = wrap(text, columns - 15).map((line) => (label === OVER_BUDGET ? style.notice.warning(line) : line));
    yield `  ${style.dim(label.padEnd(11))}  ${lines[0]}`;
    for (const line of lines.slice(1)) yield `${' '.repeat(15)}${line}`;
  }
  yield '';
}

function rows(result: RunResult, counts: Counts): (readonly [string, string])[] {
  const { statistics, verdict, run, target } = result;
  const suppressed = counts.suppressed > 0 ? `; ${formatCount(counts.suppressed)} suppressed` : '';
  const notPlanned = countText(counts.notPlanned, NOT_PLANNED_WORDS);
  const within = statistics.wallMs <= statistics.budgetMs ? `; ${budgetText(statistics)}` : '';
  const phases = Object.entries(statistics.phasesMs).map(([name, ms]) => `${visible(name)} ${formatDuration(ms)}`);
  const text: (readonly [string, string])[] = [
    ['Findings', `${severityText(counts.findings)}${suppressed}`],
    [
      'Checks',
      `${plural(result.checks.length, 'check')} planned${result.checks.length > 0 ? `: ${countText(counts.outcomes, OUTCOME_WORDS)}` : ''}`,
    ],
    ...(notPlanned === '' ? [] : [['Not planned', notPlanned] as const]),
    [
      'Coverage',
      `${percent(verdict.coverage)}${counts.required > 0 ? ` (${counts.conclusive} of ${plural(counts.required, 'check')} answered)` : ''}`,
    ],
    [
      'Tier',
      `${run.tier}, ${statistics.concurrency} at once on ${plural(statistics.cores, 'core')}, ${plural(statistics.files, 'file')}`,
    ],
    ['Time', `${speedUpText(statistics)}${within}`],
    ...(within === '' ? [[OVER_BUDGET, budgetText(statistics)] as const] : []),
    ...(phases.length > 0 ? [['Phases', phases.join(', ')] as const] : []),
    [
      'Target',
      clip(
        visible(
          [
            target.name,
            ...(target.branch === undefined ? [] : [target.branch]),
            ...(target.commit === undefined ? [] : [target.commit.slice(0, 12)]),
          ].join(' '),
        ),
        200,
      ),
    ],
    ['Run', visible(run.id)],
  ];
  return text.filter(([, value]) => textWidth(value) > 0);
}
