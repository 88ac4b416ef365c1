import type { Problem } from '../errors.js';
import { changesText, type RunChanges } from '../model/changes.js';
import type { JsonObject } from '../model/json.js';
import type { Notice, RunResult } from '../model/result.js';
import type { ShardInput } from './shards.js';

/** For what the results are no parts of one scan; each is compared with the first. */
export function problems(inputs: readonly ShardInput[]): Problem[] {
  const [first, ...others] = inputs as [ShardInput, ...ShardInput[]];
  const found: Problem[] = [];
  const ids = new Map<string, string>();
  for (const { name, result } of inputs) {
    for (const id of [result.run.id, ...(result.run.mergedFrom ?? []).map(({ runId }) => runId)]) {
      const before = ids.get(id);
      if (before !== undefined)
        found.push({ where: name, what: `holds the run ${id}, which ${before} holds too`, next: 'give each once' });
      ids.set(id, name);
    }
  }
  for (const { name, result } of others) {
    for (const what of [otherTarget(first, result), otherChanges(first, result)])
      if (what !== undefined) found.push({ where: name, what });
  }
  return found;
}

/** How the target of a result is another one than that of the first. */
function otherTarget({ name, result: { target } }: ShardInput, { target: other }: RunResult): string | undefined {
  if (target.commit !== undefined && other.commit !== undefined && target.commit !== other.commit)
    return `is of the commit ${other.commit.slice(0, 12)}, ${name} of ${target.commit.slice(0, 12)}`;
  if ((target.repositoryPath ?? '') !== (other.repositoryPath ?? ''))
    return `is of ${folderText(other.repositoryPath)}, ${name} of ${folderText(target.repositoryPath)}: their paths start from different folders`;
  if (target.repositoryUrl !== undefined && other.repositoryUrl !== undefined)
    return target.repositoryUrl === other.repositoryUrl
      ? undefined
      : `is of the repository ${other.repositoryUrl}, ${name} of ${target.repositoryUrl}`;
  const isSameCommit = target.commit !== undefined && target.commit === other.commit;
  if (target.name !== other.name && !isSameCommit)
    return `is of the target '${other.name}', ${name} of '${target.name}', and no commit says that they are the same`;
  return undefined;
}

/** What the whole was restricted to: nothing when all looked at all files, the same when all did. */
export function mergedChanges(inputs: readonly ShardInput[]): RunChanges | undefined {
  const all = inputs.map(({ result }) => result.run.changes);
  const [first] = all;
  if (first?.kind !== 'files') return first;
  return { kind: 'files', files: sum(all, 'files'), removed: sum(all, 'removed') };
}

function sum(all: readonly (RunChanges | undefined)[], key: 'files' | 'removed'): number {
  return all.reduce((total, changes) => total + (changes?.[key] ?? 0), 0);
}

/** How a result looked at other files than the first. Lists of files may differ: together they are a longer list. */
function otherChanges({ name, result }: ShardInput, other: RunResult): string | undefined {
  const [own, theirs] = [result.run.changes, other.run.changes];
  if (own?.kind === 'files' && theirs?.kind === 'files') return undefined;
  return JSON.stringify(own) === JSON.stringify(theirs)
    ? undefined
    : `looked at ${filesText(theirs)}, ${name} at ${filesText(own)}`;
}

function filesText(changes: RunChanges | undefined): string {
  return changes === undefined ? 'all files' : changesText(changes);
}

function folderText(path: string | undefined): string {
  return path === undefined ? "the repository's root" : `the folder ${path}`;
}

/** Parts of a configuration that may differ between shards without changing what a finding means. */
const EXPECTED_TO_DIFFER = ['file', 'select', 'reporters', 'limits', 'tier', 'profile'];

/** In what the results differ although they may be merged, as warnings. */
export function differences(inputs: readonly ShardInput[]): Notice[] {
  const [first, ...others] = inputs as [ShardInput, ...ShardInput[]];
  return others.flatMap((other) =>
    differencesOf(first.result, other.result).map(
      (what): Notice => ({
        code: 'merge-differs',
        level: 'warning',
        message: `${other.name} differs from ${first.name} in ${what}.`,
      }),
    ),
  );
}

function differencesOf(a: RunResult, b: RunResult): string[] {
  const differing = (one: JsonObject, other: JsonObject, without: readonly string[] = []): string[] =>
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((key) => !without.includes(key) && JSON.stringify(one[key]) !== JSON.stringify(other[key]))
      .sort();
  const config = differing(a.config, b.config, EXPECTED_TO_DIFFER);
  const versions = Object.keys(a.run.versions).filter(
    (name) => b.run.versions[name] !== undefined && a.run.versions[name] !== b.run.versions[name],
  );
  return [
    ...(config.length > 0
      ? [`its configuration (${config.join(', ')})${config.includes('gate') ? '; the stricter gate decides' : ''}`]
      : []),
    ...(a.run.tier === b.run.tier ? [] : [`its tier (${b.run.tier}, not ${a.run.tier})`]),
    ...(versions.length > 0 ? [`its versions (${versions.join(', ')})`] : []),
    ...(a.target.name === b.target.name ? [] : [`the name of its target ('${b.target.name}')`]),
    ...((a.target.commit === undefined) === (b.target.commit === undefined) ? [] : ['whether its commit is known']),
  ];
}
