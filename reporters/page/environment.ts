import { formatDuration, plural, type RunResult } from 'scanrun';
import { OUTCOME_WORDS } from '../summary.js';
import { jsonText } from './inventory.js';
import type { Fact } from './overview.js';
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
