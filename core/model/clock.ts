/** Tells the time and waits; a simulated one can stand in for the machine's. */
export interface Clock {
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Calls back after a time; returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
}

/** Milliseconds on the machine's clock that only goes forward: the time of day may be set while a scan runs. */
export function monotonicMs(): number {
  // Not `performance.now()`, which loads a library of its own.
  return Number(process.hrtime.bigint()) / 1e6;
}
