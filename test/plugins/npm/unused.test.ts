import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import unused from '../../../plugins/npm/checks/unused.js';
import { knipAnswer } from '../../../plugins/npm/knip-answer.js';
import { readKnipReport } from '../../../plugins/npm/knip-report.js';
import { json } from './locked.js';

const installed = (root: string) => mkdirSync(join(root, 'node_modules'));

const files = {
  'package.json': json({
    name: 'app',
    version: '1.0.0',
    type: 'module',
    main: 'index.js',
    dependencies: { used: '1', 'left-over': '1' },
  }),
  'index.js': "import 'used';\nimport 'unlisted';\nimport { a } from './lib.js';\nconsole.log(a);\n",
  'lib.js': 'export const a = 1;\nexport const b = 2;\n',
  'orphan.js': 'export {};\n',
};

const clean = {
  'package.json': json({
    name: 'app',
    version: '1.0.0',
    type: 'module',
    main: 'index.js',
    dependencies: { used: '1' },
  }),
  'index.js': "import 'used';\n",
};

it('finds what knip finds', async () => {
  await testCheck(unused, {
    passes: [
      { name: 'all used', files: clean, setup: installed },
      {
        name: 'configurations of scanrun, which it loads itself',
        files: { ...clean, 'scan.config.ts': 'export default {};\n', '.scanrunrc.mjs': 'export default {};\n' },
        setup: installed,
      },
      { name: 'nothing is installed', files: clean, outcome: 'degraded' },
      {
        name: "somebody else's project, whose configuration must not run",
        files: { ...files, 'knip.js': 'throw new Error("it ran");' },
        setup: installed,
        foreign: true,
        outcome: 'skipped',
      },
      {
        name: 'a configuration that breaks',
        files: { ...clean, 'knip.js': 'throw new Error("broken");' },
        setup: installed,
        outcome: 'errored',
      },
      {
        name: 'the same, and nothing is installed',
        files: { ...clean, 'knip.js': 'throw new Error("broken");' },
        outcome: 'skipped',
      },
      {
        name: 'a tool whose configuration cannot be loaded: what it starts would look unused',
        files: {
          ...files,
          'package.json': json({ name: 'app', version: '1.0.0', devDependencies: { vite: '8' } }),
          'vite.config.js': "import './not-built.js';\n",
        },
        setup: installed,
        outcome: 'skipped',
      },
      { name: 'no JSON', files: { 'package.json': '{' }, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'a dependency, an import, a file and an export',
        files,
        setup: installed,
        findings: [
          {
            messageId: 'unlisted',
            path: 'index.js',
            startLine: 2,
            severity: 'error',
            message: 'unlisted is used, and no package.json that counts lists it.',
          },
          {
            messageId: 'export',
            path: 'lib.js',
            startLine: 2,
            severity: 'warning',
            message: 'b is exported, and nothing else uses it.',
          },
          { messageId: 'file', path: 'orphan.js', severity: 'note', message: 'Nothing uses orphan.js.' },
          {
            messageId: 'dependency',
            path: 'package.json',
            startLine: 8,
            data: { name: 'left-over', field: 'dependencies' },
          },
        ],
      },
      {
        name: 'a file, where the project says what it starts',
        files: { ...clean, 'orphan.js': 'export {};\n', 'knip.json': '{"entry": ["index.js"]}' },
        setup: installed,
        findings: [{ messageId: 'file', path: 'orphan.js', severity: 'warning' }],
      },
      {
        name: 'exports of CommonJS, but for those whose name somebody uses',
        files: {
          'package.json': json({ name: 'app', version: '1.0.0', main: 'index.js' }),
          'index.js': "const lib = require('./lib');\nlib.used();\n",
          'lib.js': 'exports.used = () => 1;\nexports.unused = 2;\n',
        },
        setup: installed,
        options: { categories: ['exports'] },
        findings: [{ messageId: 'export', path: 'lib.js', startLine: 2 }],
      },
      {
        name: 'where nothing is installed, what brings no command that a script runs',
        files: {
          ...clean,
          'package.json': json({
            name: 'app',
            version: '1.0.0',
            type: 'module',
            main: 'index.js',
            scripts: { test: 'mocha test', lint: 'biome check' },
            dependencies: { used: '1' },
            devDependencies: { mocha: '11', '@biomejs/biome': '2', 'left-over': '1' },
          }),
        },
        findings: [{ messageId: 'dependency', data: { name: 'left-over', field: 'devDependencies' } }],
        outcome: 'degraded',
      },
      {
        name: 'only one category',
        files,
        setup: installed,
        options: { categories: ['dependencies'] },
        findings: [{ messageId: 'dependency' }],
      },
    ],
    refuses: [{ categories: [] }, { categories: ['all'] }, { production: 'yes' }],
  });
}, 240_000);

describe('the answer', () => {
  const failed = (stderr: string) => ({
    code: 2,
    signal: null,
    stdout: '{"issues":[]}',
    stderr,
    truncated: false,
    timedOut: false,
  });

  it('names the configuration files that could not be loaded, each once', () => {
    const lines = [
      "ERROR: Error loading my app/vite.config.js (Cannot find module 'vite')",
      'ERROR: Please fix or visit https://knip.dev/reference/known-issues',
      "ERROR: Error loading my app/vite.config.js (Cannot find module 'vite')",
      'ERROR: Error loading b.ts ()',
    ];
    expect(knipAnswer(failed(lines.join('\n')))).toEqual({
      notLoaded: [
        { path: 'my app/vite.config.js', why: "Cannot find module 'vite'" },
        { path: 'b.ts', why: 'it fails' },
      ],
    });
  });

  it('of a run that failed in another way is never "nothing found"', () => {
    expect(() => knipAnswer(failed('ERROR: Error loading /a/knip.js\nReason: broken'))).toThrow('Reason: broken');
    expect(() => knipAnswer(failed(''))).toThrow('knip failed (exit code 2):\nIt printed nothing.');
    expect(() => knipAnswer({ ...failed(''), code: 0, truncated: true })).toThrow('cut short');
  });
});

describe('the report', () => {
  it('is read in the form of knip 6, whatever was printed before', () => {
    const rows = [
      {
        file: 'a.ts',
        dependencies: [],
        exports: [{ name: 'x', line: 3, col: 14, pos: 40 }],
        enumMembers: [{ name: 'B', namespace: 'E', line: 4, col: 3 }],
        duplicates: [[{ name: 'x' }, { name: 'default' }]],
        files: [{ name: 'a.ts' }],
        binaries: [{ name: 'tool' }],
        catalogReferences: [{ name: 'c' }],
      },
    ];
    expect(readKnipReport(`{ not json\nhello\n${JSON.stringify({ issues: rows })}\n`)).toEqual([
      { kind: 'binary', path: 'a.ts', name: 'tool' },
      { kind: 'export', path: 'a.ts', name: 'x', line: 3, column: 14 },
      { kind: 'catalogReference', path: 'a.ts', name: 'c' },
      { kind: 'member', path: 'a.ts', name: 'E.B', line: 4, column: 3 },
      { kind: 'file', path: 'a.ts', name: 'a.ts' },
      { kind: 'duplicate', path: 'a.ts', name: 'x, default' },
    ]);
  });

  it('is read in the form of knip 5', () => {
    const report = {
      files: ['old.ts'],
      issues: [
        {
          file: 'package.json',
          devDependencies: [{ name: 'd', line: 9, col: 6 }],
          unlisted: [{ name: 'u' }],
          enumMembers: { E: [{ name: 'A', line: 1, col: 1 }] },
        },
      ],
    };
    expect(readKnipReport(JSON.stringify(report))).toEqual([
      { kind: 'file', path: 'old.ts', name: 'old.ts' },
      { kind: 'dependency', path: 'package.json', name: 'd', field: 'devDependencies', line: 9, column: 6 },
      { kind: 'unlisted', path: 'package.json', name: 'u' },
      { kind: 'member', path: 'package.json', name: 'A', line: 1, column: 1 },
    ]);
  });

  it.each(['', 'No issues', '{}', '{"issues": 1}', '{"issues": ['])(
    'that is none is never "nothing found": %j',
    (text) => {
      expect(() => readKnipReport(text)).toThrow('knip printed no report');
    },
  );

  it('survives rows that are none', () => {
    expect(
      readKnipReport('{"issues":[null,1,{"file":1},{"file":"a","exports":[null,{}],"duplicates":[[],1]}]}'),
    ).toEqual([
      { kind: 'export', path: 'a', name: '' },
      { kind: 'export', path: 'a', name: '' },
    ]);
  });
});
