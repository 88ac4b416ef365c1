import { CACHE_DEFAULTS, type CacheSettings } from '../cache/settings.js';
import { parseDuration } from '../model/duration.js';
import type { CacheOptions } from './define.js';
import { type ConfigLayer, type Layer, lastSetting } from './layers.js';

/** Lays the layers' cache settings over each other, field by field; `false` turns it off and leaves the rest. */
export function resolveCache(
  layers: readonly ConfigLayer[],
  refresh: boolean,
  origins: Map<string, Layer>,
): CacheSettings {
  const last = <K extends keyof CacheOptions>(key: K): CacheOptions[K] | undefined => {
    const setting = lastSetting(layers, ['cache', key], ({ cache }) =>
      cache === false ? (key === 'enabled' ? false : undefined) : cache?.[key],
    );
    origins.set(`cache.${key}`, setting?.layer ?? 'default');
    return setting?.value as CacheOptions[K] | undefined;
  };
  const maxAge = last('maxAge');
  return {
    enabled: last('enabled') ?? CACHE_DEFAULTS.enabled,
    refresh,
    maxBytes: last('maxBytes') ?? CACHE_DEFAULTS.maxBytes,
    maxAgeMs: (maxAge === undefined ? undefined : parseDuration(maxAge)) ?? CACHE_DEFAULTS.maxAgeMs,
  };
}
