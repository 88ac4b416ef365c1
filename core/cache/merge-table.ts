import type { Row } from './chunk.js';
import { type FileVersion, isSameVersion } from './file-identity.js';
import type { Parts } from './parts.js';
import type { Signer } from './signer.js';
import type { FileTable, PlacedRow, Slot } from './table.js';
import { TableWriter } from './table-writer.js';

/** A check with the key of everything that its answers depend on besides the file. */
export interface CheckKey {
  /** The key. */
  readonly key: string;
  /** What it was made of. */
  readonly parts: Parts;
}

/** What this scan learned of a file. */
export interface LearnedRow {
  readonly path: string;
  readonly version: FileVersion;
  /** The checks that have nothing to say, in order; the same array for all files that have the same. */
  readonly clean: readonly number[];
  /** The answers of others, as JSON, by check. */
  readonly answers: ReadonlyMap<number, string>;
}

/** What a table is made anew of. */
export interface MergeInput {
  readonly table: FileTable;
  /** The checks of this scan; what was learned counts in their order. */
  readonly checks: readonly (CheckKey | undefined)[];
  /** In order of path; each path once. */
  readonly learned: readonly LearnedRow[];
  /** True for the places of rows that this scan used. */
  readonly isUsed: (place: number) => boolean;
  /** Counted from 1970. */
  readonly today: number;
  /** Goes through all rows, instead of only those beside the learned ones. */
  readonly tidy?: TidyLimits | undefined;
}

/** What is left out when all rows are gone through. */
export interface TidyLimits {
  /** Rows and checks that were last used before this day. */
  readonly before: number;
  /** The most bytes of all rows; the longest unused go first. */
  readonly maxBytes: number;
}

/** The pieces of the new file, and whether rows had to go that were used today. */
export interface MergedTable {
  readonly content: readonly Uint8Array[];
  readonly full: boolean;
}

/** Puts together what was known and what was learned. Damaged chunks are left behind. */
export function mergeTable(input: MergeInput, signer: Signer): MergedTable {
  return new Merge(input, signer).run();
}

/** Down to which share of its limit a table that is too large is cut, so that the next scan does not cut again. */
const CUT_TO = 0.75;

class Merge {
  readonly #input: MergeInput;
  readonly #writer: TableWriter;
  /** The new slot of each old one; undefined for one that is given up. */
  readonly #slots: readonly (number | undefined)[];
  /** The slot of each check of this scan; nothing is learned of one that has none. */
  readonly #own: readonly number[];
  /** New sets of slots by the old state and what was learned: most files have the same. */
  readonly #sets = new Map<number | undefined, Map<readonly number[], readonly number[]>>();
  #before: number;
  #maxBytes = Number.POSITIVE_INFINITY;
  #full = false;

  constructor(input: MergeInput, signer: Signer) {
    const { table, checks, today, tidy } = input;
    this.#input = input;
    this.#before = tidy?.before ?? 0;
    const keys = new Set(checks.map((check) => check?.key));
    // Chunks that are taken over as they lie name slots, states and kinds by number: only who goes through all may change these.
    this.#writer = new TableWriter(signer, tidy === undefined ? table.head : { slots: [], states: [], kinds: [] });
    const keep = (slot: Slot): number | undefined =>
      slot.day >= this.#before || keys.has(slot.key) ? this.#writer.slot(slot.key, slot.parts, slot.day) : undefined;
    this.#slots = table.head.slots.map((slot) => (slot === null ? undefined : keep(slot)));
    this.#own = checks.map((check) => (check === undefined ? -1 : this.#writer.slot(check.key, check.parts, today)));
  }

  run(): MergedTable {
    const { table, learned, tidy, today } = this.#input;
    const { chunks, tidied } = table.head;
    if (tidy !== undefined) this.#cut(tidy);
    let next = 0;
    for (const [index, chunk] of chunks.entries()) {
      const until = chunks[index + 1]?.first;
      const from = next;
      while (next < learned.length && (until === undefined || (learned[next]?.path ?? '') < until)) next += 1;
      const bytes = tidy === undefined && from === next ? table.raw(index) : undefined;
      if (bytes !== undefined) this.#writer.raw(chunk, bytes);
      else this.#mergeRows(table.rows(index), learned.slice(from, next));
    }
    if (chunks.length === 0) this.#mergeRows([], learned);
    return { content: this.#writer.finish(tidy === undefined ? tidied : today), full: this.#full };
  }

  /** Where the rows are too many, finds the day before which they go. */
  #cut({ maxBytes }: TidyLimits): void {
    const { table, learned, isUsed, today } = this.#input;
    const news = learned.reduce((sum, row) => sum + lengthOf(row), 0);
    if (table.head.chunks.reduce((sum, { bytes }) => sum + bytes, news) <= maxBytes) return;
    this.#maxBytes = maxBytes;
    const byDay = new Map<number, number>([[today, news]]);
    for (const index of table.head.chunks.keys())
      for (const row of table.rows(index)) {
        const day = isUsed(row.place) ? today : this.#dayOf(row);
        byDay.set(day, (byDay.get(day) ?? 0) + row.path.length + row.contentId.length + (row.answers?.length ?? 0));
      }
    let sum = 0;
    for (const [day, bytes] of [...byDay].sort(([a], [b]) => b - a)) {
      sum += bytes;
      if (sum <= maxBytes * CUT_TO) continue;
      // What was used today stays, as far as there is room.
      this.#before = Math.max(this.#before, Math.min(day + 1, today));
      return;
    }
  }

  #mergeRows(known: Iterable<PlacedRow>, learned: readonly LearnedRow[]): void {
    let next = 0;
    let isWritten = false;
    const advance = (): LearnedRow | undefined => {
      const own = learned[next];
      if (own !== undefined && !isWritten) this.#write(own, undefined);
      isWritten = false;
      next += 1;
      return learned[next];
    };
    for (const row of known) {
      let own = learned[next];
      while (own !== undefined && own.path < row.path) own = advance();
      const isSame = own !== undefined && own.path === row.path && isSameVersion(own.version, row);
      this.#write(isSame ? own : undefined, row);
      isWritten ||= isSame;
    }
    while (next < learned.length) advance();
  }

  /** Writes what is known of a file and what was learned of it, which counts where both say something. */
  #write(learned: LearnedRow | undefined, row: PlacedRow | undefined): void {
    const { isUsed, today } = this.#input;
    const isOld = learned === undefined && row !== undefined && !isUsed(row.place);
    const day = isOld ? this.#dayOf(row) : today;
    if (day < this.#before) return;
    const clean = this.#clean(learned, row);
    const answers = this.#answers(learned, row);
    if (clean.length === 0 && answers === undefined) return;
    const { contentId, kind } = (learned?.version ?? row) as FileVersion;
    const { path } = (learned ?? row) as Row | LearnedRow;
    if (this.#writer.bytes >= this.#maxBytes) this.#full = true;
    else this.#writer.row({ path, contentId, kind, state: this.#writer.state(clean, day), answers });
  }

  #dayOf(row: Row): number {
    return this.#input.table.head.states[row.state]?.day ?? 0;
  }

  /** The slots of those that have nothing to say, before or now. */
  #clean(learned: LearnedRow | undefined, row: Row | undefined): readonly number[] {
    const said = learned?.clean ?? NONE;
    if (learned !== undefined && learned.answers.size > 0)
      return this.#cleanSet(row?.state, said, [...learned.answers.keys()]);
    const sets = this.#sets.get(row?.state) ?? new Map<readonly number[], readonly number[]>();
    this.#sets.set(row?.state, sets);
    const set = sets.get(said) ?? this.#cleanSet(row?.state, said, NONE);
    sets.set(said, set);
    return set;
  }

  #cleanSet(state: number | undefined, clean: readonly number[], spoke: readonly number[]): readonly number[] {
    const set = new Set<number>();
    for (const slot of state === undefined ? [] : (this.#input.table.head.states[state]?.clean ?? [])) {
      const own = this.#slots[slot];
      if (own !== undefined) set.add(own);
    }
    for (const check of clean) set.add(this.#own[check] as number);
    for (const check of spoke) set.delete(this.#own[check] as number);
    return [...set].sort((a, b) => a - b);
  }

  #answers(learned: LearnedRow | undefined, row: Row | undefined): string | undefined {
    if (row?.answers === undefined && !learned?.answers.size) return undefined;
    const answers = new Map<number, string>();
    for (const [slot, answer] of parseAnswers(row?.answers)) {
      const own = this.#slots[slot];
      if (own !== undefined) answers.set(own, asciiJson(answer));
    }
    for (const check of learned?.clean ?? []) answers.delete(this.#own[check] as number);
    for (const [check, json] of learned?.answers ?? []) answers.set(this.#own[check] as number, json);
    return answers.size === 0 ? undefined : `{${[...answers].map(([slot, json]) => `"${slot}":${json}`).join(',')}}`;
  }
}

const NONE: readonly number[] = [];

/** A row's answers by slot. */
export function parseAnswers(answers: string | undefined): Map<number, unknown> {
  if (answers === undefined) return new Map();
  return new Map(Object.entries(JSON.parse(answers) as object).map(([slot, answer]) => [Number(slot), answer]));
}

/** A value as JSON in ASCII: what one file has in its lines does not make the text of a whole chunk twice as large in memory. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** About what a row will take. */
function lengthOf({ path, version, answers }: LearnedRow): number {
  return [...answers.values()].reduce((sum, json) => sum + json.length, path.length + version.contentId.length);
}
