import { formatDuration, plural, type RunResult, type TrendRun } from 'scanrun';
import { outlierText, percent } from '../summary.js';
import { clip, visible } from '../visible.js';
import type { Fact } from './overview.js';
import { NOTHING, type Svg, svg } from './svg.js';
import { MESSAGE_LIMIT, nameText, number } from './text.js';

/** Tasks of the critical path and outliers listed at most; the json report has all. */
const MAX_LISTED = 20;

/** How the scan used its time, in numbers and words. */
export interface StatisticsView {
  readonly facts: readonly Fact[];
  /** Which checks would have to go; empty within the budget. */
  readonly budget: string;
  readonly outliers: readonly { readonly text: string; readonly suggestion: string }[];
  readonly outliersRest: string;
  readonly hasTrend: boolean;
  readonly categories: readonly {
    readonly name: string;
    readonly tasks: string;
    readonly work: string;
    readonly share: string;
    readonly meter: Svg;
    readonly trend: Svg;
  }[];
  readonly workers: readonly {
    readonly name: string;
    readonly tasks: string;
    readonly busy: string;
    readonly utilisation: string;
    readonly meter: Svg;
  }[];
}

/** Builds the numbers below the timeline; undefined when nothing ran. */
export function statisticsView(result: RunResult): StatisticsView | undefined {
  const { statistics, outliers, trend = [] } = result;
  if (statistics.workers.length === 0) return undefined;
  const rest = outliers.length - MAX_LISTED;
  return {
    facts: factsOf(result),
    budget: clip(visible(statistics.budget.summary ?? ''), MESSAGE_LIMIT),
    outliers: outliers.slice(0, MAX_LISTED).map((outlier) => ({
      text: `${outlierText(outlier)}.`,
      suggestion: clip(visible(outlier.suggestion), MESSAGE_LIMIT),
    })),
    outliersRest: rest > 0 ? `${plural(rest, 'more outlier')} in the json report.` : '',
    hasTrend: trend.length > 1,
    categories: statistics.categories.map(({ category, tasks, workMs, share }) => ({
      name: nameText(category),
      tasks: number(tasks),
      work: formatDuration(workMs),
      share: percent(share),
      meter: meter(share),
      trend: spark(category, trend),
    })),
    workers: statistics.workers.map(({ worker, tasks, busyMs, utilisation }) => ({
      name: nameText(worker),
      tasks: number(tasks),
      busy: formatDuration(busyMs),
      utilisation: percent(utilisation),
      meter: meter(utilisation),
    })),
  };
}

function factsOf({ statistics }: RunResult): Fact[] {
  const { efficiency, lowerBoundMs, utilisation, criticalPath, queueWait, longestChecks } = statistics;
  const path = criticalPath.taskIds.slice(0, MAX_LISTED).map(nameText).join(' → ');
  return [
    { name: 'Efficiency', value: `${percent(efficiency)} of the possible` },
    { name: 'No order ends before', value: formatDuration(lowerBoundMs) },
    { name: 'Places in use', value: percent(utilisation.slots) },
    ...(utilisation.cores === undefined ? [] : [{ name: 'Cores computing', value: percent(utilisation.cores) }]),
    {
      name: 'Waited for a place',
      value: `${formatDuration(queueWait.medianMs)} median, ${formatDuration(queueWait.maxMs)} at most`,
    },
    ...(path === '' ? [] : [{ name: 'Critical path', value: `${formatDuration(criticalPath.timeMs)}: ${path}` }]),
    {
      name: 'Longest checks',
      value: longestChecks.map(({ checkId, timeMs }) => `${nameText(checkId)} ${formatDuration(timeMs)}`).join(', '),
    },
  ];
}

/** A bar for a share; the number beside it says the same. */
function meter(share: number): Svg {
  const width = Math.max(0, Math.min(1, share)) * 100;
  const filled = width > 0 ? svg`<rect class="share-value" width="${width}" height="6" rx="3"/>` : NOTHING;
  return svg`<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="share-track" width="100" height="6" rx="3"/>${filled}</svg>`;
}

const [SPARK_WIDTH, SPARK_HEIGHT] = [120, 24];

/** The times of a category in the last runs as a line; nothing where there is no second one to compare. */
function spark(category: string, trend: readonly TrendRun[]): Svg {
  const times = trend.map(({ categoriesMs }) =>
    Object.hasOwn(categoriesMs, category) ? categoriesMs[category] : undefined,
  );
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
  return svg`<svg class="spark" viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}" role="img"><title>${title}</title><polyline points="${line}"/><circle cx="${last.x}" cy="${last.y}" r="2.5"/></svg>`;
}
