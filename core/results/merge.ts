// Joins the results of several runs, such as the shards of a job matrix, into one.

import { ScanError } from '../errors.js';
import { compareText } from '../model/finding.js';
import { QuickHash } from '../model/hash.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Notice, RunResult } from '../model/result.js';
import type { MergedRun, RunInfo } from '../model/run.js';
import { isAtLeast, SEVERITIES, type Severity } from '../model/severity.js';
import type { NotPlanned } from '../model/task.js';
import { plural } from '../model/text.js';
import { TIERS } from '../model/tier.js';
import { makeVerdict } from '../model/verdict.js';
import { mergeChecks } from './merge-checks.js';
import { differences, mergedChanges, problems } from './merge-problems.js';
import { mergeTimes } from './merge-times.js';
import { type Shard, type ShardInput, shardsOf } from './shards.js';

/**
 * Joins results of one commit and target into one. A check has the worst of its outcomes and each finding once; times
 * are put side by side; statistics and verdict are made anew.
 * @throws ScanError `SR_RESULTS_DIFFER` with everything for which they are not parts of one scan.
 */
export function mergeResults(inputs: readonly ShardInput[]): RunResult {
  const found = problems(inputs);
  if (found.length > 0)
    throw new ScanError('SR_RESULTS_DIFFER', 'The results are not parts of one scan.', { problems: found });
  const shards = shardsOf(inputs);
  const [first] = shards as [Shard];
  const notices: Notice[] = [mergedNotice(shards), ...differences(inputs)];
  const notice = (item: Notice): void => void notices.push(item);
  const checks = mergeChecks(shards, notice);
  const times = mergeTimes(shards, checks, notice);
  const gate = strictestGate(shards);
  const changes = mergedChanges(inputs);
  const notPlanned = notPlannedOf(shards);
  const all = [...unique(shards.flatMap(({ result }) => result.notices)), ...notices];
  return {
    schemaVersion: 1,
    run: { ...runOf(shards, times.statistics.cores), ...(changes === undefined ? {} : { changes }) },
    target: first.result.target,
    config: { ...first.result.config, gate },
    verdict: makeVerdict({
      checks,
      notices: all,
      gate: gate as Parameters<typeof makeVerdict>[0]['gate'],
      outliers: times.outliers,
      time: times.statistics,
      interrupted: shards.some(({ result }) => result.verdict.status === 'interrupted'),
      notPlanned,
      changes,
    }),
    checks,
    notPlanned,
    ...times,
    notices: all,
  };
}

function mergedNotice(shards: readonly Shard[]): Notice {
  const names = shards.map(({ name, result }) => `${name} (${result.run.id})`).join(', ');
  const idle = shards.some(({ idleMs }) => idleMs > 0) ? ', without the time in which none of them ran' : '';
  return {
    code: 'merged',
    level: 'info',
    message: `Merged from ${plural(shards.length, 'result')}: ${names}. Times are side by side as the clocks of their machines had them${idle}; workers carry the number of their result.`,
  };
}

/** The gate of the first, as strict as the strictest of all in what is compared; what else they set must be the same to be kept in silence. */
function strictestGate(shards: readonly Shard[]): JsonObject {
  const gates = shards.map(({ result }) => gateOf(result.config));
  const threshold = ({ failOn }: JsonObject): Severity | 'never' =>
    failOn === 'never' || SEVERITIES.includes(failOn as Severity) ? (failOn as Severity | 'never') : 'error';
  const failOn = gates.map(threshold).reduce((a, b) => (a === 'never' || (b !== 'never' && isAtLeast(a, b)) ? b : a));
  const coverages = gates.map(({ minCoverage }) => (typeof minCoverage === 'number' ? minCoverage : 1));
  return { ...gates[0], failOn, minCoverage: Math.max(...coverages), ...strictest(gates) };
}

/** The fields of gates that results of the first versions do not have, as far as one has them. */
function strictest(gates: readonly JsonObject[]): JsonObject {
  const fields: { [name: string]: JsonValue } = {};
  const known = (name: string): boolean => gates.some((gate) => gate[name] !== undefined);
  const isSet = (name: string) => (gate: JsonObject) => gate[name] === true;
  if (known('maxFindings'))
    fields.maxFindings = Math.min(
      ...gates.map(({ maxFindings: most }) => (typeof most === 'number' && most > 0 ? most : 0)),
    );
  // Only what all of them forgive is forgiven.
  if (known('newOnly')) fields.newOnly = gates.every(isSet('newOnly'));
  for (const name of ['failOnOutliers', 'failOnBudget']) if (known(name)) fields[name] = gates.some(isSet(name));
  return fields;
}

function gateOf({ gate }: JsonObject): JsonObject {
  return typeof gate === 'object' && gate !== null && !Array.isArray(gate) ? (gate as JsonObject) : {};
}

function runOf(shards: readonly Shard[], cores: number): RunInfo {
  const runs = shards.map(({ result }) => result.run);
  const parts = shards.flatMap(({ result }) => result.run.mergedFrom ?? [mergedRun(result)]);
  const [earliest] = [...parts].sort(byStart) as [MergedRun];
  const ids = parts.map(({ runId }) => runId).sort(compareText);
  const hash = ids.reduce((sum, id) => sum.add(id), new QuickHash()).digest();
  return {
    id: `${earliest.runId}-merged-${hash.slice(0, 8)}`,
    startedAt: earliest.startedAt,
    endedAt: runs.map(({ endedAt }) => endedAt).reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a)),
    tier: runs.map(({ tier }) => tier).reduce((a, b) => (TIERS.indexOf(b) > TIERS.indexOf(a) ? b : a)),
    ...sharedProfile(runs),
    versions: Object.assign({}, ...runs.toReversed().map(({ versions }) => versions)) as RunInfo['versions'],
    machine: {
      platform: joinedNames(runs.map(({ machine }) => machine.platform)),
      arch: joinedNames(runs.map(({ machine }) => machine.arch)),
      cores,
    },
    mergedFrom: parts,
  };
}

/** The profile of all runs; none where they had several. */
function sharedProfile([first, ...others]: readonly RunInfo[]): Pick<RunInfo, 'profile'> {
  const profile = first?.profile;
  return profile !== undefined && others.every((run) => run.profile === profile) ? { profile } : {};
}

function byStart(a: MergedRun, b: MergedRun): number {
  return Date.parse(a.startedAt) - Date.parse(b.startedAt) || compareText(a.runId, b.runId);
}

/** `linux`, or `darwin+linux` where they differ. */
function joinedNames(names: readonly string[]): string {
  return [...new Set(names.flatMap((name) => name.split('+')))].sort().join('+');
}

function mergedRun({ run, statistics, verdict }: RunResult): MergedRun {
  const { id, startedAt, endedAt, machine } = run;
  return { runId: id, startedAt, endedAt, wallMs: statistics.wallMs, verdict: verdict.status, machine };
}

/** What no shard planned: a check that one left out and another ran was planned. */
function notPlannedOf(shards: readonly Shard[]): NotPlanned[] {
  const planned = new Set(shards.flatMap(({ result }) => result.checks.map(({ checkId }) => checkId)));
  const left = new Map<string, NotPlanned>();
  for (const entry of shards.flatMap(({ result }) => result.notPlanned))
    if (!planned.has(entry.checkId) && !left.has(entry.checkId)) left.set(entry.checkId, entry);
  return [...left.values()].sort((a, b) => compareText(a.checkId, b.checkId));
}

function unique(notices: readonly Notice[]): Notice[] {
  const seen = new Map<string, Notice>();
  for (const notice of notices) {
    const key = JSON.stringify([notice.code, notice.level, notice.message, notice.plugin]);
    if (!seen.has(key)) seen.set(key, notice);
  }
  return [...seen.values()];
}
