import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import code from 'scanrun/plugins/code';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import typescript from '../../../plugins/code/checks/typescript.js';
import { compilerCommands } from '../../../plugins/code/typescript/commands.js';
import { missingModule, readDiagnostics } from '../../../plugins/code/typescript/diagnostics.js';
import { folder } from '../../support/folders.js';
import { endOf, runScan } from '../../support/run-scan.js';
import { install, json } from './installed.js';

/** Small, and without the declarations of the browser, which take a second. */
const lean = { types: [], lib: ['es2015'], target: 'es2022' };
const config = json({ compilerOptions: { strict: true, module: 'esnext', moduleResolution: 'bundler', ...lean } });
const seven = install({ typescript: 'typescript-7' });
const wrong = 'export const n: number = "1";\n';

const project = { 'package.json': json({ name: 'app', type: 'module' }), 'tsconfig.json': config };

it('says what the compiler says', async () => {
  await testCheck(typescript, {
    passes: [
      {
        name: 'clean',
        files: { ...project, 'a.ts': 'export const n = 1;\n' },
        setup: install({ typescript: 'typescript' }),
      },
      {
        name: 'dependencies are not installed',
        setup: seven,
        files: {
          'package.json': json({ name: 'app', type: 'module', dependencies: { left: '1', '@s/right': '1' } }),
          'tsconfig.json': config,
          'a.ts': "import { pad } from '@s/right/pad';\nexport const n: number = pad((x) => x);\n",
        },
        outcome: 'skipped',
      },
      { name: 'no file', files: { ...project, 'a.js': '' }, outcome: 'skipped' },
      {
        name: 'a configuration of fixtures',
        files: { 'test/fixtures/tsconfig.json': config, 'test/fixtures/a.ts': wrong },
        outcome: 'skipped',
      },
      {
        name: 'a package of the repository is not built',
        setup: install({ typescript: 'typescript' }),
        files: {
          'package.json': json({ name: 'root', workspaces: ['packages/*'] }),
          'packages/a/package.json': json({ name: '@x/a', exports: { '.': { types: './dist/a.d.ts' } } }),
          'packages/b/package.json': json({ name: '@x/b', exports: './b.ts' }),
          'packages/b/tsconfig.json': config,
          'packages/b/b.ts': "import { a } from '@x/a';\nexport const f = a((x) => x);\n",
        },
        outcome: 'degraded',
      },
      {
        name: 'what git ignores, and what belongs to another project',
        files: { ...project, '.gitignore': 'built\n', 'a.ts': '' },
        git: true,
        setup: (root) => {
          mkdirSync(join(root, 'built'));
          writeFileSync(join(root, 'built/b.ts'), wrong);
        },
      },
      {
        name: 'what a project refers to is not built',
        setup: seven,
        files: {
          'tsconfig.json': json({ files: [], references: [{ path: 'a' }, { path: 'b/tsconfig.json' }] }),
          'a/tsconfig.json': json({ compilerOptions: { composite: true, outDir: 'out', ...lean } }),
          'a/a.ts': 'export const a = 1;\n',
          'b/tsconfig.json': json({
            compilerOptions: { composite: true, outDir: 'out', ...lean },
            references: [{ path: '../a' }],
          }),
          'b/b.ts': "import { a } from '../a/a';\nexport const b: string = a;\n",
        },
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'errors, with their explanations, and of the configuration',
        files: {
          ...project,
          'src/a.ts': wrong,
          'src/b.ts':
            'const f = (o: { a: { b: number } }): void => {};\nconst bad: { a: { b: string } } = { a: { b: "" } };\nf(bad);\nexport {};\n',
          'tsconfig.json': json({ compilerOptions: { strict: true, noSuchOption: true, ...lean } }),
        },
        setup: install({ typescript: 'typescript' }),
        findings: [
          {
            messageId: 'type',
            path: 'src/a.ts',
            startLine: 1,
            startColumn: 14,
            severity: 'error',
            message: "Type 'string' is not assignable to type 'number'. (TS2322)",
          },
          { messageId: 'type', path: 'src/b.ts', startLine: 3 },
          {
            messageId: 'type',
            path: 'tsconfig.json',
            startLine: 4,
            message: "Unknown compiler option 'noSuchOption'. (TS5023)",
          },
        ],
      },
      {
        name: 'TypeScript 7',
        files: { ...project, 'src/a.ts': wrong },
        setup: seven,
        findings: [
          {
            messageId: 'type',
            path: 'src/a.ts',
            startLine: 1,
            startColumn: 14,
            message: "Type 'string' is not assignable to type 'number'. (TS2322)",
          },
        ],
      },
      {
        name: "somebody else's project: their compiler does not run, ours does",
        files: { ...project, 'a.ts': wrong },
        foreign: true,
        setup: (root) => {
          mkdirSync(join(root, 'node_modules/typescript/bin'), { recursive: true });
          writeFileSync(join(root, 'node_modules/typescript/bin/tsc'), 'throw new Error("it ran");');
          writeFileSync(
            join(root, 'node_modules/typescript/package.json'),
            json({ name: 'typescript', version: '5.9.9', bin: { tsc: 'bin/tsc' } }),
          );
        },
        findings: [{ messageId: 'type', path: 'a.ts' }],
      },
      {
        name: 'references, each file once',
        setup: seven,
        files: {
          'tsconfig.json':
            '// the parts\n{ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "./tsconfig.test.json" }, { "path": "./gone.json" },] }\n',
          'tsconfig.app.json': json({
            compilerOptions: { composite: true, noEmit: true, ...lean },
            include: ['src'],
          }),
          'tsconfig.test.json': json({ compilerOptions: { composite: true, ...lean }, include: ['src', 'test'] }),
          'src/a.ts': wrong,
          'test/b.ts': wrong,
        },
        findings: [
          { messageId: 'type', path: 'src/a.ts' },
          { messageId: 'type', path: 'test/b.ts' },
        ],
      },
      {
        name: 'what scripts name, and nothing else',
        setup: seven,
        files: {
          'package.json': json({
            name: 'app',
            scripts: { types: 'tsc -p src && vue-tsc --noEmit --project packages/a/tsconfig.json' },
          }),
          'tsconfig.json': config,
          'a.ts': wrong,
          'src/tsconfig.json': json({ compilerOptions: { ...lean } }),
          'src/a.ts': wrong,
          'packages/a/tsconfig.json': json({ compilerOptions: { ...lean } }),
          'packages/a/b.ts': wrong,
        },
        findings: [
          { messageId: 'type', path: 'packages/a/b.ts' },
          { messageId: 'type', path: 'src/a.ts' },
        ],
      },
      {
        name: 'a configuration of tests, where there is no other',
        setup: seven,
        files: {
          'package.json': json({ name: 'app' }),
          'test/e2e/tsconfig.json': json({ compilerOptions: { ...lean } }),
          'test/e2e/a.ts': wrong,
          'template-x/tsconfig.json': '{}',
          'template-x/a.ts': wrong,
        },
        findings: [{ messageId: 'type', path: 'test/e2e/a.ts' }],
      },
      {
        name: 'a package of the repository that is built, and one of its files that is not there',
        setup: install({ typescript: 'typescript' }),
        files: {
          'package.json': json({ name: 'root', workspaces: ['packages/*'] }),
          'packages/a/package.json': json({ name: '@x/a', exports: { './*': './src/*', '.': './src/a.ts' } }),
          'packages/a/src/a.ts': 'export const a = 1;\n',
          'packages/b/package.json': json({ name: '@x/b' }),
          'packages/b/tsconfig.json': config,
          'packages/b/b.ts': "import { a } from '@x/a/gone';\nexport const b = a;\n",
        },
        findings: [{ messageId: 'type', path: 'packages/b/b.ts', startLine: 1 }],
      },
      {
        name: 'workspaces, of which the root is only the base, with what they are called',
        setup: seven,
        files: {
          'package.json': json({ name: 'root', workspaces: ['packages/*'] }),
          'tsconfig.json': json({ compilerOptions: { strict: true, ...lean } }),
          'packages/a/package.json': json({ name: '@x/a' }),
          'packages/a/tsconfig.json': json({ extends: '../../tsconfig.json' }),
          'packages/a/a.ts': wrong,
          'templates/b/package.json': json({ name: 'template' }),
          'templates/b/tsconfig.json': '{}',
          'templates/b/b.ts': wrong,
        },
        findings: [{ messageId: 'type', path: 'packages/a/a.ts' }],
      },
      {
        name: 'a mistake in a package, and a name that does not exist',
        files: {
          ...project,
          'a.ts': "import { x } from 'lib';\nimport { z } from 'not-declared';\nexport const y: string = x;\n",
        },
        setup: (root) => {
          mkdirSync(join(root, 'node_modules/lib'), { recursive: true });
          writeFileSync(
            join(root, 'node_modules/lib/package.json'),
            json({ name: 'lib', version: '1.0.0', types: 'i.d.ts' }),
          );
          writeFileSync(join(root, 'node_modules/lib/i.d.ts'), 'export const x: Nowhere;\n');
        },
        findings: [
          { messageId: 'type', path: 'a.ts', startLine: 2 },
          {
            messageId: 'outside',
            path: 'tsconfig.json',
            message: "node_modules/lib/i.d.ts: Cannot find name 'Nowhere'. (TS2304)",
          },
        ],
      },
      {
        name: 'a configuration that is named and holds nothing',
        setup: seven,
        files: { ...project, 'tsconfig.empty.json': json({ include: ['none'] }) },
        options: { projects: ['tsconfig.empty.json'] },
        findings: [{ messageId: 'type', path: 'tsconfig.empty.json' }],
      },
    ],
    refuses: [{ projects: ['src'] }, { projects: 'tsconfig.json' }],
  });
}, 300_000);

it('writes nothing into the project', async () => {
  const options = { incremental: true, composite: true, declaration: true, outDir: 'out', ...lean };
  const root = folder({ 'tsconfig.json': { compilerOptions: options }, 'a.ts': 'export {};\n' });
  const { result } = await runScan(root, {
    config: { plugins: [code], reporters: [], tier: 'deep' },
    overrides: { check: ['code/typescript'] },
  });
  expect(endOf(result, 'code/typescript')).toBe('passed');
  expect(readdirSync(root).sort()).toEqual(['.scanrun', 'a.ts', 'tsconfig.json']);
}, 60_000);

it('takes no silence for an answer', async () => {
  const fake = (script: string) => (root: string) => {
    mkdirSync(join(root, 'node_modules/typescript'), { recursive: true });
    writeFileSync(join(root, 'node_modules/typescript/tsc.cjs'), script);
    writeFileSync(
      join(root, 'node_modules/typescript/package.json'),
      json({ name: 'typescript', version: '6.0.0', bin: { tsc: 'tsc.cjs' } }),
    );
  };
  await testCheck(typescript, {
    passes: [
      {
        name: 'a compiler that dies',
        files: { ...project, 'a.ts': '' },
        setup: fake('process.exit(1);'),
        outcome: 'errored',
      },
      {
        name: 'a compiler that is killed',
        files: { ...project, 'a.ts': '' },
        setup: fake('process.kill(process.pid, "SIGKILL");'),
        outcome: 'errored',
      },
    ],
    fails: [],
  });
}, 120_000);

describe('scripts', () => {
  it.each([
    ['tsc', [{ projects: ['.'], skipLibCheck: false }]],
    ['tsc --noEmit -p src', [{ projects: ['src'], skipLibCheck: false }]],
    [
      'rimraf dist && npx tsc --project "tsconfig.build.json" --skipLibCheck',
      [{ projects: ['tsconfig.build.json'], skipLibCheck: true }],
    ],
    ['tsc -b packages/a packages/b --verbose', [{ projects: ['packages/a', 'packages/b'], skipLibCheck: false }]],
    ['NODE_ENV=x vue-tsc --noEmit false; echo', [{ projects: ['.'], skipLibCheck: false }]],
    ['node node_modules/typescript/bin/tsc -p .', [{ projects: ['.'], skipLibCheck: false }]],
    ['tsc --target es2022 --outDir dist -p a', [{ projects: ['a'], skipLibCheck: false }]],
    ['tsc src/index.ts --outDir dist', []],
    ['tsc --version', []],
    ['tsc -p $DIR', []],
    ['echo tsc', []],
    ['tsc-alias -p x && eslint .', []],
    ['', []],
  ])('%s', (script, expected) => {
    expect(compilerCommands(script)).toEqual(expected);
  });
});

describe('the output', () => {
  it('is read line by line', () => {
    const text =
      'a (1).ts(3,4): error TS2322: No.\r\n  Because.\n    Really.\nerror TS18003: Nothing.\n\nFound 2 errors.\n  at x\n';
    expect(readDiagnostics(text).map(({ message }) => message)).toEqual(['No. Because. Really.', 'Nothing. at x']);
    expect(readDiagnostics(text)[0]).toMatchObject({ file: 'a (1).ts', line: 3, column: 4, code: 2322 });
    expect(readDiagnostics('')).toEqual([]);
  });

  it('names packages that are missing, and no files', () => {
    const missing = (code: number, message: string) => missingModule({ code, message });
    expect(missing(2307, "Cannot find module '@a/b/c' or its")).toBe('@a/b');
    expect(missing(2688, "Cannot find type definition file for 'node'.")).toBe('node');
    expect(missing(2307, "Cannot find module './b.js' or its")).toBeUndefined();
    expect(missing(6053, "File '/x/base.json' not found.")).toBeUndefined();
    expect(missing(2304, "Cannot find name 'x'.")).toBeUndefined();
  });
});
