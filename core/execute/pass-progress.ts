/** Where a pass over files is. */
export interface PassPlace {
  /** Index of the file in the list of visits. */
  readonly entry: number;
  /** Index of the check in the task. */
  readonly check: number;
}

const NOWHERE = -1;
const HEADER_BYTES = 8;

/**
 * The place of a pass and the time that each check has taken, in memory that the thread and the coordinator share: a
 * thread that hangs or dies can no longer tell, and what it was doing then must be known.
 */
export class PassProgress {
  readonly buffer: SharedArrayBuffer;
  /** Milliseconds of each check so far. */
  readonly spentMs: Float64Array;
  readonly #at: Int32Array;

  /** @param from the number of checks, or the buffer of a progress to share. */
  constructor(from: number | SharedArrayBuffer) {
    this.buffer =
      typeof from === 'number' ? new SharedArrayBuffer(HEADER_BYTES + from * Float64Array.BYTES_PER_ELEMENT) : from;
    this.#at = new Int32Array(this.buffer, 0, 2);
    this.spentMs = new Float64Array(this.buffer, HEADER_BYTES);
    if (typeof from === 'number') this.leave();
  }

  /** A visit begins. */
  enter(entry: number, check: number): void {
    this.#at[1] = check;
    Atomics.store(this.#at, 0, entry);
  }

  /** No visit is under way. */
  leave(): void {
    Atomics.store(this.#at, 0, NOWHERE);
  }

  /** The visit that is under way; undefined between visits. */
  get place(): PassPlace | undefined {
    const entry = Atomics.load(this.#at, 0);
    return entry === NOWHERE ? undefined : { entry, check: Atomics.load(this.#at, 1) };
  }
}
