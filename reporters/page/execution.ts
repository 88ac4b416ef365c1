import { formatDuration, plural, type RunResult } from 'scanrun';
import { outlierText, percent } from '../summary.js';
import { clip, visible } from '../visible.js';
import { meter, spark } from './charts.js';
import type { Fact } from './overview.js';
import { type ResourceView, resourceViews } from './resources.js';
import type { Svg } from './svg.js';
import { MESSAGE_LIMIT, nameText, number } from './text.js';

/** Tasks of the critical path and outliers listed at most; the json report has all. */
const MAX_LISTED = 20;

/** A name, its time, and what share of something that is. */
export interface ShareView {
  readonly name: string;
  readonly count: string;
  readonly time: string;
  readonly share: string;
  readonly meter: Svg;
}

/** How the scan used its time, in numbers and words. */
export interface ExecutionView {
  /** Wall time, lower bound and sum of work on one scale. */
  readonly times: readonly { readonly name: string; readonly time: string; readonly meter: Svg }[];
  readonly facts: readonly Fact[];
  /** Which checks would have to go; empty within the budget. */
  readonly budget: string;
  readonly outliers: readonly { readonly text: string; readonly suggestion: string }[];
  readonly outliersRest: string;
  readonly hasTrend: boolean;
  readonly categories: readonly (ShareView & { readonly trend: Svg })[];
  readonly workers: readonly ShareView[];
  /** The checks that took longest; the share is that of the wall time. */
  readonly longest: readonly ShareView[];
  readonly path: {
    readonly time: string;
    readonly share: string;
    readonly tasks: readonly { readonly name: string; readonly time: string }[];
    readonly rest: string;
  };
  readonly resources: readonly ResourceView[];
  /** Time in the hooks of plugins. */
  readonly hooks: readonly {
    readonly plugin: string;
    readonly hook: string;
    readonly calls: string;
    readonly time: string;
  }[];
}

/** Builds the numbers below the timeline; undefined when nothing ran. */
export function executionView(result: RunResult): ExecutionView | undefined {
  const { statistics, outliers, trend = [] } = result;
  if (statistics.workers.length === 0) return undefined;
  const rest = outliers.length - MAX_LISTED;
  return {
    times: timesOf(result),
    facts: factsOf(result),
    budget: clip(visible(statistics.budget.summary ?? ''), MESSAGE_LIMIT),
    outliers: outliers.slice(0, MAX_LISTED).map((outlier) => ({
      text: `${outlierText(outlier)}.`,
      suggestion: clip(visible(outlier.suggestion), MESSAGE_LIMIT),
    })),
    outliersRest: rest > 0 ? `${plural(rest, 'more outlier')} in the json report.` : '',
    hasTrend: trend.length > 1,
    categories: statistics.categories.map(({ category, tasks, workMs, share }) => ({
      ...shareView(category, tasks, workMs, share),
      trend: spark(
        trend.map(({ categoriesMs }) => (Object.hasOwn(categoriesMs, category) ? categoriesMs[category] : undefined)),
      ),
    })),
    workers: statistics.workers.map(({ worker, tasks, busyMs, utilisation }) =>
      shareView(worker, tasks, busyMs, utilisation),
    ),
    longest: longestOf(result),
    path: pathOf(result),
    resources: resourceViews(result),
    hooks: statistics.hooks.map(({ plugin, hook, calls, timeMs }) => ({
      plugin: nameText(plugin),
      hook: nameText(hook),
      calls: number(calls),
      time: formatDuration(timeMs),
    })),
  };
}

function timesOf({ statistics }: RunResult): ExecutionView['times'] {
  const { wallMs, lowerBoundMs, workMs } = statistics;
  const most = Math.max(1, wallMs, lowerBoundMs, workMs);
  return (
    [
      ['Wall time', wallMs],
      ['Lower bound', lowerBoundMs],
      ['Sum of work', workMs],
    ] as const
  ).map(([name, ms]) => ({ name, time: formatDuration(ms), meter: meter(ms / most) }));
}

function shareView(name: string, count: number, ms: number, share: number): ShareView {
  return {
    name: nameText(name),
    count: number(count),
    time: formatDuration(ms),
    share: percent(share),
    meter: meter(share),
  };
}

function longestOf({ statistics, checks }: RunResult): ShareView[] {
  const findings = new Map(checks.map((check) => [check.checkId, check.findings.length]));
  return statistics.longestChecks.map(({ checkId, timeMs }) =>
    shareView(checkId, findings.get(checkId) ?? 0, timeMs, statistics.wallMs > 0 ? timeMs / statistics.wallMs : 0),
  );
}

function pathOf({ statistics, tasks }: RunResult): ExecutionView['path'] {
  const { taskIds, timeMs } = statistics.criticalPath;
  const times = new Map(
    tasks.map(({ id, timing }) => [id, timing.endedAtMs - (timing.startedAtMs ?? timing.endedAtMs)] as const),
  );
  const rest = taskIds.length - MAX_LISTED;
  return {
    time: formatDuration(timeMs),
    share: statistics.wallMs > 0 ? percent(Math.min(1, timeMs / statistics.wallMs)) : '–',
    tasks: taskIds
      .slice(0, MAX_LISTED)
      .map((id) => ({ name: nameText(id), time: times.has(id) ? formatDuration(times.get(id) ?? 0) : '–' })),
    rest: rest > 0 ? `${plural(rest, 'more task')} in the json report.` : '',
  };
}

function factsOf({ statistics, tasks }: RunResult): Fact[] {
  const { efficiency, lowerBoundMs, utilisation, queueWait, speedUp, workMs } = statistics;
  const tries = tasks.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0);
  return [
    { name: 'Speed-up', value: `${speedUp.toFixed(1)}×, ${formatDuration(workMs)} of work` },
    { name: 'Efficiency', value: `${percent(efficiency)} of the possible` },
    { name: 'No order ends before', value: formatDuration(lowerBoundMs) },
    { name: 'Places in use', value: percent(utilisation.slots) },
    ...(utilisation.cores === undefined ? [] : [{ name: 'Cores computing', value: percent(utilisation.cores) }]),
    {
      name: 'Waited for a place',
      value: `${formatDuration(queueWait.medianMs)} median, ${formatDuration(queueWait.maxMs)} at most`,
    },
    { name: 'Tries after the first', value: tries === 0 ? 'none' : number(tries) },
  ];
}
