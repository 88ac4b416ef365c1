import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckstyle } from '../../../plugins/command/parsers/checkstyle.js';
import { parseEslintJson } from '../../../plugins/command/parsers/eslint-json.js';
import { parseJunit } from '../../../plugins/command/parsers/junit.js';
import { type Parser, ParserError } from '../../../plugins/command/parsers/parser.js';
import { compilePattern, regexParser } from '../../../plugins/command/parsers/regex.js';
import { parseSarif } from '../../../plugins/command/parsers/sarif.js';
import { targetPath } from '../../../plugins/command/paths.js';

/** Runs a parser; whatever it returns must be fit for a report. */
function tryParser(parse: Parser, text: string): void {
  let findings: ReturnType<Parser>;
  try {
    findings = parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ParserError);
    findings = (error as ParserError).findings;
  }
  for (const { message, line, column, endLine, endColumn } of findings) {
    expect(message.length > 0 && message.length <= 2_000).toBe(true);
    for (const place of [line, column, endLine, endColumn])
      if (place !== undefined) expect(Number.isInteger(place) && place >= 1).toBe(true);
    if (endLine !== undefined) expect(endLine).toBeGreaterThanOrEqual(line ?? Number.POSITIVE_INFINITY);
  }
}

const keys = fc.constantFrom(
  'version',
  'runs',
  'results',
  'tool',
  'driver',
  'rules',
  'ruleId',
  'ruleIndex',
  'rule',
  'id',
  'index',
  'level',
  'kind',
  'message',
  'text',
  'arguments',
  'locations',
  'physicalLocation',
  'artifactLocation',
  'uri',
  'uriBaseId',
  'originalUriBaseIds',
  'region',
  'startLine',
  'invocations',
  'executionSuccessful',
  'suppressions',
  'artifacts',
  'toolComponent',
  'filePath',
  'messages',
  'line',
  'severity',
  '__proto__',
  'constructor',
  'toString',
);
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('2.1.0', 'file:///a', '%', 'A', 'A/b', '__proto__', 'C:\\a', 'file://%', 'http://['),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
  ),
}));
const sarif = fc.record({
  version: fc.constant('2.1.0'),
  runs: fc.array(
    fc.record(
      {
        results: fc.array(fc.dictionary(keys, tree)),
        tool: tree,
        artifacts: tree,
        originalUriBaseIds: tree,
        invocations: tree,
      },
      { requiredKeys: [] },
    ),
  ),
});
const eslint = fc.array(
  fc.record({
    filePath: fc.string(),
    messages: fc.array(
      fc.record(
        {
          message: fc.string(),
          line: leaf,
          column: leaf,
          endLine: leaf,
          endColumn: leaf,
          severity: leaf,
          ruleId: leaf,
        },
        { requiredKeys: ['message'] },
      ),
    ),
  }),
);
const xmlPiece = fc.oneof(
  fc.constantFrom(
    '<testsuites>',
    '</testsuites>',
    '<testsuite name="a">',
    '</testsuite>',
    '<testcase name="b" file="c" line="1">',
    '</testcase>',
    '<failure>',
    '</failure>',
    '<error message="x"/>',
    '<error line="x"/>',
    '<checkstyle>',
    '</checkstyle>',
    '<file name="a">',
    '</file>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<!DOCTYPE a [',
    ']>',
    '&amp;',
    '&x;',
    '&#0;',
    '&#xD800;',
    '<?xml version="1.0"?>',
    '"',
    '=',
    '<a hasOwnProperty="1" b="2" __proto__="3"/>',
    ' at f (/a/b.js:1:2)\n',
  ),
  fc.string(),
);
const xml = fc.array(xmlPiece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('whatever the output is, a parser throws its own error or none', () => {
  const compiled = compilePattern('(?<path>.*?):(?<line>\\d*):(?<column>.*):(?<message>.*)');
  const parsers: readonly (readonly [string, Parser, fc.Arbitrary<string>])[] = [
    [
      'sarif',
      parseSarif,
      fc.oneof(
        fc.json(),
        sarif.map((log) => JSON.stringify(log)),
      ),
    ],
    [
      'eslint-json',
      parseEslintJson,
      fc.oneof(
        fc.json(),
        eslint.map((log) => JSON.stringify(log)),
      ),
    ],
    [
      'junit',
      parseJunit,
      fc.oneof(
        xml,
        xml.map((inner) => `<testsuite>${inner}</testsuite>`),
      ),
    ],
    [
      'checkstyle',
      parseCheckstyle,
      fc.oneof(
        xml,
        xml.map((inner) => `<checkstyle>${inner}</checkstyle>`),
      ),
    ],
    ['regex', 'expression' in compiled ? regexParser(compiled) : () => [], fc.string()],
  ];

  it.each(parsers)('%s', (_, parse, shaped) => {
    fc.assert(
      fc.property(fc.oneof(shaped, fc.string(), fc.string({ unit: 'binary' })), (text) => tryParser(parse, text)),
      { numRuns: 2_000 },
    );
  });

  it.each(parsers)('%s, also deep and long', (_, parse) => {
    for (const text of [
      '['.repeat(200_000),
      '{"a":'.repeat(200_000),
      '<a>'.repeat(200_000),
      `[${'{},'.repeat(100_000)}{}]`,
      'x'.repeat(5_000_000),
      `{"version":"2.1.0","runs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ])
      tryParser(parse, text);
  });
});

describe('whatever a path is, it stays in the target or is none', () => {
  it('is fit for a finding', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', 'a', 'file:///', 'file://', 'C:', '%2e%2e', '%', '/repo', '//', 'https://'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        fc.constantFrom('', 'packages/a'),
        (printed, cwd) => {
          const path = targetPath(printed, { roots: ['/repo'], cwd });
          if (path === undefined) return;
          expect(path).not.toBe('');
          expect(path.startsWith('/')).toBe(false);
          expect(path.split('/')).not.toContain('..');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['src/a.ts', '', 'src/a.ts'],
    ['./src/../a.ts', '', 'a.ts'],
    ['src\\sub\\a.ts', '', 'src/sub/a.ts'],
    ['a.ts', 'packages/x', 'packages/x/a.ts'],
    ['../y/a.ts', 'packages/x', 'packages/y/a.ts'],
    ['../../../a.ts', 'packages/x', undefined],
    ['/repo/src/a.ts', 'packages/x', 'src/a.ts'],
    ['/repo', '', '.'],
    ['/repository/a.ts', '', undefined],
    ['/real/repo/a.ts', '', 'a.ts'],
    ['/etc/passwd', '', undefined],
    ['/repo/../etc/passwd', '', undefined],
    ['file:///repo/a%20b.ts', '', 'a b.ts'],
    ['file:///repo/%2e%2e/etc/passwd', '', undefined],
    ['file://host/repo/a.ts', '', undefined],
    ['https://example.invalid/a.ts', '', undefined],
    ['webpack:///./src/a.ts', '', undefined],
    ['', '', undefined],
    ['.', 'packages/x', 'packages/x'],
    ['.', '', '.'],
  ])('%s in %j is %s', (printed, cwd, expected) => {
    expect(targetPath(printed, { roots: ['/repo', '/real/repo'], cwd })).toBe(expected);
  });

  it.each([
    ['C:\\Repo\\src\\a.ts', 'src/a.ts'],
    ['c:/repo/src/a.ts', 'src/a.ts'],
    ['file:///C:/Repo/a%20b.ts', 'a b.ts'],
    ['D:\\Repo\\a.ts', undefined],
    ['src\\a.ts', 'src/a.ts'],
  ])('on Windows %s is %s', (printed, expected) => {
    expect(targetPath(printed, { roots: ['C:\\Repo'], cwd: '' })).toBe(expected);
  });
});
