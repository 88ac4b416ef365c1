/** How answers are kept, after all layers of the configuration. */
export interface CacheSettings {
  /** False neither finds nor keeps answers. */
  readonly enabled: boolean;
  /** True finds nothing and keeps all anew. */
  readonly refresh: boolean;
  /** The most bytes of the answers in a target, 1,000,000 to 1,000,000,000,000. */
  readonly maxBytes: number;
  /** Milliseconds after which what nobody used is given up, a day to a year. */
  readonly maxAgeMs: number;
}

/** Room for the answers of some million files; a month outlives a holiday, and a branch that is left alone for longer is scanned anew. */
export const CACHE_DEFAULTS: CacheSettings = {
  enabled: true,
  refresh: false,
  maxBytes: 268_435_456,
  maxAgeMs: 30 * 86_400_000,
};
