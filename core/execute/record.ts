import type { Outcome } from '../model/outcome.js';
import type { TaskAttempt, TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import type { ResourceUse } from '../model/telemetry.js';

/** When an attempt began, in milliseconds since the start of execution. */
export interface StartTimes {
  readonly startedAtMs: number;
  readonly loadedAtMs?: number;
  /** What it used of the machine, where that is known. */
  readonly use?: ResourceUse | undefined;
}

/** The record of one try of a task. */
export function makeAttempt(
  task: Task,
  worker: string,
  outcome: Outcome,
  { startedAtMs, use }: StartTimes,
  endedAtMs: number,
): TaskAttempt {
  return { attempt: task.attempt, outcome, startedAtMs, endedAtMs, worker, ...use };
}

/** How a task came to its end. */
export interface RecordParts {
  /** Where it ran last; undefined for a task that never ran or was waiting to run again. */
  readonly worker: string | undefined;
  readonly outcome: Outcome;
  readonly queuedAtMs: number;
  /** When its last attempt began; undefined as `worker` is. */
  readonly times: StartTimes | undefined;
  readonly endedAtMs: number;
  /** The attempts before the last. */
  readonly attempts: readonly TaskAttempt[];
}

/** The record of a task that has ended. */
export function makeRecord(task: Task, parts: RecordParts): TaskRecord {
  const { outcome, queuedAtMs, times, endedAtMs, attempts } = parts;
  const worker = parts.worker ?? attempts.at(-1)?.worker;
  const last =
    parts.worker === undefined || times === undefined
      ? []
      : [makeAttempt(task, parts.worker, outcome, times, endedAtMs)];
  return {
    id: task.id,
    checkIds: task.checks.map(({ id }) => id),
    ...(worker === undefined ? {} : { worker }),
    outcome,
    timing: timingOf(queuedAtMs, times, endedAtMs),
    attempts: attempts.length === 0 ? last : [...attempts, ...last],
    ...times?.use,
  };
}

function timingOf(queuedAtMs: number, times: StartTimes | undefined, endedAtMs: number): TaskRecord['timing'] {
  if (times === undefined) return { queuedAtMs, endedAtMs };
  const { startedAtMs, loadedAtMs } = times;
  return loadedAtMs === undefined
    ? { queuedAtMs, startedAtMs, endedAtMs }
    : { queuedAtMs, startedAtMs, loadedAtMs, endedAtMs };
}
