import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadModule, type ModuleLoader } from '../../../core/check/load-module.js';
import { ModuleGraph } from '../../../core/check/module-graph.js';
import { project, write } from '../config/project.js';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../../dist/core/cli/main.js', import.meta.url));

/** A loader as a scan makes it: one for each start, all of one configuration. */
function start(root: string): ModuleLoader {
  return { cacheDir: join(root, '.scanrun/cache/jiti'), entry: join(root, 'scan.config.ts') };
}

const graphOf = (root: string): string => join(root, '.scanrun/cache/jiti/graph-scan.config.ts.json');

async function config(root: string, loader = start(root)): Promise<unknown> {
  return (await loadModule(join(root, 'scan.config.ts'), loader)).default;
}

describe('a stored graph', () => {
  it('gives the second start what the first one loaded, without the sources being transpiled again', async () => {
    const root = project({
      'package.json': '{ "type": "module" }',
      'scan.config.ts':
        "import { one } from './one';\nimport two from './two.js';\nexport default { sum: (one as number) + two, url: import.meta.url };\n",
      'one.ts': 'export const one: number = 1;\n',
      'two.ts': "import { one } from './one';\nexport default one + 1;\n",
      '.scanrun/cache/jiti/.keep': '',
    });
    const expected = { sum: 3, url: new URL(`file://${join(root, 'scan.config.ts')}`).href };
    expect(await config(root)).toEqual(expected);
    expect(existsSync(graphOf(root))).toBe(true);
    // What stands in the graph is what runs: a changed copy shows.
    const stored = readFileSync(graphOf(root), 'utf8');
    writeFileSync(graphOf(root), stored.replace('_one.one + 1', '_one.one + 41'));
    expect(await config(root)).toEqual({ ...expected, sum: 43 });
  });

  it('is void as soon as one source differs, also by a single character and with the same time stamp', async () => {
    const root = project({
      'scan.config.ts': "import { one } from './one';\nexport default { one };\n",
      'one.ts': 'export const one = 1;\n',
      '.scanrun/cache/jiti/.keep': '',
    });
    expect(await config(root)).toEqual({ one: 1 });
    write(root, { 'one.ts': 'export const one = 2;\n' });
    expect(await config(root)).toEqual({ one: 2 });
    expect(await config(root)).toEqual({ one: 2 });
  });

  it('is void when a source is gone, and when the file is torn, empty, or of another version', async () => {
    const root = project({ 'scan.config.ts': 'export default { a: 1 };\n', '.scanrun/cache/jiti/.keep': '' });
    await config(root);
    const whole = readFileSync(graphOf(root), 'utf8');
    const { versions } = JSON.parse(whole) as { versions: string };
    expect(ModuleGraph.open(graphOf(root), versions, false)).toBeInstanceOf(ModuleGraph);
    expect(ModuleGraph.open(graphOf(root), 'another', false)).toBeUndefined();
    for (const text of ['', whole.slice(0, 40), 'null', '[]', '{}']) {
      writeFileSync(graphOf(root), text);
      expect(ModuleGraph.open(graphOf(root), versions, false)).toBeUndefined();
      expect(await config(root)).toEqual({ a: 1 });
    }
    writeFileSync(graphOf(root), whole);
    rmSync(join(root, 'scan.config.ts'));
    expect(ModuleGraph.open(graphOf(root), versions, false)).toBeUndefined();
  });

  it('is not stored for what it could not run: require, computed imports, JSON', async () => {
    const bodies = [
      "const os = require('node:os');\nexport default { os: typeof os.cpus };\n",
      "const name = './one';\nexport default await import(name);\n",
      "import data from './data.json';\nexport default data;\n",
    ];
    for (const body of bodies) {
      const root = project({
        'scan.config.ts': body,
        'one.ts': 'export const one = 1;\n',
        'data.json': '{ "x": 1 }',
        '.scanrun/cache/jiti/.keep': '',
      });
      const first = await config(root);
      expect(existsSync(graphOf(root))).toBe(false);
      expect(JSON.stringify(await config(root))).toBe(JSON.stringify(first));
    }
  });

  it('evaluates each module once, imports in a circle, and top-level await', async () => {
    const root = project({
      'scan.config.ts':
        "import { a } from './a';\nimport { count } from './state';\nexport default { a: a(), count };\n",
      'a.ts':
        "import { b } from './b';\nimport './state';\nexport const a = (): string => `a${b()}`;\nexport const name = 'n';\n",
      'b.ts': "import { name } from './a';\nawait Promise.resolve();\nexport const b = (): string => `b${name}`;\n",
      'state.ts':
        'const shared = globalThis as { evaluations?: number };\nshared.evaluations = (shared.evaluations ?? 0) + 1;\nexport const count = shared.evaluations;\n',
      '.scanrun/cache/jiti/.keep': '',
    });
    expect(await config(root)).toEqual({ a: 'abn', count: 1 });
    expect(await config(root)).toEqual({ a: 'abn', count: 2 });
    expect(await config(root)).toEqual({ a: 'abn', count: 3 });
    // jiti could have given all of these: the graph alone must, too.
    const { versions } = JSON.parse(readFileSync(graphOf(root), 'utf8')) as { versions: string };
    const graph = ModuleGraph.open(graphOf(root), versions, false);
    expect(await graph?.load(join(root, 'scan.config.ts'))).toMatchObject({ default: { a: 'abn', count: 4 } });
  });

  it('names file and line of an error in a source that it holds', async () => {
    const root = project({
      'scan.config.ts': "import './late';\nexport default {};\n",
      'late.ts': "if (process.env.SCANRUN_TEST_LATE) {\n  throw new Error('late');\n}\n",
      '.scanrun/cache/jiti/.keep': '',
    });
    await config(root);
    process.env.SCANRUN_TEST_LATE = '1';
    try {
      await expect(config(root)).rejects.toThrow(/late\.ts:2:\d+: late/);
    } finally {
      delete process.env.SCANRUN_TEST_LATE;
    }
  });

  it('serves the threads of the built command as well', async () => {
    const root = project({
      'package.json': '{ "type": "module" }',
      'scan.config.ts':
        "import { defineConfig, definePlugin } from 'scanrun';\nimport own from './own';\nexport default defineConfig({ plugins: [definePlugin({ name: 'local', checks: { own } })], reporters: ['json'] });\n",
      'own.ts':
        "import { defineCheck } from 'scanrun';\nimport { text } from './text';\nexport default defineCheck(import.meta.url, {\n  meta: { title: 't', description: 'd', category: 'c', tier: 'quick', severity: 'note', messages: { m: '{{text}}' } },\n  run({ report }) {\n    report({ messageId: 'm', data: { text }, location: { path: 'own.ts' } });\n  },\n});\n",
      'text.ts': "export const text: string = 'first';\n",
    });
    const messages = async (): Promise<string[]> => {
      const { stdout } = await run(process.execPath, [bin], { cwd: root });
      const { checks, tasks } = JSON.parse(stdout) as {
        checks: { findings: { message: string }[] }[];
        tasks: { worker: string }[];
      };
      expect(tasks.map(({ worker }) => worker)).toEqual(['cpu-1']);
      return checks.flatMap(({ findings }) => findings.map(({ message }) => message));
    };
    expect(await messages()).toEqual(['first']);
    expect(await messages()).toEqual(['first']);
    write(root, { 'text.ts': "export const text: string = 'second';\n" });
    expect(await messages()).toEqual(['second']);
    expect(await messages()).toEqual(['second']);
  });

  it('needs no jiti for a check in JavaScript beside it, in no thread', async () => {
    const root = project({
      'package.json': '{ "type": "module" }',
      'scan.config.ts':
        "import { defineConfig, definePlugin } from 'scanrun';\nimport own from './own.mjs';\nexport default defineConfig({ plugins: [definePlugin({ name: 'local', checks: { own } })], reporters: ['json'] });\n",
      'own.mjs':
        "import { defineCheck } from 'scanrun';\nexport default defineCheck(import.meta.url, {\n  meta: { title: 't', description: 'd', category: 'c', tier: 'quick', severity: 'note', messages: {} },\n  run() {},\n});\n",
      // What a start compiles as CommonJS, of every thread.
      'loads.cjs':
        "const { Module } = require('node:module');\nconst compile = Module.prototype._compile;\nModule.prototype._compile = function (code, file) {\n  require('node:fs').appendFileSync(__dirname + '/loads.txt', file + '\\n');\n  return compile.call(this, code, file);\n};\n",
    });
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(fileURLToPath(new URL('../../..', import.meta.url)), join(root, 'node_modules/scanrun'));
    const loads = async (): Promise<string[]> => {
      write(root, { 'loads.txt': '' });
      const args = ['--require', join(root, 'loads.cjs'), bin];
      const { stdout } = await run(process.execPath, args, { cwd: root });
      const { checks, tasks } = JSON.parse(stdout) as { checks: object[]; tasks: { worker: string }[] };
      expect(checks).toMatchObject([{ checkId: 'local/own', outcome: { status: 'passed' } }]);
      expect(tasks).toMatchObject([{ worker: 'cpu-1' }]);
      const files = readFileSync(join(root, 'loads.txt'), 'utf8').split('\n');
      return files.filter((file) => file.includes('/jiti/'));
    };
    expect((await loads()).length).toBeGreaterThan(0);
    expect(await loads()).toEqual([]);
  });
});
