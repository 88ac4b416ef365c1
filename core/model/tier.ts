/** How much to run: each tier runs all that the ones before it run. */
export type TierName = 'quick' | 'standard' | 'deep';

/** The tiers, the smallest first. */
export const TIERS: readonly TierName[] = ['quick', 'standard', 'deep'];

/** What a tier allows. */
export interface TierLimits {
  /** Tasks in flight over all lanes, 1 to 64. */
  readonly concurrency: number;
  /** False runs one task at a time, in plan order. */
  readonly parallel: boolean;
  /** The time the tier promises; measured and reported. */
  readonly budgetMs: number;
  /** The time after which everything is stopped. */
  readonly deadlineMs: number;
  /** A check's time when it sets none, 5,000 to 300,000. */
  readonly timeoutMs: number;
  /** The time that the planned checks must fit into (`--within`); absent plans all of them. */
  readonly withinMs?: number;
}

/** The limits of the house plan; the deadline is four times the budget. */
export const TIER_DEFAULTS: Readonly<Record<TierName, TierLimits>> = {
  quick: { concurrency: 2, parallel: false, budgetMs: 30_000, deadlineMs: 120_000, timeoutMs: 120_000 },
  standard: { concurrency: 4, parallel: true, budgetMs: 45_000, deadlineMs: 180_000, timeoutMs: 120_000 },
  deep: { concurrency: 6, parallel: true, budgetMs: 75_000, deadlineMs: 300_000, timeoutMs: 120_000 },
};

/** True when `tier` runs a check whose lowest tier is `lowest`. */
export function tierIncludes(tier: TierName, lowest: TierName): boolean {
  return TIERS.indexOf(lowest) <= TIERS.indexOf(tier);
}
