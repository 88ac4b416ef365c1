import { formatDuration, plural, type RunResult, type Statistics } from 'scanrun';
import { OUTCOME_WORDS } from '../summary.js';
import { jsonText } from './data.js';
import type { Fact } from './overview.js';
import { type Svg, svg } from './svg.js';
import { nameText, number } from './text.js';

/** Tasks in the table at most; the json report has all. */
const MAX_TASKS = 1_000;

/** A task as a row of the table that says in words what the timeline draws. */
export interface TaskView {
  readonly id: string;
  readonly status: string;
  readonly word: string;
  readonly worker: string;
  readonly waited: string;
  readonly started: string;
  readonly took: string;
  readonly tries: string;
}

/** The tasks in order of start, and how many more there are. */
export function tasksView({ tasks }: RunResult): { readonly tasks: readonly TaskView[]; readonly rest: string } {
  const sorted = [...tasks].sort(
    (a, b) => (a.timing.startedAtMs ?? Number.MAX_VALUE) - (b.timing.startedAtMs ?? Number.MAX_VALUE),
  );
  const views = sorted.slice(0, MAX_TASKS).map(({ id, outcome, worker, timing, attempts }) => ({
    id: nameText(id),
    status: outcome.status,
    word: OUTCOME_WORDS[outcome.status],
    worker: worker === undefined ? '–' : nameText(worker),
    waited: formatDuration(Math.max(0, (timing.startedAtMs ?? timing.endedAtMs) - timing.queuedAtMs)),
    started: timing.startedAtMs === undefined ? 'never' : formatDuration(timing.startedAtMs),
    took: timing.startedAtMs === undefined ? '–' : formatDuration(timing.endedAtMs - timing.startedAtMs),
    tries: number(attempts.length),
  }));
  return {
    tasks: views,
    rest: tasks.length > MAX_TASKS ? `${plural(tasks.length - MAX_TASKS, 'more task')} in the json report.` : '',
  };
}

/** Where and with what the scan ran. */
export function environmentView({ run, statistics, config, target }: RunResult): {
  readonly facts: readonly Fact[];
  readonly config: string;
} {
  const { platform, arch, cores } = run.machine;
  return {
    facts: [
      ...Object.entries(run.versions).map(([name, version]) => ({
        name: nameText(name),
        value: nameText(version),
        code: true,
      })),
      ...(target.commit === undefined ? [] : [{ name: 'Commit', value: nameText(target.commit), code: true }]),
      { name: 'Machine', value: nameText(`${platform} ${arch}, ${plural(cores, 'core')}`) },
      { name: 'Cores used', value: number(statistics.cores) },
      ...Object.entries(statistics.phasesMs).map(([name, ms]) => ({
        name: `Phase ${nameText(name)}`,
        value: formatDuration(ms),
      })),
    ],
    config: jsonText(config),
  };
}

/** Wall time against work, as two bars on one scale. */
export function speedView({ wallMs, workMs }: Statistics): Svg {
  const most = Math.max(1, wallMs, workMs);
  const bar = (label: string, ms: number, y: number, name: string): Svg =>
    svg`<text class="speed-label" x="0" y="${y + 14}">${label}</text><rect class="${name}" x="90" y="${y}" width="${Math.max(2, (ms / most) * 560)}" height="20" rx="3"/><text class="speed-value" x="${90 + Math.max(2, (ms / most) * 560) + 8}" y="${y + 14}">${formatDuration(ms)}</text>`;
  return svg`<svg class="speed" viewBox="0 0 740 54" role="img" aria-label="Wall time ${formatDuration(wallMs)}, work ${formatDuration(workMs)}">${bar('Wall time', wallMs, 2, 'speed-wall')}${bar('Work', workMs, 30, 'speed-work')}</svg>`;
}
