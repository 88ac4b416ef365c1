// What the history keeps of a run.

import type { CheckResult, RunResult, TaskRecord } from '../model/result.js';
import type { NotPlanned } from '../model/task.js';
import type { HistoryCheck, HistoryRun } from './history.js';
import { isAway, isName, longestPackages } from './package-times.js';
import { checkMs, isReused, rounded } from './times.js';

/** What is kept of a result. `bytes` and `hashes` are not in it. */
export function historyRun(
  result: Pick<RunResult, 'run' | 'target' | 'verdict' | 'checks' | 'tasks' | 'notPlanned'> & {
    readonly statistics: Pick<RunResult['statistics'], 'wallMs' | 'files'>;
  },
  kept: { readonly bytes: number; readonly configHash: string; readonly checks: HistoryRun['checks'] },
): HistoryRun {
  const { run, target, verdict, statistics } = result;
  return {
    v: 1,
    runId: run.id,
    startedAt: run.startedAt,
    tier: run.tier,
    ...(target.commit === undefined ? {} : { commit: target.commit }),
    configHash: kept.configHash,
    filtered: isFiltered(result.notPlanned),
    ...(run.profile === undefined ? {} : { profile: run.profile }),
    wallMs: rounded(statistics.wallMs),
    verdict: verdict.status,
    coverage: verdict.coverage,
    findings: result.checks.reduce((sum, check) => sum + countedFindings(check), 0),
    found: result.checks.reduce((sum, { findings }) => sum + findings.length, 0),
    files: statistics.files,
    bytes: kept.bytes,
    ...keptCategories(result.checks, kept.checks),
    checks: kept.checks,
  };
}

/** The times of categories: a trend needs no more of twenty runs. Absent where a name could not be read back. */
function keptCategories(checks: readonly CheckResult[], past: HistoryRun['checks']): Pick<HistoryRun, 'categoriesMs'> {
  const categories = new Map<string, number>();
  for (const { checkId, meta } of checks) {
    const ms = past[checkId]?.ms;
    if (ms !== undefined) categories.set(meta.category, rounded((categories.get(meta.category) ?? 0) + ms));
  }
  return [...categories.keys()].every(isName) ? { categoriesMs: Object.fromEntries(categories) } : {};
}

/** What is kept of a check. */
export function historyCheck(
  check: CheckResult,
  records: ReadonlyMap<string, TaskRecord>,
  hashes: Pick<HistoryCheck, 'answer' | 'inputs'>,
): HistoryCheck {
  const { status } = check.outcome;
  const ran = status === 'passed' || status === 'failed' || status === 'degraded';
  const whole = check.parts.every((part) => !isReused(part) && (part.outcome.status !== 'skipped' || isAway(part)));
  const { answer, inputs } = hashes;
  const findings = countedFindings(check);
  if (!ran || !whole) return { outcome: status, findings, answer, inputs };
  const ms = rounded(checkMs(check, records));
  // A literal: V8 takes a hundred times as long where a spread comes before the other fields, and there are thousands.
  if (check.parts.length === 1) return { ms, outcome: status, findings, answer, inputs };
  return { ms, ...longestPackages(check, records), outcome: status, findings, answer, inputs };
}

function countedFindings({ findings }: CheckResult): number {
  return findings.filter(({ suppressedBy }) => suppressedBy === undefined).length;
}

/** Whether flags or a profile left out checks of the tier. */
export function isFiltered(notPlanned: readonly NotPlanned[]): boolean {
  return notPlanned.some(({ code }) => code === 'filtered' || code === 'profile');
}
