import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import { resolveConfig } from '../../../core/config/resolve.js';
import { ScanError } from '../../../core/errors.js';
import { configure, failure, newLoader, pluginFiles, project } from './project.js';

/** The problems of a configuration, as `where what (next)`. */
async function problemsOf(config: unknown, given: Parameters<typeof configure>[1] = {}): Promise<string[]> {
  const error = await failure(configure(project(), { configObject: config as Config, ...given }));
  expect(error.code).toBe('SR_CONFIG_INVALID');
  expect(error.exitCode).toBe(2);
  return error.problems.map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
}

describe('every problem at once', () => {
  it('lists what is wrong in every part and every layer, each with its place', async () => {
    const root = project({
      ...pluginFiles('own'),
      'company.yaml': 'tier: sandard\nchecks:\n  own/sise: error\n',
      'scan.config.json': {
        extends: ['./company.yaml'],
        plugins: ['./own/plugin', 'repo'],
        checks: {
          'own/size': {
            severity: 'eror',
            options: { max: 'many', maxx: 1, mode: 'slo' },
            timout: '5s',
            timeout: '4999ms',
          },
          'own/name': 'of',
          'secrets/credentials': 'error',
          'repo/max-files-size': 'error',
          'nothing/like-it': 'error',
        },
        tiers: { quick: { concurrency: 0, budget: 'soon', deadline: '25h' }, daily: {} },
        gate: { failOn: 'critical', minCoverage: 2 },
        exclude: ['ok/**', ''],
        reporters: ['htlm', { reporter: 'json', options: { indentt: 1 } }, { output: 'x' }],
        colour: true,
      },
    });
    const work = configure(root, {
      environment: { SCANRUN_TIER: 'fast', SCANRUN_CONCURRENCY: 'x' },
      overrides: { failOn: 'errors', concurrency: '65' },
    });
    const error = await failure(work);
    const listed = error.problems.map(
      ({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`,
    );
    const ofReporters = listed.filter((line) => line.includes('reporters['));
    expect(listed.filter((line) => !line.includes('reporters['))).toEqual([
      'flag: --concurrency must be a whole number from 1 to 64, not 65',
      "flag: --fail-on must be one of error, warning, note, never, not 'errors' (did you mean 'error'?)",
      "environment: SCANRUN_TIER must be one of quick, standard, deep, not 'fast'",
      "environment: SCANRUN_CONCURRENCY must be a whole number from 1 to 64, not 'x'",
      'scan.config.json: colour is not known (known are $schema, extends, plugins, checks, tier, tiers, concurrency, governor, exclude, resources, cache, gate and 7 more)',
      "scan.config.json: checks['own/size'].timout is not known (did you mean 'timeout'?)",
      "scan.config.json: checks['own/size'].severity must be one of error, warning, note, off, not 'eror' (did you mean 'error'?)",
      "scan.config.json: checks['own/name'] must be one of error, warning, note, off, or settings, not 'of' (did you mean 'off'?)",
      'scan.config.json: tiers.daily is not known (known are quick, standard, deep)',
      'scan.config.json: tiers.quick.concurrency must be a whole number from 1 to 64, not 0',
      "scan.config.json: tiers.quick.budget must be a duration from '1s' to '24h', not 'soon'",
      "scan.config.json: exclude[1] must be a glob, such as 'docs/**', not text",
      "scan.config.json: gate.failOn must be one of error, warning, note, never, not 'critical'",
      'scan.config.json: gate.minCoverage must be a number from 0 to 1, not 2',
      "scan.config.json: tiers.quick.deadline must be between '1s' and '24h', not '25h'",
      "scan.config.json: checks['own/size'].timeout must be between '5s' and '300s', not '4999ms'",
      "company.yaml: tier must be one of quick, standard, deep, not 'sandard' (did you mean 'standard'?)",
      "company.yaml: checks['own/sise'] is not the id of a check (did you mean 'own/size'?)",
      "scan.config.json: checks['own/size'].options.maxx is not an option of this (did you mean 'max'?)",
      "scan.config.json: checks['own/size'].options.max must be integer",
      "scan.config.json: checks['own/size'].options.mode must be equal to one of the allowed values: fast, slow",
      "scan.config.json: checks['secrets/credentials'] is not the id of a check (the plugin 'secrets' is not listed: add it to plugins)",
      "scan.config.json: checks['repo/max-files-size'] is not the id of a check (did you mean 'repo/max-file-size'?)",
      expect.stringMatching(
        /^scan\.config\.json: checks\['nothing\/like-it'\] is not the id of a check \(known are own\/name, own\/size, repo\//,
      ),
    ]);
    expect(ofReporters).toEqual([
      "scan.config.json: reporters[2] lacks 'reporter'",
      "scan.config.json: reporters[0] names 'htlm', which is not there (did you mean 'html'?)",
      "scan.config.json: reporters[1].options.indentt is not an option of this (did you mean 'indent'?)",
    ]);
    expect([error.code, error.exitCode]).toEqual(['SR_CONFIG_INVALID', 2]);
    const lines = error.message.split('\n');
    expect(lines[0]).toBe(`The configuration has ${listed.length} problems:`);
    expect(lines.slice(1)).toEqual(listed.map((line) => `  ${line}`));
  });

  it('says one thing about one place', async () => {
    expect(await problemsOf({ plugins: ['repo', 5] })).toEqual([
      'configuration: plugins[1] must be a plugin, or the name, package or path of one, not 5',
    ]);
    for (const entry of [5, null, [], true, 'erorr']) {
      const problems = await problemsOf({ plugins: ['repo'], checks: { 'repo/max-file-size': entry } });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(
        /^configuration: checks\['repo\/max-file-size'\] must be one of error, warning, note, off, or settings, not /,
      );
    }
    expect(await problemsOf({ plugins: [], tiers: { quick: { timeout: 5.5 } } })).toEqual([
      "configuration: tiers.quick.timeout must be a duration from '5s' to '300s', not 5.5",
    ]);
    expect(await problemsOf({ plugins: [], tiers: { quick: { timeout: {} } } })).toEqual([
      "configuration: tiers.quick.timeout must be a duration from '5s' to '300s', not an object",
    ]);
    expect(await problemsOf({ plugins: [], tiers: { quick: { budget: '999ms', deadline: '25h' } } })).toEqual([
      "configuration: tiers.quick.budget must be between '1s' and '24h', not '999ms'",
      "configuration: tiers.quick.deadline must be between '1s' and '24h', not '25h'",
    ]);
    expect(await problemsOf({ plugins: [], tiers: { quick: { timeout: 3 } } })).toEqual([
      "configuration: tiers.quick.timeout must be between '5s' and '300s', not 3 ms",
    ]);
  });

  it('never quotes what may be a secret', async () => {
    const secret = 'hunter2-AKIAIOSFODNN7EXAMPLE';
    const config = {
      extends: [5],
      plugins: [],
      exclude: secret,
      gate: secret,
      concurrency: secret,
      tier: `${secret}${secret}`,
      reporters: { token: secret },
      checks: secret,
      tiers: { quick: { concurrency: secret, parallel: secret } },
    };
    const problems = await problemsOf(config);
    expect(problems).toHaveLength(9);
    expect(problems.join('\n')).not.toContain('hunter2');
    const pattern = await problemsOf({ plugins: [] }, { environment: { SCANRUN_REDACT: 'fine\nhunter2(' } });
    expect(pattern).toEqual(['environment: SCANRUN_REDACT has no valid regular expression in line 2']);
  });

  it('shows 100 lines and keeps the rest in problems', async () => {
    const checks = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`x/y${index}`, 'error']));
    const error = await failure(configure(project(), { configObject: { plugins: [], checks } as Config }));
    expect(error.problems).toHaveLength(130);
    expect(error.message.split('\n')).toHaveLength(102);
    expect(error.message).toMatch(/and 30 more$/);
  });
});

describe('a check id that is not there', () => {
  it('belongs to a plugin that is not listed', async () => {
    expect(await problemsOf({ plugins: ['repo'], checks: { 'secrets/credentials': 'off' } })).toEqual([
      "configuration: checks['secrets/credentials'] is not the id of a check (the plugin 'secrets' is not listed: add it to plugins)",
    ]);
  });

  it('is near none: those of its plugin are named', async () => {
    const [problem] = await problemsOf({ checks: { 'secrets/zzzzzzzzzzzz': 'off' } });
    expect(problem).toMatch(/is not the id of a check \(known are secrets\/credentials, /);
    expect(problem).not.toContain('repo/');
  });

  it('has odd characters', async () => {
    const [problem] = await problemsOf({ plugins: [], checks: { "it's\n\u001b[31m": 'off' } });
    expect(problem).toBe("configuration: checks['it\\'s??[31m'] is not the id of a check (there is none)");
  });

  it('is not blamed when its plugin could not be loaded', async () => {
    const error = await failure(
      configure(project(), { configObject: { plugins: ['nopackage'], checks: { 'nopackage/x': 'off' } } as Config }),
    );
    expect(error.problems).toHaveLength(1);
    expect(error.code).toBe('SR_PLUGIN_LOAD');
  });
});

describe('what is not plain data', () => {
  const cases: [name: string, config: unknown, problem: string][] = [
    [
      'a function',
      { checks: { 'repo/max-file-size': { options: { maxBytes: () => 5 } } } },
      "configuration: checks['repo/max-file-size'].options.maxBytes must be plain data, not a function",
    ],
    ['a bigint', { concurrency: 5n }, 'configuration: concurrency must be plain data, not a bigint'],
    ['a symbol', { tier: Symbol('deep') }, 'configuration: tier must be plain data, not a symbol'],
    [
      'not a number',
      { gate: { minCoverage: Number.NaN } },
      'configuration: gate.minCoverage must be plain data, not NaN',
    ],
    ['a date that is none', { tier: new Date(Number.NaN) }, 'configuration: tier must be plain data, not a Date'],
    ['a map', { checks: new Map([['a', 'b']]) }, 'configuration: checks must be plain data, not a Map'],
  ];
  for (const [name, config, problem] of cases) {
    it(name, async () => expect(await problemsOf({ plugins: ['repo'], ...(config as object) })).toEqual([problem]));
  }

  it('contains itself', async () => {
    const gate: Record<string, unknown> = {};
    gate.gate = gate;
    expect(await problemsOf({ plugins: [], gate })).toEqual(['configuration: gate.gate contains itself']);
  });

  it('is too deep', async () => {
    let options: object = {};
    for (let depth = 0; depth < 10_000; depth += 1) options = { options };
    const [problem] = await problemsOf({ plugins: ['repo'], checks: { 'repo/max-file-size': { options } } });
    expect(problem).toMatch(/is nested more than 64 levels deep$/);
  });

  it('stands for more values than there is memory for', async () => {
    const lines = [
      'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from(
        { length: 12 },
        (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`,
      ),
    ];
    const error = await failure(configure(project({ '.scanrunrc.yaml': lines.join('\n') })));
    expect(error.message).toContain('.scanrunrc.yaml has more than 100,000 values');
  });

  it('throws when it is read', async () => {
    const config = {
      plugins: [],
      get tier() {
        throw new Error('boom');
      },
    };
    expect(await problemsOf(config)).toEqual(['configuration could not be read: boom']);
  });

  it('is a prototype: refused like any other key', async () => {
    const error = await failure(
      configure(
        project({
          'scan.config.json':
            '{ "plugins": [], "__proto__": { "tier": "deep" }, "constructor": 1, "checks": { "__proto__": "off", "toString": "off" } }',
        }),
      ),
    );
    expect(error.problems.map(({ where }) => where)).toEqual([
      'scan.config.json: __proto__',
      'scan.config.json: constructor',
      'scan.config.json: checks.__proto__',
      'scan.config.json: checks.toString',
    ]);
  });
});

describe('the user’s own file', () => {
  const file = '/home/me/.config/scanrun/config.json';
  const withUser = (config: unknown) => ({ userConfig: { file, steps: [], config, notices: [] } });

  it('may not say what is checked or what passes', async () => {
    const config = {
      tier: 'deep',
      plugins: ['repo'],
      extends: [],
      checks: {},
      gate: {},
      baseline: 'mine.json',
      waivers: [],
      inlineIgnores: false,
      exclude: [],
      concurrency: 2,
      tiers: { quick: { budget: '5s', deadline: '1m', timeout: '9s', parallel: true } },
    };
    const next =
      '(set it in the project: a user file sets concurrency, tiers.*.concurrency, tiers.*.parallel, governor, resources, cache and reporters)';
    expect(await problemsOf({ plugins: [] }, withUser(config))).toEqual(
      [
        'tier',
        'plugins',
        'extends',
        'checks',
        'gate',
        'baseline',
        'waivers',
        'inlineIgnores',
        'exclude',
        'tiers.quick.budget',
        'tiers.quick.deadline',
        'tiers.quick.timeout',
      ].map((place) => `${file}: ${place} must not be set in a user file ${next}`),
    );
  });

  it('is validated like any other', async () => {
    expect(await problemsOf({ plugins: [] }, withUser({ concurrency: 100, colour: true }))).toEqual([
      expect.stringContaining(`${file}: colour is not known`),
      `${file}: concurrency must be a whole number from 1 to 64, not 100`,
    ]);
  });

  it('never wins over the project', async () => {
    expect(
      (await configure(project(), { configObject: { plugins: [], concurrency: 3 }, ...withUser({ concurrency: 60 }) }))
        .limits.concurrency,
    ).toBe(3);
  });
});

describe('the environment and the flags', () => {
  it('say which variable or flag is wrong', async () => {
    const environment = {
      SCANRUN_PARALLEL: 'maybe',
      SCANRUN_MIN_COVERAGE: '80%',
      SCANRUN_FAIL_ON: 'warn',
      SCANRUN_REPORTER: '=x',
    };
    expect(await problemsOf({ plugins: [] }, { environment })).toEqual(
      [
        "environment: SCANRUN_PARALLEL must be true or false, not 'maybe'",
        "environment: SCANRUN_FAIL_ON must be one of error, warning, note, never, not 'warn'",
        "environment: SCANRUN_MIN_COVERAGE must be a number from 0 to 1, not '80%'",
        "environment: SCANRUN_REPORTER names '', which is not there (paths start from",
      ].map((line) => expect.stringContaining(line)),
    );
    expect(
      await problemsOf({ plugins: [] }, { overrides: { tier: 'DEEP', minCoverage: '-1', concurrency: '4.5' } }),
    ).toEqual([
      "flag: --tier must be one of quick, standard, deep, not 'DEEP' (did you mean 'deep'?)",
      'flag: --concurrency must be a whole number from 1 to 64, not 4.5',
      'flag: --min-coverage must be a number from 0 to 1, not -1',
    ]);
  });

  it('count as not set when they are empty', async () => {
    const environment = {
      SCANRUN_TIER: '',
      SCANRUN_CONCURRENCY: ' ',
      SCANRUN_PARALLEL: '',
      SCANRUN_REPORTER: '',
      SCANRUN_REDACT: '',
      SCANRUN_FAIL_ON: '',
      SCANRUN_MIN_COVERAGE: '',
      SCANRUN_UNKNOWN: undefined,
    };
    const config = await configure(project(), { configObject: { plugins: [] }, environment });
    expect([...new Set(config.origins.values())]).toEqual(['config', 'default']);
  });

  it('warn of a variable that looks like ours, without its value', async () => {
    const environment = {
      SCANRUN_TEIR: 'hunter2',
      SCANRUN_WHATEVER_ELSE: 'hunter2',
      PATH: '/bin',
      SCANRUN_CONFIG: 'x',
      SCANRUN_CHROMIUM: 'y',
    };
    const { notices } = await configure(project(), { configObject: { plugins: [] }, environment });
    expect(notices).toEqual([
      {
        code: 'unknown-variable',
        level: 'warning',
        message: 'The environment variable SCANRUN_TEIR is not known; did you mean SCANRUN_TIER? It has no effect.',
      },
      {
        code: 'unknown-variable',
        level: 'warning',
        message: 'The environment variable SCANRUN_WHATEVER_ELSE is not known. It has no effect.',
      },
    ]);
  });
});

it('a deadline is not shorter than the budget', async () => {
  expect(await problemsOf({ plugins: [], tiers: { standard: { budget: '2m', deadline: '1m' } } })).toEqual([
    'configuration: tiers.standard.deadline makes the deadline (1 m 0 s) shorter than the budget (2 m 0 s) (raise the deadline or lower the budget)',
  ]);
});

it('whatever JSON a configuration is, it resolves or fails with a ScanError that says where', async () => {
  const root = project();
  const key = fc.constantFrom(
    'extends',
    'plugins',
    'checks',
    'tier',
    'tiers',
    'concurrency',
    'exclude',
    'gate',
    'baseline',
    'waivers',
    'waiversFile',
    'redact',
    'patterns',
    'check',
    'reason',
    'expires',
    'reporters',
    'severity',
    'options',
    'timeout',
    'quick',
    'standard',
    'budget',
    'repo/max-file-size',
    'failOn',
    '__proto__',
    'x',
  );
  const leaf = fc.oneof(
    fc.constantFrom(
      'error',
      'off',
      'quick',
      'repo',
      'json',
      'html',
      './x',
      '@a/b',
      '30s',
      '**',
      'file:///x',
      'scanrun/plugins/repo',
    ),
    fc.jsonValue({ maxDepth: 1 }),
    fc.integer(),
    fc.double(),
  );
  const { config } = fc.letrec((tie) => ({
    config: fc.dictionary(key, tie('value') as fc.Arbitrary<unknown>, { maxKeys: 6 }),
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  })) as { config: fc.Arbitrary<unknown> };
  const loader = newLoader();
  const loaded = (value: unknown) => ({ file: `${root}/scan.config.json`, steps: [], config: value, notices: [] });
  await fc.assert(
    fc.asyncProperty(fc.oneof(config, fc.jsonValue()), async (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      try {
        const resolved = await resolveConfig({
          loaded: loaded(parsed),
          cwd: root,
          targetRoot: root,
          environment: {},
          overrides: {},
          loader,
        });
        JSON.stringify(resolved.printable);
      } catch (error) {
        if (!(error instanceof ScanError)) throw error;
        expect(error.exitCode).toBe(2);
        expect(error.problems.length).toBeGreaterThan(0);
        for (const { where, what } of error.problems)
          expect([where.startsWith('scan.config.json'), what.length > 0, error.message.includes(where)]).toEqual([
            true,
            true,
            true,
          ]);
      }
    }),
    { numRuns: 300 },
  );
});
