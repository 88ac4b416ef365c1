import { formatCount, formatDuration, plural, type RunResult, type Statistics, sparkLine } from 'scanrun';
import { fixesText } from '../fixes.js';
import {
  budgetText,
  type Counts,
  comparisonText,
  countText,
  efficiencyText,
  NOT_PLANNED_WORDS,
  OUTCOME_WORDS,
  outlierText,
  percent,
  pressureText,
  severityText,
  speedUpText,
  tierText,
  VERDICT_WORDS,
  verdictSentence,
} from '../summary.js';
import { clip, visible } from '../visible.js';
import type { Settings } from './settings.js';
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
/** Outliers shown at most; the html and json reports have all. */
const MAX_OUTLIERS = 3;

/** The end of the report: the verdict and the numbers. */
export function* summaryLines(result: RunResult, counts: Counts, settings: Settings): Generator<string> {
  const { style, columns } = settings;
  yield style.dim('─'.repeat(Math.max(10, Math.min(columns, 80))));
  yield* verdictLine(result, counts, settings);
  yield '';
  for (const [label, text] of rows(result, counts, settings)) {
    const lines = wrap(text, columns - 15).map((line) => (label === OVER_BUDGET ? style.notice.warning(line) : line));
    yield `  ${style.dim(label.padEnd(11))}  ${lines[0]}`;
    for (const line of lines.slice(1)) yield `${' '.repeat(15)}${line}`;
  }
  yield '';
}

function rows(result: RunResult, counts: Counts, { verbosity }: Settings): (readonly [string, string])[] {
  const { statistics, verdict, run, target } = result;
  const suppressed = counts.suppressed > 0 ? `; ${formatCount(counts.suppressed)} suppressed` : '';
  const fixes = fixesText(result, counts.total);
  const notPlanned = countText(counts.notPlanned, NOT_PLANNED_WORDS);
  const within = statistics.wallMs <= statistics.budgetMs ? `; ${budgetText(statistics)}` : '';
  const phases = Object.entries(statistics.phasesMs).map(([name, ms]) => `${visible(name)} ${formatDuration(ms)}`);
  const text: (readonly [string, string])[] = [
    ['Findings', `${severityText(counts.findings)}${suppressed}`],
    ...(fixes === undefined ? [] : [['Fixes', fixes] as const]),
    [
      'Checks',
      `${plural(result.checks.length, 'check')} planned${result.checks.length > 0 ? `: ${countText(counts.outcomes, OUTCOME_WORDS)}` : ''}`,
    ],
    ...(notPlanned === '' ? [] : [['Not planned', notPlanned] as const]),
    ...changeRow(result),
    [
      'Coverage',
      `${percent(verdict.coverage)}${counts.required > 0 ? ` (${counts.conclusive} of ${plural(counts.required, 'check')} answered)` : ''}`,
    ],
    [
      'Tier',
      `${tierText(run)}, ${statistics.concurrency} at once on ${plural(statistics.cores, 'core')}, ${plural(statistics.files, 'file')}`,
    ],
    ...pressureRow(statistics),
    ['Time', `${speedUpText(statistics)}${within}`],
    ...reasonRows(result),
    ...(within === '' ? [[OVER_BUDGET, budgetSentence(result)] as const] : []),
    ...trendRow(result),
    ...outlierRows(result),
    ...(verbosity === 'verbose' ? [['Efficiency', efficiencyText(statistics)] as const] : []),
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

/** What changed since the baseline or the run before. */
function changeRow(result: RunResult): (readonly [string, string])[] {
  const text = comparisonText(result);
  return text === undefined ? [] : [['Changes', clip(visible(text), 300)]];
}

/** Why the gate does not pass, where the sentence of the verdict does not say all of it. */
function reasonRows({ verdict }: RunResult): (readonly [string, string])[] {
  const { reasons } = verdict;
  if (reasons.length < 2 && verdict.status !== 'failed') return [];
  return reasons.map(({ message }, index) => [index === 0 ? 'Gate' : '', clip(visible(message), 1_000)]);
}

/** How few tasks were allowed for the machine's sake. */
function pressureRow(statistics: Statistics): (readonly [string, string])[] {
  const text = pressureText(statistics);
  return text === undefined ? [] : [['Pressure', text]];
}

/** How the budget was missed, and what would have to go. */
function budgetSentence({ statistics }: RunResult): string {
  return clip(visible(statistics.budget.summary ?? budgetText(statistics)), 1_000);
}

/** The wall time of the last runs as a spark line. */
function trendRow({ trend = [] }: RunResult): (readonly [string, string])[] {
  const [first, last] = [trend[0], trend.at(-1)];
  if (first === undefined || last === undefined || trend.length < 3) return [];
  const line = sparkLine(trend.map(({ wallMs }) => wallMs));
  return [
    [
      'Trend',
      `${line}  ${formatDuration(first.wallMs)} to ${formatDuration(last.wallMs)} in ${plural(trend.length, 'run')}`,
    ],
  ];
}

/** The checks that took far longer than usual, each with what to do. */
function outlierRows({ outliers }: RunResult): (readonly [string, string])[] {
  const rest = outliers.length - MAX_OUTLIERS;
  const shown = outliers
    .slice(0, MAX_OUTLIERS)
    .map((outlier) => `${outlierText(outlier)}. ${clip(visible(outlier.suggestion), 1_000)}`);
  if (rest > 0) shown.push(`and ${plural(rest, 'more outlier')}: the html and json reports have all`);
  return shown.map((text, index) => [index === 0 ? plural(outliers.length, 'Outlier').replace(/^\S+ /, '') : '', text]);
}
