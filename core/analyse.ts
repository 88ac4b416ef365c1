import type { CacheUse } from './answers/scan-answers.js';
import type { Executed } from './execute/contract.js';
import type { ChangeSet } from './files/changes.js';
import { type Directives, suppressKnown } from './known.js';
import type { RunChanges } from './model/changes.js';
import type { CheckResult, Notice, ResourceRecord, RunResult } from './model/result.js';
import type { Statistics } from './model/telemetry.js';
import { makeVerdict } from './model/verdict.js';
import { ownVersion } from './own.js';
import type { Prepared } from './prepare.js';
import { flakiness, flakyText, type HistoryRun, trendOf } from './telemetry/history.js';
import { answerHash, inputHashes } from './telemetry/inputs.js';
import { historyCheck, historyRun } from './telemetry/kept-run.js';
import { findOutliers } from './telemetry/outliers.js';
import { makeCheckResults } from './telemetry/result.js';
import { makeStatistics } from './telemetry/statistics.js';

/** What a result is made of. */
export interface AnalyseInput {
  readonly prepared: Prepared;
  readonly executed: Executed;
  readonly concurrencyChanges: Statistics['concurrencyChanges'];
  /** The `scanrun-ignore` comments that checks met. */
  readonly directives: Directives;
  /** What was asked over the network or by name. */
  readonly resources: readonly ResourceRecord[];
  /** What became of the cache; absent for a scan without one. */
  readonly cache: CacheUse | undefined;
  readonly startedAt: Date;
  /** When its last check had ended, by the clock that measures. */
  readonly endedAt: Date;
  readonly cores: number;
  readonly interrupted: boolean;
  /** The notices so far; what `notice` adds is among them. */
  readonly notices: readonly Notice[];
  readonly notice: (notice: Notice) => void;
}

/** The result of a scan, and what of it the history keeps. */
export interface Analysed {
  readonly result: RunResult;
  readonly kept: HistoryRun;
}

/** Makes the result of a scan from what was planned, what came of it and what is known of the past. */
export function analyse(input: AnalyseInput): Analysed {
  const { prepared, executed, startedAt, endedAt, cores, interrupted, notices, notice } = input;
  const { config, files, plan, registry, history } = prepared;
  const ran = versions(prepared);
  const packages = new Map(plan.tasks.map(({ id, package: item }) => [id, item?.name]));
  const packageOf = (taskId: string): string | undefined => packages.get(taskId);
  const made = makeCheckResults(
    executed.checks,
    registry,
    (id) => config.checks.get(id) ?? { optional: false, named: true },
    prepared.redactor,
    notice,
    packageOf,
  );
  const { checks: marked, comparison } = suppressKnown(prepared, made, input.directives, startedAt, notice);
  const { past, checks } = withPast(marked, input, ran);
  const tasks = executed.records;
  const statistics = statisticsOf(input, checks);
  const bytes = files.entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const outliers = findOutliers({
    checks,
    records: tasks,
    tasks: plan.tasks,
    tier: config.tier,
    history,
    input: { files: statistics.files, bytes },
  });
  // What only the run before has too is not known to anybody: the same scan once more would pass.
  const gate = { ...config.gate, newOnly: config.gate.newOnly && prepared.baseline !== undefined };
  const parts = {
    run: {
      id: prepared.runId,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      tier: config.tier,
      ...(config.profile === undefined ? {} : { profile: config.profile.name }),
      versions: ran,
      ...(files.changes === undefined ? {} : { changes: runChanges(files.changes) }),
      machine: { platform: process.platform, arch: process.arch, cores },
    },
    target: files.target,
    verdict: makeVerdict({
      checks,
      notices,
      gate,
      interrupted,
      outliers,
      time: statistics,
      notPlanned: plan.notPlanned,
      changes: files.changes,
    }),
    checks,
    notPlanned: plan.notPlanned,
    tasks,
    resources: input.resources,
    statistics,
  };
  const kept = historyRun(parts, { bytes, configHash: prepared.inputs.configuration, checks: past });
  const trend = trendOf(history, kept, (id) => registry.get(id)?.check.meta.category);
  const result: RunResult = {
    schemaVersion: 1,
    ...parts,
    config: config.printable,
    outliers,
    ...(comparison === undefined ? {} : { comparison }),
    ...(trend === undefined ? {} : { trend }),
    notices: [...notices],
  };
  return { result, kept };
}

function statisticsOf(
  { prepared, executed, concurrencyChanges, cores, cache }: AnalyseInput,
  checks: readonly CheckResult[],
): Statistics {
  const { config, files, hooks, plan, phasesMs } = prepared;
  const { limits } = config;
  return makeStatistics({
    records: executed.records,
    tasks: plan.tasks,
    checks,
    tier: config.tier,
    wallMs: executed.wallMs,
    concurrency: limits.parallel ? limits.concurrency : 1,
    concurrencyChanges,
    cores,
    budgetMs: limits.budgetMs,
    files: files.entries.length,
    hooks: hooks.times(),
    phasesMs: { ...phasesMs, execute: executed.wallMs },
    ...(cache === undefined ? {} : { cache: { hits: cache.hits, misses: cache.misses, kept: cache.kept } }),
  });
}

/** The checks, told flaky where the past says so, and what the history will keep of each. */
function withPast(
  checks: readonly CheckResult[],
  { prepared, executed, notice }: AnalyseInput,
  ran: Readonly<Record<string, string>>,
): { readonly checks: CheckResult[]; readonly past: HistoryRun['checks'] } {
  const { config, files, plan, history } = prepared;
  const { content } = prepared.inputs;
  const inputs = inputHashes({ target: files.target, content, tier: config.tier, versions: ran }, plan.tasks);
  const records = new Map(executed.records.map((record) => [record.id, record]));
  const past: Record<string, HistoryRun['checks'][string]> = {};
  const told = checks.map((check) => {
    const { checkId, outcome } = check;
    const kept = historyCheck(check, records, { answer: answerHash(check), inputs: inputs(checkId) });
    past[checkId] = kept;
    const flaky = flakiness(history, checkId, kept);
    if (flaky === undefined) return check;
    notice({ code: 'flaky', level: 'warning', message: flakyText(checkId, outcome.status, flaky) });
    return { ...check, flaky };
  });
  return { checks: told, past };
}

/** A change set without its paths. */
function runChanges({ paths: _, unlisted: __, ...changes }: ChangeSet): RunChanges {
  return changes;
}

/** Versions of what ran. */
function versions({ config }: Prepared): Record<string, string> {
  const plugins = config.plugins
    .filter(({ version }) => version !== undefined)
    .map(({ name, version }) => [name, version as string] as const);
  return { scanrun: ownVersion(), node: process.versions.node, ...Object.fromEntries(plugins) };
}
