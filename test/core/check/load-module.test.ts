import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isCheck } from '../../../core/check/define.js';
import { ModuleLoadError } from '../../../core/check/load-error.js';
import { loadModule, type ModuleLoader, ownNames, resolvePackage } from '../../../core/check/load-module.js';
import { isPlugin } from '../../../core/check/plugin.js';
import { isReporter } from '../../../core/check/reporter.js';
import { ScanError } from '../../../core/errors.js';
import { checkSource, newLoader, pluginFiles, project, write } from '../config/project.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const load = (root: string, path: string, loader: ModuleLoader = newLoader()) => loadModule(join(root, path), loader);

/** What a module says that cannot be loaded. */
async function reasonOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('it loaded'),
    (error: Error) => error,
  );
}

/** Runs the built command in a real Node: vitest has its own way with `import`, and is no place to see what Node does. */
async function scanrun(
  cwd: string,
  args: readonly string[],
  { bin = join(repository, 'dist/core/cli/main.js'), node = [] as string[] } = {},
) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const environment = { PATH: process.env.PATH, HOME: cwd };
    execFile(process.execPath, [...node, bin, ...args], { cwd, env: environment }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** Ids of the checks that a configuration in the folder leads to. */
async function plannedIn(cwd: string, options?: Parameters<typeof scanrun>[2]): Promise<string[]> {
  const { code, stdout, stderr } = await scanrun(cwd, ['plan', '--json'], options);
  expect([code, stderr]).toEqual([0, '']);
  return (JSON.parse(stdout) as { tasks: { checks: { id: string }[] }[] }).tasks
    .flatMap(({ checks }) => checks.map(({ id }) => id))
    .sort();
}

/** A configuration that uses every public subpath of the running scanrun. */
const everySubpath = `import { defineConfig, definePlugin, use } from 'scanrun';
import { testCheck } from 'scanrun/testing';
import repo from 'scanrun/plugins/repo';
import html from 'scanrun/reporters/html';
import check from './checks/own';
if (typeof testCheck !== 'function') throw new Error('testCheck is missing');
const plugin = definePlugin({ name: 'own', checks: { check } });
export default defineConfig({ plugins: [repo, plugin], checks: { 'repo/max-file-size': 'note' }, reporters: ['terminal', use(html, { output: 'scan.html' })] });
`;

describe('TypeScript', () => {
  it('may import helpers without ending, with the ending of the output, and as a folder', async () => {
    const root = project({
      'a.ts':
        "import { b } from './b';\nimport { c } from './c.js';\nimport { d } from './d';\nimport data from './data.json';\nexport default [b, c, d, data.e] as const;",
      'b.ts': 'export const b: string = "b";',
      'c.ts': 'export const c: string = "c";',
      'd/index.ts': 'export enum D { D = "d" }\nexport const d = D.D;',
      'data.json': { e: 'e' },
    });
    expect((await load(root, 'a.ts')).default).toEqual(['b', 'c', 'd', 'e']);
  });

  it('knows its own URL, which is where a thread loads it from', async () => {
    const root = project({ 'a b/check.ts': checkSource('x') });
    const { default: check } = await load(root, 'a b/check.ts');
    expect(isCheck(check) && check.module).toBe(pathToFileURL(join(root, 'a b/check.ts')).href);
  });

  it('is what this scanrun understands, though its modules use another copy of it', async () => {
    const root = project({
      ...pluginFiles('own'),
      'all.ts':
        "export { default as repo } from 'scanrun/plugins/repo';\nexport { default as html } from 'scanrun/reporters/html';\nexport { default as own } from './own/plugin';",
    });
    const { repo, html, own } = await load(root, 'all.ts');
    expect([isPlugin(repo), isReporter(html), isPlugin(own)]).toEqual([true, true, true]);
  });

  it('finds only the public subpaths', async () => {
    const root = project({
      'a.ts': "import 'scanrun/core/errors';",
      'b.ts': "import 'scanrun/plugins/nope';",
      'c.ts': "import 'scanrunner';",
    });
    for (const [path, name] of [
      ['a.ts', 'scanrun/core/errors'],
      ['b.ts', 'scanrun/plugins/nope'],
      ['c.ts', 'scanrunner'],
    ]) {
      expect((await reasonOf(load(root, path ?? ''))).message).toContain(`Cannot find module '`);
      expect((await reasonOf(load(root, path ?? ''))).message).toContain(name?.replace(/^scanrun\//, ''));
    }
  });

  it('is evaluated once for each loader, and anew for the next', async () => {
    const root = project({
      'once.ts': 'export default {};',
      'a.ts': "export { default } from './once';",
      'b.ts': "export { default } from './once';",
    });
    const loader = newLoader();
    const [a, b, once] = await Promise.all([
      load(root, 'a.ts', loader),
      load(root, 'b.ts', loader),
      load(root, 'once.ts', loader),
    ]);
    expect(a.default).toBe(b.default);
    expect(a.default).toBe(once.default);
    expect((await load(root, 'a.ts')).default).not.toBe(a.default);
  });

  it('waits for a module that is loaded twice at the same time', async () => {
    const root = project({ 'slow.ts': "await new Promise((done) => setImmediate(done));\nexport default 'done';" });
    const loader = newLoader();
    // Looked at when each arrives: what is half-evaluated is whole a moment later.
    const arrived = () => load(root, 'slow.ts', loader).then((module) => module.default);
    expect(await Promise.all([arrived(), arrived()])).toEqual(['done', 'done']);
  });

  it('shares its cache with JavaScript beside it', async () => {
    const root = project({
      'a.ts': "import b from './b.js';\nexport default b;",
      'b.js': "export default { from: 'b' };",
    });
    const loader = newLoader();
    const a = await load(root, 'a.ts', loader);
    expect((await load(root, 'b.js', loader)).default).toBe(a.default);
  });
});

describe('the folder for transpiled modules', () => {
  it('is used', async () => {
    const root = project({ 'a.ts': 'export default 1 as number;' });
    const cacheDir = join(root, 'state/cache');
    await load(root, 'a.ts', { cacheDir });
    expect(readdirSync(cacheDir).filter((name) => name.includes('-a.'))).toHaveLength(1);
    write(root, { 'a.ts': 'export default 2 as number;' });
    expect((await load(root, 'a.ts', { cacheDir })).default).toBe(2);
  });

  it('is done without where there is none, or no folder can be made', async () => {
    const root = project({ 'a.ts': 'export default 1 as number;', file: '' });
    expect((await load(root, 'a.ts', { cacheDir: undefined })).default).toBe(1);
    expect((await load(root, 'a.ts', { cacheDir: join(root, 'file/cache') })).default).toBe(1);
  });

  it('is done without when it vanishes meanwhile, or may not be written to', async () => {
    const root = project({
      'a.ts': 'export default 1 as number;',
      'b.ts': 'export default 2 as number;',
      'c.ts': 'export default 3 as number;',
    });
    const loader = { cacheDir: join(root, 'cache') };
    await load(root, 'a.ts', loader);
    rmSync(loader.cacheDir, { recursive: true });
    expect((await load(root, 'b.ts', loader)).default).toBe(2);
    const locked = join(root, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    expect((await load(root, 'c.ts', { cacheDir: locked })).default).toBe(3);
  });

  it('may be damaged', async () => {
    const root = project({ 'a.ts': 'export default 1 as number;' });
    const cacheDir = join(root, 'cache');
    await load(root, 'a.ts', { cacheDir });
    for (const name of readdirSync(cacheDir)) writeFileSync(join(cacheDir, name), 'throw new Error("damaged")');
    expect((await load(root, 'a.ts', { cacheDir })).default).toBe(1);
  });
});

describe('a module that cannot be loaded', () => {
  it('names file and line, also of a helper', async () => {
    const root = project({
      'a.ts': "import './b';",
      'b.ts': '\n\nconst x: any = undefined;\nx.y();',
      'c.ts': 'const = 1;',
      'd.ts': "\nimport { x } from './e';\nx();",
      'e.ts': 'export const x = () => {\n  throw new RangeError("far");\n};',
    });
    expect((await reasonOf(load(root, 'a.ts'))).message).toMatch(`${join(root, 'b.ts')}:4:`);
    expect((await reasonOf(load(root, 'c.ts'))).message).toMatch(/c\.ts:1:\d+: syntax error: Unexpected token/);
    expect((await reasonOf(load(root, 'd.ts'))).message).toMatch(/e\.ts:2:\d+: RangeError: far$/);
  });

  it('keeps the cause and its code', async () => {
    const root = project({ 'a.ts': "import 'nopackage';" });
    const error = (await reasonOf(load(root, 'a.ts'))) as ModuleLoadError;
    expect(error).toBeInstanceOf(ModuleLoadError);
    expect([error.code, error.place, error.reason]).toEqual([
      'MODULE_NOT_FOUND',
      `${join(root, 'a.ts')}:1`,
      "Cannot find module 'nopackage'",
    ]);
    expect((error.cause as Error).message).toContain('Require stack');
  });

  it('is not there itself', async () => {
    const root = project();
    expect((await reasonOf(load(root, 'nope.ts'))).message).toContain('nope.ts');
    expect((await reasonOf(load(root, 'nope.mjs'))).message).toContain('nope.mjs');
  });

  it('threw a ScanError of another copy: it stays one, with code and problems', async () => {
    const root = project({
      'a.ts':
        "import { ScanError } from 'scanrun';\nthrow new ScanError('SR_CHECK_INVALID', 'bad', { problems: [{ where: 'a', what: 'b' }] });",
      'b.ts': "throw Object.assign(new Error('mine'), { name: 'ScanError', code: 'SR_NO_SUCH_CODE' });",
    });
    const error = await reasonOf(load(root, 'a.ts'));
    expect(error).toBeInstanceOf(ScanError);
    expect([(error as ScanError).code, error.message, (error as ScanError).problems]).toEqual([
      'SR_CHECK_INVALID',
      'bad',
      [{ where: 'a', what: 'b' }],
    ]);
    expect(await reasonOf(load(root, 'b.ts'))).toBeInstanceOf(ModuleLoadError);
  });
});

it('a package is found from a folder as an import there would find it', async () => {
  const root = project({
    'node_modules/a/package.json': { name: 'a', exports: { '.': { import: './esm.mjs', require: './cjs.cjs' } } },
    'node_modules/a/esm.mjs': '',
    'node_modules/a/cjs.cjs': '',
    'deep/node_modules/a/package.json': { name: 'a', main: './deep.js' },
    'deep/node_modules/a/deep.js': '',
  });
  const found = async (name: string, folder: string) =>
    (await resolvePackage(name, join(root, folder), newLoader()))?.replace(pathToFileURL(root).href, '');
  expect(await found('a', '.')).toBe('/node_modules/a/esm.mjs');
  expect(await found('a', 'deep/er')).toBe('/deep/node_modules/a/deep.js');
  expect(await found('a/esm.mjs', '.')).toBeUndefined();
  expect(await found('b', '.')).toBeUndefined();
});

describe('the built command, in a folder where nothing is installed', () => {
  const files = { 'scan.config.ts': everySubpath, 'checks/own.ts': checkSource('own') };

  it('runs a TypeScript configuration that imports scanrun', async () => {
    const planned = await plannedIn(project(files));
    expect(planned).toContain('own/check');
    expect(planned).toContain('repo/max-file-size');
  });

  it('runs JavaScript ones too, of either kind', async () => {
    const esm = everySubpath.replace('./checks/own', './checks/own.mjs');
    const own = checkSource('own');
    expect(await plannedIn(project({ 'scan.config.mjs': esm, 'checks/own.mjs': own }))).toContain('own/check');
    const cjs =
      "const { definePlugin } = require('scanrun');\nconst { default: repo } = require('scanrun/plugins/repo');\nmodule.exports = { plugins: [repo, definePlugin({ name: 'own', checks: {} })] };";
    expect(await plannedIn(project({ 'scan.config.cjs': cjs }))).toContain('repo/max-file-size');
  });

  it('uses the running scanrun rather than another copy', async () => {
    const root = project({
      ...files,
      'node_modules/scanrun/package.json': {
        name: 'scanrun',
        type: 'module',
        exports: { './*': './index.js', '.': './index.js' },
      },
      'node_modules/scanrun/index.js': "throw new Error('the other copy');",
    });
    expect(await plannedIn(root)).toContain('own/check');
  });

  it('does the same from inside node_modules, as npx has it', async () => {
    const cache = project();
    mkdirSync(join(cache, 'node_modules/scanrun'), { recursive: true });
    cpSync(join(repository, 'dist'), join(cache, 'node_modules/scanrun/dist'), { recursive: true });
    cpSync(join(repository, 'package.json'), join(cache, 'node_modules/scanrun/package.json'));
    const modules = realpathSync(join(repository, 'node_modules'));
    for (const name of readdirSync(modules)) {
      if (!name.startsWith('.') && name !== 'typescript')
        symlinkSync(join(modules, name), join(cache, 'node_modules', name));
    }
    const bin = join(cache, 'node_modules/scanrun/dist/core/cli/main.js');
    // Listing a plugin by value and by name works only where both are the same.
    const both = everySubpath.replace('plugins: [repo, plugin]', "plugins: [repo, plugin, 'repo' as never]");
    const planned = await plannedIn(project({ ...files, 'scan.config.ts': both }), { bin });
    expect(planned).toContain('own/check');
    expect(planned).toContain('repo/max-file-size');
  });

  it('names the line of broken JavaScript, which Node keeps to itself', async () => {
    const cases: Record<string, [string, RegExp]> = {
      'scan.config.mjs': [
        '\n\nexport default { tier: a. };',
        /scan\.config\.mjs:3:\d+: syntax error: Unexpected token/,
      ],
      'scan.config.cjs': [
        '\nmodule.exports = { tier: a. };',
        /scan\.config\.cjs:2(:\d+)?: syntax error: Unexpected token/,
      ],
      '.scanrunrc.mjs': [
        "\nimport { nope } from './b.mjs';\nexport default {};",
        /\.scanrunrc\.mjs:2: syntax error: .*does not provide an export named 'nope'/,
      ],
      '.scanrunrc.js': ['\nthrow new TypeError("boom");', /\.scanrunrc\.js:2:\d+: TypeError: boom/],
    };
    for (const [name, [source, message]] of Object.entries(cases)) {
      const { code, stderr } = await scanrun(project({ [name]: source, 'b.mjs': '' }), ['plan']);
      expect(stderr.replace(/\s*\n\s*/g, ' ')).toMatch(message);
      expect(stderr).toContain('SR_CONFIG_LOAD');
      expect(code).toBe(2);
    }
  });

  it('loads neither a validator, nor a parser, nor TypeScript before something asks for it', async () => {
    const listing =
      "import m from 'node:module'; process.on('exit', () => console.error(Object.keys(m._cache).join('\\n')));";
    const node = ['--import', `data:text/javascript,${encodeURIComponent(listing)}`];
    const loaded = async (content: Record<string, string | object>) => {
      const { stderr } = await scanrun(project(content), ['plan', '--json'], { node });
      const packages = [...stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map((match) => match[1] ?? '');
      return [...new Set(packages)].filter((name) =>
        ['ajv', 'ajv-formats', 'cosmiconfig', 'jiti', 'js-yaml', 'typescript', 'handlebars'].includes(name),
      );
    };
    expect(await loaded({})).toEqual([]);
    expect(
      await loaded({
        'scan.config.mjs':
          "export default { plugins: ['repo'], tier: 'quick', checks: { 'repo/max-file-size': 'off' } };",
      }),
    ).toEqual([]);
    expect(await loaded({ 'scan.config.ts': "export default { plugins: ['repo'] };" })).toEqual(['jiti']);
  });
});

it('every plugin and reporter of ours has a subpath', async () => {
  const names = [
    ...ownNames('plugins').map((name) => `plugins/${name}`),
    ...ownNames('reporters').map((name) => `reporters/${name}`),
  ];
  const root = project({
    'all.ts':
      names.map((name, index) => `import * as m${index} from 'scanrun/${name}';`).join('\n') +
      `\nexport default [${names.map((_, index) => `m${index}`).join(', ')}];`,
  });
  const { default: modules } = await load(root, 'all.ts');
  expect((modules as { default?: unknown }[]).map((module) => typeof module.default)).not.toContain('undefined');
});
