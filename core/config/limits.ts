import { type Duration, formatDuration, parseDuration } from '../model/duration.js';
import { TIER_DEFAULTS, type TierLimits, type TierName } from '../model/tier.js';
import { type ConfigLayer, type Layer, lastSetting, type Setting, type TierValues } from './layers.js';
import { type ConfigProblem, quote } from './problems.js';

/** The limits of a tier, and which layer set each. */
export interface ResolvedLimits {
  readonly limits: TierLimits;
  readonly origins: Readonly<Record<string, Layer>>;
}

/** What `--within` may say: as a tier's budget. */
const WITHIN = { min: 1_000, max: 86_400_000 };

/** The milliseconds of `--within`. */
function withinMs(within: string | number | undefined, problems: ConfigProblem[]): number | undefined {
  if (within === undefined) return undefined;
  const ms = parseDuration(within);
  if (ms !== undefined && ms >= WITHIN.min && ms <= WITHIN.max) return ms;
  problems.push({ where: '--within', what: `must be a duration between '1s' and '24h', not ${quote(String(within))}` });
  return undefined;
}

/** Lays the layers' limits for a tier over its defaults. In one layer `tiers` is more precise than `concurrency`; a later layer's `concurrency` wins over both. */
export function resolveLimits(
  tier: TierName,
  layers: readonly ConfigLayer[],
  within: string | number | undefined,
  problems: ConfigProblem[],
): ResolvedLimits {
  const defaults = TIER_DEFAULTS[tier];
  const of = <K extends keyof TierValues>(key: K): Setting<NonNullable<TierValues[K]>> | undefined =>
    lastSetting(layers, ['tiers', tier, key], (config) => config.tiers?.[tier]?.[key] ?? undefined) as
      | Setting<NonNullable<TierValues[K]>>
      | undefined;
  const concurrency = lastSetting(
    layers,
    ['concurrency'],
    (config) => config.tiers?.[tier]?.concurrency ?? config.concurrency,
  );
  const [parallel, budget, deadline, timeout] = [of('parallel'), of('budget'), of('deadline'), of('timeout')];
  const budgetMs = milliseconds(budget, defaults.budgetMs);
  const deadlineMs = milliseconds(deadline, budget === undefined ? defaults.deadlineMs : 4 * budgetMs);
  if (deadlineMs < budgetMs) {
    const where = (deadline ?? budget)?.where ?? tier;
    problems.push({
      where,
      what: `makes the deadline (${formatDuration(deadlineMs)}) shorter than the budget (${formatDuration(budgetMs)})`,
      next: 'raise the deadline or lower the budget',
    });
  }
  const promisedMs = withinMs(within, problems);
  return {
    limits: {
      concurrency: concurrency?.value ?? defaults.concurrency,
      parallel: parallel?.value ?? defaults.parallel,
      // Who asks for a time is promised that one.
      budgetMs: promisedMs ?? budgetMs,
      deadlineMs: promisedMs === undefined ? deadlineMs : Math.min(deadlineMs, 4 * promisedMs),
      timeoutMs: milliseconds(timeout, defaults.timeoutMs),
      ...(promisedMs === undefined ? {} : { withinMs: promisedMs }),
    },
    origins: {
      concurrency: concurrency?.layer ?? 'default',
      parallel: parallel?.layer ?? 'default',
      budget: promisedMs === undefined ? (budget?.layer ?? 'default') : 'flag',
      deadline: promisedMs === undefined ? (deadline?.layer ?? budget?.layer ?? 'default') : 'flag',
      timeout: timeout?.layer ?? 'default',
    },
  };
}

function milliseconds(setting: Setting<Duration> | undefined, otherwise: number): number {
  return (setting === undefined ? undefined : parseDuration(setting.value)) ?? otherwise;
}
