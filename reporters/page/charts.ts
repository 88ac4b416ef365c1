import { formatDuration, plural } from 'scanrun';
import { NOTHING, type Svg, svg } from './svg.js';

/** A bar for a share of 0 to 1; the number beside it says the same, so it is hidden from those who hear the page. */
export function meter(share: number): Svg {
  const width = Math.max(0, Math.min(1, share)) * 100;
  const filled = width > 0 ? svg`<rect class="share-value" width="${width}" height="6"/>` : NOTHING;
  return svg`<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="share-track" width="100" height="6"/>${filled}</svg>`;
}

const [SPARK_WIDTH, SPARK_HEIGHT] = [120, 24];

/** Times in milliseconds as a line, the oldest first; nothing where there is no second one to compare. What is undefined leaves no point. */
export function spark(times: readonly (number | undefined)[]): Svg {
  const known = times.filter((ms) => ms !== undefined);
  if (known.length < 2) return NOTHING;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (index: number): number => 3 + (index / (times.length - 1)) * (SPARK_WIDTH - 6);
  const y = (ms: number): number =>
    SPARK_HEIGHT - 4 - (high === low ? 0.5 : (ms - low) / (high - low)) * (SPARK_HEIGHT - 8);
  const points = times.flatMap((ms, index) => (ms === undefined ? [] : [{ x: x(index), y: y(ms) }]));
  const last = points.at(-1) ?? { x: 0, y: 0 };
  const line = points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' ');
  const title = `${formatDuration(known[0] ?? 0)} to ${formatDuration(known.at(-1) ?? 0)} over ${plural(known.length, 'run')}`;
  return svg`<svg class="spark" viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}" role="img" aria-label="${title}"><title>${title}</title><polyline points="${line}"/><circle cx="${last.x}" cy="${last.y}" r="2.5"/></svg>`;
}

/** How a number changes with time, as the line of an area: `[since, value]` in order of time. */
export type Steps = readonly (readonly [number, number])[];

/** The path of steps that begin and end on the base line, all already in units of the drawing. */
export function stepPath(steps: Steps, base: number): string {
  const text = (value: number): string => String(Math.round(value * 10) / 10);
  let path = `M${text(steps[0]?.[0] ?? 0)} ${text(base)}`;
  for (const [x, y] of steps) path += `H${text(x)}V${text(y)}`;
  return `${path}V${text(base)}Z`;
}
