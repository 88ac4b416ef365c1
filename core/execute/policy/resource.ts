import { ScanError } from '../../errors.js';
import type { Clock } from '../../model/clock.js';
import type { BreakerState, ResourcePolicy } from '../../model/resource.js';
import { AdaptiveLimit, type Load } from './adaptive-limit.js';
import { type Attempt, Breaker, type Cockatiel } from './breaker.js';
import { TokenBucket } from './token-bucket.js';

/** A change of a resource's breaker. */
export interface Change {
  readonly from: BreakerState;
  readonly to: BreakerState;
}

/** One try, as a resource lets it through. */
export interface Try<T> {
  /** Ends when nobody wants the answer any more. */
  readonly signal: AbortSignal;
  /** How long the asker can wait. */
  remainingMs(): number;
  /** Hears how long it waited for the rate limit. */
  waited(ms: number): void;
  /** Hears that the request goes out. */
  sent(): void;
  /** Sends the request. Never rejects but when the signal has aborted. */
  send(): Promise<Attempt<T>>;
}

/** A host or a provider that the scans of a runtime share: its breaker, its places and its rate. */
export class Resource {
  readonly name: string;
  readonly #clock: Clock;
  readonly #cockatiel: Cockatiel;
  readonly #bucket: TokenBucket;
  readonly #places: AdaptiveLimit;
  readonly #listeners = new Set<(change: Change) => void>();
  #policy: ResourcePolicy;
  #breaker: Breaker | undefined;

  constructor(name: string, policy: ResourcePolicy, clock: Clock, cockatiel: Cockatiel) {
    this.name = name;
    this.#clock = clock;
    this.#cockatiel = cockatiel;
    this.#policy = policy;
    this.#bucket = new TokenBucket(clock, policy.rateLimit);
    this.#places = new AdaptiveLimit(policy.concurrency);
    this.#breaker = this.#makeBreaker();
  }

  /** The breaker's state; a resource without a breaker is always closed. */
  get state(): BreakerState {
    return this.#breaker?.state ?? 'closed';
  }

  /** Requests allowed at once now. */
  get concurrency(): number {
    return this.#places.limit;
  }

  /** The fewest requests that were allowed at once. */
  get lowestConcurrency(): number {
    return this.#places.lowest;
  }

  /** Takes the policy of the scan that began last: what it counted stays, but a breaker that is set anew starts closed. */
  configure(policy: ResourcePolicy): void {
    const before = this.#policy;
    this.#policy = policy;
    this.#bucket.configure(policy.rateLimit);
    this.#places.configure(policy.concurrency);
    if (JSON.stringify(before.breaker) === JSON.stringify(policy.breaker)) return;
    const from = this.state;
    this.#breaker = this.#makeBreaker();
    if (from !== 'closed') this.#changed(from, 'closed');
  }

  /** Hears the changes of its breaker; returns how to stop that. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Lets one try through: the breaker first, so that a resource that is down costs no waiting; then a place; the rate
   * limit last, so that what it counts is what goes out.
   * @throws ScanError `SR_BREAKER_OPEN`, or `SR_RATE_LIMIT` when there is no token in time.
   */
  async run<T>(one: Try<T>): Promise<Attempt<T>> {
    const breaker = this.#breaker;
    const attempt = (): Promise<Attempt<T>> => this.#inPlace(one, breaker);
    return breaker === undefined ? attempt() : breaker.run(attempt);
  }

  async #inPlace<T>(one: Try<T>, breaker: Breaker | undefined): Promise<Attempt<T>> {
    const slot = await this.#places.acquire(one.signal);
    if (slot === undefined) throw one.signal.reason;
    let load: Load = 'neither';
    try {
      await this.#token(one);
      // It may have opened while this one waited.
      if (breaker?.refuses) throw breaker.refusal();
      one.sent();
      const attempt = await one.send();
      const { verdict } = attempt;
      load = verdict.failed ? (verdict.overload ? 'overload' : 'neither') : 'ok';
      if (verdict.failed && verdict.retryAfterMs !== undefined) this.#bucket.pause(verdict.retryAfterMs);
      return attempt;
    } finally {
      slot.release(load);
    }
  }

  async #token<T>(one: Try<T>): Promise<void> {
    const from = this.#clock.now();
    const taken = await this.#bucket.take(one.remainingMs(), one.signal);
    one.waited(this.#clock.now() - from);
    if (taken) return;
    if (one.signal.aborted) throw one.signal.reason;
    throw rateLimited(this.name, one.remainingMs());
  }

  #makeBreaker(): Breaker | undefined {
    const { breaker } = this.#policy;
    if (breaker === undefined) return undefined;
    const made: Breaker = new Breaker({
      cockatiel: this.#cockatiel,
      resource: this.name,
      limits: breaker,
      clock: this.#clock,
      changed: (from, to) => {
        // A breaker that was replaced has nothing to say any more.
        if (this.#breaker === made) this.#changed(from, to);
      },
    });
    return made;
  }

  #changed(from: BreakerState, to: BreakerState): void {
    for (const listener of this.#listeners) listener({ from, to });
  }
}

/** The error of a request that would have to wait longer than its asker can. */
export function rateLimited(name: string, leftMs: number): ScanError {
  const seconds = Math.max(0, Math.floor(leftMs / 1_000));
  return new ScanError('SR_RATE_LIMIT', `${name} takes no more requests in the ${seconds} s that are left.`);
}
