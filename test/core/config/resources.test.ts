import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import { configure, failure, pluginFiles, project } from './project.js';

const user = (config: unknown) => ({ file: '/home/me/.config/scanrun/config.json', steps: [], config, notices: [] });

async function problemsOf(resources: unknown, checks: object = {}): Promise<string[]> {
  const root = project({ ...pluginFiles('own'), 'scan.config.json': { plugins: ['./own/plugin'], resources, checks } });
  const { problems } = await failure(configure(root));
  return problems.map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
}

describe('resources', () => {
  it('are laid over each other field by field, in milliseconds, and each says who set it', async () => {
    const root = project({
      'company.json': {
        resources: {
          Host: { retries: 1, timeout: '5s', breaker: { window: 50, minimumCalls: 5 }, backoff: { factor: 3 } },
          '*': { rateLimit: { requests: 5, interval: '1s' } },
        },
      },
      'scan.config.json': {
        extends: ['./company.json'],
        resources: {
          host: { retries: 4, breaker: { halfOpenAfter: 100 }, backoff: { initial: '10ms', max: '2s' } },
          '*': { rateLimit: 'off', breaker: 'off' },
        },
      },
    });
    const config = await configure(root, { userConfig: user({ resources: { host: { concurrency: 3, retries: 0 } } }) });
    const host = {
      retries: 4,
      concurrency: 3,
      timeoutMs: 5_000,
      breaker: { window: 50, minimumCalls: 5, halfOpenAfterMs: 100 },
      backoff: { factor: 3, initialMs: 10, maxMs: 2_000 },
    };
    expect(Object.fromEntries(config.resources)).toEqual({ host, '*': { rateLimit: null, breaker: null } });
    const origin = (field: string) => config.origins.get(`resources.host.${field}`);
    expect(['concurrency', 'timeout', 'retries'].map(origin)).toEqual(['user', 'preset', 'config']);
    expect(config.printable.resources).toEqual({ host, '*': { rateLimit: null, breaker: null } });
  });

  it('are empty where nobody says anything', async () => {
    const config = await configure(project(), { configObject: {} as Config });
    expect([...config.resources]).toEqual([]);
  });

  it('name what is wrong, with the place and the nearest name', async () => {
    expect(
      await problemsOf({
        a: { retrys: 1, retries: 6, timeout: '999ms', concurrency: 65 },
        b: { rateLimit: { requests: 0, intervall: '1s' }, breaker: 'of', backoff: { initial: 'soon', factor: 11 } },
        c: { rateLimit: { requests: 1, interval: '5ms' }, breaker: { halfOpenAfter: '2h', errorRatio: 0 } },
        d: { breaker: { window: 5, minimumCalls: 6 }, backoff: { initial: '5s', max: '1s' } },
        e: 5,
        'https://host/': {},
        '!x': {},
      }),
    ).toEqual(
      [
        "resources.a.retrys is not known (did you mean 'retries'?)",
        'resources.a.retries must be a whole number from 0 to 5, not 6',
        'resources.a.concurrency must be a whole number from 1 to 64, not 65',
        "resources.b.backoff.initial must be a duration from '10ms' to '60s', not 'soon'",
        'resources.b.backoff.factor must be a number from 1 to 10, not 11',
        "resources.b.rateLimit lacks 'interval'",
        "resources.b.rateLimit.intervall is not known (did you mean 'interval'?)",
        'resources.b.rateLimit.requests must be a whole number from 1 to 100000, not 0',
        "resources.b.breaker must be settings or 'off', not 'of' (did you mean 'off'?)",
        'resources.c.breaker.errorRatio must be a number from 0.01 to 1, not 0',
        'resources.e must be settings for a resource, not 5',
        "resources.a.timeout must be between '1s' and '120s', not '999ms'",
        "resources.c.rateLimit.interval must be between '10ms' and '24h', not '5ms'",
        "resources.c.breaker.halfOpenAfter must be between '100ms' and '1h', not '2h'",
        'resources.d.breaker.minimumCalls must be at most the window of 5 calls, not 6',
        'resources.d.backoff.initial must be at most the max of 1000 ms, not 5000 ms',
        "resources['https://host/'] is not the name of a resource (name a host ('registry.npmjs.org'), a provider or a glob ('*.npmjs.org'))",
        "resources['!x'] is not the name of a resource (name a host ('registry.npmjs.org'), a provider or a glob ('*.npmjs.org'))",
      ].map((line) => `scan.config.json: ${line}`),
    );
  });

  it('must be there when the configuration names one for a check', async () => {
    const checks = { 'own/size': { resource: 'regsitry' } };
    expect(await problemsOf({ registry: {}, '*': {} }, checks)).toEqual([
      "scan.config.json: checks['own/size'].resource is no entry of resources (did you mean 'registry'?)",
    ]);
    expect(await problemsOf(undefined, checks)).toEqual([
      "scan.config.json: checks['own/size'].resource is no entry of resources (add resources: { 'regsitry': {} })",
    ]);
    const root = project({
      ...pluginFiles('own'),
      'scan.config.json': {
        plugins: ['./own/plugin'],
        resources: { 'reg*': {} },
        checks: { 'own/size': { resource: 'Regsitry', retries: 3 } },
      },
    });
    expect((await configure(root)).checks.get('own/size')).toMatchObject({ resource: 'Regsitry', retries: 3 });
  });
});
