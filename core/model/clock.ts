/** Tells the time and waits; a simulated one can stand in for the machine's. */
export interface Clock {
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Calls back after a time; returns how to call it off. */
  after(ms: number, callback: () => void): () => void;
}
