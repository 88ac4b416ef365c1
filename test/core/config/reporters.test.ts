import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownNames } from '../../../core/check/load-module.js';
import { schemaDefaults } from '../../../core/check/options.js';
import { defineReporter, isReporter, type Reporter, use } from '../../../core/check/reporter.js';
import type { Config } from '../../../core/config/define.js';
import { OWN_OUTPUTS, type ResolvedReporter } from '../../../core/config/reporters.js';
import type { RunResult } from '../../../core/model/result.js';
import { configure, failure, project, reporterSource } from './project.js';

const config = (reporters: unknown): { configObject: Config } => ({
  configObject: { plugins: [], reporters } as Config,
});
const shown = (reporters: readonly ResolvedReporter[]) =>
  reporters.map(({ name, output, options }) => [name, output, options]);

/** A reporter that renders the options it is given. */
const echo = defineReporter({
  name: 'echo',
  output: 'echo.txt',
  options: { wide: { type: 'boolean', default: true }, title: { type: 'string' } },
  render: (_result, { options }) => JSON.stringify(options),
});

const render = async (entry: ResolvedReporter | undefined): Promise<string> => {
  const reporter = (await entry?.load()) as Reporter;
  const output = { file: undefined, color: false, columns: 80, verbosity: 'normal' as const };
  const rendered = await reporter.render({ checks: [] } as unknown as RunResult, {
    options: entry?.options ?? {},
    output,
    cwd: '/',
    environment: {},
    signal: new AbortController().signal,
  });
  return [...(rendered as Iterable<string>)].join('');
};

describe('reporters', () => {
  it('are terminal and html by default, with outputs from the working folder', async () => {
    const root = project();
    expect(shown((await configure(root, config(undefined))).reporters)).toEqual([
      ['terminal', '-', {}],
      ['html', join(root, 'reports/scan.html'), {}],
    ]);
  });

  it('are annotations and a job summary too under GitHub Actions, unless somebody lists others', async () => {
    const root = project();
    const run = async (environment: Record<string, string>, more: object = config(undefined)) =>
      shown((await configure(root, { ...more, environment })).reporters).map(([name, output]) => `${name} ${output}`);
    const html = `html ${join(root, 'reports/scan.html')}`;
    const actions = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/tmp/summary_1' };
    expect(await run(actions)).toEqual(['github -', html, 'github /tmp/summary_1']);
    expect(await run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '' })).toEqual(['github -', html]);
    expect(await run({ GITHUB_ACTIONS: 'false', GITHUB_STEP_SUMMARY: '/tmp/s' })).toEqual(['terminal -', html]);
    expect(await run(actions, config(['json']))).toEqual(['json -']);
    expect(await run({ ...actions, SCANRUN_REPORTER: 'terminal' })).toEqual(['terminal -']);
    expect(await run(actions, { ...config(undefined), overrides: { reporter: ['csv'] } })).toEqual([
      `csv ${join(root, 'reports/findings.csv')}`,
    ]);
  });

  it('of ours have an entry of their own in the package', () => {
    const { exports } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    for (const name of ownNames('reporters'))
      expect(exports[`./reporters/${name}`]).toEqual({
        types: `./dist/reporters/${name}/index.d.ts`,
        default: `./dist/reporters/${name}/index.js`,
      });
  });

  it('of ours write where this stage thinks they do', async () => {
    const outputs: Record<string, string> = {};
    for (const name of ownNames('reporters').filter((own) => own in OWN_OUTPUTS)) {
      const { default: reporter } = (await import(`../../../reporters/${name}/index.ts`)) as { default: Reporter };
      expect(isReporter(reporter)).toBe(true);
      outputs[name] = reporter.output;
    }
    expect(outputs).toEqual(OWN_OUTPUTS);
  });

  it('may be values, with and without use', async () => {
    const root = project();
    const { reporters } = await configure(root, config([echo, use(echo, { wide: false, output: 'other/echo.txt' })]));
    expect(shown(reporters)).toEqual([
      ['echo', join(root, 'echo.txt'), { wide: true }],
      ['echo', join(root, 'other/echo.txt'), { wide: false }],
    ]);
    expect(await reporters[0]?.load()).toBe(echo);
  });

  it('may be paths from the folder of the configuration, with options as data', async () => {
    const root = project({
      'ci/wide.ts': reporterSource('wide', 'wide.txt'),
      'ci/scan.config.json': {
        plugins: [],
        reporters: ['./wide.ts', { reporter: './wide', options: { wide: false }, output: '-' }],
      },
    });
    expect(shown((await configure(root, { configPath: 'ci/scan.config.json' })).reporters)).toEqual([
      ['wide', join(root, 'wide.txt'), { wide: true }],
      ['wide', '-', { wide: false }],
    ]);
  });

  it('are given their defaults, also when they are imported only to run', async () => {
    const { reporters } = await configure(project(), { ...config(['json']) });
    expect(reporters[0]?.options).toEqual({});
    const json = (await reporters[0]?.load()) as Reporter;
    const { default: own } = await import('../../../reporters/json/index.js');
    expect(json.options).toBe(own.options);
    const set = await configure(project(), config([use(own, { indent: 0 })]));
    expect(set.reporters[0]?.options).toEqual({ ...schemaDefaults(own.options), indent: 0 });
    // Both render the same result: the first with defaults that nobody passed.
    const explicit = await configure(project(), config([use(own, { indent: 2 })]));
    expect(schemaDefaults(own.options)).toEqual({ indent: 2 });
    expect(await render(reporters[0])).toBe(await render(explicit.reporters[0]));
    expect(await render(reporters[0])).not.toBe(await render(set.reporters[0]));
  });

  it('are replaced by --reporter, name or name=file, and by --json', async () => {
    const root = project({ 'wide.ts': reporterSource('wide', 'wide.txt') });
    const run = async (overrides: object) =>
      shown((await configure(root, { ...config(['html']), overrides })).reporters).map(
        ([name, output]) => `${name} ${output}`,
      );
    expect(await run({ reporter: ['terminal', 'json=out/scan.json', './wide.ts=/tmp/x.txt'] })).toEqual([
      'terminal -',
      `json ${join(root, 'out/scan.json')}`,
      'wide /tmp/x.txt',
    ]);
    expect(await run({ json: true })).toEqual(['json -']);
    expect(await run({ json: true, reporter: ['html=a.html'] })).toEqual([`html ${join(root, 'a.html')}`, 'json -']);
    expect(await run({ json: true, reporter: ['json'] })).toEqual(['json -']);
  });

  it('may be none, or only files', async () => {
    expect((await configure(project(), config([]))).reporters).toEqual([]);
    expect((await configure(project(), config(['html']))).reporters).toHaveLength(1);
  });
});

describe('reporters that are wrong', () => {
  it('want standard output twice', async () => {
    const error = await failure(configure(project(), config(['terminal', 'json'])));
    expect([error.code, error.message]).toEqual([
      'SR_REPORTER_STDOUT',
      "configuration: reporters[1] ('json') wants standard output, which 'terminal' has (give one of them a file, such as --reporter json=reports/scan.json).",
    ]);
    expect(
      (await failure(configure(project(), { ...config([]), overrides: { json: true, reporter: ['terminal'] } }))).code,
    ).toBe('SR_REPORTER_STDOUT');
  });

  it('write to the same file', async () => {
    const root = project();
    const error = await failure(
      configure(root, { ...config([]), overrides: { reporter: ['json=a.txt', 'html=./a.txt'] } }),
    );
    expect(error.message).toBe(
      `flag: --reporter writes to the same file as json: ${join(root, 'a.txt')} (give one of them another output).`,
    );
  });

  const cases: [what: string, files: Record<string, string>, reporter: unknown, code: string, message: RegExp][] = [
    [
      'nearly one of ours',
      {},
      'htlm',
      'SR_REPORTER_UNKNOWN',
      /reporters\[0\] names 'htlm', which is not there \(did you mean 'html'\?\)/,
    ],
    [
      'not installed',
      {},
      'scanrun-reporter-x',
      'SR_REPORTER_UNKNOWN',
      /not installed \(npm install -D scanrun-reporter-x\)/,
    ],
    [
      'not a reporter',
      { 'a.ts': 'export default {};' },
      './a.ts',
      'SR_REPORTER_INVALID',
      /does not export what defineReporter returns by default/,
    ],
    [
      'not well formed',
      { 'a.ts': reporterSource('A', 'x') },
      './a.ts',
      'SR_REPORTER_INVALID',
      /The reporter 'A' is not well formed: name must be lower case/,
    ],
    ['broken', { 'a.ts': 'throw new Error("boom");' }, './a.ts', 'SR_REPORTER_INVALID', /a\.ts:1:\d+: boom/],
    [
      'an object that nobody made a reporter of',
      {},
      { reporter: { name: 'x' } },
      'SR_REPORTER_INVALID',
      /reporters\[0\] is an object, not a reporter \(list use\(reporter, options\)/,
    ],
    [
      'given an unknown option',
      {},
      { reporter: 'json', options: { indnet: 2 } },
      'SR_CONFIG_INVALID',
      /reporters\[0\]\.options\.indnet is not an option of this \(did you mean 'indent'\?\)/,
    ],
    [
      'given an option of a wrong type',
      {},
      { reporter: echo, options: { wide: 'yes' } },
      'SR_CONFIG_INVALID',
      /reporters\[0\]\.options\.wide must be boolean/,
    ],
  ];
  for (const [what, files, reporter, code, message] of cases) {
    it(`is ${what}`, async () => {
      const error = await failure(configure(project(files), config([reporter])));
      expect([error.code, error.exitCode]).toEqual([code, 2]);
      expect(error.message).toMatch(message);
    });
  }
});
