import { compareText, type OutcomeStatus, type RunResult } from 'scanrun';

/** One try of a task, as a bar. */
export interface Bar {
  readonly taskId: string;
  readonly status: OutcomeStatus;
  readonly worker: string;
  /** Milliseconds since the scan began, like all times here. */
  readonly startMs: number;
  readonly endMs: number;
  /** When its modules were loaded; absent where that was not measured. */
  readonly loadedMs?: number;
  readonly waitedMs: number;
  /** Which try, where there were several. */
  readonly attempt?: number;
}

/** A worker, with the rows that its bars need so that none covers another: an I/O worker does several things at once. */
export interface Lane {
  readonly worker: string;
  readonly rows: readonly (readonly Bar[])[];
}

/** Every try of every task that ran. */
export function barsOf({ tasks }: RunResult): Bar[] {
  return tasks.flatMap((task) => {
    const { queuedAtMs, startedAtMs, loadedAtMs, endedAtMs } = task.timing;
    if (startedAtMs === undefined) return [];
    const last = {
      taskId: task.id,
      status: task.outcome.status,
      worker: task.worker ?? 'unknown',
      startMs: startedAtMs,
      endMs: endedAtMs,
      waitedMs: Math.max(0, startedAtMs - queuedAtMs),
      ...(loadedAtMs === undefined ? {} : { loadedMs: loadedAtMs }),
    };
    if (task.attempts.length < 2) return [last];
    return task.attempts.map((attempt, index): Bar => {
      const base = {
        taskId: task.id,
        status: attempt.outcome.status,
        worker: attempt.worker,
        startMs: attempt.startedAtMs,
        endMs: attempt.endedAtMs,
        attempt: attempt.attempt,
      };
      return { ...base, waitedMs: index === 0 ? Math.max(0, attempt.startedAtMs - queuedAtMs) : 0 };
    });
  });
}

/** The bars by worker, each in the first row where it has room. */
export function lanesOf(bars: readonly Bar[]): Lane[] {
  const workers = new Map<string, Bar[]>();
  for (const bar of bars) workers.set(bar.worker, [...(workers.get(bar.worker) ?? []), bar]);
  return [...workers].sort(([a], [b]) => byNumber(a, b)).map(([worker, own]) => ({ worker, rows: packed(own) }));
}

function packed(bars: readonly Bar[]): Bar[][] {
  const rows: Bar[][] = [];
  for (const bar of [...bars].sort((a, b) => a.startMs - b.startMs || compareText(a.taskId, b.taskId))) {
    const row = rows.find((each) => (each.at(-1)?.endMs ?? 0) <= bar.startMs);
    if (row) row.push(bar);
    else rows.push([bar]);
  }
  return rows;
}

/** `cpu-2` before `cpu-10`. */
function byNumber(a: string, b: string): number {
  const [nameA = '', numberA = '0'] = a.split(/-(?=\d+$)/);
  const [nameB = '', numberB = '0'] = b.split(/-(?=\d+$)/);
  return compareText(nameA, nameB) || Number(numberA) - Number(numberB);
}

/** How many tasks were ready and waiting, as steps `[since, waiting]` in order of time. */
export function waitingSteps({ tasks }: RunResult): [number, number][] {
  return stepsOf(tasks.map(({ timing }) => [timing.queuedAtMs, timing.startedAtMs ?? timing.endedAtMs]));
}

/** How many tasks ran, as steps `[since, running]` in order of time. */
export function runningSteps(bars: readonly Bar[]): [number, number][] {
  return stepsOf(bars.map(({ startMs, endMs }) => [startMs, endMs]));
}

/** How many of the spans lie over each moment. */
function stepsOf(spans: readonly (readonly [number, number])[]): [number, number][] {
  const changes = new Map<number, number>();
  for (const [from, to] of spans) {
    changes.set(from, (changes.get(from) ?? 0) + 1);
    changes.set(to, (changes.get(to) ?? 0) - 1);
  }
  let over = 0;
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([at, change]) => {
      over += change;
      return [at, over];
    });
}
