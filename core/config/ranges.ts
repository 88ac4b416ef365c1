import { type Duration, parseDuration } from '../model/duration.js';
import { type Source, type Steps, sourceWithin } from './place.js';
import type { RawConfig } from './plain.js';
import { type ConfigProblem, quote, type Validated, without } from './problems.js';

/** A check that hangs ends, and a slow one may finish: the house plan allows 5 to 300 seconds. */
const TIMEOUT = { min: 5_000, max: 300_000, text: "between '5s' and '300s'" };
/** Beyond a day it is a service, not a scan. */
const SPAN = { min: 1_000, max: 86_400_000, text: "between '1s' and '24h'" };

/** What resources may be given; the waits and times are in core/config/define.ts. */
const BACKOFF_INITIAL = { min: 10, max: 60_000, text: "between '10ms' and '60s'" };
const BACKOFF_MAX = { min: 10, max: 120_000, text: "between '10ms' and '120s'" };
const INTERVAL = { min: 10, max: 86_400_000, text: "between '10ms' and '24h'" };
/** Less is the clock's own noise, more is a machine that hangs. */
const DELAY = { min: 10, max: 60_000, text: "between '10ms' and '60s'" };
const HALF_OPEN = { min: 100, max: 3_600_000, text: "between '100ms' and '1h'" };
/** Answers are counted in days; a year is longer than any branch is left alone. */
const CACHE_AGE = { min: 86_400_000, max: 31_536_000_000, text: "between '1d' and '365d'" };
/** S4.2 of the sources: 1,000 to 120,000 ms. */
const REQUEST = { min: 1_000, max: 120_000, text: "between '1s' and '120s'" };

/** Finds durations that look right and are out of range, which no pattern can say. */
export function validateRanges(config: RawConfig, source: Source): Validated {
  const { problems, bad } = rangeProblems(config, source);
  for (const [name, profile] of Object.entries((config.profiles ?? {}) as Record<string, RawConfig>)) {
    const steps = ['profiles', name];
    const own = rangeProblems(profile, sourceWithin(source, steps));
    problems.push(...own.problems);
    bad.push(...own.bad.map((place) => [...steps, ...place]));
  }
  return { config: bad.length === 0 ? config : without(config, bad), problems };
}

function rangeProblems(config: RawConfig, source: Source): { problems: ConfigProblem[]; bad: Steps[] } {
  const problems: ConfigProblem[] = [];
  const bad: Steps[] = [];
  const check = (value: unknown, steps: Steps, range: typeof TIMEOUT): void => {
    if (value === undefined || value === null) return;
    const ms = parseDuration(value as Duration);
    if (ms !== undefined && ms >= range.min && ms <= range.max) return;
    bad.push(steps);
    problems.push({
      where: source.place(steps),
      what: `must be ${range.text}, not ${typeof value === 'number' ? `${value} ms` : quote(String(value))}`,
    });
  };
  for (const [name, tier] of Object.entries((config.tiers ?? {}) as Record<string, Record<string, unknown>>)) {
    check(tier.budget, ['tiers', name, 'budget'], SPAN);
    check(tier.deadline, ['tiers', name, 'deadline'], SPAN);
    check(tier.timeout, ['tiers', name, 'timeout'], TIMEOUT);
  }
  const governor = config.governor as string | { readonly eventLoopDelay?: unknown } | undefined;
  if (typeof governor === 'object') check(governor?.eventLoopDelay, ['governor', 'eventLoopDelay'], DELAY);
  for (const [id, entry] of Object.entries((config.checks ?? {}) as Record<string, { timeout?: unknown } | string>)) {
    if (typeof entry === 'object') check(entry.timeout, ['checks', id, 'timeout'], TIMEOUT);
  }
  if (typeof config.cache === 'object')
    check((config.cache as { readonly maxAge?: unknown } | null)?.maxAge, ['cache', 'maxAge'], CACHE_AGE);
  for (const [name, resource] of Object.entries((config.resources ?? {}) as Record<string, RawResource>)) {
    const steps = ['resources', name];
    check(resource.timeout, [...steps, 'timeout'], REQUEST);
    check(resource.backoff?.initial, [...steps, 'backoff', 'initial'], BACKOFF_INITIAL);
    check(resource.backoff?.max, [...steps, 'backoff', 'max'], BACKOFF_MAX);
    if (typeof resource.rateLimit === 'object')
      check(resource.rateLimit.interval, [...steps, 'rateLimit', 'interval'], INTERVAL);
    if (typeof resource.breaker === 'object')
      check(resource.breaker.halfOpenAfter, [...steps, 'breaker', 'halfOpenAfter'], HALF_OPEN);
  }
  return { problems, bad };
}

/** The durations of a resource before they are checked. */
interface RawResource {
  readonly timeout?: unknown;
  readonly backoff?: { readonly initial?: unknown; readonly max?: unknown };
  readonly rateLimit?: string | { readonly interval?: unknown };
  readonly breaker?: string | { readonly halfOpenAfter?: unknown };
}
