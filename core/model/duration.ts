/** A length of time as people write it (`'250ms'`, `'30s'`, `'2m'`, `'1h'`, `'30d'`) or as integer milliseconds. */
export type Duration = string | number;

/** What a written duration looks like; the configuration's schema uses the same expression. */
export const DURATION_PATTERN = '^(0|[1-9][0-9]*)(\\.[0-9]+)?(ms|s|m|h|d)$';

const FACTORS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration, or undefined when it is not one. */
export function parseDuration(value: Duration): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
  const match = new RegExp(DURATION_PATTERN).exec(value);
  if (!match) return undefined;
  const unit = match[3] as keyof typeof FACTORS;
  return Math.round(Number.parseFloat(value) * FACTORS[unit]);
}

/** A duration for people: `340 ms`, `4.2 s`, `1 m 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_500) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}
