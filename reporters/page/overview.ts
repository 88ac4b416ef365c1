import { formatDuration, type Notice, plural, type RunResult, SEVERITIES, type Verdict } from 'scanrun';
import { fixesText } from '../fixes.js';
import {
  budgetText,
  type Counts,
  countText,
  NOT_PLANNED_WORDS,
  OUTCOME_WORDS,
  percent,
  tierText,
  VERDICT_WORDS,
  verdictSentence,
} from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import { meter } from './charts.js';
import { codeSpans, type Inline } from './markdown.js';
import type { Svg } from './svg.js';
import { dateText, MESSAGE_LIMIT, nameText, number, pathText, tight } from './text.js';

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
  /** Why the gate does not pass, where there is more than one reason. */
  readonly reasons: readonly string[];
  readonly target: string;
  readonly tiles: readonly Tile[];
  readonly facts: readonly Fact[];
  readonly outcomes: string;
  readonly notPlanned: string;
  readonly notices: readonly NoticeView[];
  readonly noticesRest: string;
}

/** What the reader should know besides findings and outcomes. */
export interface NoticeView {
  readonly level: string;
  readonly word: string;
  readonly message: readonly Inline[];
  readonly code: string;
  readonly plugin?: string;
}

/** Notices shown at most, the gravest first; the json report has all. */
const MAX_NOTICES = 50;

/** Builds the top of the page. */
export function overviewView(result: RunResult, counts: Counts): OverviewView {
  const { verdict, target } = result;
  return {
    status: verdict.status,
    word: VERDICT_WORDS[verdict.status],
    summary: clip(visible(verdictSentence(verdict)), MESSAGE_LIMIT),
    reasons: reasonsOf(verdict),
    target: nameText(target.name),
    tiles: tilesOf(result, counts),
    facts: factsOf(result, counts),
    outcomes: countText(counts.outcomes, OUTCOME_WORDS),
    notPlanned: countText(counts.notPlanned, NOT_PLANNED_WORDS),
    ...noticesOf(result.notices),
  };
}

/** The reasons, which older results do not have; one alone is what the summary says. */
function reasonsOf(verdict: Verdict & { readonly reasons?: readonly { readonly message: string }[] }): string[] {
  const { reasons = [] } = verdict;
  return reasons.length < 2 ? [] : reasons.map(({ message }) => clip(visible(message), MESSAGE_LIMIT));
}

const LEVELS = ['error', 'warning', 'info'] as const;

function noticesOf(notices: readonly Notice[]): Pick<OverviewView, 'notices' | 'noticesRest'> {
  const sorted = [...notices].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const rest = sorted.length - MAX_NOTICES;
  return {
    notices: sorted.slice(0, MAX_NOTICES).map(({ level, message, code, plugin }) => ({
      level,
      word: NOTICE_WORDS[level],
      message: codeSpans(clip(visibleLines(message), MESSAGE_LIMIT)),
      code: nameText(code),
      ...(plugin === undefined ? {} : { plugin: nameText(plugin) }),
    })),
    noticesRest: rest > 0 ? `${plural(rest, 'more notice')} in the json report.` : '',
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

function factsOf(result: RunResult, counts: Counts): Fact[] {
  const { run, target, statistics } = result;
  const fixes = fixesText(result, counts.total);
  return [
    { name: 'Target', value: pathText(target.root), code: true },
    ...(target.branch === undefined ? [] : [{ name: 'Branch', value: nameText(target.branch), code: true }]),
    ...(target.commit === undefined
      ? []
      : [{ name: 'Commit', value: nameText(target.commit.slice(0, 12)), code: true }]),
    { name: 'Tier', value: `${tierText(run)}, ${statistics.concurrency} at once` },
    { name: 'Started', value: dateText(run.startedAt) },
    {
      name: 'Duration',
      value: `${formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt))}, ${budgetText(statistics)}`,
    },
    { name: 'Files', value: number(statistics.files) },
    ...(fixes === undefined ? [] : [{ name: 'Fixes', value: fixes }]),
    { name: 'Run', value: nameText(run.id), code: true },
  ];
}
