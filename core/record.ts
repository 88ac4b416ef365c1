import { ScanError } from './errors.js';
import type { CheckOutcome, Earlier } from './execute/contract.js';
import { type Fail, Journal, type RunHeader } from './journal/journal.js';
import { type RecoveredRun, type RecoveredTask, recoverRun } from './journal/recover.js';
import type { JsonObject } from './model/json.js';
import type { Plan } from './model/task.js';
import type { Prepared } from './prepare.js';
import type { ScanOptions } from './scan-options.js';

/** The record of a run, and what an earlier process did of it. */
export interface OpenedRecord {
  readonly journal: Journal | undefined;
  /** The plan that runs: that of the record where there is one. */
  readonly plan: Plan;
  readonly earlier?: Earlier;
  /** What is wrong with the earlier record. */
  readonly problems: readonly string[];
}

/**
 * Begins the record of a run, or goes on with the one that `options.resume` names.
 * @throws ScanError `SR_RUN_CHANGED` naming what differs from then, and those of `recoverRun`.
 */
export function openRecord(prepared: Prepared, options: ScanOptions, startedAt: Date, fail: Fail): OpenedRecord {
  const { plan, runId, files } = prepared;
  const fingerprint = { ...prepared.inputs };
  if (options.resume !== undefined) {
    const run = recoverRun(files.target.root, options.resume);
    assertSame(run, fingerprint, plan);
    const recorded = run.header.plan;
    return {
      journal: Journal.reopen(run.folder, fail),
      plan: recorded,
      earlier: earlierOf(run, recorded),
      problems: run.problems,
    };
  }
  const header: RunHeader = {
    schemaVersion: 1,
    runId,
    startedAt: startedAt.toISOString(),
    fingerprint,
    request: requestOf(options),
    plan,
  };
  return { journal: Journal.create(files.target.root, header, fail), plan, problems: [] };
}

function assertSame(run: RecoveredRun, now: Readonly<Record<string, string>>, plan: Plan): void {
  const changed = Object.keys(now).filter((name) => now[name] !== run.header.fingerprint[name]);
  if (changed.length === 0 && !isPartOf(run.header.plan, plan)) changed.push('plan');
  if (changed.length === 0) return;
  throw new ScanError(
    'SR_RUN_CHANGED',
    `The run ${run.header.runId} cannot be resumed: since then the ${changed.join(' and the ')} changed.`,
  );
}

/**
 * Whether each check of a recorded plan is one that would be planned now, whatever its place: that depends on times. It
 * keeps a record that somebody else wrote from naming modules of its own.
 */
function isPartOf(recorded: Plan, now: Plan): boolean {
  const checksOf = ({ tasks }: Plan): string[] =>
    tasks.flatMap(({ checks }) => checks.map((check) => JSON.stringify(check)));
  const known = new Set(checksOf(now));
  return checksOf(recorded).every((check) => known.has(check));
}

function earlierOf(run: RecoveredRun, plan: Plan): Earlier {
  const tasks = new Map<string, { record: RecoveredTask['record']; checks: CheckOutcome[] }>();
  for (const task of plan.tasks) {
    const done = run.done.get(task.id);
    if (done === undefined) continue;
    const timeMs = done.record.timing.endedAtMs - (done.record.timing.startedAtMs ?? done.record.timing.endedAtMs);
    const checks = done.checks.flatMap((ended): CheckOutcome[] => {
      const check = task.checks.find(({ id }) => id === ended.checkId);
      if (check === undefined) return [];
      const { outcome, data, found, measured, masked } = ended;
      return [
        {
          taskId: task.id,
          check,
          outcome,
          data,
          findings: [...found],
          measurements: [...measured],
          masked,
          timeMs,
        },
      ];
    });
    tasks.set(task.id, { record: done.record, checks });
  }
  return { tasks, atMs: run.lastAtMs };
}

/** The options as they can be given again; what is a function or a secret is not among them. */
function requestOf({ target, cwd, configFile, overrides, changes }: ScanOptions): JsonObject {
  return JSON.parse(JSON.stringify({ target, cwd, configFile, overrides, changes })) as JsonObject;
}
