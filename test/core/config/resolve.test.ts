import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Layer, ResolvedConfig } from '../../../core/config/resolve.js';
import { configure, pluginFiles, project } from './project.js';

const user = (config: unknown) => ({ file: '/home/me/.config/scanrun/config.json', steps: [], config, notices: [] });

interface Field {
  /** The origin's name. */
  readonly name: string;
  readonly get: (config: ResolvedConfig) => unknown;
  readonly default: unknown;
  /** What each layer sets it to; the layers that may. */
  readonly user?: [object, unknown];
  readonly preset?: [object, unknown];
  readonly config?: [object, unknown];
  readonly environment?: [Record<string, string>, unknown];
  readonly flag?: [object, unknown];
}

const fields: Field[] = [
  {
    name: 'tier',
    get: ({ tier }) => tier,
    default: 'standard',
    preset: [{ tier: 'quick' }, 'quick'],
    config: [{ tier: 'deep' }, 'deep'],
    environment: [{ SCANRUN_TIER: 'quick' }, 'quick'],
    flag: [{ tier: 'standard' }, 'standard'],
  },
  {
    name: 'concurrency',
    get: ({ limits }) => limits.concurrency,
    default: 4,
    user: [{ tiers: { standard: { concurrency: 9 } } }, 9],
    preset: [{ concurrency: 10 }, 10],
    config: [{ concurrency: 11, tiers: { standard: { concurrency: 12 } } }, 12],
    environment: [{ SCANRUN_CONCURRENCY: ' 13 ' }, 13],
    flag: [{ concurrency: '14' }, 14],
  },
  {
    name: 'parallel',
    get: ({ limits }) => limits.parallel,
    default: true,
    user: [{ tiers: { standard: { parallel: false } } }, false],
    preset: [{ tiers: { standard: { parallel: true } } }, true],
    config: [{ tiers: { standard: { parallel: false } } }, false],
    environment: [{ SCANRUN_PARALLEL: 'true' }, true],
    flag: [{ parallel: false }, false],
  },
  {
    name: 'budget',
    get: ({ limits }) => limits.budgetMs,
    default: 45_000,
    preset: [{ tiers: { standard: { budget: '1m' } } }, 60_000],
    config: [{ tiers: { standard: { budget: 20_000 } } }, 20_000],
  },
  {
    name: 'deadline',
    get: ({ limits }) => limits.deadlineMs,
    default: 180_000,
    preset: [{ tiers: { standard: { deadline: '1h' } } }, 3_600_000],
    config: [{ tiers: { standard: { deadline: '1.5m' } } }, 90_000],
  },
  {
    name: 'timeout',
    get: ({ limits }) => limits.timeoutMs,
    default: 120_000,
    preset: [{ tiers: { standard: { timeout: '5s' } } }, 5_000],
    config: [{ tiers: { standard: { timeout: '300s' } } }, 300_000],
  },
  {
    name: 'gate.failOn',
    get: ({ gate }) => gate.failOn,
    default: 'error',
    preset: [{ gate: { failOn: 'never' } }, 'never'],
    config: [{ gate: { failOn: 'warning' } }, 'warning'],
    environment: [{ SCANRUN_FAIL_ON: 'note' }, 'note'],
    flag: [{ failOn: 'never' }, 'never'],
  },
  {
    name: 'gate.minCoverage',
    get: ({ gate }) => gate.minCoverage,
    default: 1,
    preset: [{ gate: { minCoverage: 0 } }, 0],
    config: [{ gate: { minCoverage: 0.5 } }, 0.5],
    environment: [{ SCANRUN_MIN_COVERAGE: '0.25' }, 0.25],
    flag: [{ minCoverage: 0.75 }, 0.75],
  },
  ...(['newOnly', 'failOnOutliers', 'failOnBudget'] as const).map(
    (name): Field => ({
      name: `gate.${name}`,
      get: ({ gate }) => gate[name],
      default: false,
      preset: [{ gate: { [name]: true } }, true],
      config: [{ gate: { [name]: false } }, false],
    }),
  ),
  {
    name: 'gate.maxFindings',
    get: ({ gate }) => gate.maxFindings,
    default: 0,
    preset: [{ gate: { maxFindings: 10 } }, 10],
    config: [{ gate: { maxFindings: 3 } }, 3],
  },
  {
    name: 'baseline',
    get: ({ baseline }) => (baseline.off ? false : baseline.file === undefined ? true : basename(baseline.file)),
    default: true,
    preset: [{ baseline: 'preset.json' }, 'preset.json'],
    config: [{ baseline: false }, false],
    environment: [{ SCANRUN_BASELINE: 'environment.json' }, 'environment.json'],
    flag: [{ baseline: false }, false],
  },
  {
    name: 'inlineIgnores',
    get: ({ inlineIgnores }) => inlineIgnores,
    default: true,
    preset: [{ inlineIgnores: false }, false],
    config: [{ inlineIgnores: true }, true],
  },
  {
    name: 'redact.home',
    get: ({ redact }) => redact.home,
    default: false,
    preset: [{ redact: { home: true } }, true],
    config: [{ redact: { home: false } }, false],
  },
  {
    name: 'cache.enabled',
    get: ({ cache }) => cache.enabled,
    default: true,
    user: [{ cache: false }, false],
    preset: [{ cache: { enabled: true } }, true],
    config: [{ cache: false }, false],
    environment: [{ SCANRUN_CACHE: 'on' }, true],
    flag: [{ cache: false }, false],
  },
  {
    name: 'cache.maxBytes',
    get: ({ cache }) => cache.maxBytes,
    default: 268_435_456,
    user: [{ cache: { maxBytes: 2_000_000 } }, 2_000_000],
    preset: [{ cache: { maxBytes: 3_000_000 } }, 3_000_000],
    config: [{ cache: { maxBytes: 4_000_000 } }, 4_000_000],
  },
  {
    name: 'cache.maxAge',
    get: ({ cache }) => cache.maxAgeMs,
    default: 2_592_000_000,
    user: [{ cache: { maxAge: '2d' } }, 172_800_000],
    preset: [{ cache: { maxAge: '48h' } }, 172_800_000],
    config: [{ cache: { maxAge: 86_400_000 } }, 86_400_000],
  },
  {
    name: 'reporters',
    get: ({ reporters }) => reporters.map(({ name }) => name),
    default: ['terminal', 'html'],
    user: [{ reporters: ['terminal'] }, ['terminal']],
    preset: [{ reporters: ['html'] }, ['html']],
    config: [{ reporters: ['json'] }, ['json']],
    environment: [{ SCANRUN_REPORTER: 'terminal, json=out.json ,' }, ['terminal', 'json']],
    flag: [{ json: true }, ['json']],
  },
  {
    name: 'exclude',
    get: ({ exclude }) => exclude,
    default: [],
    preset: [{ exclude: ['a/**'] }, ['a/**']],
    config: [{ exclude: ['b/**', 'a/**'] }, ['a/**', 'b/**']],
  },
];

const ORDER: readonly Layer[] = ['user', 'preset', 'config', 'environment', 'flag'];

describe('precedence', () => {
  for (const field of fields) {
    it(`${field.name}: each layer wins over those before it`, async () => {
      const root = project();
      const expected: [Layer, unknown][] = [['default', field.default]];
      const seen: [Layer | undefined, unknown][] = [];
      const add = async (given: Parameters<typeof configure>[1]): Promise<void> => {
        const config = await configure(root, given);
        seen.push([config.origins.get(field.name), field.get(config)]);
      };
      await add({ configObject: { plugins: [] } });
      const given: {
        userConfig?: ReturnType<typeof user>;
        configObject: object;
        environment?: Record<string, string>;
        overrides?: object;
      } = { configObject: { plugins: [] } };
      for (const layer of ORDER) {
        const set = field[layer as 'user'];
        if (set === undefined) continue;
        expected.push([layer, set[1]]);
        if (layer === 'user') given.userConfig = user(set[0]);
        if (layer === 'preset') given.configObject = { plugins: [], extends: [set[0]] };
        if (layer === 'config') given.configObject = { ...given.configObject, ...set[0] };
        if (layer === 'environment') given.environment = set[0] as Record<string, string>;
        if (layer === 'flag') given.overrides = set[0];
        await add(given);
      }
      expect(seen).toEqual(expected);
    });
  }
});

describe('limits', () => {
  it('are those of the tier that runs', async () => {
    const configObject = { plugins: [], tiers: { quick: { budget: '10s' }, deep: { concurrency: 64 } } };
    const quick = await configure(project(), { configObject, overrides: { tier: 'quick' } });
    expect(quick.limits).toEqual({
      concurrency: 2,
      parallel: false,
      budgetMs: 10_000,
      deadlineMs: 40_000,
      timeoutMs: 120_000,
    });
    const deep = await configure(project(), { configObject, overrides: { tier: 'deep' } });
    expect(deep.limits).toEqual({
      concurrency: 64,
      parallel: true,
      budgetMs: 75_000,
      deadlineMs: 300_000,
      timeoutMs: 120_000,
    });
  });

  it('follow a later concurrency, also over an earlier one for the tier', async () => {
    const configObject = { plugins: [], extends: [{ tiers: { standard: { concurrency: 8 } } }], concurrency: 3 };
    expect((await configure(project(), { configObject })).limits.concurrency).toBe(3);
  });

  it('says when a concurrency that was asked for has no effect', async () => {
    const quick = { configObject: { plugins: [], tier: 'quick' as const } };
    const asked = await configure(project(), { ...quick, overrides: { concurrency: 8 } });
    expect(asked.notices).toEqual([
      {
        code: 'concurrency-unused',
        level: 'warning',
        message: "Concurrency 8 has no effect: the tier 'quick' runs one task at a time. Add --parallel.",
      },
    ]);
    expect((await configure(project(), { ...quick, overrides: { concurrency: 8, parallel: true } })).notices).toEqual(
      [],
    );
  });
});

describe('checks', () => {
  it('come in the order of their ids, complete, and on unless they are turned off', async () => {
    const root = project({
      ...pluginFiles('zeta'),
      ...pluginFiles('alpha'),
      'scan.config.json': { plugins: ['./zeta/plugin.ts', './alpha/plugin'], checks: { 'zeta/size': 'off' } },
    });
    const config = await configure(root);
    expect([...config.checks.keys()]).toEqual(['alpha/name', 'alpha/size', 'zeta/name', 'zeta/size']);
    expect([...config.checks.values()].map(({ enabled }) => enabled)).toEqual([true, true, true, false]);
    const { check, plugin, ...name } = config.checks.get('alpha/name') ?? {};
    expect(name).toEqual({
      id: 'alpha/name',
      enabled: true,
      options: { max: 3, mode: 'fast' },
      timeoutMs: 9_000,
      priority: 7,
      retries: 0,
      optional: false,
      critical: false,
      files: ['src/**'],
      exclude: [],
      named: false,
    });
    expect(check?.meta.title).toBe('name');
    expect(plugin?.name).toBe('alpha');
    expect(config.checks.get('alpha/size')).not.toHaveProperty('timeoutMs');
    expect(config.checks.get('alpha/size')).not.toHaveProperty('severity');
  });

  it('take every setting of the configuration', async () => {
    const settings = {
      severity: 'note',
      options: { max: 9 },
      timeout: '1m',
      priority: -100,
      optional: true,
      critical: true,
      files: ['a/**'],
      exclude: ['b/**'],
    };
    const root = project({
      ...pluginFiles('own'),
      'scan.config.json': { plugins: ['./own/plugin'], checks: { 'own/name': settings } },
    });
    const config = await configure(root);
    const { check: _check, plugin: _plugin, ...name } = config.checks.get('own/name') ?? {};
    expect(name).toEqual({
      id: 'own/name',
      enabled: true,
      severity: 'note',
      options: { max: 9, mode: 'fast' },
      timeoutMs: 60_000,
      priority: -100,
      retries: 0,
      optional: true,
      critical: true,
      files: ['a/**'],
      exclude: ['b/**'],
      named: true,
    });
    expect(config.origins.get("checks['own/name'].timeout")).toBe('config');
    expect(config.origins.get("checks['own/name'].options.max")).toBe('config');
    expect(config.origins.has("checks['own/name'].options.mode")).toBe(false);
  });

  it('are laid over presets field by field and option by option; globs to leave out add up', async () => {
    const preset = {
      checks: {
        'own/size': { severity: 'note', options: { max: 5, mode: 'slow' }, priority: 4, exclude: ['a/**'] },
        'own/name': 'off',
      },
    };
    const root = project({
      ...pluginFiles('own'),
      'preset.json': preset,
      'scan.config.json': {
        extends: ['./preset.json'],
        plugins: ['./own/plugin'],
        checks: { 'own/size': { options: { max: 6 }, exclude: ['b/**'] }, 'own/name': { severity: 'warning' } },
      },
    });
    const config = await configure(root);
    expect(config.checks.get('own/size')).toMatchObject({
      severity: 'note',
      options: { max: 6, mode: 'slow' },
      priority: 4,
      exclude: ['a/**', 'b/**'],
      named: true,
    });
    expect(config.checks.get('own/name')).toMatchObject({ enabled: true, severity: 'warning' });
    expect(config.origins.get("checks['own/size'].severity")).toBe('preset');
    expect(config.origins.get("checks['own/size'].options.max")).toBe('config');
    expect(config.origins.get("checks['own/size'].options.mode")).toBe('preset');
  });

  it('stay off when only their options are set, and are named only by the configuration itself', async () => {
    const root = project({
      ...pluginFiles('own'),
      'preset.json': { checks: { 'own/size': 'off', 'own/name': 'error' } },
      'scan.config.json': {
        extends: ['./preset.json'],
        plugins: ['./own/plugin'],
        checks: { 'own/size': { options: { max: 6 } } },
      },
    });
    const { checks } = await configure(root);
    expect([checks.get('own/size')?.enabled, checks.get('own/size')?.named]).toEqual([false, true]);
    expect([checks.get('own/name')?.enabled, checks.get('own/name')?.named]).toEqual([true, false]);
  });

  it('keep the options of an instance below those of the configuration', async () => {
    const root = project({
      ...pluginFiles('own'),
      'scan.config.ts': `import { definePlugin } from 'scanrun';
import size from './own/size';
const plugin = definePlugin({ name: 'two', checks: { small: size.with({ options: { max: 1 } }), large: size.with({ title: 'Large', options: { max: 99, mode: 'slow' } }) } });
export default { plugins: [plugin], checks: { 'two/large': { options: { max: 50 } } } };`,
    });
    const { checks } = await configure(root);
    expect(checks.get('two/small')?.options).toEqual({ max: 1, mode: 'fast' });
    expect(checks.get('two/large')?.options).toEqual({ max: 50, mode: 'slow' });
    expect(checks.get('two/large')?.check.meta.title).toBe('Large');
  });

  it('ignore what is undefined, as a condition leaves it', async () => {
    const root = project({
      ...pluginFiles('own'),
      'scan.config.ts':
        "export default { plugins: ['./own/plugin', undefined], tier: undefined, checks: { 'own/size': undefined, 'own/name': { severity: undefined, options: { max: undefined } } }, gate: undefined, reporters: undefined };",
    });
    const config = await configure(root);
    expect(config.tier).toBe('standard');
    expect(config.checks.get('own/name')).toMatchObject({ options: { max: 3, mode: 'fast' } });
    expect(config.checks.get('own/size')?.named).toBe(false);
  });
});

describe('what is passed on', () => {
  it('are the filters and the redaction patterns', async () => {
    const config = await configure(project(), {
      configObject: { plugins: [] },
      overrides: { check: ['repo/*'], skip: ['tag:slow'] },
      environment: { SCANRUN_REDACT: 'corp-[a-z]{2,9}\n\n tok_\\w+ \n' },
    });
    expect(config.select).toEqual({ check: ['repo/*'], skip: ['tag:slow'] });
    expect(config.redact).toEqual({ patterns: ['corp-[a-z]{2,9}', 'tok_\\w+'], home: false });
    const preset = { redact: { patterns: ['a+'], home: true } } as const;
    const own = { extends: [preset], plugins: [], redact: { patterns: ['b+'] } };
    const added = await configure(project(), { configObject: own, environment: { SCANRUN_REDACT: 'c+' } });
    expect(added.redact).toEqual({ patterns: ['a+', 'b+', 'c+'], home: true });
    // A pattern may be the secret itself.
    expect(added.printable.redact).toEqual({ home: true });
  });

  it('is where the baseline lies: beside the configuration, or where a flag or a variable starts from', async () => {
    const root = project({ 'deep/scan.config.json': { plugins: [], baseline: 'known.json' } });
    const given = { configPath: 'deep/scan.config.json' };
    expect((await configure(root, given)).baseline).toEqual({ off: false, file: join(root, 'deep/known.json') });
    const flag = await configure(root, { ...given, overrides: { baseline: 'here.json' } });
    expect(flag.baseline).toEqual({ off: false, file: join(root, 'here.json') });
    expect(flag.printable.baseline).toBe('here.json');
  });

  it('are no reporters at all, where an empty list is asked for', async () => {
    const { reporters } = await configure(project(), { configObject: { plugins: [] }, overrides: { reporter: [] } });
    expect(reporters).toEqual([]);
  });

  it('is a printable configuration: plain JSON without secrets', async () => {
    const root = project({
      ...pluginFiles('own'),
      'own/size.ts': `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, {
  meta: { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {},
    options: { apiKey: { type: 'string' }, url: { type: 'string' }, words: { type: 'array', items: { type: 'string' } }, deep: { type: 'object' } } },
  run() {},
});`,
      'scan.config.json': {
        plugins: ['./own/plugin'],
        checks: {
          'own/size': {
            severity: 'note',
            options: {
              apiKey: 'hunter2',
              // Put together here, or a scan of this repository would find it.
              url: `https://me:${'hunter2'}@example.org/x`,
              words: ['corp-hunter2'],
              deep: { password: 'hunter2', n: 1 },
            },
          },
        },
      },
    });
    const config = await configure(root, { environment: { SCANRUN_REDACT: 'corp-\\w+' } });
    expect(config.checks.get('own/size')?.options.apiKey).toBe('hunter2');
    expect(JSON.parse(JSON.stringify(config.printable))).toEqual(config.printable);
    expect(structuredClone(config.printable)).toEqual(config.printable);
    expect(config.printable).toMatchObject({
      file: 'scan.config.json',
      tier: 'standard',
      plugins: [{ name: 'own', version: '1.2.3' }],
      gate: { failOn: 'error', minCoverage: 1 },
      reporters: [
        { name: 'terminal', output: '-' },
        { name: 'html', output: join(root, 'reports/scan.html') },
      ],
    });
    const { checks } = config.printable as { checks: Record<string, { options: unknown; severity: string }> };
    expect(checks['own/size']).toMatchObject({
      severity: 'note',
      options: {
        apiKey: '[redacted]',
        url: 'https://[redacted]@example.org/x',
        words: ['[redacted]'],
        deep: { password: '[redacted]', n: 1 },
      },
    });
    expect(JSON.stringify(config.printable)).not.toContain('hunter2');
  });
});
