/** How a request that had a place ended, as far as load goes. */
export type Load = 'ok' | 'overload' | 'neither';

/** A place that was taken. */
export interface Slot {
  /** Gives it back; a second time does nothing. */
  release(load: Load): void;
}

/**
 * The requests that a resource gets at once. It adapts to what the resource answers, as TCP does to a network: one more
 * after as many successes in a row as there are places, half as many when it is overloaded. Never below 1, never above the maximum.
 */
export class AdaptiveLimit {
  #max: number;
  #limit: number;
  #lowest: number;
  #inFlight = 0;
  #successes = 0;
  /** Counts the halvings: whatever began before the last one was sent under the old limit and tells nothing of the new. */
  #epoch = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(max: number) {
    this.#max = max;
    this.#limit = max;
    this.#lowest = max;
  }

  /** Requests allowed at once now. */
  get limit(): number {
    return this.#limit;
  }

  /** The lowest that the limit has been. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Requests that have a place. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Changes the maximum. A limit that stood at the old one goes to the new. */
  configure(max: number): void {
    if (max === this.#max) return;
    this.#limit = this.#limit === this.#max ? max : Math.min(this.#limit, max);
    this.#max = max;
    this.#lowest = Math.min(this.#lowest, this.#limit);
    this.#serve();
  }

  /** Takes a place, waiting for it; undefined when the signal aborts first. First come, first served. */
  acquire(signal: AbortSignal): Promise<Slot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(undefined);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(this.#slot());
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(enter);
      this.#serve();
    });
  }

  #slot(): Slot {
    this.#inFlight += 1;
    const epoch = this.#epoch;
    let held = true;
    return {
      release: (load) => {
        if (!held) return;
        held = false;
        this.#inFlight -= 1;
        if (load === 'overload') this.#halve(epoch);
        else if (load === 'ok') this.#succeeded();
        this.#serve();
      },
    };
  }

  #halve(epoch: number): void {
    this.#successes = 0;
    if (epoch !== this.#epoch) return;
    this.#epoch += 1;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#lowest = Math.min(this.#lowest, this.#limit);
  }

  #succeeded(): void {
    this.#successes += 1;
    if (this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit = Math.min(this.#max, this.#limit + 1);
  }

  #serve(): void {
    while (this.#inFlight < this.#limit) {
      const enter = this.#waiting.shift();
      if (enter === undefined) return;
      enter();
    }
  }
}
