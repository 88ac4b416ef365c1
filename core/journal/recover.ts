import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suggest } from '../check/nearest.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { namesIn } from '../files/names-in.js';
import { STATE_FOLDER } from '../files/state.js';
import type { EndedCheck, ScanEvent } from '../model/event.js';
import type { Finding } from '../model/finding.js';
import type { ReasonCode } from '../model/outcome.js';
import type { Measurement, TaskRecord } from '../model/result.js';
import { plural } from '../model/text.js';
import { JOURNAL_FILE, PLAN_FILE, type RunHeader } from './journal.js';

/** A task that ended before the run broke off, with all that it said. */
export interface RecoveredTask {
  readonly record: TaskRecord;
  readonly checks: readonly (EndedCheck & {
    readonly found: readonly Finding[];
    readonly measured: readonly Measurement[];
  })[];
}

/** What can be used again of a run. */
export interface RecoveredRun {
  readonly folder: string;
  readonly header: RunHeader;
  /** The tasks that need not run again, by id. */
  readonly done: ReadonlyMap<string, RecoveredTask>;
  /** Milliseconds since its start at which the record ends. */
  readonly lastAtMs: number;
  /** What is wrong with the record. */
  readonly problems: readonly string[];
}

/**
 * Reads the record of a run. A torn last line is what a killed process leaves and is passed over; a corrupt line further
 * up is reported, and the tasks of which something is missing run again.
 * @throws ScanError `SR_RUN_NOT_FOUND` naming the runs that there are, `SR_RUN_CORRUPT` when the plan cannot be read.
 */
export function recoverRun(root: string, runId: string): RecoveredRun {
  const place = join(root, STATE_FOLDER, 'runs');
  const runs = runsIn(place);
  const folder = join(place, runId);
  if (!/^[\w-]+$/.test(runId) || !runs.includes(runId)) {
    throw new ScanError(
      'SR_RUN_NOT_FOUND',
      `There is no run '${runId}' in ${place}: ${suggest(runId, [...runs].reverse())}`,
    );
  }
  const header = readHeader(join(folder, PLAN_FILE), runId);
  const { events, problems } = readEvents(join(folder, JOURNAL_FILE));
  const lastAtMs = events.reduce((last, { at }) => Math.max(last, at), 0);
  return { folder, header, done: endedTasks(events), lastAtMs, problems };
}

/**
 * The ids of the runs in a folder of them, the newest last; none where there is no folder.
 * @throws ScanError `SR_RUN_NOT_FOUND` when it cannot be read.
 */
export function runsIn(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    throw new ScanError('SR_RUN_NOT_FOUND', `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function readHeader(file: string, runId: string): RunHeader {
  try {
    const header = JSON.parse(readFileSync(file, 'utf8')) as RunHeader;
    if (header.schemaVersion !== 1 || header.runId !== runId || !Array.isArray(header.plan?.tasks))
      throw new Error('it is not a plan of this version');
    return header;
  } catch (error) {
    throw new ScanError('SR_RUN_CORRUPT', `The plan of the run ${runId} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function readEvents(file: string): { readonly events: readonly ScanEvent[]; readonly problems: readonly string[] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // The plan was written, and nothing had happened yet.
    if (codeOf(error) === 'ENOENT') return { events: [], problems: [] };
    throw new ScanError('SR_RUN_CORRUPT', `The record ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const lines = text.split('\n');
  const events: ScanEvent[] = [];
  const corrupt: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const event = parseEvent(line);
    if (event !== undefined) events.push(event);
    else if (index < lines.length - 1) corrupt.push(index + 1);
  }
  if (corrupt.length === 0) return { events, problems: [] };
  const where = `${plural(corrupt.length, 'line')} of ${file} cannot be read (${corrupt.slice(0, 5).join(', ')})`;
  return { events, problems: [`${where}; what they recorded is run again.`] };
}

function parseEvent(line: string): ScanEvent | undefined {
  try {
    const event = JSON.parse(line) as ScanEvent;
    return typeof event === 'object' && event !== null && typeof event.type === 'string' && typeof event.at === 'number'
      ? event
      : undefined;
  } catch {
    return undefined;
  }
}

/** The tasks whose end is recorded together with everything that they are said to have found. */
function endedTasks(events: readonly ScanEvent[]): Map<string, RecoveredTask> {
  const findings = new Map<string, Finding[]>();
  const measurements = new Map<string, (Measurement & { readonly checkId: string })[]>();
  const done = new Map<string, RecoveredTask>();
  for (const event of events) {
    if (event.type === 'taskStarted' || event.type === 'attemptDiscarded') {
      findings.set(event.taskId, []);
      measurements.set(event.taskId, []);
      done.delete(event.taskId);
    } else if (event.type === 'finding') {
      findings.get(event.taskId)?.push(event.finding);
    } else if (event.type === 'measure') {
      const { checkId, name, value, unit } = event;
      measurements.get(event.taskId)?.push({ checkId, name, value, unit });
    } else if (event.type === 'taskEnded') {
      const task = recovered(
        event.task,
        event.checks,
        findings.get(event.task.id) ?? [],
        measurements.get(event.task.id) ?? [],
      );
      if (task) done.set(event.task.id, task);
    }
  }
  return done;
}

/** Reasons that tell of the run, not of the check; a need that was cut short may be met this time. */
const CUT_SHORT: readonly ReasonCode[] = ['interrupted', 'aborted', 'deadline', 'need-failed'];

function recovered(
  record: TaskRecord,
  checks: readonly EndedCheck[],
  findings: readonly Finding[],
  measurements: readonly (Measurement & { readonly checkId: string })[],
): RecoveredTask | undefined {
  // What was cut short by the end of the run, and what masked a secret that no record may hold, is done again.
  if (checks.some(({ masked }) => masked)) return undefined;
  if ('reason' in record.outcome && CUT_SHORT.includes(record.outcome.reason.code)) return undefined;
  const complete = checks.map((check) => ({
    ...check,
    found: findings.filter(({ checkId }) => checkId === check.checkId),
    measured: measurements
      .filter(({ checkId }) => checkId === check.checkId)
      .map(({ name, value, unit }) => ({ name, value, unit })),
  }));
  const whole = complete.every(
    ({ findings: count, measurements: measured, found, measured: list }) =>
      found.length === count && list.length === measured,
  );
  return whole ? { record, checks: complete } : undefined;
}
