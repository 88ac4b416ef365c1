import { compareFindings, compareText, type Finding } from '../model/finding.js';
import { worstOutcome } from '../model/outcome.js';
import type { CheckResult, Notice } from '../model/result.js';
import { isAtLeast } from '../model/severity.js';
import type { Shard } from './shards.js';

/** One result a check, by id: the worst outcome of its parts, each finding once. */
export function mergeChecks(shards: readonly Shard[], notice: (notice: Notice) => void): CheckResult[] {
  const byId = new Map<string, CheckResult[]>();
  for (const shard of shards)
    for (const check of shard.result.checks)
      byId.set(check.checkId, [...(byId.get(check.checkId) ?? []), renamed(check, shard)]);
  return [...byId.values()]
    .map((list) => (list.length === 1 ? (list[0] as CheckResult) : joined(list as [CheckResult], notice)))
    .sort((a, b) => compareText(a.checkId, b.checkId));
}

function renamed(check: CheckResult, shard: Shard): CheckResult {
  return { ...check, parts: check.parts.map((part) => ({ ...part, taskId: shard.taskId(part.taskId) })) };
}

/** Several runs of one check as one. What is not joined here is as the first had it. */
function joined(list: readonly [CheckResult, ...CheckResult[]], notice: (notice: Notice) => void): CheckResult {
  const [first] = list;
  const { data: _, flaky: __, ...rest } = first;
  const data = list.find((each) => each.data !== undefined)?.data;
  const flaky = list.find((each) => each.flaky !== undefined)?.flaky;
  const kinds = new Set(list.flatMap((each) => (each.data === undefined ? [] : [JSON.stringify(each.data)])));
  if (kinds.size > 1)
    notice({
      code: 'merge-data',
      level: 'warning',
      message: `${first.checkId} learned different data in different runs; that of the first is kept.`,
    });
  return {
    ...rest,
    outcome: worstOutcome(list.map(({ outcome }) => outcome)),
    parts: list.flatMap(({ parts }) => parts),
    findings: once(list.flatMap(({ findings }) => findings)).sort(compareFindings),
    ...(data === undefined ? {} : { data }),
    measurements: list.flatMap(({ measurements }) => measurements),
    timeMs: list.reduce((sum, { timeMs }) => sum + timeMs, 0),
    // It counts where one of them lets it count.
    optional: list.every(({ optional }) => optional),
    ...(flaky === undefined ? {} : { flaky }),
  };
}

/** The same finding of two runs once: as the graver says it, and counted where one of them counts it. */
function once(findings: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>();
  for (const finding of findings) {
    const { fingerprint, location, message } = finding;
    // A fingerprint that somebody else made may be the same for all.
    const key = JSON.stringify([fingerprint, location.path, message]);
    const before = kept.get(key);
    if (before === undefined || isGraver(finding, before)) kept.set(key, finding);
  }
  return [...kept.values()];
}

function isGraver(a: Finding, b: Finding): boolean {
  if ((a.suppressedBy === undefined) !== (b.suppressedBy === undefined)) return a.suppressedBy === undefined;
  return a.severity !== b.severity && isAtLeast(a.severity, b.severity);
}
