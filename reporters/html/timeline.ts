import { formatDuration, OUTCOME_ORDER, type OutcomeStatus, plural, type RunResult } from 'scanrun';
import { budgetText, OUTCOME_WORDS, speedUpText } from '../summary.js';
import { niceTicks } from './axis.js';
import { type Bar, barsOf, type Lane, lanesOf, waitingSteps } from './lanes.js';
import { NOTHING, type Svg, svg } from './svg.js';
import { nameText } from './text.js';

/** The drawing, in units of its view box. */
const WIDTH = 1_080;
const GUTTER = 96;
const RIGHT = 12;
const AXIS = 26;
const WAITING = 46;
const LANE_GAP = 8;
const BELOW = 18;
/** Bars drawn at most: beyond, a browser scrolls slowly and no eye tells them apart. */
const MAX_BARS = 2_000;
/** Names written in bars at most; the longest bars have theirs. */
const MAX_LABELS = 120;
/** About the width of a character of the labels' font. */
const CHARACTER = 6.4;

/** The section of the timeline. */
export interface TimelineView {
  readonly drawing: Svg;
  readonly summary: string;
  readonly notes: readonly string[];
  readonly legend: readonly { readonly status: OutcomeStatus; readonly word: string }[];
}

interface Scale {
  readonly maxMs: number;
  readonly x: (ms: number) => number;
}

/** Draws how the tasks ran: a lane for each worker, a bar for each try, the waiting tasks below, the budget as a line. */
export function timelineView(result: RunResult): TimelineView | undefined {
  const all = barsOf(result);
  if (all.length === 0) return undefined;
  const bars = longest(all, MAX_BARS);
  const lanes = lanesOf(bars);
  const neverRan = result.tasks.length - new Set(all.map((bar) => bar.taskId)).size;
  const statuses = new Set(bars.map((bar) => bar.status));
  return {
    drawing: draw(result, lanes, bars),
    summary: `${plural(result.tasks.length - neverRan, 'task')} on ${plural(lanes.length, 'worker')}, ${plural(result.statistics.concurrency, 'at a time', 'at a time')}: ${speedUpText(result.statistics)}; ${budgetText(result.statistics)}.`,
    notes: [
      ...(neverRan > 0
        ? [`${plural(neverRan, 'task')} never started and ${neverRan === 1 ? 'has' : 'have'} no bar.`]
        : []),
      ...(all.length > bars.length
        ? [`The ${plural(bars.length, 'longest bar')} of ${all.length.toLocaleString('en-US')} are drawn.`]
        : []),
    ],
    legend: [...OUTCOME_ORDER]
      .reverse()
      .filter((status) => statuses.has(status))
      .map((status) => ({ status, word: OUTCOME_WORDS[status] })),
  };
}

function longest(bars: readonly Bar[], count: number): readonly Bar[] {
  if (bars.length <= count) return bars;
  return [...bars].sort((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs)).slice(0, count);
}

function draw(result: RunResult, lanes: readonly Lane[], bars: readonly Bar[]): Svg {
  const { budgetMs } = result.statistics;
  const endMs = Math.max(1, ...result.tasks.map((task) => task.timing.endedAtMs));
  // A budget far beyond the end would squeeze every bar to the left; the text beside the drawing states it then.
  const maxMs = (budgetMs <= endMs * 1.3 ? Math.max(endMs, budgetMs) : endMs) * 1.01;
  const scale: Scale = { maxMs, x: (ms) => GUTTER + (ms / maxMs) * (WIDTH - GUTTER - RIGHT) };
  const rowHeight = heightOfRow(lanes.reduce((sum, lane) => sum + lane.rows.length, 0));
  const labelled = new Set(rowHeight >= 16 ? longest(bars, MAX_LABELS) : []);
  let top = AXIS;
  const placed = lanes.map((lane) => {
    const at = { lane, top, height: lane.rows.length * rowHeight };
    top += at.height + LANE_GAP;
    return at;
  });
  const grounds = placed.map(
    (at) =>
      svg`<rect class="lane" x="${GUTTER}" y="${at.top}" width="${WIDTH - GUTTER - RIGHT}" height="${at.height}" rx="4"/>`,
  );
  const drawn = placed.map((at) => drawLane(at, rowHeight, scale, labelled));
  const waiting = drawWaiting(result, top, scale);
  const bottom = top + WAITING;
  return svg`<svg class="timeline" viewBox="0 0 ${WIDTH} ${bottom + BELOW}" role="group" aria-labelledby="timeline-heading" aria-describedby="timeline-summary">${patterns()}${grounds}${drawAxis(scale, bottom)}${drawn}${waiting}${drawBudget(budgetMs, scale, bottom)}</svg>`;
}

/** A lane and where it is drawn. */
interface Placed {
  readonly lane: Lane;
  readonly top: number;
  readonly height: number;
}

/** Rows shrink as they become many, so that six hundred tasks stay on a page. */
function heightOfRow(rows: number): number {
  return rows <= 14 ? 26 : rows <= 28 ? 18 : rows <= 60 ? 11 : 7;
}

function drawAxis(scale: Scale, bottom: number): Svg {
  const ticks = niceTicks(scale.maxMs, 10).map((ms) => {
    const x = scale.x(ms);
    return svg`<line class="grid" x1="${x}" x2="${x}" y1="${AXIS - 6}" y2="${bottom}"/><text class="tick" x="${x}" y="14" text-anchor="middle">${ms === 0 ? '0' : tickText(ms)}</text>`;
  });
  return svg`<g aria-hidden="true">${ticks}</g>`;
}

/** `1.5 s`, `2 s`: without the zero that a duration elsewhere shows. */
function tickText(ms: number): string {
  return formatDuration(ms)
    .replace(/\.0 s$/, ' s')
    .replace(/ m 0 s$/, ' m');
}

function drawLane({ lane, top, height }: Placed, rowHeight: number, scale: Scale, labelled: ReadonlySet<Bar>): Svg {
  const bars = lane.rows.flatMap((row, index) =>
    row.map((bar) => drawBar(bar, top + index * rowHeight, rowHeight, scale, labelled.has(bar))),
  );
  const name = nameText(lane.worker);
  const short = name.length > 14 ? `${name.slice(0, 13)}…` : name;
  return svg`<g role="group" aria-label="${name}"><text class="lane-name" x="${GUTTER - 10}" y="${top + Math.min(height, 26) / 2 + 4}" text-anchor="end">${short}</text>${bars}</g>`;
}

function drawBar(bar: Bar, top: number, rowHeight: number, scale: Scale, labelled: boolean): Svg {
  const x = scale.x(bar.startMs);
  const width = Math.max(1.5, scale.x(bar.endMs) - x - 0.5);
  const gap = rowHeight >= 18 ? 3 : 1;
  const [y, height] = [top + gap, rowHeight - 2 * gap];
  const status = bar.status;
  const loading = bar.loadedMs === undefined ? 0 : Math.min(width, scale.x(bar.loadedMs) - x);
  const load =
    loading >= 1
      ? svg`<rect class="loading" x="${x}" y="${y}" width="${loading}" height="${height}" rx="2"/>`
      : NOTHING;
  const label = labelled ? labelOf(bar, width) : '';
  const hatch =
    status === 'passed' || label !== ''
      ? NOTHING
      : svg`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="2" fill="url(#hatch-${status})"/>`;
  const text =
    label === ''
      ? NOTHING
      : svg`<svg x="${x}" y="${y}" width="${Math.max(0, width - 3)}" height="${height}"><text class="bar-name" x="6" y="${height / 2 + 4}">${label}</text></svg>`;
  return svg`<g class="bar o-${status}" role="img"><title>${titleOf(bar)}</title><rect class="body" x="${x}" y="${y}" width="${width}" height="${height}" rx="2"/>${load}${hatch}${text}</g>`;
}

const SIGNS: Readonly<Record<OutcomeStatus, string>> = {
  passed: '',
  failed: '✕ ',
  degraded: '◐ ',
  skipped: '○ ',
  'timed-out': '◔ ',
  errored: '! ',
  cancelled: '⊘ ',
};

/** As much of the name as the bar has room for; nothing when that would be too little to recognise. */
function labelOf(bar: Bar, width: number): string {
  const room = Math.floor((width - 12) / CHARACTER);
  const name = `${SIGNS[bar.status]}${nameText(bar.taskId)}`;
  if (name.length <= room) return name;
  return room < 7 ? '' : `${name.slice(0, room - 1)}…`;
}

function titleOf(bar: Bar): string {
  const attempt = bar.attempt === undefined ? '' : `, try ${bar.attempt}`;
  const loading = bar.loadedMs === undefined ? '' : `, ${formatDuration(bar.loadedMs - bar.startMs)} of it loading`;
  return `${nameText(bar.taskId)}${attempt}: ${OUTCOME_WORDS[bar.status]}, ${formatDuration(bar.endMs - bar.startMs)}${loading}, from ${formatDuration(bar.startMs)}, after waiting ${formatDuration(bar.waitedMs)}, on ${nameText(bar.worker)}`;
}

/** How many tasks waited for a place, as steps. */
function drawWaiting(result: RunResult, top: number, scale: Scale): Svg {
  const steps = waitingSteps(result);
  const most = Math.max(0, ...steps.map(([, waiting]) => waiting));
  if (most === 0) return NOTHING;
  const base = top + WAITING - 4;
  const y = (waiting: number): number => base - (waiting / most) * (WAITING - 12);
  let path = `M${Math.round(scale.x(steps[0]?.[0] ?? 0))} ${base}`;
  for (const [at, waiting] of steps)
    path += `H${Math.round(scale.x(at) * 10) / 10}V${Math.round(y(waiting) * 10) / 10}`;
  return svg`<g role="img"><title>${plural(most, 'task')} waited for a place at most</title><text class="lane-name" x="${GUTTER - 10}" y="${base - 14}" text-anchor="end">waiting</text><text class="tick" x="${GUTTER - 10}" y="${base}" text-anchor="end">up to ${most}</text><path class="waiting" d="${path}V${base}Z"/></g>`;
}

function drawBudget(budgetMs: number, scale: Scale, bottom: number): Svg {
  if (budgetMs > scale.maxMs) return NOTHING;
  const x = scale.x(budgetMs);
  const [anchor, shift] = x > WIDTH - 160 ? ['end', -6] : ['start', 6];
  return svg`<g role="img"><title>Budget: ${formatDuration(budgetMs)}</title><line class="budget" x1="${x}" x2="${x}" y1="${AXIS - 8}" y2="${bottom + 14}"/><text class="budget-name" x="${x + Number(shift)}" y="${bottom + 12}" text-anchor="${anchor}">budget ${formatDuration(budgetMs)}</text></g>`;
}

/** A hatching for each outcome, so that colour is not the only difference. */
function patterns(): Svg {
  const shapes: Readonly<Record<Exclude<OutcomeStatus, 'passed'>, Svg>> = {
    failed: svg`<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5"/>`,
    degraded: svg`<path d="M1 3H3"/>`,
    skipped: svg`<path d="M0 3H6"/>`,
    'timed-out': svg`<path d="M3 0V6"/>`,
    errored: svg`<path d="M0 0L6 6M6 0L0 6"/>`,
    cancelled: svg`<path d="M-1 -1L7 7M-1 5L1 7M5 -1L7 1"/>`,
  };
  const each = Object.entries(shapes).map(
    ([status, shape]) =>
      svg`<pattern id="hatch-${status}" class="hatch o-${status}" width="6" height="6" patternUnits="userSpaceOnUse">${shape}</pattern>`,
  );
  return svg`<defs>${each}</defs>`;
}
