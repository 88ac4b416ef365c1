import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCheckstyle } from '../../../plugins/command/parsers/checkstyle.js';
import { parseEslintJson } from '../../../plugins/command/parsers/eslint-json.js';
import { parseJunit } from '../../../plugins/command/parsers/junit.js';
import { loadParser } from '../../../plugins/command/parsers/load.js';
import { ParserError, severityOf } from '../../../plugins/command/parsers/parser.js';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/command/${name}`, import.meta.url), 'utf8');
const brief = (findings: ReturnType<typeof parseJunit>) =>
  findings.map(({ path, line, column, rule, severity }) => [path, line, column, rule, severity]);

describe('eslint-json', () => {
  const result = {
    filePath: '/p/a.js',
    messages: [],
    suppressedMessages: [{ ruleId: 'x', severity: 2, message: 'hidden', line: 1, column: 1 }],
  };

  it('reads messages with their severities, and leaves out suppressed ones', () => {
    const messages = [
      { ruleId: 'no-var', severity: 2, message: 'Unexpected var.', line: 3, column: 1, endLine: 3, endColumn: 11 },
      { ruleId: 'eqeqeq', severity: 1, message: 'Expected ===.', line: 4, column: 7 },
      { ruleId: null, fatal: true, severity: 2, message: 'Parsing error: x', line: 9, column: 2 },
      { ruleId: null, severity: 1, message: 'File ignored.' },
    ];
    expect(parseEslintJson(JSON.stringify([{ ...result, messages }, result]))).toEqual([
      {
        path: '/p/a.js',
        line: 3,
        column: 1,
        endLine: 3,
        endColumn: 11,
        message: 'Unexpected var.',
        rule: 'no-var',
        severity: 'error',
      },
      { path: '/p/a.js', line: 4, column: 7, message: 'Expected ===.', rule: 'eqeqeq', severity: 'warning' },
      { path: '/p/a.js', line: 9, column: 2, message: 'Parsing error: x', severity: 'error' },
      { path: '/p/a.js', message: 'File ignored.', severity: 'warning' },
    ]);
  });

  it('finds nothing in a clean run', () => {
    expect(parseEslintJson(JSON.stringify([result]))).toEqual([]);
    expect(parseEslintJson('[]')).toEqual([]);
  });

  it('leaves impossible places out', () => {
    const messages = [
      { severity: 2, message: 'm', line: 0, column: -1, endLine: 5 },
      { severity: 2, message: 'm', line: 3, column: 5, endLine: 2, endColumn: 1 },
      { severity: 2, message: 'm', line: 1.5 },
    ];
    expect(parseEslintJson(JSON.stringify([{ filePath: 'a', messages }]))).toEqual([
      { path: 'a', message: 'm', severity: 'error' },
      { path: 'a', message: 'm', severity: 'error', line: 3, column: 5 },
      { path: 'a', message: 'm', severity: 'error' },
    ]);
  });

  it.each([
    ['not JSON', 'Oops'],
    ['an object', '{"errors":[]}'],
    ['other entries', '[1]'],
    ['no messages', '[{"filePath":"a"}]'],
    ['no text', '[{"filePath":"a","messages":[{"severity":2}]}]'],
    ['cut off', '[{"filePath":"a","messages":['],
  ])('refuses %s', (_, text) => {
    expect(() => parseEslintJson(text)).toThrow(ParserError);
  });
});

describe('checkstyle', () => {
  it('reads what Biome writes', () => {
    const found = parseCheckstyle(fixture('checkstyle/biome.xml'));
    expect(found).toHaveLength(10);
    expect(found[0]).toEqual({
      path: 'a.ts',
      line: 3,
      column: 1,
      message: 'This let declares a variable that is only assigned once.',
      rule: 'lint/style/useConst',
      severity: 'warning',
    });
    expect(found[9]?.path).toBe('sp ace/b.ts');
  });

  it('reads severities, entities and what has no place', () => {
    const text =
      '<?xml version="1.0"?><checkstyle><file name="A &amp; B.java"><error severity="info" message="a &lt;b&gt; &#x41;&#10;c"/><error line="2" severity="ignore" message="x"/></file><file name="clean"/></checkstyle>';
    expect(parseCheckstyle(text)).toEqual([{ path: 'A & B.java', message: 'a <b> A\nc', severity: 'note' }]);
  });

  it('says when Checkstyle broke on a file', () => {
    const text =
      '<checkstyle><file name="A.java"><error line="1" severity="error" message="m"/><exception><![CDATA[java.lang.NullPointerException]]></exception></file></checkstyle>';
    expect(() => parseCheckstyle(text)).toThrow('the tool broke on A.java');
    expect(() => parseCheckstyle(text)).toThrow(
      expect.objectContaining({ findings: [expect.objectContaining({ message: 'm' })] }),
    );
  });

  it.each([
    ['another root', '<html/>'],
    ['no XML', 'error: no such file'],
    ['two roots', '<checkstyle/><checkstyle/>'],
    ['cut off', '<checkstyle><file name="a"><error line="1"'],
    ['wrongly nested', '<checkstyle><file></checkstyle></file>'],
    [
      'an entity of its own',
      '<!DOCTYPE checkstyle [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><checkstyle><file name="&b;"/></checkstyle>',
    ],
    [
      'an entity from a file',
      '<!DOCTYPE checkstyle [<!ENTITY x SYSTEM "file:///etc/passwd">]><checkstyle><file name="a"><error message="&x;"/></file></checkstyle>',
    ],
    ['names that everything has', '<checkstyle hasOwnProperty="1" a="2"/>'],
    ['depth', `<checkstyle>${'<a>'.repeat(100_000)}`],
  ])('refuses %s', (_, text) => {
    expect(() => parseCheckstyle(text)).toThrow(ParserError);
  });

  it('passes a document type over', () => {
    expect(
      parseCheckstyle('<!DOCTYPE checkstyle SYSTEM "http://example.invalid/x.dtd"><checkstyle version="1"/>'),
    ).toEqual([]);
  });

  it('reads a text that is longer than the buffers of the reader', () => {
    const message = 'm'.repeat(200_000);
    expect(
      parseCheckstyle(`<checkstyle><file name="a"><error line="1" message="${message}"/></file></checkstyle>`)[0]
        ?.message,
    ).toHaveLength(2_000);
  });
});

describe('junit', () => {
  it("reads Node's reports, with the place from the stack", () => {
    expect(parseJunit(fixture('junit/node.xml'))).toEqual([
      {
        path: 'file:///home/someone/project/a.test.mjs',
        line: 2,
        column: 27,
        message: 'test > adds: 1 == 2',
        rule: 'testCodeFailure',
        severity: 'error',
      },
      {
        path: 'file:///home/someone/project/a.test.mjs',
        line: 3,
        column: 55,
        message: 'test > in: boom <x>',
        rule: 'testCodeFailure',
        severity: 'error',
      },
    ]);
  });

  it("reads Vitest's reports", () => {
    expect(parseJunit(fixture('junit/vitest.xml'))).toEqual([
      {
        path: 'a.test.ts',
        line: 2,
        column: 32,
        message: 'adds: expected 1 to be 2 // Object.is equality',
        rule: 'AssertionError',
        severity: 'error',
      },
    ]);
  });

  it("reads Biome's reports", () => {
    const found = parseJunit(fixture('junit/biome.xml'));
    expect(found).toHaveLength(10);
    expect(brief(found.slice(0, 2))).toEqual([
      ['a.ts', 3, 1, undefined, 'error'],
      ['sp ace/b.ts', 3, 1, undefined, 'error'],
    ]);
  });

  it('reads nested suites, errors of suites, and what has no message', () => {
    const text = `<testsuite name="all" failures="3" errors="1">
      <testsuite name="inner"><testsuite name="innermost">
        <testcase classname="com.example.ShopTest" name="pays" file="src/ShopTest.java" line="12"><error type="java.lang.Error">  line one
  line two</error></testcase>
      </testsuite></testsuite>
      <testcase name="two"><failure/><failure message="second"/></testcase>
      <testcase name="skipped"><skipped message="later"/></testcase>
      <testcase name="flaky"><flakyFailure message="once"/><rerunFailure message="again"/></testcase>
      <testcase name="ok"><system-out>failure</system-out></testcase>
      <error message="setup broke"/>
    </testsuite>`;
    expect(parseJunit(text).map(({ path, line, message, rule }) => [path, line, message, rule])).toEqual([
      ['src/ShopTest.java', 12, 'com.example.ShopTest > pays: line one', 'java.lang.Error'],
      [undefined, undefined, 'two: the test ended with a failure', undefined],
      [undefined, undefined, 'two: second', undefined],
      [undefined, undefined, 'all: setup broke', undefined],
    ]);
  });

  it('does not take a class for a path', () => {
    expect(
      parseJunit(
        '<testsuite name="com.example.py.Shop"><testcase classname="com.example.Shop" name="a"><failure/></testcase></testsuite>',
      )[0]?.path,
    ).toBeUndefined();
  });

  it('refuses a report that counts failures and shows none', () => {
    expect(() => parseJunit('<testsuites failures="2"><testsuite name="a"/></testsuites>')).toThrow(
      'counts 2 failures and errors and shows none',
    );
    expect(() => parseJunit('<testsuites><testsuite errors="1"/><testsuite failures="2"/></testsuites>')).toThrow(
      'counts 3',
    );
    expect(parseJunit('<testsuites tests="0" failures="0"/>')).toEqual([]);
  });

  it('ends in time on stacks that are made to be slow', () => {
    const started = performance.now();
    parseJunit(
      `<testsuite><testcase name="a"><failure>${`${'at ('.repeat(2_000)}\n`.repeat(500)}</failure></testcase></testsuite>`,
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each([
    ['another root', '<project/>'],
    ['text', 'PASS'],
    ['nothing', ' '],
  ])('refuses %s', (_, text) => {
    expect(() => parseJunit(text)).toThrow(ParserError);
  });
});

describe('words and severities', () => {
  it.each([
    ['error', 'error'],
    ['E', 'error'],
    ['Fatal', 'error'],
    ['WARNING', 'warning'],
    ['w', 'warning'],
    ['medium', 'warning'],
    ['hint', 'note'],
    ['info', 'note'],
    ['style', 'note'],
    ['purple', undefined],
    ['', undefined],
  ])('%s is %s', (word, severity) => {
    expect(severityOf(word)).toBe(severity);
  });

  it('loses colours and control characters and is cut', () => {
    const messages = [
      { severity: 2, message: `\u001B[31mred\u001B[0m\u0007 \u0000word` },
      { severity: 2, message: 'x'.repeat(5_000) },
      { severity: 2, message: ' ' },
    ];
    const found = parseEslintJson(JSON.stringify([{ filePath: 'a', messages }]));
    expect(found.map(({ message }) => (message.length > 100 ? [message.length, message.at(-1)] : message))).toEqual([
      'red word',
      [2_000, '…'],
      'The tool reports a problem without a message.',
    ]);
  });
});

describe('an empty output', () => {
  it.each(['sarif', 'junit', 'eslint-json', 'checkstyle'] as const)('is an error for %s', async (name) => {
    const parse = await loadParser(name, undefined);
    for (const text of ['', ' \n', '\uFEFF']) expect(() => parse(text)).toThrow('there is no output');
  });

  it('is a clean run for regex', async () => {
    expect((await loadParser('regex', { expression: /(?<message>x)/g, byLine: true }))('')).toEqual([]);
  });

  it('is told from one with a byte order mark', async () => {
    expect((await loadParser('eslint-json', undefined))('\uFEFF[]')).toEqual([]);
  });
});
