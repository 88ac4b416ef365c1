import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suggest } from '../check/nearest.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { STATE_FOLDER } from '../files/state.js';
import { compareText } from '../model/finding.js';
import { OUTCOME_ORDER } from '../model/outcome.js';
import type { RunResult } from '../model/result.js';
import { SEVERITIES } from '../model/severity.js';
import { formatBytes } from '../model/text.js';
import { TIERS } from '../model/tier.js';
import { RESULT_FILE } from './journal.js';

/** A scan compares itself with the one before: it does not read more than this for that. */
const MAX_COMPARED_BYTES = 64_000_000;
/** JavaScript's longest text has some 500 million characters. */
const MAX_BYTES = 500_000_000;

/** The folder of the runs of a target. */
function runsFolder(root: string): string {
  return join(root, STATE_FOLDER, 'runs');
}

/**
 * The kept result of a run, as it is in its file; undefined where none is kept any more. Nothing is known of its shape:
 * a target may bring a folder of that name.
 * @throws Error that says why it cannot be read.
 */
export function readKeptResult(root: string, runId: string): unknown {
  // The id comes from a file of the target: it must not lead out of the folder.
  if (!isRunId(runId)) return undefined;
  const file = join(runsFolder(root), runId, RESULT_FILE);
  try {
    const { size } = statSync(file);
    if (size > MAX_COMPARED_BYTES) throw new Error(`it has ${formatBytes(size)}`);
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new Error(error instanceof SyntaxError ? 'it is not valid JSON' : messageOf(error), { cause: error });
  }
}

/** The length of the time that an id begins with, to the second. */
const TIME_LENGTH = 15;

/** The ids of the runs whose results are kept, the oldest first. */
export function keptRuns(root: string): string[] {
  try {
    const folder = runsFolder(root);
    const kept = readdirSync(folder).flatMap((id) => {
      const stats = isRunId(id) ? statSync(join(folder, id, RESULT_FILE), { throwIfNoEntry: false }) : undefined;
      return stats === undefined ? [] : [{ id, time: id.slice(0, TIME_LENGTH), writtenMs: stats.mtimeMs }];
    });
    // Two runs may have begun in the same second.
    kept.sort((a, b) => compareText(a.time, b.time) || a.writtenMs - b.writtenMs);
    return kept.map(({ id }) => id);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function isRunId(text: string): boolean {
  return /^[\w-]+$/.test(text);
}

/** Where results are looked for. */
export interface ResultPlaces {
  /** The root of the target whose runs are kept. */
  readonly root: string;
  /** What paths start from. */
  readonly cwd: string;
}

/**
 * The result that a person means: `last` or `previous` for the newest kept run and the one before it, the id of a kept
 * run or the begin of one, or the path of a json report.
 * @throws ScanError `SR_RUN_NOT_FOUND` naming the runs that there are, `SR_RESULT_INVALID` for what is no result.
 */
export function findResult(reference: string, places: ResultPlaces): RunResult {
  const file = resultFile(reference, places);
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`it has ${formatBytes(size)}`);
    return parseResult(JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : messageOf(error);
    throw new ScanError('SR_RESULT_INVALID', `${file} is no result of a scan: ${why}.`, { cause: error });
  }
}

function resultFile(reference: string, { root, cwd }: ResultPlaces): string {
  const runs = keptRuns(root);
  const kept = (id: string): string => join(runsFolder(root), id, RESULT_FILE);
  const back = { last: 1, previous: 2 }[reference];
  if (back !== undefined) {
    const id = runs.at(-back);
    if (id !== undefined) return kept(id);
    const found = runs.length === 0 ? 'none' : 'only one';
    throw new ScanError('SR_RUN_NOT_FOUND', `There is no ${reference} run: ${found} is kept in ${runsFolder(root)}.`);
  }
  const matching = runs.filter((id) => id.startsWith(reference));
  if (runs.includes(reference)) return kept(reference);
  const path = resolve(cwd, reference);
  if (existsSync(path)) return path;
  if (matching.length === 1 && matching[0] !== undefined) return kept(matching[0]);
  throw new ScanError(
    'SR_RUN_NOT_FOUND',
    matching.length > 1
      ? `Several runs begin with '${reference}': ${matching.join(', ')}.`
      : `There is neither a run nor a file '${reference}': ${suggest(reference, ['last', 'previous', ...runs.toReversed()])}`,
  );
}

/**
 * A result that was read from somewhere. What is computed with is looked at; text is text, whatever it says.
 * @throws Error that says what is wrong with it.
 */
export function parseResult(value: unknown): RunResult {
  const result = record(value, 'it');
  if (result.schemaVersion !== 1) throw new Error('its schemaVersion is not 1');
  const run = record(result.run, 'run');
  texts(run, 'run', ['id', 'startedAt']);
  oneOf(run.tier, 'run.tier', TIERS);
  texts(record(result.target, 'target'), 'target', ['name']);
  const verdict = record(result.verdict, 'verdict');
  texts(verdict, 'verdict', ['status', 'summary']);
  numbers(verdict, 'verdict', ['coverage', 'gateFindings']);
  numbers(record(result.statistics, 'statistics'), 'statistics', [
    'wallMs',
    'workMs',
    'speedUp',
    'concurrency',
    'cores',
  ]);
  for (const [index, check] of list(result.checks, 'checks').entries()) parseCheck(check, `checks[${index}]`);
  for (const [index, task] of list(result.tasks, 'tasks').entries()) parseTask(task, `tasks[${index}]`);
  for (const [index, item] of list(result.notPlanned, 'notPlanned').entries())
    texts(record(item, `notPlanned[${index}]`), `notPlanned[${index}]`, ['checkId', 'code']);
  return result as unknown as RunResult;
}

function parseCheck(value: unknown, place: string): void {
  const check = record(value, place);
  texts(check, place, ['checkId']);
  numbers(check, place, ['timeMs']);
  parseOutcome(check.outcome, `${place}.outcome`);
  for (const [index, part] of list(check.parts, `${place}.parts`).entries())
    texts(record(part, `${place}.parts[${index}]`), `${place}.parts[${index}]`, ['taskId']);
  for (const [index, item] of list(check.findings, `${place}.findings`).entries()) {
    const at = `${place}.findings[${index}]`;
    const finding = record(item, at);
    texts(finding, at, ['checkId', 'messageId', 'message', 'fingerprint']);
    oneOf(finding.severity, `${at}.severity`, SEVERITIES);
    texts(record(finding.location, `${at}.location`), `${at}.location`, ['path']);
  }
}

function parseTask(value: unknown, place: string): void {
  const task = record(value, place);
  texts(task, place, ['id']);
  list(task.checkIds, `${place}.checkIds`);
  for (const [index, attempt] of list(task.attempts, `${place}.attempts`).entries()) {
    const at = `${place}.attempts[${index}]`;
    numbers(record(attempt, at), at, ['startedAtMs', 'endedAtMs']);
  }
}

function parseOutcome(value: unknown, place: string): void {
  const outcome = record(value, place);
  oneOf(outcome.status, `${place}.status`, OUTCOME_ORDER);
  if (outcome.reason !== undefined) texts(record(outcome.reason, `${place}.reason`), `${place}.reason`, ['message']);
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${place} is no object`);
}

function list(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${place} is no list`);
}

function texts(fields: Fields, place: string, names: readonly string[]): void {
  for (const name of names) if (typeof fields[name] !== 'string') throw new Error(`${place}.${name} is no text`);
}

function numbers(fields: Fields, place: string, names: readonly string[]): void {
  for (const name of names) if (!Number.isFinite(fields[name])) throw new Error(`${place}.${name} is no number`);
}

function oneOf(value: unknown, place: string, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw new Error(`${place} is none of ${allowed.join(', ')}`);
}
