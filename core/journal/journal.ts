import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { makeStateFolder, STATE_FOLDER } from '../files/state.js';
import { writeAll, writeWhole } from '../files/write-file.js';
import type { ScanEvent } from '../model/event.js';
import type { JsonObject } from '../model/json.js';
import type { Plan } from '../model/task.js';
import { redactLines } from '../redact/lines.js';

/** What a run was asked to do, written before anything runs. */
export interface RunHeader {
  /** Version of this shape. */
  readonly schemaVersion: 1;
  /** The run's id. */
  readonly runId: string;
  /** Start, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** What the run depends on besides the plan: configuration, plugins, content. Another one cannot be resumed. */
  readonly fingerprint: Readonly<Record<string, string>>;
  /** The options of the scan, to prepare it again: flags, files, folders. No environment: it may hold secrets. */
  readonly request: JsonObject;
  /** What runs; resume executes it and never plans again. */
  readonly plan: Plan;
}

/** The names of the files of a run's folder. */
export const PLAN_FILE = 'plan.json';
export const JOURNAL_FILE = 'journal.ndjson';
export const RESULT_FILE = 'result.json';

/** Runs whose folders are kept; the oldest go first. */
const RUNS_KEPT = 20;

/** A folder of a run that may still be going on is left alone for a day. */
const UNFINISHED_KEPT_MS = 86_400_000;

/** Characters that are kept back before they are written without a task having ended. */
const BUFFER_LENGTH = 65_536;

/** Ends of tasks that are closer together than this are written at once. */
const GATHER_MS = 10;

/** Hears why a run is not recorded; `info` for a target that cannot be written, which may be meant so. */
export type Fail = (message: string, level?: 'info' | 'warning') => void;

/** The append-only record of a run. What was flushed survives the process, however it ends. */
export class Journal {
  /** The run's folder. */
  readonly folder: string;
  readonly #fail: Fail;
  #file: number | undefined;
  #buffer = '';
  #flushedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string, fail: Fail) {
    this.folder = folder;
    this.#fail = fail;
    this.#file = openSync(join(folder, JOURNAL_FILE), 'a');
  }

  /**
   * Makes the folder of a run and writes its plan. Undefined where the target's state folder cannot be written: such a
   * run cannot be resumed, which is no reason not to run.
   * @param fail is told when the record breaks off, for instance because the disk is full.
   */
  static create(root: string, header: RunHeader, fail: Fail): Journal | undefined {
    const folder = makeStateFolder(root, 'runs', header.runId);
    if (folder === undefined) {
      const runs = join(root, STATE_FOLDER, 'runs');
      fail(`This run is not recorded, so it cannot be resumed: no folder can be made in ${runs}.`, 'info');
      return undefined;
    }
    try {
      prune(join(folder, '..'), header.runId);
      writeWhole(join(folder, PLAN_FILE), JSON.stringify(header));
      return new Journal(folder, fail);
    } catch (error) {
      discard(folder);
      fail(`The run could not be recorded, so it cannot be resumed: ${messageOf(error)}. ${nextStep(folder)}`);
      return undefined;
    }
  }

  /** Goes on with the record of a run that broke off. A torn last line is cut off first, or the next would be part of it. */
  static reopen(folder: string, fail: Fail): Journal {
    const journal = new Journal(folder, fail);
    const file = join(folder, JOURNAL_FILE);
    truncateSync(file, readFileSync(file).lastIndexOf(0x0a) + 1);
    return journal;
  }

  /** Records an event; written when a task ends, together with those that end within the next moment. */
  append(event: ScanEvent): void {
    if (this.#file === undefined) return;
    // The plan has a file of its own, and so has the result.
    const line = event.type === 'planned' || event.type === 'result' ? { type: event.type, at: event.at } : event;
    this.#buffer += `${JSON.stringify(line)}\n`;
    if (this.#buffer.length > BUFFER_LENGTH) this.flush();
    else if (event.type === 'taskEnded') this.#flushSoon(event.at);
  }

  /** A write takes as long as a small check does; what is lost in between is a moment's work, which runs again. */
  #flushSoon(at: number): void {
    if (at - this.#flushedAt >= GATHER_MS) {
      this.#flushedAt = at;
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
    }
  }

  /** Writes what is kept back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#file === undefined || this.#buffer === '') return;
    try {
      writeAll(this.#file, Buffer.from(this.#buffer));
      this.#buffer = '';
    } catch (error) {
      this.close();
      this.#fail(
        `The record of the run broke off, so that resumed it would run again what ends from here on: ${messageOf(error)}. ${nextStep(this.folder)}`,
      );
    }
  }

  /** Keeps the result beside the record. */
  result(text: string): void {
    if (this.#file === undefined) return;
    try {
      writeWhole(join(this.folder, RESULT_FILE), text);
    } catch (error) {
      this.#fail(`The result could not be kept: ${messageOf(error)}. ${nextStep(this.folder)}`);
    }
  }

  /** Masks in the record that was closed what was not known to be secret when it was written. */
  redact(redact: <T>(value: T) => T): void {
    try {
      redactLines(join(this.folder, JOURNAL_FILE), redact);
    } catch (error) {
      this.#fail(`What is secret could not be masked in the record of the run: ${messageOf(error)}`);
    }
  }

  /** Ends the record. */
  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    closeSync(file);
  }
}

/** Removes what would look like a run that can be resumed. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Whoever resumes it is told that its plan cannot be read.
  }
}

/** What to do about a record that cannot be written. */
function nextStep(folder: string): string {
  return `Make room in ${folder}, or make it writable.`;
}

/** Removes the oldest runs; ids sort by time. */
function prune(runs: string, current: string): void {
  const old = readdirSync(runs)
    .sort()
    .filter((name) => name !== current)
    .slice(0, -(RUNS_KEPT - 1));
  for (const name of old) {
    const folder = join(runs, name);
    const finished = readdirSync(folder).includes(RESULT_FILE);
    if (finished || Date.now() - statSync(folder).mtimeMs > UNFINISHED_KEPT_MS) remove(folder);
  }
}

/** Removes a run's folder, file by file: what removes any tree takes a start five times as long. */
function remove(folder: string): void {
  try {
    // A link that a target brings leads elsewhere; only the link goes.
    if (!lstatSync(folder).isDirectory()) throw new Error('It is no folder.');
    for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
    rmdirSync(folder);
  } catch {
    // There is more in it than a run writes, or another scan removes it too.
    rmSync(folder, { recursive: true, force: true });
  }
}
