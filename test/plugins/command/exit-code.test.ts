import { testCheck } from 'scanrun/testing';
import { describe, it } from 'vitest';
import command from '../../../plugins/command/checks/command.js';
import { commandLine } from '../../../plugins/command/display.js';
import { eslint, files, node, problem, say } from './programs.js';

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
