import { type Backoff, DEFAULT_POLICY } from '../../model/resource.js';

/** Numbers from 0 to just below 1, as `Math.random` gives them. */
export type Random = () => number;

/** Milliseconds before a retry, the first being 1: anything from 0 to the longest wait, so that those who failed together do not return together ("full jitter"). */
export function backoffMs(retry: number, backoff: Backoff, random: Random): number {
  const longest = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** (retry - 1));
  return Math.floor(random() * (Math.floor(longest) + 1));
}

/** Milliseconds before a whole check runs again. */
export function checkBackoffMs(retry: number, random: Random): number {
  return backoffMs(retry, DEFAULT_POLICY.backoff, random);
}
