// Made-up tasks, records, checks and runs of the past.
import type { CheckResult, TaskAttempt, TaskRecord } from '../../../core/model/result.js';
import { type HistoryCheck, type HistoryRun, parseRun } from '../../../core/telemetry/history.js';
import type { StatisticsInput } from '../../../core/telemetry/statistics.js';
import { task } from '../../support/fake-pool.js';

/** A task that ran once from start to end. */
export function record(id: string, startedAtMs: number, endedAtMs: number, over: Partial<TaskRecord> = {}): TaskRecord {
  const worker = over.worker ?? 'cpu-1';
  const outcome = { status: 'passed' } as const;
  const use = over.cpuMs === undefined ? {} : { cpuMs: over.cpuMs };
  const attempt: TaskAttempt = { attempt: 1, outcome, startedAtMs, endedAtMs, worker, ...use };
  return {
    id,
    checkIds: [id],
    worker,
    outcome,
    timing: { queuedAtMs: 0, startedAtMs, endedAtMs },
    attempts: [attempt],
    ...over,
  };
}

/** A check with one part. */
export function checkOf(
  checkId: string,
  over: Partial<CheckResult> & { readonly category?: string } = {},
): CheckResult {
  const { category = 'test', ...rest } = over;
  const outcome = rest.outcome ?? ({ status: 'passed' } as const);
  return {
    checkId,
    meta: { title: checkId, description: checkId, category, severity: 'error', tier: 'quick', tags: [] },
    outcome,
    parts: [{ taskId: checkId, outcome, timeMs: 0 }],
    findings: [],
    measurements: [],
    timeMs: 0,
    optional: false,
    ...rest,
  };
}

/** What statistics are made of, from records; each task serves one check of its own name. */
export function statisticsInput(records: readonly TaskRecord[], over: Partial<StatisticsInput> = {}): StatisticsInput {
  return {
    records,
    tasks: records.map(({ id }) => task(id)),
    checks: records.map(({ id }) => checkOf(id)),
    tier: 'standard',
    wallMs: Math.max(0, ...records.map(({ timing }) => timing.endedAtMs)),
    concurrency: 4,
    concurrencyChanges: [],
    cores: 2,
    budgetMs: 1e9,
    files: 1,
    hooks: [],
    phasesMs: {},
    ...over,
  };
}

/** A run of the past in which these checks took so long. */
export function pastRun(
  number: number,
  checks: Readonly<Record<string, number | Partial<HistoryCheck>>>,
  over: Partial<HistoryRun> = {},
): HistoryRun {
  const whole = Object.entries(checks).map(([id, given]) => [
    id,
    {
      ...(typeof given === 'number' ? { ms: given } : {}),
      outcome: 'passed',
      findings: 0,
      answer: 'a',
      inputs: 'i',
      ...(typeof given === 'number' ? {} : given),
    },
  ]);
  const run: HistoryRun = {
    v: 1,
    runId: `run-${String(number).padStart(4, '0')}`,
    startedAt: new Date(Date.now() - 1_000_000 + number * 1_000).toISOString(),
    tier: 'standard',
    commit: `c0ffee${number}`,
    configHash: 'x',
    filtered: false,
    wallMs: 100,
    verdict: 'clean',
    coverage: 1,
    findings: 0,
    files: 10,
    bytes: 1_000,
    checks: Object.fromEntries(whole) as HistoryRun['checks'],
    ...over,
  };
  if (parseRun(JSON.stringify(run)) === undefined) throw new Error('the history would refuse this run');
  return run;
}

/** `count` runs in which a check took `ms`. */
export function pastRuns(count: number, id: string, ms: number, over: Partial<HistoryRun> = {}): HistoryRun[] {
  return Array.from({ length: count }, (_, index) => pastRun(index, { [id]: ms + (index % 3) }, over));
}

export { task };
