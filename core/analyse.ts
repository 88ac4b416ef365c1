import { createRequire } from 'node:module';
import type { Executed } from './execute/contract.js';
import type { Notice, ResourceUse, RunResult } from './model/result.js';
import { makeVerdict } from './model/verdict.js';
import type { Prepared } from './prepare.js';
import { makeCheckResults } from './telemetry/result.js';
import { makeStatistics } from './telemetry/statistics.js';

/** What a result is made of. */
export interface AnalyseInput {
  readonly prepared: Prepared;
  readonly executed: Executed;
  /** What was asked over the network or by name. */
  readonly resources: readonly ResourceUse[];
  readonly startedAt: Date;
  readonly cores: number;
  readonly interrupted: boolean;
  /** The notices so far; what `notice` adds is among them. */
  readonly notices: readonly Notice[];
  readonly notice: (notice: Notice) => void;
}

/** Makes the result of a scan from what was planned and what came of it. */
export function analyse({
  prepared,
  executed,
  resources,
  startedAt,
  cores,
  interrupted,
  notices,
  notice,
}: AnalyseInput): RunResult {
  const { config, files, hooks, plan, registry, phasesMs } = prepared;
  const checks = makeCheckResults(
    executed.checks,
    registry,
    (id) => config.checks.get(id) ?? { optional: false, named: true },
    notice,
  );
  const { limits } = config;
  return {
    schemaVersion: 1,
    run: {
      id: prepared.runId,
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      tier: config.tier,
      versions: versions(prepared),
      machine: { platform: process.platform, arch: process.arch, cores },
    },
    target: files.target,
    config: config.printable,
    verdict: makeVerdict({ checks, notices, gate: config.gate, interrupted }),
    checks,
    notPlanned: plan.notPlanned,
    tasks: executed.records,
    resources,
    statistics: makeStatistics({
      records: executed.records,
      wallMs: executed.wallMs,
      concurrency: limits.parallel ? limits.concurrency : 1,
      cores,
      budgetMs: limits.budgetMs,
      files: files.entries.length,
      hooks: hooks.times(),
      phasesMs: { ...phasesMs, execute: executed.wallMs },
    }),
    notices: [...notices],
  };
}

/** Versions of what ran. */
function versions({ config }: Prepared): Record<string, string> {
  const own = createRequire(import.meta.url)('scanrun/package.json') as { readonly version: string };
  const plugins = config.plugins
    .filter(({ version }) => version !== undefined)
    .map(({ name, version }) => [name, version as string] as const);
  return { scanrun: own.version, node: process.versions.node, ...Object.fromEntries(plugins) };
}
