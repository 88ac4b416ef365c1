import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, it } from 'vitest';
import command from '../../../plugins/command/checks/command.js';
import { commandLine } from '../../../plugins/command/display.js';

const node = process.execPath;
const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');
const biome = join(dirname(require.resolve('@biomejs/biome/package.json')), 'bin/biome');

/** A program that prints and exits. */
const say = (stdout: string, code = 0, stderr = '') => [
  node,
  '-e',
  `process.stdout.write(${JSON.stringify(stdout)}); process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = ${code};`,
];
const eslint = (...messages: object[]) => JSON.stringify([{ filePath: 'src/a.js', messages }]);
const problem = { ruleId: 'no-var', severity: 1, message: 'Unexpected var.', line: 3, column: 5 };
const sarif = (...results: object[]) => JSON.stringify({ version: '2.1.0', runs: [{ results }] });
const files = { 'src/a.js': 'a\n', 'sub/keep.txt': '' };

describe('the exit code', () => {
  it('decides', async () => {
    await testCheck(command, {
      passes: [
        { name: 'zero', files, options: { argv: say('fine') } },
        { name: 'a code of its own', files, options: { argv: say('', 7), passCodes: [0, 7] } },
        { name: 'zero and nothing found', files, options: { argv: say(eslint()), parser: 'eslint-json' } },
        { name: 'zero and an empty project', options: { argv: say('') } },
        { name: 'an unknown code', outcome: 'errored', files, options: { argv: say('', 2, 'Segfault') } },
        {
          name: 'an unknown code and nothing found',
          outcome: 'errored',
          files,
          options: { argv: say(eslint(), 2), parser: 'eslint-json' },
        },
        {
          name: 'a finding code and nothing found',
          outcome: 'errored',
          files,
          options: { argv: say(eslint(), 1), parser: 'eslint-json' },
        },
        { name: 'zero that is no pass', outcome: 'errored', files, options: { argv: say(''), passCodes: [3] } },
        {
          name: 'a signal',
          outcome: 'errored',
          files,
          options: { argv: [node, '-e', 'process.kill(process.pid, "SIGKILL")'] },
        },
        { name: 'no program', outcome: 'skipped', files, options: { argv: ['no-such-program-anywhere', 'x'] } },
        { name: 'no program in the project', outcome: 'skipped', files, options: { argv: ['./scripts/no-such'] } },
        { name: 'no folder', outcome: 'errored', files, options: { argv: say(''), cwd: 'no-such' } },
        { name: 'a folder outside', outcome: 'errored', files, options: { argv: say(''), cwd: '..' } },
        { name: 'nothing set', outcome: 'skipped', files },
      ],
      fails: [
        {
          name: 'a finding code',
          files,
          options: { argv: say('one\ntwo\n\n', 1, '\u001B[31mthree\u001B[0m\n') },
          findings: [{ messageId: 'failed', path: '.', severity: 'error' }],
        },
        {
          name: 'a finding code without words',
          files,
          options: { argv: [node, '-e', 'process.exit(3)'], findingCodes: [3], cwd: 'sub' },
          findings: [
            {
              messageId: 'failedSilently',
              path: 'sub',
              message: `${node} -e process.exit(3) ended with exit code 3 and printed nothing.`.replace(
                'process.exit(3)',
                '"process.exit(3)"',
              ),
              data: { command: `${node} -e "process.exit(3)"`, code: 3 },
            },
          ],
        },
        ...[0, 1, 5].map((code) => ({
          name: `findings and code ${code}`,
          files,
          options: { argv: say(eslint(problem), code), parser: 'eslint-json' as const },
          findings: [
            {
              messageId: 'problemOfRule',
              path: 'src/a.js',
              startLine: 3,
              startColumn: 5,
              severity: 'warning' as const,
              message: 'Unexpected var. (no-var)',
              data: { message: 'Unexpected var.', rule: 'no-var' },
            },
          ],
        })),
        {
          name: 'findings before a signal',
          outcome: 'errored' as const,
          files,
          options: {
            argv: [
              node,
              '-e',
              `process.stdout.write(${JSON.stringify(eslint(problem))}, () => process.kill(process.pid, "SIGKILL"))`,
            ],
            parser: 'eslint-json' as const,
          },
          findings: [{ messageId: 'problemOfRule' }],
        },
      ],
      refuses: [
        { argv: [] },
        { argv: 'npm test' },
        { argv: ['a'], parser: 'tap' },
        { argv: ['a'], passCodes: [-1] },
        { argv: ['a'], env: { A: 1 } },
        { argv: ['a'], maxBytes: 0 },
        { argv: ['a'], source: 'stdin' },
      ],
    });
  }, 120_000);
});

describe('the output', () => {
  it('is never taken for a clean run when it is none', async () => {
    await testCheck(command, {
      passes: [
        ...(['sarif', 'junit', 'eslint-json', 'checkstyle'] as const).flatMap((parser) => [
          { name: `${parser}: nothing`, outcome: 'errored' as const, files, options: { argv: say(''), parser } },
          {
            name: `${parser}: text`,
            outcome: 'errored' as const,
            files,
            options: { argv: say('All is well.'), parser },
          },
        ]),
        { name: 'cut off', outcome: 'degraded', files, options: { argv: say(sarif()), parser: 'sarif', maxBytes: 20 } },
        {
          name: 'cut off, by lines',
          outcome: 'degraded',
          files,
          options: { argv: say('x'.repeat(100)), parser: 'regex', pattern: '(?<message>error.*)', maxBytes: 20 },
        },
        {
          name: 'an unsuccessful run',
          outcome: 'errored',
          files,
          options: {
            argv: say(
              JSON.stringify({
                version: '2.1.0',
                runs: [{ results: [], invocations: [{ executionSuccessful: false }] }],
              }),
            ),
            parser: 'sarif',
          },
        },
        {
          name: 'a clean run of each: regex',
          files,
          options: { argv: say(''), parser: 'regex', pattern: '(?<message>error.*)' },
        },
        { name: 'sarif', files, options: { argv: say(sarif()), parser: 'sarif' } },
        { name: 'junit', files, options: { argv: say('<testsuites/>'), parser: 'junit' } },
        { name: 'checkstyle', files, options: { argv: say('<checkstyle/>'), parser: 'checkstyle' } },
      ],
      fails: [
        {
          name: 'cut off after a finding',
          outcome: 'degraded',
          files,
          options: {
            argv: say(`error: a\n${'x'.repeat(100)}`, 1),
            parser: 'regex',
            pattern: '^error: (?<message>.*)',
            maxBytes: 20,
          },
          findings: [{ messageId: 'problem', message: 'a', data: { message: 'a' } }],
        },
        {
          name: 'an unsuccessful run with findings',
          outcome: 'errored',
          files,
          options: {
            argv: say(
              JSON.stringify({
                version: '2.1.0',
                runs: [{ results: [{ message: { text: 'm' } }], invocations: [{ executionSuccessful: false }] }],
              }),
            ),
            parser: 'sarif',
          },
          findings: [{ messageId: 'problem', path: '.', severity: 'warning' }],
        },
      ],
    });
  }, 120_000);

  it('is read from where it is said to be', async () => {
    const pattern = '^(?<path>\\S+):(?<line>\\d+): (?<message>.*)$';
    const write = (name: string, text: string, code = 0) => [
      node,
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(name)}, ${JSON.stringify(text)}); process.exitCode = ${code};`,
    ];
    await testCheck(command, {
      passes: [
        { name: 'the other stream', files, options: { argv: say('', 0, 'a.js:1: m'), parser: 'regex', pattern } },
        {
          name: 'a file that is not written',
          outcome: 'errored',
          files,
          options: { argv: say(sarif()), parser: 'sarif', outputFile: 'out.sarif' },
        },
        {
          name: 'a file from an earlier run',
          outcome: 'errored',
          files: { ...files, 'out.sarif': sarif() },
          options: { argv: say(''), parser: 'sarif', outputFile: 'out.sarif' },
        },
        {
          name: 'a file outside',
          outcome: 'errored',
          files,
          options: { argv: say(''), parser: 'sarif', outputFile: '../out.sarif' },
        },
        {
          name: 'an empty file',
          outcome: 'errored',
          files,
          options: { argv: write('out.sarif', ''), parser: 'sarif', outputFile: 'out.sarif' },
        },
        {
          name: 'a file written again with the same content',
          files: { ...files, 'out.sarif': sarif() },
          options: { argv: write('out.sarif', sarif()), parser: 'sarif', outputFile: 'out.sarif' },
        },
        {
          name: 'a file that nobody reads',
          outcome: 'errored',
          files,
          options: { argv: say(''), outputFile: 'out.sarif' },
        },
        { name: 'no pattern', outcome: 'errored', files, options: { argv: say(''), parser: 'regex' } },
        {
          name: 'a pattern that nobody uses',
          outcome: 'errored',
          files,
          options: { argv: say(''), parser: 'sarif', pattern },
        },
        {
          name: 'a pattern that is none',
          outcome: 'errored',
          files,
          options: { argv: say(''), parser: 'regex', pattern: '(?<message>' },
        },
      ],
      fails: [
        {
          name: 'standard error',
          files,
          options: { argv: say('b.js:2: n', 1, 'src/a.js:1: m'), parser: 'regex', pattern, source: 'stderr' },
          findings: [{ messageId: 'problem', path: 'src/a.js', startLine: 1, message: 'm', severity: 'error' }],
        },
        {
          name: 'both',
          files,
          options: { argv: say('b.js:2: n', 1, 'src/a.js:1: m'), parser: 'regex', pattern, source: 'both' },
          findings: [
            { messageId: 'problem', path: 'b.js' },
            { messageId: 'problem', path: 'src/a.js' },
          ],
        },
        {
          name: 'a file in a folder, in UTF-16',
          files,
          options: {
            argv: [
              node,
              '-e',
              `require('fs').writeFileSync('out.json', Buffer.from('\\uFEFF' + ${JSON.stringify(eslint(problem))}, 'utf16le')); process.exitCode = 1;`,
            ],
            cwd: 'sub',
            parser: 'eslint-json',
            outputFile: 'sub/out.json',
          },
          findings: [{ messageId: 'problemOfRule', path: 'sub/src/a.js' }],
        },
        {
          name: 'standard input and the environment',
          files,
          options: {
            argv: [node, '-e', "process.stdin.on('data', (text) => console.log('x:1: ' + text + process.env.WORD))"],
            input: 'given ',
            env: { WORD: 'word' },
            parser: 'regex',
            pattern,
          },
          findings: [{ messageId: 'problem', message: 'given word' }],
        },
      ],
    });
  }, 120_000);

  it('has its paths made relative to the target', async () => {
    const absolute = `const { pathToFileURL } = require('url'); const at = (uri) => ({ message: { text: 'm' }, level: 'error', locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }] });
      console.log(JSON.stringify({ version: '2.1.0', runs: [{ results: [at('../b.js'), at(pathToFileURL(process.cwd() + '/with space.js').href), at(process.cwd() + '/c.js'), at('d\\\\e.js'), at('/etc/hosts'), at('../../out.js')] }] })); process.exitCode = 1;`;
    const expected = [
      { messageId: 'problem', path: 'b.js', startLine: 1 },
      {
        messageId: 'outside',
        path: 'sub',
        message: '../../out.js: m',
        data: { message: 'm', file: '../../out.js', line: 1 },
      },
      { messageId: 'outside', path: 'sub', message: '/etc/hosts: m' },
      { messageId: 'problem', path: 'sub/c.js' },
      { messageId: 'problem', path: 'sub/d/e.js' },
      { messageId: 'problem', path: 'sub/with space.js' },
    ];
    await testCheck(command, {
      passes: [{ name: 'clean', files, options: { argv: say('') } }],
      fails: [
        {
          name: 'from a folder',
          files,
          options: { argv: [node, '-e', absolute], cwd: 'sub', parser: 'sarif' },
          findings: expected,
        },
      ],
    });
  }, 120_000);
});

describe('the environment', () => {
  it('is masked where it may hold secrets', async () => {
    const print = [
      node,
      '-e',
      'console.log(process.env.A_TOKEN, process.env.PLAIN, process.env.MODE, process.env.SHORT); process.exitCode = 1',
    ];
    const env = { A_TOKEN: 'word', PLAIN: 'a1b2c3d4', MODE: 'production', SHORT: '1' };
    await testCheck(command, {
      passes: [{ name: 'no variables', files, options: { argv: say('') } }],
      fails: [
        {
          name: 'variables',
          files,
          options: { argv: print, env },
          findings: [
            {
              messageId: 'failed',
              data: { command: commandLine(print), code: 1, output: '[redacted] [redacted] production 1' },
            },
          ],
        },
      ],
    });
  }, 120_000);
});

describe('real tools', () => {
  it('find what they find', async () => {
    const config = { 'biome.json': '{ "linter": { "enabled": true } }' };
    const wrong = { ...config, 'src/a.ts': 'export const a = 1;\nif (a == 2) debugger;\n' };
    const tsconfig = {
      'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] }, "include": ["src"] }',
    };
    const pattern =
      '^(?<path>.+?)\\((?<line>\\d+),(?<column>\\d+)\\): (?<severity>\\w+) (?<rule>TS\\d+): (?<message>.+)$';
    await testCheck(command, {
      passes: [
        {
          name: 'biome',
          files: { ...config, 'src/a.ts': 'export const a = 1;\n' },
          options: { argv: [node, biome, 'lint', '--reporter=sarif', '.'], parser: 'sarif' },
        },
        {
          name: 'tsc',
          files: { ...tsconfig, 'src/a.ts': 'export const a: number = 1;\n' },
          options: { argv: [node, tsc], findingCodes: [1, 2], parser: 'regex', pattern },
        },
        {
          name: 'node:test',
          files: { 'a.test.mjs': "import test from 'node:test';\ntest('fine', () => {});\n" },
          options: { argv: [node, '--test', '--test-reporter=junit'], parser: 'junit' },
        },
      ],
      fails: [
        ...(['sarif', 'checkstyle', 'junit'] as const).map((parser) => ({
          name: `biome with ${parser}`,
          files: wrong,
          options: { argv: [node, biome, 'lint', `--reporter=${parser}`, '.'], parser },
          findings: [
            {
              messageId: parser === 'junit' ? 'problem' : 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 7,
            },
            {
              messageId: parser === 'junit' ? 'problem' : 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 13,
              severity: 'error' as const,
            },
          ],
        })),
        {
          name: 'tsc',
          files: { ...tsconfig, 'src/a.ts': "\nexport const a: number = 'x';\n" },
          options: { argv: [node, tsc], findingCodes: [1, 2], parser: 'regex', pattern },
          findings: [
            {
              messageId: 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 14,
              message: "Type 'string' is not assignable to type 'number'. (TS2322)",
            },
          ],
        },
        {
          name: 'node:test, in a folder behind a link',
          setup: (root) => {
            writeFileSync(
              join(root, 'a.test.mjs'),
              "import test from 'node:test';\ntest('adds', () => { throw new Error('boom'); });\n",
            );
            symlinkSync(realpathSync(root), join(root, 'link'));
          },
          options: {
            argv: [node, '--test', '--test-reporter=junit', 'a.test.mjs'],
            parser: 'junit',
          },
          findings: [
            {
              messageId: 'problemOfRule',
              path: 'a.test.mjs',
              startLine: 2,
              message: 'test > adds: boom (testCodeFailure)',
            },
          ],
        },
      ],
    });
  }, 180_000);
});
