import { testCheck } from 'scanrun/testing';
import { describe, it } from 'vitest';
import command from '../../../plugins/command/checks/command.js';
import { eslint, files, node, problem, sarif, say } from './programs.js';

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
