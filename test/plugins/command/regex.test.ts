import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, regexParser } from '../../../plugins/command/parsers/regex.js';

function parse(pattern: string, text: string) {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) throw new Error(compiled.problem);
  return regexParser(compiled)(text);
}

const TSC = '^(?<path>[^(]+)\\((?<line>\\d+),(?<column>\\d+)\\): (?<severity>\\w+) (?<rule>TS\\d+): (?<message>.+)$';

describe('regex', () => {
  it('reads lines, with colours', () => {
    expect(
      parse(
        TSC,
        "src/a.ts(3,7): error TS2322: Type 'x'.\r\nnoise\n\u001B[31msrc/b c.ts\u001B[0m(1,1): warning TS1: w\n",
      ),
    ).toEqual([
      { path: 'src/a.ts', line: 3, column: 7, message: "Type 'x'.", rule: 'TS2322', severity: 'error' },
      { path: 'src/b c.ts', line: 1, column: 1, message: 'w', rule: 'TS1', severity: 'warning' },
    ]);
  });

  it('reads over lines with flags of its own', () => {
    expect(
      parse('/^(?<message>ERROR.*?)\\n\\s+at (?<path>\\S+)/gims', 'error: a\nb\n  at x.c\nError: c\n at y.c'),
    ).toEqual([
      { message: 'error: a\nb', path: 'x.c' },
      { message: 'Error: c', path: 'y.c' },
    ]);
  });

  it('takes the whole match where the message is empty', () => {
    expect(parse('^(?<path>\\S+):(?<message>.*)$', 'a.c:')).toEqual([{ path: 'a.c', message: 'a.c:' }]);
    expect(parse('(?<message>x*)', 'aaa')).toEqual([]);
    expect(parse('(?<message>e.*)$', `${'a'.repeat(9_999)}error`)).toEqual([{ message: 'e' }]);
  });

  it.each([
    ['(', /^is not a regular expression/],
    ['/(?<message>a)/yz', /^is not a regular expression/],
    ['(?<path>a)', /^has no group/],
    ['plain', /^has no group/],
    ['(?<message>a)(?<col>b)', /^has the group 'col'; there are path, line, column, endLine/],
  ])('refuses %s', (pattern, problem) => {
    expect(compilePattern(pattern)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('gives back what was printed', () => {
    const word = fc.stringMatching(/^[A-Za-z][\w ./-]{0,30}[\w)]$/);
    const finding = fc.record({
      path: word,
      line: fc.integer({ min: 1, max: 999_999 }),
      column: fc.integer({ min: 1, max: 999 }),
      severity: fc.constantFrom('error', 'warning', 'note'),
      rule: fc.stringMatching(/^TS\d{1,5}$/),
      message: word,
    });
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 20 }), (findings) => {
        const text = findings
          .map(
            ({ path, line, column, severity, rule, message }) =>
              `${path.replaceAll('(', '')}(${line},${column}): ${severity} ${rule}: ${message}`,
          )
          .join('\n');
        expect(parse(TSC, text)).toEqual(
          findings.map((item) => ({
            ...item,
            path: item.path.replaceAll('(', '').trim(),
            message: item.message.trim(),
          })),
        );
      }),
    );
  });
});
