// The table of a target's files: a row for each version of a file, with what is known of it. It is one file that is
// read whole and searched as it lies, in order of path; docs/decisions/0007-cache-layout.md says why.

import { endianness } from 'node:os';
import { OpenChunk, type Row } from './chunk.js';
import { type FileVersion, type IdentifiedFile, kindOf } from './file-identity.js';
import type { Parts } from './parts.js';
import type { Signer } from './signer.js';

/** How the file begins: the number of its format, and the order of bytes in its numbers. */
const MAGIC = `scanrun files 1 ${endianness()}\n`;

/** A check that rows speak about: its place in the list of slots stands for it. */
export interface Slot {
  /** The key of the check with everything that it depends on besides the file. */
  readonly key: string;
  /** What that key was made of. */
  readonly parts: Parts;
  /** The last day on which a scan asked for it, counted from 1970. */
  readonly day: number;
}

/** What many rows have in common. */
export interface RowState {
  /** Slots of the checks that have nothing to say, in order. */
  readonly clean: readonly number[];
  /** The last day on which the row was used, counted from 1970. */
  readonly day: number;
}

/** A run of rows that is checked and read at once. All rows of a path are in one. */
export interface ChunkInfo {
  /** The path of its first row. */
  readonly first: string;
  /** Its length in bytes. */
  readonly bytes: number;
  /** How many rows it has. */
  readonly rows: number;
  /** The hash of its bytes. */
  readonly hash: string;
}

/** What is signed; the chunks follow it in the file. */
export interface TableHead {
  /** The last day on which every row was looked at. */
  readonly tidied: number;
  /** Checks by slot; null for one that was given up. */
  readonly slots: readonly (Slot | null)[];
  /** What rows name by number. */
  readonly states: readonly RowState[];
  /** Kinds of files that rows name by number. */
  readonly kinds: readonly string[];
  readonly chunks: readonly ChunkInfo[];
}

/** A row with its place in the table. */
export interface PlacedRow extends Row {
  /** Its number among all rows. */
  readonly place: number;
}

const EMPTY: TableHead = { tidied: 0, slots: [], states: [], kinds: [], chunks: [] };
const NO_CHUNK = new OpenChunk(Buffer.alloc(0));

/** The bytes that come before the chunks. */
export function encodeHead(head: TableHead, signer: Signer): Buffer {
  const text = JSON.stringify(head);
  return Buffer.from(`${MAGIC}${Buffer.byteLength(text)}\n${signer.sign(MAGIC, text)}\n${text}`);
}

/** A table as it was read. */
export class FileTable {
  readonly head: TableHead;
  /** How many rows it has. */
  readonly rowCount: number;
  readonly #bytes: Buffer;
  readonly #signer: Signer;
  /** Where each chunk begins, and the number of its first row. */
  readonly #starts: readonly { readonly byte: number; readonly row: number }[];
  readonly #damaged = new Set<number>();
  /** The numbers of kinds, by what makes one. */
  readonly #kinds: number[] = [];
  #contents: Map<string, PlacedRow> | undefined;
  /** The chunk that is being searched, and where in it. */
  #index = -1;
  #chunk = NO_CHUNK;
  #row = 0;
  #at = 0;
  /** The row that was found last. */
  #found = 0;
  #last: string | undefined;

  private constructor(head: TableHead, bytes: Buffer, start: number, signer: Signer) {
    this.head = head;
    this.#bytes = bytes;
    this.#signer = signer;
    const at = { byte: start, row: 0 };
    this.#starts = head.chunks.map((chunk) => {
      const own = { ...at };
      at.byte += chunk.bytes;
      at.row += chunk.rows;
      return own;
    });
    this.rowCount = at.row;
  }

  /** A table without rows. */
  static empty(signer: Signer): FileTable {
    return new FileTable(EMPTY, Buffer.alloc(0), 0, signer);
  }

  /** The table in these bytes; undefined when its head is not what the key's owner wrote. */
  static parse(bytes: Buffer, signer: Signer): FileTable | undefined {
    const lengthAt = MAGIC.length;
    const signatureAt = bytes.indexOf('\n', lengthAt) + 1;
    const headAt = signatureAt + 65;
    if (signatureAt === 0 || bytes.toString('latin1', 0, lengthAt) !== MAGIC) return undefined;
    const length = Number(bytes.toString('latin1', lengthAt, signatureAt - 1));
    if (!Number.isInteger(length) || length < 0 || headAt + length > bytes.length) return undefined;
    const text = bytes.subarray(headAt, headAt + length);
    if (bytes.toString('latin1', signatureAt, headAt) !== `${signer.sign(MAGIC, text)}\n`) return undefined;
    return new FileTable(JSON.parse(text.toString('utf8')) as TableHead, bytes, headAt + length, signer);
  }

  /** Chunks that were not what the head says. Their rows are as good as none. */
  get damaged(): number {
    return this.#damaged.size;
  }

  /**
   * Looks for a file in this very version and gives the number of its state, or -1. The other answers of the row are
   * `place` and `answers()` until the next call. Asking in order of path is a walk; any other order is a search each time.
   */
  find(file: IdentifiedFile): number {
    const { path, contentId } = file;
    if (contentId === undefined) return -1;
    const kind = this.#kindOf(file);
    if (kind < 0 || !this.#seek(path)) return -1;
    do {
      const chunk = this.#chunk;
      const idAt = this.#at + path.length + 1;
      const end = idAt + contentId.length;
      if (
        chunk.names.charCodeAt(end) === LINE_FEED &&
        chunk.names.slice(idAt, end) === contentId &&
        chunk.kindOf(this.#row) === kind
      ) {
        this.#found = this.#row;
        this.#row += 1;
        this.#at = end + 1;
        return chunk.stateOf(this.#found);
      }
      this.#next(idAt);
    } while (this.#isAt(path));
    return -1;
  }

  /** The number, among all rows, of the row that was found. */
  get place(): number {
    return (this.#starts[this.#index]?.row ?? 0) + this.#found;
  }

  /** The answers of the row that was found, as JSON by slot. */
  answers(): string | undefined {
    return this.#chunk.answersOf(this.#found);
  }

  /** All versions of a path. */
  versions(path: string): PlacedRow[] {
    return [...this.rows(this.#chunkOf(path))].filter((row) => row.path === path);
  }

  /** A row of any path with this content; the first time all rows are looked at. */
  findContent(version: FileVersion): PlacedRow | undefined {
    this.#contents ??= new Map(
      this.head.chunks.flatMap((_, index) =>
        [...this.rows(index)].map((row): [string, PlacedRow] => [contentKey(row), row]),
      ),
    );
    return this.#contents.get(contentKey(version));
  }

  /** The rows of a chunk in order; none of a damaged one. */
  *rows(index: number): Generator<PlacedRow> {
    const bytes = this.raw(index);
    let place = this.#starts[index]?.row ?? 0;
    for (const { kindNumber, ...row } of bytes === undefined ? NO_CHUNK : new OpenChunk(bytes)) {
      yield { ...row, kind: this.head.kinds[kindNumber] ?? '', place };
      place += 1;
    }
  }

  /** The bytes of a chunk as they lie; undefined when they are not what the head says. */
  raw(index: number): Buffer | undefined {
    const { bytes: length = 0, hash } = this.head.chunks[index] ?? {};
    const start = this.#starts[index]?.byte ?? 0;
    const bytes = this.#bytes.subarray(start, start + length);
    if (hash === undefined) return undefined;
    if (!this.#damaged.has(index) && this.#signer.hash(bytes) === hash) return bytes;
    this.#damaged.add(index);
    return undefined;
  }

  /** Moves to the first row of a path; false when there is none. */
  #seek(path: string): boolean {
    const isOnward = this.#last !== undefined && path > this.#last;
    this.#last = path;
    const following = this.head.chunks[this.#index + 1]?.first;
    if (!isOnward || (following !== undefined && following <= path)) this.#open(this.#chunkOf(path));
    const { names, rows } = this.#chunk;
    while (this.#row < rows) {
      if (this.#isAt(path)) return true;
      const zero = names.indexOf('\0', this.#at);
      if (names.slice(this.#at, zero) > path) return false;
      this.#next(zero);
    }
    return false;
  }

  /** The last chunk that begins with this path or one before it. */
  #chunkOf(path: string): number {
    const { chunks } = this.head;
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((chunks[middle]?.first ?? '') <= path) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #open(index: number): void {
    this.#row = 0;
    this.#at = 0;
    if (index === this.#index) return;
    const bytes = this.raw(index);
    this.#index = index;
    this.#chunk = bytes === undefined ? NO_CHUNK : new OpenChunk(bytes);
  }

  /** Moves to the row behind the one whose content id is here. */
  #next(idAt: number): void {
    this.#at = this.#chunk.names.indexOf('\n', idAt) + 1;
    this.#row += 1;
  }

  #isAt(path: string): boolean {
    const { names, rows } = this.#chunk;
    const end = this.#at + path.length;
    return this.#row < rows && names.charCodeAt(end) === 0 && names.slice(this.#at, end) === path;
  }

  /** The number of a file's kind; -1 for one that no row has. */
  #kindOf(file: IdentifiedFile): number {
    const { type, executable, tracked, lfs } = file;
    const own = TYPES.indexOf(type) * 6 + (executable ? 3 : 0) + (tracked === undefined ? 0 : tracked ? 1 : 2);
    const place = lfs === undefined ? own : own + 6 * TYPES.length;
    const known = this.#kinds[place] ?? this.head.kinds.indexOf(kindOf(file));
    this.#kinds[place] = known;
    return known;
  }
}

const TYPES: readonly IdentifiedFile['type'][] = ['file', 'symlink', 'submodule'];
const LINE_FEED = 10;

function contentKey({ contentId, kind }: FileVersion): string {
  return `${contentId} ${kind}`;
}
