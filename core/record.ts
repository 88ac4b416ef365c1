import { ScanError } from './errors.js';
import type { CheckOutcome, Earlier } from './execute/contract.js';
import { type Fail, Journal, type RunHeader } from './journal/journal.js';
import { type RecoveredRun, type RecoveredTask, recoverRun } from './journal/recover.js';
import type { JsonObject } from './model/json.js';
import type { Plan, TaskCheck } from './model/task.js';
import type { Prepared } from './prepare.js';
import { redactRecord } from './redact/record.js';
import { Redactor } from './redact.js';
import type { ScanOptions } from './scan-options.js';

/** The record of a run, and what an earlier process did of it. */
export interface OpenedRecord {
  readonly journal: Journal | undefined;
  /** The plan that runs: that of the record where there is one. */
  readonly plan: Plan;
  /** The plan as it may leave the scan. */
  readonly told: Plan;
  readonly earlier?: Earlier;
  /** What is wrong with the earlier record. */
  readonly problems: readonly string[];
}

/**
 * Begins the record of a run, or goes on with the one that `options.resume` names.
 * @throws ScanError `SR_RUN_CHANGED` naming what differs from then, and those of `recoverRun`.
 */
export function openRecord(prepared: Prepared, options: ScanOptions, startedAt: Date, fail: Fail): OpenedRecord {
  const { plan, runId, files, redactor } = prepared;
  const fingerprint = { ...prepared.inputs };
  if (options.resume !== undefined) {
    const run = recoverRun(files.target.root, options.resume);
    const recorded = assertSame(run, fingerprint, prepared);
    return {
      journal: Journal.reopen(run.folder, fail),
      plan: recorded,
      told: redactRecord(redactor, recorded),
      earlier: earlierOf(run, recorded),
      problems: run.problems,
    };
  }
  const header: RunHeader = {
    schemaVersion: 1,
    runId,
    startedAt: startedAt.toISOString(),
    fingerprint,
    request: requestOf(options, prepared),
    plan: redactRecord(redactor, plan, JSON.stringify(plan)),
  };
  return { journal: Journal.create(files.target.root, header, fail), plan, told: header.plan, problems: [] };
}

/** The recorded plan with what may not be recorded: the options that hold a secret come from the plan of today. */
function assertSame(run: RecoveredRun, now: Readonly<Record<string, string>>, prepared: Prepared): Plan {
  const changed = Object.keys(now).filter((name) => now[name] !== run.header.fingerprint[name]);
  const plan = changed.length === 0 ? withSecrets(run.header.plan, prepared) : undefined;
  if (plan !== undefined) return plan;
  if (changed.length === 0) changed.push('plan');
  throw new ScanError(
    'SR_RUN_CHANGED',
    `The run ${run.header.runId} cannot be resumed: since then the ${changed.join(' and the ')} changed.`,
  );
}

/**
 * The recorded plan with each of its checks as it would be planned now, whatever its place: that depends on times.
 * Undefined where one of them would not be planned so: it keeps a record that somebody else wrote from naming modules of
 * its own.
 */
function withSecrets(recorded: Plan, { plan, redactor, files }: Prepared): Plan | undefined {
  const known = new Map<string, TaskCheck>();
  for (const check of plan.tasks.flatMap(({ checks }) => checks))
    known.set(JSON.stringify(redactRecord(redactor, check)), check);
  const restore = (check: TaskCheck): TaskCheck | undefined => known.get(JSON.stringify(check));
  if (recorded.tasks.some(({ checks }) => checks.some((check) => restore(check) === undefined))) return undefined;
  const tasks = recorded.tasks.map((task) => ({
    ...task,
    target: files.target,
    checks: task.checks.map((check) => restore(check) ?? check),
  }));
  return { ...recorded, tasks };
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
      const { outcome, data, found, measured, masked, cached, cachedFiles } = ended;
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
          ...(cached === undefined ? {} : { cached }),
          ...(cachedFiles === undefined ? {} : { cachedFiles }),
        },
      ];
    });
    tasks.set(task.id, { record: done.record, checks });
  }
  return { tasks, atMs: run.lastAtMs };
}

/** The options as they can be given again; what is a function or a secret is not among them. Home directories stay: without them nothing would be found again. */
function requestOf({ target, cwd, configFile, overrides, changes }: ScanOptions, { config }: Prepared): JsonObject {
  const request = JSON.parse(JSON.stringify({ target, cwd, configFile, overrides, changes })) as JsonObject;
  return new Redactor(config.redact.patterns).json(request);
}
