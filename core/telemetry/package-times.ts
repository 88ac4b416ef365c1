// What the history keeps of the packages of a monorepo: which of them take a check long.

import { compareText } from '../model/finding.js';
import { isNotApplicable } from '../model/outcome.js';
import type { CheckPart, CheckResult, TaskRecord } from '../model/result.js';
import type { HistoryCheck, PastRun } from './history.js';
import { rounded, runningMs } from './times.js';

/** What a check took on a package in a run; undefined where the run does not say, or says nonsense. */
export function packageMs(run: PastRun, checkId: string, name: string): number | undefined {
  const all = run.checks[checkId]?.packagesMs;
  if (typeof all !== 'object' || all === null || !Object.hasOwn(all, name)) return undefined;
  const ms = (all as Readonly<Record<string, unknown>>)[name];
  return isCount(ms) ? ms : undefined;
}

/** Packages of which the history keeps a time: a line must not grow with the monorepo, and short ones need no plan. */
const PACKAGES_KEPT = 50;

/** The packages that took a check longest, where there are several. */
export function longestPackages(
  { parts }: CheckResult,
  records: ReadonlyMap<string, TaskRecord>,
): Pick<HistoryCheck, 'packagesMs'> {
  if (parts.length === 1) return {};
  const times = parts.flatMap(({ package: name, taskId }): [string, number][] => {
    const record = records.get(taskId);
    return name !== undefined && isName(name) && record !== undefined ? [[name, rounded(runningMs(record))]] : [];
  });
  if (times.length === 0) return {};
  const longest = times.sort(([a, first], [b, second]) => second - first || compareText(a, b));
  return { packagesMs: Object.fromEntries(longest.slice(0, PACKAGES_KEPT)) };
}

/** True for a package to which the check does not apply: with the others it has said all. */
export function isAway({ package: one, outcome }: CheckPart): boolean {
  return one !== undefined && isNotApplicable(outcome);
}

/** True for times by name as they may be printed. */
export function isTimes(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, ms]) => isName(name) && isCount(ms))
  );
}

const NAME = /^[\w@.:/+-]{1,300}$/;

/** True for a name or hash that may be printed. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** True for a number that counts or measures. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
