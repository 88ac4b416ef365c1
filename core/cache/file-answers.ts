// What file checks said of each version of each file.

import { join } from 'node:path';
import { withLock } from '../lock.js';
import type { KeptFileAnswer } from '../model/kept.js';
import { type IdentifiedFile, type MissReason, versionChange, versionOf } from './file-identity.js';
import type { FileAnswersOptions, FileLookup } from './file-lookup.js';
import { attempt, type FileStamp, failureText } from './folder.js';
import { LearnedFiles, type StoredAnswer } from './learned-files.js';
import { type CheckKey, type LearnedRow, mergeTable, parseAnswers } from './merge-table.js';
import { changedParts, type PartChange } from './parts.js';
import { FileTable } from './table.js';

/** The name of the table's file. */
const TABLE_FILE = 'files';

const NOTHING_MISSING: FileLookup = { missing: [], answers: [] };
/** Waits for another process that writes: it takes some 50 ms for 57,000 files. */
const LOCK_TRIES = 40;
const LOCK_WAIT_MS = 25;

/** The answers of one scan's file checks: those of earlier scans to find, and its own to keep. */
export class FileAnswers {
  readonly #options: FileAnswersOptions;
  readonly #learned = new LearnedFiles();
  /** Read with the first question: there may be none. */
  #opened: FileTable | undefined;
  /** What each state says of this scan's checks: 1 for those that have nothing to say. */
  #states: readonly Uint8Array[] = [];
  /** For each state whether all checks that were asked for last have nothing to say: most files ask for the same. */
  #allClean: (boolean | undefined)[] = [];
  #wanted: readonly number[] | undefined;
  /** 1 for each row that was used. */
  #used = new Uint8Array(0);
  /** The slot of each check. */
  #slots: readonly number[] = [];
  #stamp: FileStamp | undefined;
  #broken = false;
  #stale = false;
  #oldestDay: number;
  /** Why a table that is there could not be read. */
  problem: string | undefined;
  /** Questions that needed no visit. */
  hits = 0;
  /** Questions that need one. */
  misses = 0;

  constructor(options: FileAnswersOptions) {
    this.#options = options;
    this.#oldestDay = options.today;
  }

  get #table(): FileTable {
    this.#opened ??= this.#read();
    return this.#opened;
  }

  /** Parts of the table that were not as they were written; what they said is asked again. */
  get damaged(): number {
    return (this.#opened?.damaged ?? 0) + (this.#broken ? 1 : 0);
  }

  /** Answers that this scan will keep. */
  get kept(): number {
    return this.#learned.count();
  }

  /**
   * What is known of a file.
   * @param wanted the checks that want it; the same array for files that the same want, which is faster.
   */
  lookup(file: IdentifiedFile, wanted: readonly number[]): FileLookup {
    const state = this.#find(file);
    if (state >= 0 && this.#isClean(state, wanted)) {
      this.hits += wanted.length;
      return NOTHING_MISSING;
    }
    const known = this.#known(state);
    const missing: number[] = [];
    const answers: FileLookup['answers'][number][] = [];
    for (const check of wanted) {
      const answer = known(check) ?? this.#byContent(file, check);
      if (answer === undefined) missing.push(check);
      else if (answer !== CLEAN) answers.push({ check, answer });
      if (answer !== undefined) this.hits += 1;
      else if (this.#options.checks[check] !== undefined) this.misses += 1;
    }
    return { missing, answers };
  }

  /**
   * Keeps what a check said of a file, once the visit has ended by itself; undefined says that it had nothing to say.
   * Nothing is written before `save`. Not for an answer that depended on anything but the file.
   */
  keep(file: IdentifiedFile, check: number, answer: KeptFileAnswer | undefined): void {
    if (this.#options.checks[check] !== undefined) this.#learned.add(file, check, answer);
  }

  /**
   * Writes what was learned, if anything was, together with what other processes wrote meanwhile.
   * @param redact masks what must appear nowhere, as it is known at the end of the scan.
   * @returns whether the table was too large for all that was used today.
   * @throws what the file system says.
   */
  async save(redact: <T>(value: T) => T): Promise<boolean> {
    if (this.#learned.size === 0 && !this.#stale && this.damaged === 0) return false;
    const rows = this.#learned.rows(redact, (check) => this.#options.checks[check]?.pathIndependent === true);
    let full = false;
    const write = (): void => {
      full = this.#write(rows);
    };
    for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
      if (withLock(this.#path, write)) return full;
      await new Promise((done) => setTimeout(done, LOCK_WAIT_MS));
    }
    // Whoever has the lock hangs or died: at worst one of the two loses what it learned, and learns it again.
    write();
    return full;
  }

  /** Goes through all rows now and leaves out what is too old or too much. Throws what the file system says. */
  tidy(): void {
    withLock(this.#path, () => this.#write([], true));
  }

  /** Why a check must visit a file; undefined when it need not. */
  whyMissing(file: IdentifiedFile, check: number): MissReason | undefined {
    const version = versionOf(file);
    if (version === undefined) return 'unidentified';
    const state = this.#find(file);
    if ((this.#known(state)(check) ?? this.#byContent(file, check)) !== undefined) return undefined;
    if (state >= 0) return 'unanswered';
    const dayOf = ({ state: number }: { readonly state: number }): number => this.#table.head.states[number]?.day ?? 0;
    const last = this.#table
      .versions(file.path)
      .sort((a, b) => dayOf(a) - dayOf(b))
      .at(-1);
    return last === undefined ? 'new' : versionChange(last, version);
  }

  /** What is different about a check itself since it last answered; empty where nothing is, undefined where it never did. */
  changesOf(check: number): PartChange[] | undefined {
    const { key, parts } = this.#options.checks[check] ?? NO_CHECK;
    const own = this.#table.head.slots.flatMap((slot) =>
      slot !== null && slot.parts.check === parts.check ? [slot] : [],
    );
    if (own.some((slot) => slot.key === key)) return [];
    const last = own.sort((a, b) => a.day - b.day).at(-1);
    return last === undefined ? undefined : changedParts(last.parts, parts);
  }

  /** How many versions of files there are, and the day on which the longest unused was last used. */
  describe(): { readonly rows: number; readonly oldestDay: number | undefined } {
    const { states, chunks } = this.#table.head;
    let oldestDay: number | undefined;
    for (const index of chunks.keys())
      for (const { state } of this.#table.rows(index))
        oldestDay = Math.min(oldestDay ?? Number.POSITIVE_INFINITY, states[state]?.day ?? 0);
    return { rows: this.#table.rowCount, oldestDay };
  }

  /** The version of the table that is there; undefined where there is none, or none is to be asked. */
  get stamp(): FileStamp | undefined {
    return this.#options.refresh ? undefined : attempt(() => this.#options.folder.stamp(TABLE_FILE));
  }

  /** The day after which a row must have been used so that it need not be marked as used. */
  get freshAfter(): number {
    return this.#options.today - this.#slackDays;
  }

  /** The version of the table that gave all answers so far, and when the longest unused of its rows was used; undefined where a save changes it. */
  get asked(): { readonly stamp: FileStamp; readonly oldestDay: number } | undefined {
    if (this.#stamp === undefined || this.#learned.size > 0 || this.#stale || this.damaged > 0) return undefined;
    return { stamp: this.#stamp, oldestDay: this.#oldestDay };
  }

  get #path(): string {
    return join(this.#options.folder.path, TABLE_FILE);
  }

  /** Rows are marked as used only when they have not been for this long, so that a scan that learned nothing writes nothing. */
  get #slackDays(): number {
    return Math.max(1, Math.floor(this.#options.maxAgeDays / 10));
  }

  #read(): FileTable {
    const { folder, maxBytes, signer, checks } = this.#options;
    // Twice the limit: it may have been lowered since.
    const file = attempt(
      () => folder.read(TABLE_FILE, 2 * maxBytes),
      (error) => {
        this.problem ??= failureText(this.#path, error);
      },
    );
    const parsed = file === undefined ? FileTable.empty(signer) : FileTable.parse(file.bytes, signer);
    this.#broken ||= parsed === undefined;
    const table = parsed ?? FileTable.empty(signer);
    this.#stamp = file?.stamp;
    const { slots, states } = table.head;
    const slotOf = new Map(slots.flatMap((slot, index) => (slot === null ? [] : [[slot.key, index] as const])));
    this.#slots = checks.map((check) => slotOf.get(check?.key ?? '') ?? -1);
    this.#states = states.map(({ clean }) => {
      const set = new Set(clean);
      return Uint8Array.from(this.#slots, (slot) => (set.has(slot) ? 1 : 0));
    });
    this.#allClean = [];
    this.#used = new Uint8Array(table.rowCount);
    return table;
  }

  /** The state of a file's row, which is marked as used; -1 where there is none. */
  #find(file: IdentifiedFile): number {
    const state = this.#options.refresh ? -1 : this.#table.find(file);
    if (state >= 0) this.#used[this.#table.place] = 1;
    return state;
  }

  #isClean(state: number, wanted: readonly number[]): boolean {
    if (wanted !== this.#wanted) {
      this.#wanted = wanted;
      this.#allClean = [];
    }
    const known = this.#allClean[state];
    if (known !== undefined) return known;
    const clean = wanted.every((check) => this.#states[state]?.[check] === 1);
    this.#allClean[state] = clean;
    this.#oldestDay = Math.min(this.#oldestDay, this.#table.head.states[state]?.day ?? 0);
    if (this.#oldestDay <= this.freshAfter) this.#stale = true;
    return clean;
  }

  /** What the row that was found last says of each check. */
  #known(state: number): (check: number) => StoredAnswer | undefined {
    if (state < 0) return () => undefined;
    return this.#said(state, this.#table.answers());
  }

  #said(state: number, json: string | undefined): (check: number) => StoredAnswer | undefined {
    const answers = parseAnswers(json);
    return (check) =>
      this.#states[state]?.[check] === 1 ? CLEAN : (answers.get(this.#slots[check] ?? -1) as StoredAnswer | undefined);
  }

  /** What a check that does not care for paths said of the same content elsewhere. */
  #byContent(file: IdentifiedFile, check: number): StoredAnswer | undefined {
    if (this.#options.refresh || !this.#options.checks[check]?.pathIndependent) return undefined;
    const version = versionOf(file);
    const row = version === undefined ? undefined : this.#table.findContent(version);
    const answer = row === undefined ? undefined : this.#said(row.state, row.answers)(check);
    if (answer === undefined || answer.bound) return undefined;
    this.keep(file, check, answer === CLEAN ? undefined : answer);
    return answer;
  }

  /** Writes the table anew; true when there was no room for all that was used today. */
  #write(learned: readonly LearnedRow[], tidy = false): boolean {
    const { folder, signer, checks, today, maxAgeDays, maxBytes } = this.#options;
    const isSame = folder.stamp(TABLE_FILE) === this.#stamp;
    // What another process learned since is kept as well.
    if (!isSame) this.#opened = this.#read();
    const table = this.#table;
    const bytes = table.head.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    const isDue = tidy || this.#stale || today - table.head.tidied >= this.#slackDays || bytes > maxBytes;
    const merged = mergeTable(
      {
        table,
        checks,
        learned,
        // Places are those of the table that was read at first.
        isUsed: isSame ? (place) => this.#used[place] === 1 : () => false,
        today,
        tidy: isDue ? { before: today - maxAgeDays, maxBytes } : undefined,
      },
      signer,
    );
    folder.write(TABLE_FILE, merged.content);
    return merged.full;
  }
}

const NO_CHECK: CheckKey = { key: '', parts: {} };

/** The answer of a check that had nothing to say. */
const CLEAN: StoredAnswer = {};
