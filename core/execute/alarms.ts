import type { Clock } from '../model/clock.js';

/** Calls back at times to come; all are called off together. */
export class Alarms {
  readonly #clock: Clock;
  readonly #callback: () => void;
  readonly #pending = new Set<() => void>();

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** Calls back once the clock shows this time. A timer may be a little early, so it is held against the clock. */
  at(timeMs: number): void {
    const leftMs = timeMs - this.#clock.now();
    if (leftMs <= 0) {
      this.#callback();
      return;
    }
    const cancel = this.#clock.after(Math.max(1, leftMs), () => {
      this.#pending.delete(cancel);
      this.at(timeMs);
    });
    this.#pending.add(cancel);
  }

  /** Calls all of them off. */
  clear(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }
}
