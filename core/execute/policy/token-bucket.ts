import type { Clock } from '../../model/clock.js';
import type { RateLimit } from '../../model/resource.js';

/** Who waits for a token. */
interface Waiter {
  /** The clock's time at which it must have one. */
  readonly untilMs: number;
  readonly grant: () => void;
  readonly refuse: () => void;
}

/**
 * A bucket of tokens, one for each request of an interval. A token comes back one interval after it was taken, so that no
 * interval, wherever it begins, sees more requests than allowed; a bucket that refills evenly would let twice as many through.
 * First come, first served.
 */
export class TokenBucket {
  readonly #clock: Clock;
  #limit: RateLimit | undefined;
  /** When the tokens that are out were taken, oldest first. */
  #taken: number[] = [];
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  readonly #waiting: Waiter[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, limit: RateLimit | undefined) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Changes the limit; what was taken counts under the new one too. */
  configure(limit: RateLimit | undefined): void {
    this.#limit = limit;
    this.#serve();
  }

  /** Gives no token for a time: the resource asked to be left alone. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + ms);
    this.#serve();
  }

  /**
   * Takes a token, waiting for it no longer than `withinMs`. False, at once, when there will be none by then; false too
   * when the signal aborts.
   */
  take(withinMs: number, signal: AbortSignal): Promise<boolean> {
    const now = this.#clock.now();
    if (signal.aborted || this.#readyAt(this.#waiting.length, now) > now + withinMs) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        end(false);
      };
      const end = (taken: boolean): void => {
        signal.removeEventListener('abort', leave);
        resolve(taken);
      };
      const waiter: Waiter = { untilMs: now + withinMs, grant: () => end(true), refuse: () => end(false) };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** The earliest time at which whoever is at this place of the queue gets a token. */
  #readyAt(place: number, now: number): number {
    const start = Math.max(now, this.#pausedUntilMs);
    if (this.#limit === undefined) return start;
    const { requests, intervalMs } = this.#limit;
    const out = this.#taken.slice(-requests);
    const free = requests - out.length;
    const round = Math.floor(place / requests);
    const index = (place % requests) - free;
    const first = index < 0 ? start : Math.max(start, (out[index] as number) + intervalMs);
    return first + round * intervalMs;
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    const intervalMs = this.#limit?.intervalMs ?? 0;
    while (this.#taken.length > 0 && (this.#taken[0] as number) + intervalMs <= now) this.#taken.shift();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const readyAt = this.#readyAt(0, now);
      if (readyAt <= now) {
        if (this.#limit !== undefined) this.#taken.push(now);
        this.#waiting.shift();
        next.grant();
      } else if (readyAt > next.untilMs) {
        this.#waiting.shift();
        next.refuse();
      } else {
        this.#cancelTimer = this.#clock.after(Math.max(1, readyAt - now), () => this.#serve());
        return;
      }
    }
  }
}
