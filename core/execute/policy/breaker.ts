import type { CircuitBreakerPolicy, IBackoff } from 'cockatiel';
import { ScanError } from '../../errors.js';
import type { Clock } from '../../model/clock.js';
import type { BreakerLimits, BreakerState } from '../../model/resource.js';
import type { Verdict } from './classify.js';

/** The library; loaded with the first request that needs a policy. */
export type Cockatiel = typeof import('cockatiel');

/** One try of a request: what came of it, and what that says of the resource. */
export interface Attempt<T> {
  readonly end: { readonly value: T } | { readonly error: unknown };
  readonly verdict: Verdict;
}

/** What a breaker is made of. */
export interface BreakerParts {
  readonly cockatiel: Cockatiel;
  /** The resource that it stands before, for messages. */
  readonly resource: string;
  readonly limits: BreakerLimits;
  readonly clock: Clock;
  readonly changed: (from: BreakerState, to: BreakerState) => void;
}

/** Stops calls to a resource that fails too often: open after too many failures, half-open for one call after a time, closed when that call succeeds. */
export class Breaker {
  readonly #parts: BreakerParts;
  readonly #policy: CircuitBreakerPolicy;
  #state: BreakerState = 'closed';
  #openedAtMs = 0;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
    const { circuitBreaker, handleWhen, CountBreaker, CircuitState } = parts.cockatiel;
    const { window, minimumCalls, errorRatio } = parts.limits;
    // A call that broke off before it had an answer says nothing, except when it was the one to see by.
    const failed = handleWhen(() => this.#state === 'half-open').orWhenResult(
      (attempt) => (attempt as Attempt<unknown>).verdict.failed,
    );
    this.#policy = circuitBreaker(failed, {
      // The library opens above its threshold; a ratio that is reached opens too.
      breaker: new CountBreaker({
        size: window,
        // Whoever sets a small window alone means it.
        minimumNumberOfCalls: Math.min(minimumCalls, window),
        threshold: errorRatio - 1e-9,
      }),
      halfOpenAfter: { next: () => this.#wait() },
    });
    this.#policy.onStateChange((state) => {
      if (state === CircuitState.Closed) this.#change('closed');
      else if (state === CircuitState.Open) this.#change('open');
      else this.#change('half-open');
    });
  }

  /** Its state now. An open breaker stays so until a call comes after its time. */
  get state(): BreakerState {
    return this.#state;
  }

  /** True while calls are refused. */
  get refuses(): boolean {
    return this.#state === 'open' && this.#leftMs() > 0;
  }

  /**
   * Makes a try, or waits for the one that shows whether the resource is back.
   * @throws ScanError `SR_BREAKER_OPEN` while calls are refused.
   */
  async run<T>(attempt: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
    try {
      return await this.#policy.execute(attempt);
    } catch (error) {
      if (this.#parts.cockatiel.isBrokenCircuitError(error)) throw this.refusal();
      throw error;
    }
  }

  /** The error of a call that is refused. */
  refusal(): ScanError {
    const { resource } = this.#parts;
    const seconds = Math.max(1, Math.ceil(this.#leftMs() / 1_000));
    return new ScanError(
      'SR_BREAKER_OPEN',
      `${resource} failed too often, so it is left alone; the next call may go out in ${seconds} s.`,
    );
  }

  #leftMs(): number {
    return this.#openedAtMs + this.#parts.limits.halfOpenAfterMs - this.#parts.clock.now();
  }

  /** How long to stay open, as the library asks for it: it holds a duration against the machine's time of day, which may jump; ours decides. */
  #wait(): IBackoff<unknown> {
    this.#openedAtMs = this.#parts.clock.now();
    const left = (): number => this.#leftMs();
    return {
      get duration() {
        return left() > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
      next: () => this.#wait(),
    };
  }

  #change(to: BreakerState): void {
    const from = this.#state;
    this.#state = to;
    this.#parts.changed(from, to);
  }
}
