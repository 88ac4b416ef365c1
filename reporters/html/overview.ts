import { formatDuration, type RunResult, SEVERITIES } from 'scanrun';
import {
  budgetText,
  type Counts,
  countText,
  NOT_PLANNED_WORDS,
  OUTCOME_WORDS,
  percent,
  VERDICT_WORDS,
  verdictSentence,
} from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import { codeSpans, type Inline } from './markdown.js';
import { NOTHING, type Svg, svg } from './svg.js';
import { MESSAGE_LIMIT, nameText, number, pathText } from './text.js';

/** A number at the top of the page. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly detail: string;
  /** What colours it; empty for none. */
  readonly tone: string;
  readonly meter?: Svg;
}

/** A name and what it stands for. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly code?: boolean;
}

/** The top of the page. */
export interface OverviewView {
  readonly status: string;
  readonly word: string;
  readonly summary: string;
  readonly target: string;
  readonly tiles: readonly Tile[];
  readonly facts: readonly Fact[];
  readonly outcomes: string;
  readonly notPlanned: string;
  readonly notices: readonly {
    readonly level: string;
    readonly word: string;
    readonly message: readonly Inline[];
    readonly code: string;
    readonly plugin?: string;
  }[];
}

/** Builds the top of the page. */
export function overviewView(result: RunResult, counts: Counts): OverviewView {
  const { verdict, target } = result;
  return {
    status: verdict.status,
    word: VERDICT_WORDS[verdict.status],
    summary: clip(visible(verdictSentence(verdict)), MESSAGE_LIMIT),
    target: nameText(target.name),
    tiles: tilesOf(result, counts),
    facts: factsOf(result),
    outcomes: countText(counts.outcomes, OUTCOME_WORDS),
    notPlanned: countText(counts.notPlanned, NOT_PLANNED_WORDS),
    notices: result.notices.map(({ level, message, code, plugin }) => ({
      level,
      word: NOTICE_WORDS[level],
      message: codeSpans(clip(visibleLines(message), MESSAGE_LIMIT)),
      code: nameText(code),
      ...(plugin === undefined ? {} : { plugin: nameText(plugin) }),
    })),
  };
}

const NOTICE_WORDS = { info: 'Information', warning: 'Warning', error: 'Error' } as const;

function tilesOf({ verdict, statistics }: RunResult, counts: Counts): Tile[] {
  const severities = SEVERITIES.map((severity) => ({
    label: severity === 'error' ? 'Errors' : severity === 'warning' ? 'Warnings' : 'Notes',
    value: number(counts.findings[severity]),
    detail:
      severity === 'error'
        ? `${number(verdict.gateFindings)} at the gate`
        : severity === 'note' && counts.suppressed > 0
          ? `${number(counts.suppressed)} suppressed besides`
          : '',
    tone: counts.findings[severity] > 0 ? severity : '',
  }));
  const over = statistics.wallMs > statistics.budgetMs;
  return [
    ...severities,
    {
      label: 'Coverage',
      value: tight(percent(verdict.coverage)),
      detail: `${number(counts.conclusive)} of ${number(counts.required)} answered`,
      tone: verdict.coverage < 1 ? 'warning' : '',
      meter: meter(verdict.coverage),
    },
    {
      label: 'Time',
      value: tight(formatDuration(statistics.wallMs)),
      detail: over
        ? `over the budget by ${tight(formatDuration(statistics.wallMs - statistics.budgetMs))}`
        : `of ${tight(formatDuration(statistics.budgetMs))} budget`,
      tone: over ? 'warning' : '',
    },
    {
      label: 'Speed-up',
      value: `${statistics.speedUp.toFixed(1)}×`,
      detail: `${formatDuration(statistics.workMs)} of work`,
      tone: '',
    },
  ];
}

/** With spaces that do not break: a number stays with its unit. */
function tight(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** A bar for a share; the number beside it says the same. */
function meter(share: number): Svg {
  const width = Math.max(0, Math.min(1, share)) * 100;
  const filled = width > 0 ? svg`<rect class="meter-value" width="${width}" height="4" rx="2"/>` : NOTHING;
  return svg`<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="meter-track" width="100" height="4" rx="2"/>${filled}</svg>`;
}

function factsOf({ run, target, statistics }: RunResult): Fact[] {
  return [
    { name: 'Target', value: pathText(target.root), code: true },
    ...(target.branch === undefined ? [] : [{ name: 'Branch', value: nameText(target.branch), code: true }]),
    ...(target.commit === undefined
      ? []
      : [{ name: 'Commit', value: nameText(target.commit.slice(0, 12)), code: true }]),
    { name: 'Tier', value: `${run.tier}, ${statistics.concurrency} at once` },
    { name: 'Started', value: dateText(run.startedAt) },
    {
      name: 'Duration',
      value: `${formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))}, ${budgetText(statistics)}`,
    },
    { name: 'Files', value: number(statistics.files) },
    { name: 'Run', value: nameText(run.id), code: true },
  ];
}

/** `14 March 2026, 09:26:53 UTC`: the same for every reader, wherever the page is opened. */
function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return nameText(iso);
  return `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' }).format(date).replace(' at ', ', ')} UTC`;
}
