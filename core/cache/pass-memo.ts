// What the lookups of a pass came to, as long as nothing has changed: a scan that finds its own question here need not
// look up each file. Of itself it knows nothing: what checks had to say lies in the table of files alone.

import { attempt, type CacheFolder, type FileStamp } from './folder.js';
import type { Signer } from './signer.js';

/** The name of its file. */
const MEMO_FILE = 'passes';
const MAX_BYTES = 16_000_000;
/** Parts of passes that are kept: those of some ten different scans of a target. */
const MOST_PARTS = 64;
const SIGNATURE_BYTES = 65;

/** What the lookups of a part of a pass came to. */
export interface MemoPart {
  /** Sets of checks, as numbers of the part's checks in ascending order. */
  readonly sets: readonly (readonly number[])[];
  /** By set, the files of which none of its checks has anything to say. */
  readonly clean: readonly number[];
  /** Every other file: its number in the list of all files, in order, and its set. */
  readonly rest: readonly (readonly [file: number, set: number])[];
}

interface KeptPart extends MemoPart {
  /** The last day on which the longest unused of its rows was used, counted from 1970. */
  readonly day: number;
}

interface Stored {
  /** The version of the table in which the files were looked up. */
  readonly table: FileStamp;
  readonly parts: readonly (readonly [key: string, part: KeptPart])[];
}

/** The parts of passes of earlier scans, and those of this one to keep. */
export class PassMemo {
  readonly #folder: CacheFolder;
  readonly #signer: Signer;
  readonly #learned = new Map<string, MemoPart>();
  #known: Stored | undefined;
  #isRead = false;

  constructor(folder: CacheFolder, signer: Signer) {
    this.#folder = folder;
    this.#signer = signer;
  }

  /**
   * What the lookups of a part came to.
   * @param table the version of the table that would be asked.
   * @param after the day after which each of its rows must have been used, or they would not be marked in time.
   */
  find(key: string, table: FileStamp | undefined, after: number): MemoPart | undefined {
    if (!this.#isRead) this.#known = this.#read();
    this.#isRead = true;
    if (table === undefined || this.#known?.table !== table) return undefined;
    const part = this.#known.parts.find(([known]) => known === key)?.[1];
    return part !== undefined && part.day > after ? part : undefined;
  }

  /** Keeps what the lookups of a part came to. Nothing is written before `save`. */
  keep(key: string, part: MemoPart): void {
    this.#learned.set(key, part);
  }

  /**
   * Writes what was learned, if anything was.
   * @param table the version of the table in which all was looked up.
   * @param day the last day on which the longest unused of its rows was used.
   * @throws what the file system says.
   */
  save(table: FileStamp, day: number): void {
    if (this.#learned.size === 0) return;
    const before = this.#known?.table === table ? this.#known.parts : [];
    const learned = [...this.#learned].map(([key, part]) => [key, { ...part, day }] as const);
    const parts = [...before.filter(([key]) => !this.#learned.has(key)), ...learned].slice(-MOST_PARTS);
    const text = JSON.stringify({ table, parts } satisfies Stored);
    if (text.length < MAX_BYTES)
      this.#folder.write(MEMO_FILE, [Buffer.from(`${this.#signer.sign(MEMO_FILE, text)}\n${text}`)]);
  }

  /** What lies there; undefined for what is not as it was written, which is written anew: nothing is lost with it. */
  #read(): Stored | undefined {
    const bytes = attempt(() => this.#folder.read(MEMO_FILE, MAX_BYTES))?.bytes;
    const text = bytes?.subarray(SIGNATURE_BYTES);
    if (bytes === undefined || text === undefined) return undefined;
    if (bytes.toString('latin1', 0, SIGNATURE_BYTES) !== `${this.#signer.sign(MEMO_FILE, text)}\n`) return undefined;
    return JSON.parse(text.toString('utf8')) as Stored;
  }
}
