// A run of rows of the table: numbers in columns, names as text, and the few answers that are more than a number.

import type { FileVersion } from './file-identity.js';

/** One version of one file. */
export interface Row extends FileVersion {
  readonly path: string;
  /** The number of its state: which checks have nothing to say, and when it was last used. */
  readonly state: number;
  /** Answers by slot that are more than "nothing to say", as a JSON object; undefined where there are none. */
  readonly answers: string | undefined;
}

/** Bytes of a chunk's head: the number of rows, the length of the names. */
const HEAD_BYTES = 8;
/** Bytes of a row's numbers, each in a column of its own: state, kind; in the order of this machine's bytes. */
const ROW_BYTES = 8;

/** The bytes of some rows. `kinds` counts their kinds. */
export function encodeChunk(rows: readonly Row[], kinds: (kind: string) => number): Buffer {
  const names = Buffer.from(rows.map(({ path, contentId }) => `${path}\0${contentId}\n`).join(''));
  const said = rows.flatMap(({ answers }, index) => (answers === undefined ? [] : [`${index}\t${answers}\n`]));
  const numbers = Uint32Array.from([...rows.map(({ state }) => state), ...rows.map(({ kind }) => kinds(kind))]);
  const head = Uint32Array.of(rows.length, names.length);
  const columns = [head, numbers].map(({ buffer }) => new Uint8Array(buffer));
  return Buffer.concat([...columns, names, Buffer.from(said.join(''))]);
}

/** A chunk that is being read; it must be what `encodeChunk` made. */
export class OpenChunk {
  /** How many rows it has. */
  readonly rows: number;
  /** For each row its path, a NUL, its content id and a line break. */
  readonly names: string;
  readonly #bytes: Buffer;
  readonly #numbers: Uint32Array;
  readonly #answersAt: number;
  #answers: Map<number, string> | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.rows = bytes.length === 0 ? 0 : bytes.readUInt32LE(0);
    const namesAt = HEAD_BYTES + this.rows * ROW_BYTES;
    this.#answersAt = namesAt + (bytes.length === 0 ? 0 : bytes.readUInt32LE(4));
    this.names = bytes.toString('utf8', namesAt, this.#answersAt);
    // Copied, since numbers in columns must lie at places that are whole multiples of their size.
    this.#numbers = new Uint32Array(new Uint8Array(bytes.subarray(HEAD_BYTES, namesAt)).buffer);
  }

  /** The number of a row's state. */
  stateOf(row: number): number {
    return this.#numbers[row] as number;
  }

  /** The number of a row's kind. */
  kindOf(row: number): number {
    return this.#numbers[this.rows + row] as number;
  }

  /** The answers of a row as JSON by slot. */
  answersOf(row: number): string | undefined {
    this.#answers ??= new Map(
      this.#bytes
        .toString('utf8', this.#answersAt)
        .split('\n')
        .map((line): [number, string] => {
          const tab = line.indexOf('\t');
          return [tab < 0 ? -1 : Number(line.slice(0, tab)), line.slice(tab + 1)];
        }),
    );
    return this.#answers.get(row);
  }

  /** All rows in order. */
  *[Symbol.iterator](): Generator<Omit<Row, 'kind'> & { readonly kindNumber: number }> {
    let at = 0;
    for (let row = 0; row < this.rows; row += 1) {
      const zero = this.names.indexOf('\0', at);
      const end = this.names.indexOf('\n', zero);
      yield {
        path: this.names.slice(at, zero),
        contentId: this.names.slice(zero + 1, end),
        state: this.stateOf(row),
        kindNumber: this.kindOf(row),
        answers: this.answersOf(row),
      };
      at = end + 1;
    }
  }
}
