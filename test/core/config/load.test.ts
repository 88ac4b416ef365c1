import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, loadUserConfig } from '../../../core/config/load.js';
import { findConfig, SEARCH_PLACES } from '../../../core/config/search.js';
import { configure, failure, newLoader, project, write } from './project.js';

const load = (cwd: string, configPath?: string) =>
  loadConfig({ cwd, loader: newLoader(), ...(configPath === undefined ? {} : { configPath }) });

/** Does something as nobody, for whom files may be locked; tests often run as root, for whom none is. */
async function withoutPrivileges<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe('where the configuration is searched', () => {
  it('takes the first of the names that is there, in the documented order', () => {
    const root = project();
    for (const name of [...SEARCH_PLACES].reverse()) {
      write(root, { [name]: name === 'package.json' ? { scanrun: {} } : '{}' });
      expect(findConfig(root)?.file).toBe(join(root, name));
    }
    expect(SEARCH_PLACES.slice(0, 7)).toEqual([
      'scan.config.ts',
      'scan.config.mts',
      'scan.config.js',
      'scan.config.mjs',
      'scan.config.cjs',
      'scan.config.json',
      '.scanrunrc',
    ]);
    expect(SEARCH_PLACES.at(-1)).toBe('package.json');
  });

  it('finds nothing where there is nothing', async () => {
    expect(await load(project())).toBeUndefined();
  });

  it('passes over a package.json without a scanrun key, also one that only depends on scanrun', async () => {
    expect(
      await load(project({ 'package.json': { name: 'x', devDependencies: { scanrun: '1.0.0' } } })),
    ).toBeUndefined();
  });

  it('names the other configuration files in the same folder', async () => {
    const loaded = await load(
      project({
        'scan.config.json': { tier: 'deep' },
        '.scanrunrc.yaml': 'tier: quick',
        'package.json': { scanrun: { tier: 'quick' } },
      }),
    );
    expect(loaded?.config).toEqual({ tier: 'deep' });
    expect(loaded?.notices).toEqual([
      {
        code: 'SR_CONFIG_EXISTS',
        level: 'warning',
        message:
          'scan.config.json is used; .scanrunrc.yaml, package.json in the same folder are not. Keep one, or name the one you mean with --config.',
      },
    ]);
  });

  it('looks further up as far as the repository goes, and no further', () => {
    const root = project({ 'scan.config.json': '{}', 'repository/packages/a/x.txt': '', 'repository/.git/HEAD': '' });
    expect(findConfig(join(root, 'repository/packages/a'))).toBeUndefined();
    write(root, { 'repository/.scanrunrc.json': '{}' });
    expect(findConfig(join(root, 'repository/packages/a'))?.file).toBe(join(root, 'repository/.scanrunrc.json'));
  });

  it('takes the nearest, also when one further up has a better name', () => {
    const root = project({ '.git/HEAD': '', 'scan.config.ts': '', 'a/.scanrunrc.yml': 'tier: quick' });
    expect(findConfig(join(root, 'a'))?.file).toBe(join(root, 'a/.scanrunrc.yml'));
  });

  it('does not run what lies above a folder outside any repository: it may be anybody’s', () => {
    const root = project({ 'scan.config.json': '{}', 'a/x.txt': '' });
    expect(findConfig(join(root, 'a'))).toBeUndefined();
    expect(findConfig(root)?.file).toBe(join(root, 'scan.config.json'));
  });

  it('stops below the home folder, even when that is a repository', () => {
    const home = project({ '.git/HEAD': '', 'scan.config.json': '{}', 'a/x.txt': '' });
    expect(findConfig(join(home, 'a'), home)).toBeUndefined();
    expect(findConfig(home, home)?.file).toBe(join(home, 'scan.config.json'));
  });

  it('does not run the settings that cosmiconfig itself looks for', async () => {
    const root = project({ '.config/config.cjs': 'throw new Error("executed")', '.scanrunrc': 'tier: deep' });
    expect((await configure(root)).tier).toBe('deep');
  });
});

describe('what a configuration may be written in', () => {
  const cases: Record<string, string | object> = {
    'scan.config.json': { tier: 'deep' },
    '.scanrunrc': 'tier: deep\n',
    '.scanrunrc.json': { $schema: './node_modules/scanrun/dist/schemas/config.json', tier: 'deep' },
    '.scanrunrc.yaml': 'tier: deep # as deep as it goes\n',
    '.scanrunrc.yml': '---\ntier: deep\n',
    'package.json': { name: 'x', scanrun: { tier: 'deep' } },
    'scan.config.mjs': "export default { tier: 'deep' };",
    'scan.config.cjs': "module.exports = { tier: 'deep' };",
    '.scanrunrc.js': "module.exports = { tier: 'deep' };",
    '.scanrunrc.cjs':
      "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { tier: 'deep' };",
    '.scanrunrc.mjs': "export default Promise.resolve({ tier: 'deep' });",
    'scan.config.ts': "export default (async () => ({ tier: 'deep' as const }))();",
    'scan.config.mts':
      "const config: { tier: string } = await Promise.resolve({ tier: 'deep' });\nexport default config;",
    '.scanrunrc.ts': "enum Tier { Deep = 'deep' }\nexport default { tier: Tier.Deep };",
  };
  for (const [name, content] of Object.entries(cases)) {
    it(name, async () => {
      const root = project({ [name]: content });
      const config = await configure(root);
      expect(config.tier).toBe('deep');
      expect(config.file).toBe(join(root, name));
      expect(config.printable.file).toBe(name);
    });
  }

  it('begins with a byte order mark', async () => {
    expect((await configure(project({ 'scan.config.json': `\uFEFF{"tier":"deep"}` }))).tier).toBe('deep');
  });

  it('is named by a path, with any ending that can be read', async () => {
    const root = project({
      'ci/quick.yaml': 'tier: quick',
      'ci/deep.cts': "const tier: string = 'deep';\nexport = { tier };",
      'scan.config.json': { tier: 'standard' },
    });
    expect((await configure(root, { configPath: 'ci/quick.yaml' })).tier).toBe('quick');
    expect((await configure(root, { configPath: join(root, 'ci/deep.cts') })).tier).toBe('deep');
  });

  it('has a place inside package.json', async () => {
    const error = await failure(configure(project({ 'package.json': { scanrun: { tier: 5 } } })));
    expect(error.problems[0]?.where).toBe('package.json: scanrun.tier');
  });
});

describe('a configuration that cannot be loaded', () => {
  const cases: Record<string, [name: string, content: string | object, message: RegExp]> = {
    'is empty JSON': ['scan.config.json', ' \n', /scan\.config\.json is empty/],
    'is empty YAML': ['.scanrunrc', '', /\.scanrunrc is empty/],
    'has only comments': ['.scanrunrc.yaml', '# tier: quick\n', /is empty/],
    'is null': ['scan.config.json', 'null', /is empty/],
    'is an empty module': ['scan.config.ts', '', /has no default export/],
    'has only named exports': ['scan.config.mjs', "export const tier = 'deep';", /has no default export/],
    'exports a function': ['scan.config.ts', 'export default () => ({})', /exports a function/],
    'is broken JSON': [
      'scan.config.json',
      '{\n  "tier": "deep",\n  "password": "hunter2" oops\n}',
      /scan\.config\.json:3:\d+: this is not valid JSON\.$/,
    ],
    'is broken YAML': [
      '.scanrunrc.yaml',
      'tier: deep\n  password: hunter2\n',
      /\.scanrunrc\.yaml:2:\d+: this is not valid YAML: bad indentation/,
    ],
    'is a broken package.json': ['package.json', '{ "scanrun": {} ', /package\.json:1(:\d+)?: this is not valid JSON/],
    'is broken TypeScript': [
      'scan.config.ts',
      'const a = 1;\nexport default { tier: a. };',
      /scan\.config\.ts:2:\d+: syntax error: Unexpected token/,
    ],
    throws: [
      'scan.config.ts',
      '\nfunction make() { throw new TypeError("boom"); }\nexport default make();',
      /scan\.config\.ts:2:\d+: TypeError: boom/,
    ],
    'throws what is no error': ['scan.config.mjs', 'throw "boom";', /scan\.config\.mjs: it threw boom/],
    rejects: ['scan.config.mjs', 'export default Promise.reject(new Error("boom"));', /scan\.config\.mjs:1:\d+: boom/],
    'imports what is not there': [
      'scan.config.ts',
      '\n\nimport x from "./nope";\nexport default x;',
      /scan\.config\.ts:3: Cannot find module '\.\/nope'/,
    ],
    'imports a package that is not there': [
      'scan.config.mjs',
      '\nimport x from "nopackage";\nexport default x;',
      /scan\.config\.mjs:2: Cannot find package 'nopackage'/,
    ],
  };
  for (const [what, [name, content, message]] of Object.entries(cases)) {
    it(what, async () => {
      const error = await failure(configure(project({ [name]: content })));
      expect(error.code).toBe('SR_CONFIG_LOAD');
      expect(error.exitCode).toBe(2);
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('hunter2');
    });
  }

  it('fails in a helper: the helper is named', async () => {
    const root = project({
      'scan.config.ts': "import { tier } from './helper';\nexport default { tier };",
      'helper.ts': '\nexport const tier: string = undefined!.x;',
    });
    expect((await failure(configure(root))).message).toMatch(/helper\.ts:2:\d+: TypeError/);
  });

  it('is an array, text or a number: not valid', async () => {
    for (const [content, what] of [
      ['[]', 'a list'],
      ['"tier"', 'text'],
      ['5', '5'],
    ]) {
      const error = await failure(configure(project({ 'scan.config.json': content ?? '' })));
      expect(error.code).toBe('SR_CONFIG_INVALID');
      expect(error.message).toBe(
        `scan.config.json must be an object, not ${what} (begin with \`export default defineConfig({ ... })\`).`,
      );
    }
  });

  it('is not there, when it is named', async () => {
    const root = project();
    const error = await failure(load(root, 'nope/scan.config.ts'));
    expect([error.code, error.message]).toEqual([
      'SR_CONFIG_NOT_FOUND',
      `There is no configuration file ${join(root, 'nope/scan.config.ts')}.`,
    ]);
    expect((await failure(load(project({ a: '' }), 'a/b.json'))).code).toBe('SR_CONFIG_NOT_FOUND');
  });

  it('is a folder, found or named', async () => {
    const root = project();
    mkdirSync(join(root, 'scan.config.ts'));
    expect((await failure(load(root))).message).toBe(
      `${join(root, 'scan.config.ts')} is a folder, not a configuration file.`,
    );
    expect((await failure(load(root, '.'))).code).toBe('SR_CONFIG_LOAD');
  });

  it('is a link to nothing', async () => {
    const root = project();
    symlinkSync('nowhere.json', join(root, 'scan.config.json'));
    expect((await failure(load(root, 'scan.config.json'))).code).toBe('SR_CONFIG_NOT_FOUND');
  });

  it('may not be read, instead of being passed over', async () => {
    const root = project({ 'scan.config.json': '{}', '.scanrunrc.json': '{}' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'scan.config.json'), 0);
    const error = await withoutPrivileges(() => failure(load(root)));
    expect(error.code).toBe('SR_CONFIG_LOAD');
    expect(error.message).toMatch(/scan\.config\.json cannot be read: EACCES/);
  });

  it('is a link to itself, instead of being passed over', async () => {
    const root = project();
    symlinkSync('scan.config.json', join(root, 'scan.config.json'));
    const error = await failure(load(root));
    expect([error.code, error.message]).toEqual(['SR_CONFIG_LOAD', expect.stringContaining('ELOOP')]);
  });

  it('is larger than a configuration can be', async () => {
    const error = await failure(
      load(project({ 'scan.config.json': JSON.stringify({ exclude: ['x'.repeat(5_000_000)] }) })),
    );
    expect(error.code).toBe('SR_CONFIG_LOAD');
    expect(error.message).toMatch(/scan\.config\.json has 5\.0 MB; a configuration has at most 1\.0 MB/);
  });

  it('has an ending that means nothing', async () => {
    const error = await failure(load(project({ 'scan.toml': '' }), 'scan.toml'));
    expect(error.message).toMatch(/an ending that no configuration has: '\.toml'/);
    expect(error.next).toContain('.yaml');
  });

  it('is a package.json without the key, when it is named', async () => {
    expect((await failure(load(project({ 'package.json': {} }), 'package.json'))).message).toMatch(
      /has no 'scanrun' key/,
    );
  });
});

describe('the user’s own file', () => {
  it('is found in its folder, as data only', async () => {
    const folder = project({ 'config.js': 'throw new Error("executed")' });
    expect(await loadUserConfig(folder)).toBeUndefined();
    expect(await loadUserConfig(join(folder, 'missing'))).toBeUndefined();
    write(folder, { 'config.yml': 'concurrency: 2' });
    expect((await loadUserConfig(folder))?.config).toEqual({ concurrency: 2 });
    write(folder, { 'config.json': { concurrency: 3 } });
    const loaded = await loadUserConfig(folder);
    expect(loaded?.config).toEqual({ concurrency: 3 });
    expect(loaded?.notices[0]?.message).toBe('config.json is used; config.yml in the same folder is not. Keep one.');
  });

  it('says where it is broken', async () => {
    expect((await failure(loadUserConfig(project({ 'config.json': '{' })))).message).toMatch(
      /config\.json:1(:\d+)?: this is not valid JSON/,
    );
  });
});
