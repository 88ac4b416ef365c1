import { encodeChunk, type Row } from './chunk.js';
import type { Parts } from './parts.js';
import type { Signer } from './signer.js';
import { type ChunkInfo, encodeHead, type RowState, type Slot, type TableHead } from './table.js';

/** Bytes of a chunk before the next begins: small enough that touching a file writes little anew, large enough to be hashed fast. */
const CHUNK_BYTES = 65_536;

/** Puts a table together, row by row in order of path. */
export class TableWriter {
  readonly #signer: Signer;
  readonly #slots: (Slot | null)[];
  readonly #slotOf = new Map<string, number>();
  readonly #states: RowState[];
  readonly #stateOf: Map<string, number>;
  readonly #kinds: string[];
  readonly #chunks: ChunkInfo[] = [];
  readonly #content: Uint8Array[] = [];
  readonly #bySet = new Map<readonly number[], Map<number, number>>();
  #rows: Row[] = [];
  #open = 0;
  #closed = 0;

  /** @param head what it begins with: rows that are taken over as they lie name its slots, states and kinds. */
  constructor(signer: Signer, { slots, states, kinds }: Omit<TableHead, 'chunks' | 'tidied'>) {
    this.#signer = signer;
    this.#slots = [...slots];
    for (const [index, slot] of slots.entries()) if (slot !== null) this.#slotOf.set(slot.key, index);
    this.#states = [...states];
    this.#stateOf = new Map(states.map(({ clean, day }, index) => [`${clean.join()} ${day}`, index]));
    this.#kinds = [...kinds];
  }

  /** About how many bytes the rows so far take. */
  get bytes(): number {
    return this.#closed + this.#open;
  }

  /** The slot of a check; a new one where it has none. */
  slot(key: string, parts: Parts, day: number): number {
    const index = this.#slotOf.get(key) ?? this.#slots.length;
    this.#slots[index] = { key, parts, day };
    this.#slotOf.set(key, index);
    return index;
  }

  /** The number of a state. Sets of slots that are the same array are found faster. */
  state(clean: readonly number[], day: number): number {
    const byDay = this.#bySet.get(clean) ?? new Map<number, number>();
    this.#bySet.set(clean, byDay);
    const number = byDay.get(day) ?? this.#numberOf(clean, day);
    byDay.set(day, number);
    return number;
  }

  /** Adds a row. */
  row(row: Row): void {
    // Never between two rows of one path: whoever looks for it looks into one chunk.
    if (this.#open >= CHUNK_BYTES && row.path !== this.#rows.at(-1)?.path) this.#flush();
    this.#rows.push(row);
    this.#open += row.path.length + row.contentId.length + ROW_OVERHEAD + (row.answers?.length ?? 0);
  }

  /** Adds the rows of a chunk as they lie. */
  raw(chunk: ChunkInfo, bytes: Uint8Array): void {
    this.#flush();
    this.#add(chunk, bytes);
  }

  /** The whole file, in pieces. */
  finish(tidied: number): Uint8Array[] {
    this.#flush();
    const head = { tidied, slots: this.#slots, states: this.#states, kinds: this.#kinds, chunks: this.#chunks };
    return [encodeHead(head, this.#signer), ...this.#content];
  }

  #numberOf(clean: readonly number[], day: number): number {
    const name = `${clean.join()} ${day}`;
    const known = this.#stateOf.get(name);
    if (known !== undefined) return known;
    this.#stateOf.set(name, this.#states.length);
    return this.#states.push({ clean, day }) - 1;
  }

  #kind(kind: string): number {
    const index = this.#kinds.indexOf(kind);
    return index >= 0 ? index : this.#kinds.push(kind) - 1;
  }

  #flush(): void {
    const [first] = this.#rows;
    if (first === undefined) return;
    const bytes = encodeChunk(this.#rows, (kind) => this.#kind(kind));
    const hash = this.#signer.hash(bytes);
    this.#add({ first: first.path, bytes: bytes.length, rows: this.#rows.length, hash }, bytes);
    this.#rows = [];
    this.#open = 0;
  }

  #add(chunk: ChunkInfo, bytes: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#content.push(bytes);
    this.#closed += bytes.length;
  }
}

/** Bytes of a row besides its names. */
const ROW_OVERHEAD = 10;
