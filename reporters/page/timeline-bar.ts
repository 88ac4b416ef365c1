import { formatDuration, type OutcomeStatus } from 'scanrun';
import { OUTCOME_WORDS } from '../summary.js';
import type { Scale } from './axis.js';
import type { Bar } from './lanes.js';
import { NOTHING, type Svg, svg } from './svg.js';
import { nameText } from './text.js';

/** About the width of a character of the labels' font. */
const CHARACTER = 6.4;

/** Where and how a bar is drawn. */
export interface BarPlace {
  readonly top: number;
  readonly rowHeight: number;
  readonly scale: Scale;
  /** True when its name may be written in it. */
  readonly labelled: boolean;
  /** True when it is on the critical path. */
  readonly critical: boolean;
}

/** One try of a task. */
export function drawBar(bar: Bar, { top, rowHeight, scale, labelled, critical }: BarPlace): Svg {
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
  const mark = critical
    ? svg`<rect class="critical" x="${x}" y="${y + height - 2}" width="${width}" height="3"/>`
    : NOTHING;
  const title = titleOf(bar, critical);
  return svg`<g class="bar o-${status}" role="img" aria-label="${title}"><title>${title}</title><rect class="body" x="${x}" y="${y}" width="${width}" height="${height}" rx="2"/>${load}${hatch}${mark}${text}</g>`;
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
  const retry = (bar.attempt ?? 1) > 1 ? `↻${bar.attempt} ` : '';
  const name = `${retry}${SIGNS[bar.status]}${nameText(bar.taskId)}`;
  if (name.length <= room) return name;
  return room < 7 ? '' : `${name.slice(0, room - 1)}…`;
}

function titleOf(bar: Bar, critical: boolean): string {
  const attempt = bar.attempt === undefined ? '' : `, try ${bar.attempt}`;
  const loading = bar.loadedMs === undefined ? '' : `, ${formatDuration(bar.loadedMs - bar.startMs)} of it loading`;
  const path = critical ? ', on the critical path' : '';
  return `${nameText(bar.taskId)}${attempt}: ${OUTCOME_WORDS[bar.status]}, ${formatDuration(bar.endMs - bar.startMs)}${loading}, from ${formatDuration(bar.startMs)}, after waiting ${formatDuration(bar.waitedMs)}, on ${nameText(bar.worker)}${path}`;
}

/** A worker's name whole, and as much of it as the gutter has room for. */
export function shortName(worker: string, gutter: number): { readonly name: string; readonly short: string } {
  const name = nameText(worker);
  const room = Math.floor((gutter - 12) / 6);
  return { name, short: name.length > room ? `${name.slice(0, room - 1)}…` : name };
}

/** A hatching for each outcome, so that colour is not the only difference. */
export function patterns(): Svg {
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
