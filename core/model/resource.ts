// How scanrun treats what checks ask things of: a host, or a provider that a check names.

/** How long to wait before another try: a random time up to `initialMs * factor ^ (try - 1)`, at most `maxMs`. */
export interface Backoff {
  /** The longest wait before the first retry, 10 to 60,000. */
  readonly initialMs: number;
  /** The longest wait of all, 10 to 120,000. */
  readonly maxMs: number;
  /** By how much the longest wait grows with each retry, 1 to 10. */
  readonly factor: number;
}

/** How many requests may be sent in any interval. */
export interface RateLimit {
  /** Requests, 1 to 100,000. */
  readonly requests: number;
  /** The interval, 10 to 86,400,000. */
  readonly intervalMs: number;
}

/** When a resource that fails is left alone. */
export interface BreakerLimits {
  /** The last calls that are looked at, 1 to 10,000. */
  readonly window: number;
  /** Calls before anything is concluded, 1 to `window`. */
  readonly minimumCalls: number;
  /** The share of failed calls that opens it, 0.01 to 1. */
  readonly errorRatio: number;
  /** How long it stays open before one call is let through, 100 to 3,600,000. */
  readonly halfOpenAfterMs: number;
}

/** How a resource is treated, complete. */
export interface ResourcePolicy {
  /** Tries after the first, 0 to 5; only for failures that may pass. */
  readonly retries: number;
  /** The waits between tries. */
  readonly backoff: Backoff;
  /** How many requests may be sent; none is no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** When it is left alone; none is never. */
  readonly breaker: BreakerLimits | undefined;
  /** Milliseconds of one try of `fetch`, 1,000 to 120,000. */
  readonly timeoutMs: number;
  /** The most requests at once, 1 to 64; fewer while it does not keep up. */
  readonly concurrency: number;
}

/** What holds where the configuration says nothing. Retries, timeout and breaker are those that users of service orchestration were promised (S4.2 and S4.3 of the sources); 10 at once is the upper end of S2.1. */
export const DEFAULT_POLICY: ResourcePolicy = {
  retries: 2,
  backoff: { initialMs: 250, maxMs: 10_000, factor: 2 },
  rateLimit: undefined,
  breaker: { window: 100, minimumCalls: 10, errorRatio: 0.5, halfOpenAfterMs: 30_000 },
  timeoutMs: 30_000,
  concurrency: 10,
};

/** A policy with only what a configuration sets; `null` turns a part off. */
export interface PolicySettings extends Partial<Omit<ResourcePolicy, 'backoff' | 'rateLimit' | 'breaker'>> {
  readonly backoff?: Partial<Backoff>;
  readonly rateLimit?: RateLimit | null;
  readonly breaker?: Partial<BreakerLimits> | null;
}

/** The state of a circuit breaker: calls pass, are refused, or one is let through to see. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Lays settings over a policy, field by field. */
export function applySettings(policy: ResourcePolicy, settings: PolicySettings): ResourcePolicy {
  const { backoff, rateLimit, breaker, ...plain } = settings;
  return {
    ...policy,
    ...plain,
    backoff: { ...policy.backoff, ...backoff },
    rateLimit: rateLimit === undefined ? policy.rateLimit : (rateLimit ?? undefined),
    breaker:
      breaker === undefined
        ? policy.breaker
        : breaker === null
          ? undefined
          : { ...(policy.breaker ?? (DEFAULT_POLICY.breaker as BreakerLimits)), ...breaker },
  };
}
