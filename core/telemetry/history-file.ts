// The file behind the history: one line a run, appended in one write, so that two scans at once lose nothing.

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import { openStateFolder, STATE_FOLDER } from '../files/state.js';
import { withLock } from '../lock.js';
import type { Notice } from '../model/result.js';
import { plural } from '../model/text.js';
import type { TierName } from '../model/tier.js';
import type { History, HistoryRun, PastRun } from './history.js';
import { lineOf, type Parsed, parseAll, parseNewest, type RunLine, runLines, startOf } from './history-lines.js';

const FOLDER = 'history';
const FILE = 'history.ndjson';
/** Runs kept at most, and for how long. */
const MAX_RUNS = 200;
const MAX_AGE_MS = 90 * 86_400_000;
/** Lines beyond the limit before the file is written anew: not at every scan. */
const SLACK = 20;
/** What a scan reads of the file's end: 200 runs of 180 checks, 20 ms of its time at most. A larger file is pruned to three quarters of it. */
const SCAN_BYTES = 4_000_000;
/** What `scanrun history` reads. */
const WHOLE_BYTES = 100_000_000;
/** A link in the place of the file would lead the writing anywhere. Windows has no such flag. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** What was read, and what could not be. */
interface Read<Run extends PastRun> {
  /** From the oldest to the newest. */
  readonly runs: readonly Run[];
  readonly notices: readonly Notice[];
  /** True when the file wants pruning. */
  readonly full: boolean;
}

/** What a scan reads. */
export type ReadHistory = Read<PastRun> & Required<Pick<History, 'tier'>>;

/** Reads what a scan of a tier compares itself with. Lines that are no runs are left out and counted in a notice; no file is no history. */
export function readHistory(root: string, tier: TierName): ReadHistory {
  return { tier, ...readFile(root, SCAN_BYTES, (lines, whole) => parseNewest(lines, whole, tier)) };
}

/** Reads all runs. Lines that are none are left out and counted in a notice; no file is no history. */
export function readWholeHistory(root: string, maxBytes = WHOLE_BYTES): Read<HistoryRun> {
  return readFile(root, maxBytes, parseAll);
}

function readFile<Run extends PastRun>(
  root: string,
  maxBytes: number,
  parse: (lines: readonly string[], whole: boolean) => Parsed<Run>,
): Read<Run> {
  const path = historyPath(root);
  const nothing = { runs: [], notices: [], full: false };
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return nothing;
    if (!stats.isFile()) return { ...nothing, notices: [unread(path, 'it is no file')] };
    const { lines, whole } = readLines(path, maxBytes);
    const { runs, torn } = parse(lines, whole);
    return {
      runs,
      notices: torn === 0 ? [] : [corrupt(torn, path)],
      full: lines.length > MAX_RUNS + SLACK || !whole || isOld(startOf(lines[0] ?? '')),
    };
  } catch (error) {
    // A file in the place of the folder: there is no history, and the writing will say why there will be none.
    if (codeOf(error) === 'ENOTDIR') return nothing;
    return { ...nothing, notices: [unread(path, codeOf(error) ?? messageOf(error))] };
  }
}

function historyPath(root: string): string {
  return join(root, STATE_FOLDER, FOLDER, FILE);
}

/** True for a start so long ago that the run need not be kept. */
function isOld(startedAt: string): boolean {
  return Date.now() - Date.parse(startedAt) > MAX_AGE_MS;
}

/** The lines of the last `maxBytes` of a file; the first is only a part of one where that is not the whole file. */
function readLines(path: string, maxBytes: number): { lines: string[]; whole: boolean } {
  const file = openSync(path, constants.O_RDONLY | NO_FOLLOW);
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - maxBytes);
    return { lines: readFrom(file, from, size).toString('utf8').split('\n'), whole: from === 0 };
  } finally {
    closeSync(file);
  }
}

function readFrom(file: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let filled = 0;
  for (let read = -1; filled < buffer.length && read !== 0; filled += read)
    read = readSync(file, buffer, filled, buffer.length - filled, from + filled);
  return buffer.subarray(0, filled);
}

function corrupt(count: number, path: string): Notice {
  return {
    code: 'history-corrupt',
    level: 'info',
    message: `${plural(count, 'line')} of the history could not be read and ${count === 1 ? 'was' : 'were'} left out: ${path}.`,
  };
}

function unread(path: string, why: string): Notice {
  return { code: 'history-unread', level: 'info', message: `The history could not be read: ${path}: ${why}.` };
}

/** Keeps a run. */
export type KeepRun = (run: HistoryRun) => void;

/**
 * Makes ready to keep the run of a scan: whether that can be done is known before the result is made, so that the
 * result says it. A scan needs no history, so nothing here fails: what goes wrong is a notice.
 */
export function openHistory(root: string, full: boolean, notice: (notice: Notice) => void): KeepRun {
  const path = historyPath(root);
  const problem = problemWith(root, path);
  if (problem !== undefined) {
    notice(notKept(problem, 'info'));
    return () => {};
  }
  return (run) => {
    try {
      appendRun(path, run);
      if (full) pruneHistory(path);
    } catch (error) {
      // The result is made: only the command line and whoever reads events can still say it.
      notice(notKept(`${path} cannot be written (${codeOf(error) ?? messageOf(error)})`, 'warning'));
    }
  };
}

function notKept(why: string, level: Notice['level']): Notice {
  return {
    code: 'history-unwritable',
    level,
    message: `This scan is not kept in the history: ${why}. Trends, outliers and flaky checks are found with it: make \`${STATE_FOLDER}\` writable.`,
  };
}

/** Why nothing can be written there; undefined when it can. */
function problemWith(root: string, path: string): string | undefined {
  const opened = openStateFolder(root, FOLDER);
  if ('problem' in opened) return opened.problem;
  try {
    closeSync(openForAppend(path));
    return undefined;
  } catch (error) {
    return `${path} cannot be written (${codeOf(error) ?? messageOf(error)})`;
  }
}

function openForAppend(path: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NO_FOLLOW | (constants.O_NONBLOCK ?? 0);
  const file = openSync(path, flags, 0o644);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw Object.assign(new Error('it is no file'), { code: 'EINVAL' });
}

/** Adds a run; throws what the file system says. */
export function appendRun(path: string, run: HistoryRun): void {
  const line = `${lineOf(run)}\n`;
  // Whoever pruned meanwhile has put another file in its place, perhaps without this line: then once more, into that.
  for (let tries = 0; tries < 5; tries += 1) if (appendLine(path, line)) return;
}

/** Writes a line at the end, in one write; false when the file is not the one of that name any more. */
function appendLine(path: string, line: string): boolean {
  const file = openForAppend(path);
  try {
    const { size, ino } = fstatSync(file);
    // After a torn line, left by a crash or a full disk, this one begins anew.
    const torn = size > 0 && readFrom(file, size - 1, size).toString('latin1') !== '\n';
    const bytes = Buffer.from(torn ? `\n${line}` : line);
    const written = writeSync(file, bytes);
    if (written < bytes.length) throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
    return statSync(path, { throwIfNoEntry: false })?.ino === ino;
  } finally {
    closeSync(file);
  }
}

/** Keeps the newest 200 runs of the last 90 days. Does nothing while another process does it. */
export function pruneHistory(path: string): void {
  withLock(path, () => rewrite(path));
}

function rewrite(path: string): void {
  const old = openSync(path, constants.O_RDONLY | NO_FOLLOW);
  try {
    const { size } = fstatSync(old);
    const kept = worthKeeping(runLines(readFrom(old, 0, size).toString('utf8').split('\n')));
    const fresh = `${path}.${process.pid}`;
    rmSync(fresh, { force: true });
    const file = openSync(fresh, 'wx', 0o644);
    try {
      writeAll(file, Buffer.from(kept.join('')));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
    // What another scan appended to the old file between the reading and the renaming.
    const late = readFrom(old, size, fstatSync(old).size).toString('utf8').split('\n');
    for (const { line } of runLines(late)) appendLine(path, `${line}\n`);
  } finally {
    closeSync(old);
  }
}

/** The lines of the newest runs within all limits. */
function worthKeeping(runs: readonly RunLine[]): string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const { line } of runs
    .filter(({ startedAt }) => !isOld(startedAt))
    .slice(-MAX_RUNS)
    .reverse()) {
    bytes += line.length + 1;
    if (bytes > SCAN_BYTES * 0.75 && lines.length > 0) break;
    lines.unshift(`${line}\n`);
  }
  return lines;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
