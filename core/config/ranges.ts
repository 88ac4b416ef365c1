import { type Duration, parseDuration } from '../model/duration.js';
import type { Source, Steps } from './place.js';
import type { RawConfig } from './plain.js';
import { type ConfigProblem, quote, type Validated, without } from './problems.js';

/** A check that hangs ends, and a slow one may finish: the house plan allows 5 to 300 seconds. */
const TIMEOUT = { min: 5_000, max: 300_000, text: "between '5s' and '300s'" };
/** Beyond a day it is a service, not a scan. */
const SPAN = { min: 1_000, max: 86_400_000, text: "between '1s' and '24h'" };

/** Finds durations that look right and are out of range, which no pattern can say. */
export function validateRanges(config: RawConfig, source: Source): Validated {
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
  for (const [id, entry] of Object.entries((config.checks ?? {}) as Record<string, { timeout?: unknown } | string>)) {
    if (typeof entry === 'object') check(entry.timeout, ['checks', id, 'timeout'], TIMEOUT);
  }
  return { config: bad.length === 0 ? config : without(config, bad), problems };
}
