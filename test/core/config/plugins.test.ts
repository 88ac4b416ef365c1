import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownNames } from '../../../core/check/load-module.js';
import { definePlugin, isPlugin, type Plugin } from '../../../core/check/plugin.js';
import { assertModules, createRegistry } from '../../../core/check/registry.js';
import type { Config } from '../../../core/config/define.js';
import { checkSource, configure, failure, newLoader, pluginFiles, project } from './project.js';

const names = (config: { plugins: readonly Plugin[] }) => config.plugins.map(({ name }) => name);
const pluginSource = (name: string, checks = '') =>
  `import { definePlugin } from 'scanrun';\nexport default definePlugin({ name: '${name}', checks: {${checks}} });\n`;

/** A package as npm would install it. */
const installed = (name: string, source: string, manifest: object = {}) => ({
  [`node_modules/${name}/package.json`]: {
    name,
    version: '1.0.0',
    type: 'module',
    exports: { import: './index.js' },
    ...manifest,
  },
  [`node_modules/${name}/index.js`]: source,
});

/** A plugin package that does not import scanrun, as one that brings its own copy would look from here. */
const foreignPlugin = (name: string) =>
  `export default Object.freeze({ name: '${name}', checks: {}, [Symbol.for('scanrun.plugin')]: true });`;

describe('a plugin that is named', () => {
  it('is one of ours, by its name or its path in the package', async () => {
    expect(
      names(await configure(project({ 'scan.config.json': { plugins: ['repo', 'scanrun/plugins/secrets'] } }))),
    ).toEqual(['repo', 'secrets']);
  });

  it('is a path from the folder of the configuration, with or without ending, or a folder', async () => {
    const root = project({
      ...pluginFiles('one'),
      'two/index.ts': pluginSource('two'),
      'ci/three.ts': pluginSource('three'),
      'ci/scan.config.json': { plugins: ['../one/plugin.ts', '../two', './three'] },
    });
    expect(names(await configure(root, { configPath: 'ci/scan.config.json' }))).toEqual(['one', 'two', 'three']);
    expect(names(await configure(root, { configObject: { plugins: [join(root, 'two')] } as Config }))).toEqual(['two']);
  });

  it('is a package, resolved from the folder of the configuration as an import would be', async () => {
    const root = project({
      ...installed('scanrun-plugin-a', foreignPlugin('a')),
      ...installed('@acme/b', foreignPlugin('b'), {
        exports: { '.': { require: './missing.cjs', import: './index.js' }, './deep': './index.js' },
      }),
      'scan.config.json': { plugins: ['scanrun-plugin-a', '@acme/b', '@acme/b/deep'] },
    });
    expect(names(await configure(root))).toEqual(['a', 'b']);
  });

  it('is CommonJS', async () => {
    const root = project({
      ...installed('c', '', { exports: './index.cjs' }),
      'node_modules/c/index.cjs': "module.exports = { name: 'c', checks: {}, [Symbol.for('scanrun.plugin')]: true };",
      'scan.config.json': { plugins: ['c'] },
    });
    expect(names(await configure(root))).toEqual(['c']);
  });

  it('is listed by the flag from the working folder, not from the configuration’s', async () => {
    const root = project({ 'ci/scan.config.json': { plugins: [] }, 'own.ts': pluginSource('own') });
    expect(
      names(await configure(root, { configPath: 'ci/scan.config.json', overrides: { plugin: ['./own.ts'] } })),
    ).toEqual(['own']);
  });
});

describe('a plugin that cannot be loaded', () => {
  const cases: [
    what: string,
    files: Record<string, string | object>,
    plugin: unknown,
    code: string,
    message: RegExp,
  ][] = [
    [
      'is not installed',
      {},
      '@acme/scan-plugin/x',
      'SR_PLUGIN_LOAD',
      /plugins\[0\] names the package '@acme\/scan-plugin\/x', which is not installed \(npm install -D @acme\/scan-plugin\)\.$/,
    ],
    [
      'is nearly one of ours',
      {},
      'secrts',
      'SR_PLUGIN_LOAD',
      /names 'secrts', which is not there \(did you mean 'secrets'\?\)/,
    ],
    [
      'is a path to nothing',
      {},
      './nope.ts',
      'SR_PLUGIN_LOAD',
      /names '\.\/nope\.ts', which is not there \(paths start from \/.*\)/,
    ],
    [
      'is a path to a folder without index',
      { 'a/b.txt': '' },
      './a',
      'SR_PLUGIN_LOAD',
      /names '\.\/a', which is not there/,
    ],
    ['is a broken URL', {}, 'file:///nope.js', 'SR_PLUGIN_LOAD', /which is not there/],
    [
      'is no plugin',
      { 'a.ts': 'export default { name: "a", checks: {} };' },
      './a.ts',
      'SR_PLUGIN_INVALID',
      /does not export what definePlugin returns by default/,
    ],
    [
      'exports it by another name',
      { 'a.ts': pluginSource('a').replace('export default', 'export const plugin =') },
      './a.ts',
      'SR_PLUGIN_INVALID',
      /\(export default definePlugin\(\{ \.\.\. \}\)\)/,
    ],
    [
      'throws',
      { 'a.ts': '\nthrow new Error("boom");' },
      './a.ts',
      'SR_PLUGIN_LOAD',
      /plugins\[0\] '\.\/a\.ts' could not be loaded: \/.*a\.ts:2:\d+: boom/,
    ],
    [
      'is not well formed',
      { 'a.ts': pluginSource('A') },
      './a.ts',
      'SR_PLUGIN_INVALID',
      /The plugin 'A' is not well formed: name must be lower case/,
    ],
    [
      'has a check that is not well formed',
      { ...pluginFiles('a'), 'a/size.ts': checkSource('') },
      './a/plugin',
      'SR_CHECK_INVALID',
      /size\.ts is not well formed: meta\.title must be text/,
    ],
    [
      'has an unknown key',
      { 'a.ts': pluginSource('a').replace('checks:', 'chekcs: 1, checks:') },
      './a.ts',
      'SR_PLUGIN_INVALID',
      /chekcs is not known \(did you mean 'checks'\?\)/,
    ],
    [
      'imports what is not there',
      { 'a.ts': "\nimport 'nopackage';" },
      './a.ts',
      'SR_PLUGIN_LOAD',
      /a\.ts:2: Cannot find module 'nopackage'/,
    ],
  ];
  for (const [what, files, plugin, code, message] of cases) {
    it(what, async () => {
      const error = await failure(configure(project({ ...files, 'scan.config.json': { plugins: [plugin] } })));
      expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
      expect(error.exitCode).toBe(2);
      expect(error.problems[0]?.where).toMatch(/^scan\.config\.json: plugins\[0\]/);
    });
  }

  it('is an object that definePlugin did not make, or a whole module', async () => {
    const plugin = definePlugin({ name: 'x', checks: {} });
    const bare = await failure(
      configure(project(), { configObject: { plugins: [{ name: 'x', checks: {} }] } as unknown as Config }),
    );
    expect([bare.code, bare.message]).toEqual([
      'SR_PLUGIN_INVALID',
      'configuration: plugins[0] is an object, not a plugin (list what definePlugin returned, or the name, package or path of a plugin).',
    ]);
    const module = await failure(
      configure(project(), { configObject: { plugins: [{ default: plugin }] } as unknown as Config }),
    );
    expect(module.message).toBe('configuration: plugins[0] is a module, not a plugin (import its default export).');
  });

  it('is several: all are listed', async () => {
    const error = await failure(
      configure(project({ 'scan.config.json': { plugins: ['nope-a', 'repo', 'nope-b', './c'] } })),
    );
    expect(error.code).toBe('SR_PLUGIN_LOAD');
    expect(error.problems.map(({ where }) => where)).toEqual([
      'scan.config.json: plugins[0]',
      'scan.config.json: plugins[2]',
      'scan.config.json: plugins[3]',
    ]);
  });
});

describe('plugins of one name', () => {
  const plugin = definePlugin({ name: 'x', checks: {} });

  it('may be listed twice when they are the same', async () => {
    const root = project(pluginFiles('own'));
    const configObject = {
      extends: [{ plugins: [plugin, './own/plugin'] }],
      plugins: [plugin, './own/plugin.ts', plugin],
    } as Config;
    expect(names(await configure(root, { configObject }))).toEqual(['x', 'own']);
  });

  it('may be two copies of the same checks', async () => {
    const copy = definePlugin({ name: 'x', checks: {} });
    expect(names(await configure(project(), { configObject: { plugins: [plugin, copy] } as Config }))).toEqual(['x']);
  });

  it('are refused when they are not', async () => {
    const root = project({
      'a.ts': pluginSource('x'),
      'size.ts': checkSource('size'),
      'b.ts': `import size from './size';\n${pluginSource('x', 'size')}`,
    });
    const error = await failure(configure(root, { configObject: { plugins: ['./a.ts', './b.ts'] } as Config }));
    expect([error.code, error.message]).toEqual([
      'SR_PLUGIN_DUPLICATE',
      "configuration: plugins[1] is a second plugin named 'x', other than the one of configuration: plugins[0] (remove one, or rename it).",
    ]);
  });

  it('are refused when they make other instances of the same check', async () => {
    const files = (max: number) =>
      `import size from './size';\n${pluginSource('x', `size: size.with({ options: { max: ${max} } })`)}`;
    const root = project({ 'size.ts': checkSource('size'), 'a.ts': files(1), 'b.ts': files(2) });
    expect((await failure(configure(root, { configObject: { plugins: ['./a.ts', './b.ts'] } as Config }))).code).toBe(
      'SR_PLUGIN_DUPLICATE',
    );
  });
});

describe('a check and its module', () => {
  it('belong together: a check that is not its module’s default export is refused', async () => {
    const root = project({
      'two.ts': `${checkSource('one')}export const other = ${checkSource('other').split('export default ')[1]}`,
      'plugin.ts': `import one, { other } from './two';\n${pluginSource('x', 'one, other')}`,
      'scan.config.json': { plugins: ['./plugin.ts'] },
    });
    const error = await failure(configure(root));
    expect(error.code).toBe('SR_CHECK_MODULE');
    expect(error.problems.map(({ where }) => where)).toEqual(['x/other']);
  });

  it('belong together in JavaScript that was imported before any TypeScript', async () => {
    const check = `const meta = { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {}, options: {}, tags: [], files: ['**'], priority: 0 };
const check = { module: import.meta.url, meta, needs: {}, preset: {}, [Symbol.for('scanrun.check')]: { run() {} } };
check.base = check;
export default check;`;
    const root = project({
      'js/check.mjs': check,
      'js/plugin.mjs':
        "import check from './check.mjs';\nexport default { name: 'js', checks: { check }, [Symbol.for('scanrun.plugin')]: true };",
      ...pluginFiles('ts'),
      'scan.config.mjs': "import js from './js/plugin.mjs';\nexport default { plugins: [js, './ts/plugin.ts'] };",
    });
    expect(names(await configure(root))).toEqual(['js', 'ts']);
  });

  it('belong together in every plugin of ours, which is not asserted at run time', async () => {
    expect(ownNames('plugins')).toEqual(expect.arrayContaining(['repo', 'secrets', 'sbom']));
    for (const name of ownNames('plugins')) {
      const module = (await import(`../../../plugins/${name}/index.ts`)) as { default: unknown };
      if (!isPlugin(module.default)) continue;
      for (const { check } of createRegistry([module.default]).values()) {
        const { default: exported } = (await import(/* @vite-ignore */ check.module)) as { default: unknown };
        expect(exported).toBe(check.base);
      }
    }
  });
});

it('two scans do not see each other: the second reads what changed', async () => {
  const root = project({
    'tier.ts': "export const tier = 'quick';",
    'scan.config.ts': "import { tier } from './tier';\nexport default { tier, plugins: [] };",
  });
  const { write } = await import('./project.js');
  expect((await configure(root)).tier).toBe('quick');
  write(root, { 'tier.ts': "export const tier = 'deep';" });
  expect((await configure(root)).tier).toBe('deep');
  const [a, b] = await Promise.all([
    configure(project(pluginFiles('a')), { configObject: {} }),
    configure(project({ ...pluginFiles('b'), 'scan.config.ts': "export { default } from './b/plugin';" }), {
      configObject: {},
    }),
  ]);
  expect([a.tier, b.tier]).toEqual(['standard', 'standard']);
});

it('one loader gives one module, whoever imports it', async () => {
  const root = project({ ...pluginFiles('own') });
  const loader = newLoader();
  const { loadModule } = await import('../../../core/check/load-module.js');
  const [plugin, size] = await Promise.all([
    loadModule(join(root, 'own/plugin.ts'), loader),
    loadModule(join(root, 'own/size.ts'), loader),
  ]);
  expect((plugin.default as Plugin).checks.size).toBe(size.default);
  await assertModules(createRegistry([plugin.default as Plugin]).values(), loader);
});
