import { formatDuration, OUTCOME_ORDER, type OutcomeStatus, plural, type RunResult } from 'scanrun';
import { budgetText, OUTCOME_WORDS, pressureText, speedUpText } from '../summary.js';
import { niceTicks, type Scale, type TimelineSize } from './axis.js';
import { type Bar, barsOf, type Lane, lanesOf } from './lanes.js';
import { type Svg, svg } from './svg.js';
import { drawBar, patterns, shortName } from './timeline-bar.js';
import { drawChanges, drawLimit, drawRunning, drawWaiting } from './timeline-below.js';

/** Above the lanes: the axis. */
const AXIS = 26;
const LANE_GAP = 8;
/** Below everything: the names of the limits. */
const BELOW = 18;
/** Bars drawn at most: beyond, a browser scrolls slowly and no eye tells them apart. */
const MAX_BARS = 2_000;
/** Names written in bars at most; the longest bars have theirs. */
const MAX_LABELS = 120;
/** A limit is drawn when it ends this many times later than the tasks at most: further off it would squeeze every bar to the left. */
const NEAR = 1.3;

/** The section of the timeline. */
export interface TimelineView {
  readonly drawing: Svg;
  readonly summary: string;
  readonly notes: readonly string[];
  readonly legend: readonly { readonly status: OutcomeStatus; readonly word: string }[];
  /** True when bars of the critical path are marked: where it is more than the longest task. */
  readonly critical: boolean;
}

/**
 * Draws how the tasks ran: a lane for each worker, a bar for each try, below it how many places were in use, how many
 * tasks waited and what breakers did; the budget and the deadline as lines where they are near. Undefined when nothing ran.
 */
export function timelineView(result: RunResult, size: TimelineSize): TimelineView | undefined {
  const all = barsOf(result);
  if (all.length === 0) return undefined;
  const bars = longest(all, MAX_BARS);
  const lanes = lanesOf(bars);
  const neverRan = result.tasks.length - new Set(all.map((bar) => bar.taskId)).size;
  const statuses = new Set(bars.map((bar) => bar.status));
  const path = result.statistics.criticalPath.taskIds;
  const critical = new Set(path.length > 1 ? path : []);
  const summary = summaryOf(result, neverRan, lanes.length);
  const pressure = pressureText(result.statistics);
  return {
    drawing: draw(result, { lanes, bars, size, critical, summary }),
    summary,
    notes: [
      ...(pressure === undefined ? [] : [`Pressure on the machine: ${pressure}.`]),
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
    critical: critical.size > 0,
  };
}

function summaryOf(result: RunResult, neverRan: number, workers: number): string {
  const { statistics, tasks } = result;
  const deadlineMs = deadlineOf(result);
  const deadline = deadlineMs === undefined ? '' : `; deadline ${formatDuration(deadlineMs)}`;
  return `${plural(tasks.length - neverRan, 'task')} on ${plural(workers, 'worker')}, ${plural(statistics.concurrency, 'at a time', 'at a time')}: ${speedUpText(statistics)}; ${budgetText(statistics)}${deadline}.`;
}

/** The time after which everything would have been stopped, from the configuration that ran; undefined where it says none. */
function deadlineOf({ config }: RunResult): number | undefined {
  const { limits } = config;
  if (typeof limits !== 'object' || limits === null || !('deadlineMs' in limits)) return undefined;
  return typeof limits.deadlineMs === 'number' ? limits.deadlineMs : undefined;
}

function longest(bars: readonly Bar[], count: number): readonly Bar[] {
  if (bars.length <= count) return bars;
  return [...bars].sort((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs)).slice(0, count);
}

/** The limits that are near enough to be drawn, and the end of the time axis. */
function limitsOf(result: RunResult): {
  readonly limits: readonly (readonly [string, number])[];
  readonly maxMs: number;
} {
  const endMs = Math.max(1, ...result.tasks.map((task) => task.timing.endedAtMs));
  const deadlineMs = deadlineOf(result);
  const all: readonly (readonly [string, number])[] = [
    ['budget', result.statistics.budgetMs],
    ...(deadlineMs === undefined ? [] : [['deadline', deadlineMs] as const]),
  ];
  const limits = all.filter(([, ms]) => ms <= endMs * NEAR);
  return { limits, maxMs: Math.max(endMs, ...limits.map(([, ms]) => ms)) * 1.01 };
}

/** What is drawn, and how. */
interface Drawing {
  readonly lanes: readonly Lane[];
  readonly bars: readonly Bar[];
  readonly size: TimelineSize;
  /** The ids of the tasks on the critical path. */
  readonly critical: ReadonlySet<string>;
  readonly summary: string;
}

function draw(result: RunResult, { lanes, bars, size, critical, summary }: Drawing): Svg {
  const { limits, maxMs } = limitsOf(result);
  const scale: Scale = { ...size, maxMs, x: (ms) => size.gutter + (ms / maxMs) * (size.width - size.gutter - 12) };
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
      svg`<rect class="lane" x="${scale.gutter}" y="${at.top}" width="${scale.width - scale.gutter - 12}" height="${at.height}" rx="4"/>`,
  );
  const drawn = placed.map((at) => drawLane(at, rowHeight, scale, { labelled, critical }));
  const below = [];
  for (const part of [
    drawRunning(result, barsOf(result), scale),
    drawWaiting(result, scale),
    drawChanges(result, scale),
  ]) {
    below.push(svg`<g transform="translate(0 ${top})">${part.drawing}</g>`);
    top += part.height;
  }
  const lines = limits.map(([name, ms]) => drawLimit(name, ms, scale, { top: AXIS - 8, bottom: top }));
  return svg`<svg class="timeline" viewBox="0 0 ${scale.width} ${top + BELOW}" role="${size.onePicture ? 'img' : 'group'}" aria-label="${size.onePicture ? `Timeline: ${summary}` : 'Timeline'}">${patterns()}${grounds}${drawAxis(scale, top)}${drawn}${below}${lines}</svg>`;
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
  const ticks = niceTicks(scale.maxMs, Math.max(4, Math.floor(scale.width / 105))).map((ms) => {
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

function drawLane(
  { lane, top, height }: Placed,
  rowHeight: number,
  scale: Scale,
  { labelled, critical }: { readonly labelled: ReadonlySet<Bar>; readonly critical: ReadonlySet<string> },
): Svg {
  const bars = lane.rows.flatMap((row, index) =>
    row.map((bar) =>
      drawBar(bar, {
        top: top + index * rowHeight,
        rowHeight,
        scale,
        labelled: labelled.has(bar),
        critical: critical.has(bar.taskId),
      }),
    ),
  );
  const { name, short } = shortName(lane.worker, scale.gutter);
  return svg`<g role="group" aria-label="${name}"><text class="lane-name" x="${scale.gutter - 10}" y="${top + Math.min(height, 26) / 2 + 4}" text-anchor="end">${short}</text>${bars}</g>`;
}
