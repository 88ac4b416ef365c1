import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineConfig, type ExecResult, ScanError } from '../../../core/index.js';
import command from '../../../plugins/command/checks/command.js';
import { commandLine, tail, tails } from '../../../plugins/command/display.js';
import plugin, { commands } from '../../../plugins/command/index.js';
import { judge } from '../../../plugins/command/judge.js';
import { ParserError } from '../../../plugins/command/parsers/parser.js';

describe('commands', () => {
  it('makes a check of each', () => {
    const made = commands({
      lint: { argv: ['eslint', '.'], parser: 'eslint-json' },
      test: { title: 'Tests pass', argv: ['npm', 'test'], passCodes: [0, 5] },
    });
    expect(made.name).toBe('command');
    expect(Object.keys(made.checks)).toEqual(['lint', 'test']);
    expect(made.checks.lint.meta.title).toBe('lint passes');
    expect(made.checks.lint.preset).toEqual({ argv: ['eslint', '.'], parser: 'eslint-json' });
    expect(made.checks.test.meta.title).toBe('Tests pass');
    expect(made.checks.test.preset).toEqual({ argv: ['npm', 'test'], passCodes: [0, 5] });
    expect(made.checks.test.base).toBe(command);
  });

  it('is known to the configuration by its ids and options', () => {
    const made = commands({ lint: { argv: ['eslint'] } });
    expectTypeOf<keyof typeof made.checks>().toEqualTypeOf<'lint'>();
    defineConfig({
      plugins: [made],
      checks: { 'command/lint': { severity: 'warning', options: { argv: ['a'], findingCodes: [2] } } },
    });
    // @ts-expect-error there is no such command
    defineConfig({ plugins: [made], checks: { 'command/lnit': 'off' } });
    // @ts-expect-error there is no such option
    defineConfig({ plugins: [made], checks: { 'command/lint': { options: { arguments: [] } } } });
  });

  it.each([
    ['no argv', { lint: {} }, 'SR_PLUGIN_INVALID', /'argv' must be a list/],
    ['an empty argv', { lint: { argv: [] } }, 'SR_PLUGIN_INVALID', /'argv' must be a list/],
    ['a shell string', { lint: { argv: 'eslint .' } }, 'SR_PLUGIN_INVALID', /'argv' must be a list/],
    ['an unknown option', { lint: { argv: ['a'], toString: 1 } }, 'SR_PLUGIN_INVALID', /there is no option 'toString'/],
    ['a bad key', { 'Lint it': { argv: ['a'] } }, 'SR_PLUGIN_INVALID', /key 'Lint it'/],
    [
      'a bad pattern',
      { lint: { argv: ['a'], parser: 'regex', pattern: '(' } },
      'SR_CONFIG_INVALID',
      /'pattern' is not a regular expression/,
    ],
    ['no pattern', { lint: { argv: ['a'], parser: 'regex' } }, 'SR_CONFIG_INVALID', /there is no 'pattern'/],
  ])('refuses %s', (_, definitions, code, message) => {
    const made = () => commands(definitions as never);
    expect(made).toThrow(ScanError);
    expect(made).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('has a plugin for configurations that cannot call a function', () => {
    expect(plugin.name).toBe('command');
    expect(plugin.checks.run).toBe(command);
  });
});

describe('what is shown of a command', () => {
  it('is one line without secrets', () => {
    expect(commandLine(['npx', 'eslint', 'a b', ''])).toBe('npx eslint "a b" ""');
    expect(
      commandLine([
        'deploy',
        '--token=abc',
        '--api-key',
        'def',
        '--auth-token',
        'ghi',
        'password=jkl',
        '--key',
        'file',
      ]),
    ).toBe('deploy --token=*** --api-key *** --auth-token *** password=*** --key file');
    expect(commandLine(['a\nb\u001B[31m'])).not.toContain('\n');
    expect(commandLine(['x'.repeat(500)])).toHaveLength(200);
  });

  it('is the end of the output', () => {
    expect(tail('\n\n')).toBe('');
    expect(tail('a\n\n\n\nb\n')).toBe('a\n\nb');
    expect(tail(Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n')).split('\n')).toHaveLength(15);
    expect(tail('x'.repeat(10_000_000))).toHaveLength(1_500);
    expect(tails('out\n', 'err\n')).toBe('out\nerr');
    expect(tails('', 'err')).toBe('err');
  });
});

describe('judge', () => {
  const codes = { passCodes: [0], findingCodes: [1], maxBytes: 1_000 };
  const result = (more: Partial<ExecResult>): ExecResult => ({
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
    truncated: false,
    timedOut: false,
    ...more,
  });
  const error = new ParserError('the output is not JSON');
  const findings = [{ message: 'm' }];

  it.each([
    [
      'a timeout',
      result({ code: null, signal: 'SIGTERM', timedOut: true, stderr: 'a\nb' }),
      undefined,
      'x was stopped when its time was over.\na\nb',
    ],
    [
      'a timeout with code 0',
      result({ timedOut: true }),
      { findings: [] },
      'x was stopped when its time was over. It printed nothing.',
    ],
    ['a signal', result({ code: null, signal: 'SIGSEGV' }), undefined, 'x was ended by SIGSEGV. It printed nothing.'],
    [
      'an unknown code',
      result({ code: 2, stdout: 'usage' }),
      undefined,
      'x ended with exit code 2, which is neither in passCodes nor in findingCodes.\nusage',
    ],
    [
      'an unknown code, which matters more than the output',
      result({ code: 2 }),
      { findings: [], error },
      'x ended with exit code 2, which is neither in passCodes nor in findingCodes. It printed nothing.',
    ],
    [
      'an output that cannot be read',
      result({ code: 1, stderr: 'boom' }),
      { findings: [], error },
      'x ended with exit code 1, but the output is not JSON.\nboom',
    ],
    [
      'code 1 without findings',
      result({ code: 1 }),
      { findings: [] },
      'x ended with exit code 1, which stands for findings, and the output has none: the tool itself failed. It printed nothing.',
    ],
  ])('%s', (_, ended, parsed, message) => {
    expect(judge('x', ended, parsed, codes)).toEqual({ findings: [], failed: false, error: message });
  });

  it('keeps findings', () => {
    expect(judge('x', result({ code: 9 }), { findings }, codes)).toEqual({ findings, failed: false });
    expect(judge('x', result({ code: null, signal: 'SIGKILL' }), { findings }, codes)).toMatchObject({
      findings,
      error: expect.stringContaining('SIGKILL'),
    });
    expect(judge('x', result({ truncated: true }), { findings }, codes)).toEqual({
      findings,
      failed: false,
      degraded: 'The output of x is longer than 1.0 KB (maxBytes); the 1 finding in its beginning may not be all.',
    });
  });

  it('takes the exit code where nobody reads the output', () => {
    expect(judge('x', result({ truncated: true }), undefined, codes)).toEqual({ findings: [], failed: false });
    expect(judge('x', result({ code: 1 }), undefined, codes)).toEqual({ findings: [], failed: true });
  });
});
