import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import { configure, failure, project } from './project.js';

type Given = Parameters<typeof configure>[1];

async function problemsOf(cache: unknown, given: Given = {}): Promise<string[]> {
  const configObject = { plugins: [], ...(cache === undefined ? {} : { cache }) } as unknown as Config;
  const { problems } = await failure(configure(project(), { configObject, ...given }));
  return problems.map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
}

async function cacheOf(given: Given = {}, cache?: Config['cache']): Promise<object> {
  const configObject = { plugins: [], ...(cache === undefined ? {} : { cache }) };
  return (await configure(project(), { configObject, ...given })).cache;
}

describe('cache', () => {
  it('is on, not anew, with room and a month to live', async () => {
    const defaults = { enabled: true, refresh: false, maxBytes: 268_435_456, maxAgeMs: 2_592_000_000 };
    expect(await cacheOf()).toEqual(defaults);
    expect(await cacheOf({}, { maxAge: '1d' })).toEqual({ ...defaults, maxAgeMs: 86_400_000 });
  });

  it('keeps what else is set when it is turned off', async () => {
    const configObject = { plugins: [], extends: [{ cache: { maxBytes: 5_000_000 } }], cache: false } as Config;
    const config = await configure(project(), { configObject });
    expect(config.cache).toMatchObject({ enabled: false, maxBytes: 5_000_000 });
    expect(['enabled', 'maxBytes', 'maxAge'].map((name) => config.origins.get(`cache.${name}`))).toEqual([
      'config',
      'preset',
      'default',
    ]);
    expect(config.printable.cache).toEqual(config.cache);
  });

  it('is computed anew when a flag or the environment says so, also where it is off', async () => {
    const anew = { enabled: true, refresh: true };
    expect(await cacheOf({ overrides: { refreshCache: true } }, false)).toMatchObject(anew);
    expect(await cacheOf({ environment: { SCANRUN_CACHE: 'Refresh' } }, false)).toMatchObject(anew);
    expect(await cacheOf({ environment: { SCANRUN_CACHE: 'no' } })).toMatchObject({ enabled: false, refresh: false });
    expect(await cacheOf({ environment: { SCANRUN_CACHE: '' } })).toMatchObject({ enabled: true });
    const both = { environment: { SCANRUN_CACHE: 'refresh' }, overrides: { cache: false } };
    expect(await cacheOf(both)).toMatchObject({ enabled: false });
  });

  it('names what is wrong', async () => {
    expect(await problemsOf({ maxBites: 1, maxBytes: 999_999, maxAge: 'long', enabled: 'yes' })).toEqual([
      "configuration: cache.maxBites is not known (did you mean 'maxBytes'?)",
      'configuration: cache.enabled must be true or false, not text',
      'configuration: cache.maxBytes must be a whole number from 1000000 to 1000000000000, not 999999',
      "configuration: cache.maxAge must be a duration from '1d' to '365d', not 'long'",
    ]);
    expect(await problemsOf({ maxAge: '23h' })).toEqual([
      "configuration: cache.maxAge must be between '1d' and '365d', not '23h'",
    ]);
    expect(await problemsOf({ maxAge: '366d' })).toHaveLength(1);
    expect(await problemsOf(true)).toEqual(['configuration: cache must be settings for the cache, or false, not true']);
    expect(await problemsOf('off')).toHaveLength(1);
    expect(
      await problemsOf(undefined, { environment: { SCANRUN_CACHE: 'maybe', SCANRUN_CACHE_KEY: 'guess me' } }),
    ).toEqual([
      "environment: SCANRUN_CACHE must be true or false, not 'maybe'",
      'environment: SCANRUN_CACHE_KEY must have at least 16 characters (take a random one, such as that of `openssl rand -hex 32`)',
    ]);
    expect(await problemsOf(undefined, { overrides: { cache: false, refreshCache: true } })).toEqual([
      'flag: --refresh-cache has no effect with --no-cache (leave one of them out)',
    ]);
  });

  it('may be strict for a scan', async () => {
    const strict = async (overrides: object): Promise<boolean> =>
      (await configure(project(), { configObject: { plugins: [] }, overrides })).strict;
    expect([await strict({}), await strict({ strict: true })]).toEqual([false, true]);
  });
});
