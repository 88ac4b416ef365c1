import type { Clock } from '../model/clock.js';
import type { Task } from '../model/task.js';
import { type PassPlace, PassProgress } from './pass-progress.js';
import type { PassOrder } from './protocol.js';
import { visitLimitMs } from './reasons.js';

/** How much longer the coordinator waits than the thread does itself: a visit that waits is ended there, and costs no thread. */
const SLACK_MS = 250;

/** A part whose visits cost more threads than this is broken: each costs a start and what the thread had loaded. */
const MAX_LOSSES = 20;

/** Follows one part of a pass over all the threads that it needs. */
export class PassWatch {
  readonly #progress: PassProgress;
  readonly #limitMs: number;
  #after: PassPlace | undefined;
  #losses = 0;

  constructor({ checks, part, timeoutMs }: Task) {
    this.#progress = new PassProgress(checks.length);
    this.#limitMs = visitLimitMs(part?.checkTimeoutMs ?? timeoutMs) + SLACK_MS;
  }

  /** What the thread is told. */
  get order(): PassOrder {
    const { buffer } = this.#progress;
    return { progress: buffer, ...(this.#after === undefined ? {} : { after: this.#after }) };
  }

  /** Milliseconds that a check has taken. */
  spentMs(check: number): number {
    return this.#progress.spentMs[check] ?? 0;
  }

  /** Calls back once when a visit takes too long; returns how to stop looking. */
  follow(clock: Clock, hung: () => void): () => void {
    let place = this.#progress.place;
    let since = clock.now();
    let cancel: () => void;
    const look = (): void => {
      const now = clock.now();
      const next = this.#progress.place;
      const same = next !== undefined && next.entry === place?.entry && next.check === place.check;
      if (!same) [place, since] = [next, now];
      if (same && now - since >= this.#limitMs) hung();
      else cancel = clock.after(this.#limitMs / 2, look);
    };
    cancel = clock.after(this.#limitMs / 2, look);
    return () => cancel();
  }

  /** The visit that cost the thread, after which the next one goes on; undefined when none was under way or too many did. */
  lose(): PassPlace | undefined {
    const { place } = this.#progress;
    this.#losses += 1;
    if (place === undefined || this.#losses > MAX_LOSSES) return undefined;
    this.#after = place;
    this.#progress.leave();
    return place;
  }
}
