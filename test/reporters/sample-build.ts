// Builds results in the shape that the engine makes, so that every sample is consistent with itself.
import { createHash } from 'node:crypto';
import {
  type CheckInfo,
  type CheckResult,
  compareFindings,
  compareText,
  type Finding,
  OUTCOME_ORDER,
  type Outcome,
  type OutcomeStatus,
  type RunResult,
  type Statistics,
  type Task,
  type TaskRecord,
} from 'scanrun';
import { makeVerdict } from '../../core/model/verdict.js';
import { makeStatistics } from '../../core/telemetry/statistics.js';

/** A finding with what is not given filled in. */
export function finding(over: Partial<Finding> & Pick<Finding, 'checkId' | 'message'>): Finding {
  const location = over.location ?? { path: 'package.json' };
  const fingerprint = createHash('sha256')
    .update(
      `${over.checkId}\0${over.message}\0${location.path}\0${location.startLine ?? 0}\0${location.startColumn ?? 0}`,
    )
    .digest('hex')
    .slice(0, 32);
  return { messageId: 'found', data: {}, severity: 'error', fingerprint, ...over, location };
}

/** A check with what is not given filled in; findings take its id. */
export function check(
  checkId: string,
  meta: Partial<CheckInfo>,
  over: Partial<Omit<CheckResult, 'checkId' | 'meta' | 'findings'>> & {
    findings?: readonly (Partial<Finding> & { message: string })[];
  } = {},
): CheckResult {
  const info: CheckInfo = {
    title: checkId,
    description: `What ${checkId} is about.`,
    category: 'repository',
    severity: 'error',
    tier: 'quick',
    tags: [],
    ...meta,
  };
  const findings = (over.findings ?? [])
    .map((each) => finding({ severity: info.severity, ...each, checkId }))
    .sort(compareFindings);
  const outcome: Outcome = over.outcome ?? { status: findings.length > 0 ? 'failed' : 'passed' };
  const parts = over.parts ?? [{ taskId: checkId, outcome, timeMs: over.timeMs ?? 120 }];
  return { measurements: [], timeMs: 120, optional: false, ...over, checkId, meta: info, outcome, parts, findings };
}

/** Which lane a sample's check runs in, by its plugin. */
const LANES: Readonly<Record<string, string>> = { npm: 'io', git: 'io', docs: 'io', command: 'process' };

/** The tasks of the checks on `concurrency` places, first come first served. */
function schedule(checks: readonly CheckResult[], concurrency: number): TaskRecord[] {
  const free = new Map<string, number>();
  const ends: number[] = Array.from({ length: concurrency }, () => 40);
  const parts = checks.flatMap((each) =>
    each.parts.map((part) => ({ part, checkId: each.checkId, timeMs: each.timeMs / each.parts.length })),
  );
  return parts
    .map(({ part, checkId, timeMs }): TaskRecord => {
      ends.sort((a, b) => a - b);
      const neverRan = timeMs === 0;
      const place = ends[0] ?? 40;
      if (neverRan)
        return {
          id: part.taskId,
          checkIds: [checkId],
          outcome: part.outcome,
          timing: { queuedAtMs: 40, endedAtMs: place },
          attempts: [],
        };
      const lane = LANES[checkId.split('/')[0] ?? ''] ?? 'cpu';
      const worker = lane === 'cpu' ? pick(free, place, concurrency) : `${lane}-1`;
      const endedAtMs = place + timeMs;
      ends[0] = endedAtMs;
      free.set(worker, endedAtMs);
      const attempt = { attempt: 1, outcome: part.outcome, startedAtMs: place, endedAtMs, worker };
      return {
        id: part.taskId,
        checkIds: [checkId],
        worker,
        outcome: part.outcome,
        timing: { queuedAtMs: 40, startedAtMs: place, loadedAtMs: place + Math.min(30, timeMs / 4), endedAtMs },
        attempts: [attempt],
      };
    })
    .sort((a, b) => compareText(a.id, b.id));
}

function pick(free: ReadonlyMap<string, number>, at: number, concurrency: number): string {
  for (let n = 1; n <= concurrency; n += 1) if ((free.get(`cpu-${n}`) ?? 0) <= at) return `cpu-${n}`;
  return 'cpu-1';
}

/** A whole result: verdict, tasks and statistics follow from the checks. */
export function result(
  over: Partial<Omit<RunResult, 'statistics'>> & {
    readonly interrupted?: boolean;
    readonly concurrency?: number;
    readonly statistics?: Partial<Statistics>;
  },
): RunResult {
  const { interrupted = false, concurrency = 4, statistics = {}, ...given } = over;
  const checks = [...(given.checks ?? [])].sort((a, b) => compareText(a.checkId, b.checkId));
  const tasks = given.tasks ?? schedule(checks, concurrency);
  const wallMs = Math.max(0, ...tasks.map((task) => task.timing.endedAtMs)) - 40;
  const started = Date.UTC(2026, 2, 14, 9, 26, 53);
  return {
    schemaVersion: 1,
    run: {
      id: '20260314T092653Z-7f3a9c',
      startedAt: new Date(started).toISOString(),
      endedAt: new Date(started + Math.max(0, wallMs) + 40).toISOString(),
      tier: 'standard',
      versions: { scanrun: '0.1.0', node: '20.20.0', repo: '0.1.0', secrets: '0.1.0' },
      machine: { platform: 'linux', arch: 'x64', cores: 4 },
    },
    target: {
      kind: 'git',
      name: 'paper-lantern',
      root: '/home/dev/paper-lantern',
      commit: '4be1f0c8d2a95e7360b1a2c3d4e5f60718293a4b',
      branch: 'main',
    },
    config: {
      tier: 'standard',
      gate: { failOn: 'error', minCoverage: 1 },
      exclude: ['fixtures/**'],
      checks: { 'repo/max-file-size': { severity: 'warning', options: { maxBytes: 5_000_000 } } },
    },
    notPlanned: [],
    notices: [],
    ...given,
    verdict:
      given.verdict ??
      makeVerdict({ checks, notices: given.notices ?? [], gate: { failOn: 'error', minCoverage: 1 }, interrupted }),
    checks,
    tasks,
    outliers: given.outliers ?? [],
    resources: [],
    statistics: {
      ...makeStatistics({
        records: tasks,
        tasks: tasks.map(planned),
        checks,
        tier: 'standard',
        wallMs: Math.max(0, wallMs),
        concurrency,
        concurrencyChanges: [],
        cores: 4,
        budgetMs: statistics.budgetMs ?? 45_000,
        hooks: [],
        files: 1_284,
        phasesMs: { load: 96, index: 23, plan: 4, execute: Math.max(0, wallMs) },
      }),
      ...statistics,
    },
  };
}

/** The task behind a record, without needs. */
function planned({ id, checkIds, worker = 'cpu' }: TaskRecord): Task {
  const lane = worker.split('-')[0] as Task['lane'];
  const checks = checkIds.map((checkId) => ({
    id: checkId,
    module: 'file:///nowhere.mjs',
    options: {},
    files: ['**'],
    exclude: [],
    needs: {},
  }));
  const target = { kind: 'directory', name: 'target', root: '/nowhere' } as const;
  return { id, checks, target, lane, priority: 0, after: [], attempt: 1, timeoutMs: 5_000, critical: false };
}

/** How many checks ended so. */
export function countOutcome({ checks }: RunResult, status: OutcomeStatus): number {
  if (!OUTCOME_ORDER.includes(status)) throw new Error(`no such outcome: ${status}`);
  return checks.filter((each) => each.outcome.status === status).length;
}
