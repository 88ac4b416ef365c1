import { formatDuration, plural, type RunResult, type Statistics } from 'scanrun';
import { percent } from '../summary.js';
import type { Scale } from './axis.js';
import { type Steps, stepPath } from './charts.js';
import { type Bar, runningSteps, waitingSteps } from './lanes.js';
import { NOTHING, type Svg, svg } from './svg.js';
import { nameText } from './text.js';

/** A part below the lanes, drawn from 0 downwards. */
interface Below {
  readonly drawing: Svg;
  readonly height: number;
}

const EMPTY: Below = { drawing: NOTHING, height: 0 };
const AREA = 46;
/** Changes of breakers drawn at most; the table has all. */
const MAX_CHANGES = 100;

/** How many tasks ran at each moment, below a line at how many may. */
export function drawRunning({ statistics }: RunResult, bars: readonly Bar[], scale: Scale): Below {
  const steps = runningSteps(bars);
  const most = Math.max(statistics.concurrency, ...steps.map(([, running]) => running));
  const label = `Tasks at a time: ${percent(statistics.utilisation.slots)} of ${plural(statistics.concurrency, 'place')} in use over the wall time`;
  const line = svg`<path class="places" d="${placesPath(statistics, most, scale)}"/>`;
  return area(
    { steps, most, scale, label, name: 'running', detail: `of ${statistics.concurrency}`, tone: 'running' },
    line,
  );
}

/** How many tasks might run: a straight line where the machine was at ease. */
function placesPath({ concurrency, concurrencyChanges }: Statistics, most: number, scale: Scale): string {
  const y = (places: number): number => AREA - 4 - (places / most) * (AREA - 12);
  const steps = concurrencyChanges.map(({ atMs, to }) => `H${scale.x(Math.min(atMs, scale.maxMs))}V${y(to)}`);
  return `M${scale.gutter} ${y(concurrency)}${steps.join('')}H${scale.width - 12}`;
}

/** How many tasks waited for a place at each moment. */
export function drawWaiting(result: RunResult, scale: Scale): Below {
  const steps = waitingSteps(result);
  const most = Math.max(0, ...steps.map(([, waiting]) => waiting));
  if (most === 0) return EMPTY;
  const label = `${plural(most, 'task')} waited for a place at most`;
  return area({ steps, most, scale, label, name: 'waiting', detail: `up to ${most}`, tone: 'waiting' }, NOTHING);
}

interface Area {
  readonly steps: Steps;
  readonly most: number;
  readonly scale: Scale;
  readonly label: string;
  readonly name: string;
  readonly detail: string;
  readonly tone: string;
}

function area({ steps, most, scale, label, name, detail, tone }: Area, besides: Svg): Below {
  const base = AREA - 4;
  const drawn = steps.map(([at, value]) => [scale.x(at), base - (value / most) * (AREA - 12)] as const);
  const x = scale.gutter - 10;
  return {
    height: AREA,
    drawing: svg`<g role="img" aria-label="${label}"><title>${label}</title><text class="lane-name" x="${x}" y="${base - 14}" text-anchor="end">${name}</text><text class="tick" x="${x}" y="${base}" text-anchor="end">${detail}</text><path class="${tone}" d="${stepPath(drawn, base)}"/>${besides}</g>`,
  };
}

/** When a breaker opened or closed. */
export function drawChanges({ resources }: RunResult, scale: Scale): Below {
  const changes = resources.flatMap(({ name, transitions }) => transitions.map((each) => ({ name, ...each })));
  if (changes.length === 0) return EMPTY;
  const marks = changes.slice(0, MAX_CHANGES).map(({ name, at, from, to }) => {
    const [x, title] = [
      scale.x(Math.min(at, scale.maxMs)),
      `${nameText(name)}: ${from} to ${to} at ${formatDuration(at)}`,
    ];
    return svg`<path class="change ${to}" d="M${x} 6L${x + 6} 16H${x - 6}Z" role="img" aria-label="${title}"><title>${title}</title></path>`;
  });
  return {
    height: 24,
    drawing: svg`<text class="lane-name" x="${scale.gutter - 10}" y="16" text-anchor="end">breakers</text>${marks}`,
  };
}

/** A limit of time, as a line with its name. */
export function drawLimit(
  name: string,
  ms: number,
  scale: Scale,
  { top, bottom }: { readonly top: number; readonly bottom: number },
): Svg {
  const x = scale.x(ms);
  const [anchor, shift] = x > scale.width - 160 ? (['end', -6] as const) : (['start', 6] as const);
  const text = `${name} ${formatDuration(ms)}`;
  return svg`<g role="img" aria-label="${text}"><title>${text}</title><line class="${name}" x1="${x}" x2="${x}" y1="${top}" y2="${bottom + 14}"/><text class="${name}-name" x="${x + shift}" y="${bottom + 12}" text-anchor="${anchor}">${text}</text></g>`;
}
