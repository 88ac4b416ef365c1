import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import type { Config } from '../../../core/config/define.js';
import { configure, failure, pluginFiles, project } from './project.js';

const resolve = (configObject: unknown, files = {}) =>
  configure(project(files), { configObject: configObject as Config });

describe('extends', () => {
  it('goes depth-first, and what comes later wins', async () => {
    const base = { tier: 'quick', gate: { failOn: 'note', minCoverage: 0.1 }, exclude: ['base'], plugins: [] };
    const company = { extends: [base], gate: { minCoverage: 0.2 }, exclude: ['company'] };
    const team = { gate: { minCoverage: 0.3 }, exclude: ['team'] };
    const config = await resolve({ extends: [company, team], exclude: ['own'] });
    expect(config.tier).toBe('quick');
    expect(config.gate).toMatchObject({ failOn: 'note', minCoverage: 0.3 });
    expect(config.exclude).toEqual(['base', 'company', 'team', 'own']);
    expect([config.origins.get('tier'), config.origins.get('exclude'), config.origins.get('plugins')]).toEqual([
      'preset',
      'config',
      'preset',
    ]);
  });

  it('may list a preset twice, and another one that both extend', async () => {
    const plugin = definePlugin({ name: 'x', checks: {} });
    const base = { plugins: [plugin], concurrency: 2 };
    const config = await resolve({ extends: [base, { extends: [base], concurrency: 5 }, { extends: [base] }] });
    expect(config.plugins).toEqual([plugin]);
    expect(config.limits.concurrency).toBe(2);
  });

  it('may name files and packages; each resolves what it names from its own folder', async () => {
    const files = {
      ...pluginFiles('company/own'),
      'company/own/plugin.ts': pluginFiles('own')['own/plugin.ts'] ?? '',
      'company/base.yaml': 'plugins: [./own/plugin]\nextends: [./team.ts]\n',
      'company/team.ts': "export default { tier: 'deep' as const };",
      'node_modules/@acme/scan-config/package.json': {
        name: '@acme/scan-config',
        type: 'module',
        exports: './index.js',
      },
      'node_modules/@acme/scan-config/index.js': "export default { gate: { failOn: 'note' } };",
      'scan.config.json': { extends: ['./company/base', '@acme/scan-config'] },
    };
    const config = await configure(project(files));
    expect([config.plugins.map(({ name }) => name), config.tier, config.gate.failOn]).toEqual([
      ['own'],
      'deep',
      'note',
    ]);
  });

  it('names the place of a problem inside presets', async () => {
    const error = await failure(resolve({ plugins: [], extends: [{}, { extends: [{ tier: 5 }] }] }));
    expect(error.problems.map(({ where }) => where)).toEqual(['configuration: extends[1].extends[0].tier']);
    const file = await failure(
      configure(
        project({
          'scan.config.json': { plugins: [], extends: ['./a/base.json'] },
          'a/base.json': { gate: { failOn: 1 } },
        }),
      ),
    );
    expect(file.problems.map(({ where }) => where)).toEqual(['a/base.json: gate.failOn']);
  });

  it('finds circles of objects and of files', async () => {
    const a: Record<string, unknown> = { plugins: [] };
    a.extends = [{ extends: [a] }];
    const objects = await failure(resolve(a));
    expect([objects.code, objects.message]).toEqual([
      'SR_CONFIG_INVALID',
      'configuration: extends[0].extends[0] extends a configuration that extends this one (remove one of the two).',
    ]);
    const files = await failure(
      configure(
        project({
          'scan.config.json': { plugins: [], extends: ['./b.json'] },
          'b.json': { extends: ['./scan.config.json'] },
        }),
      ),
    );
    expect(files.problems).toEqual([
      {
        where: 'b.json: extends[0]',
        what: 'extends a configuration that extends this one',
        next: 'remove one of the two',
      },
    ]);
    const self = await failure(
      configure(
        project({
          'scan.config.ts':
            "import self from './scan.config';\nconst config: object = { plugins: [], extends: [] };\n(config as any).extends.push(config);\nexport default config;",
        }),
      ),
    );
    expect(self.message).toContain('extends a configuration that extends this one');
  });

  it('refuses what is no configuration', async () => {
    const plugin = definePlugin({ name: 'x', checks: {} });
    const error = await failure(resolve({ plugins: [], extends: [plugin, 5, './nope', 'nopackage', [], null] }, {}));
    expect(error.problems.map(({ where, what }) => `${where} ${what}`)).toEqual([
      'configuration: extends[1] must be a configuration, or the package or path of one, not 5',
      'configuration: extends[4] must be a configuration, or the package or path of one, not a list',
      'configuration: extends[5] must be a configuration, or the package or path of one, not null',
      "configuration: extends[0] is the plugin 'x', not a configuration",
      "configuration: extends[2] names './nope', which is not there",
      "configuration: extends[3] names 'nopackage', which is not there",
    ]);
    const named = await failure(resolve({ plugins: [], extends: ['scanrun/plugins/repo'] }));
    expect(named.message).toBe(
      "configuration: extends[0] is the plugin 'repo', not a configuration (list it under plugins).",
    );
    const broken = await failure(
      configure(project({ 'scan.config.json': { plugins: [], extends: ['./a.json'] }, 'a.json': '{' })),
    );
    expect([broken.code, broken.message]).toEqual([
      'SR_CONFIG_LOAD',
      expect.stringMatching(
        /^scan\.config\.json: extends\[0\] could not be loaded: .*a\.json:1(:\d+)?: this is not valid JSON\.$/,
      ),
    ]);
  });

  it('ends where presets double without end', async () => {
    let preset: object = { plugins: [] };
    for (let depth = 0; depth < 40; depth += 1) preset = { extends: [preset, preset] };
    const error = await failure(resolve(preset));
    expect(error.message).toContain('is one of more than 500 presets');
  });
});
