import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import duplicates from '../../../plugins/code/checks/duplicates.js';
import { jscpdSettings, readCopies } from '../../../plugins/code/copies.js';
import { install, json } from './installed.js';

/** A function of some 12 lines and 110 tokens. */
const body = (name: string) => `export function ${name}(items) {
  const found = new Map();
  for (const item of items) {
    if (item.amount > 10 && item.kind !== 'none') {
      const list = found.get(item.kind) ?? [];
      list.push({ amount: item.amount * 2, kind: item.kind, at: Date.now() });
      found.set(item.kind, list);
    } else if (item.amount < 0) {
      throw new Error('No amount: ' + item.amount);
    } else {
      found.delete(item.kind);
    }
  }
  return [...found.entries()].map(([kind, list]) => ({ kind, total: list.length }));
}
`;

/** Code of that size that has nothing in common with it. */
const other = body('x')
  .replaceAll(/[a-z]+/gi, (word) =>
    /^(?:const|for|if|else|new|throw|return|of|function|export)$/.test(word) ? word : `q${word}`,
  )
  .replaceAll('Map()', 'Set(1)')
  .replace(/\breturn\b/, 'await 1; return');

const small =
  'export const f = (a) => {\n  if (a > 1 && a < 9) {\n    console.log(a, a + 1, a + 2);\n  }\n  return { a, b: a * 2, c: [a, a] };\n};\n';

it('finds code that is there twice', async () => {
  await testCheck(duplicates, {
    passes: [
      { name: 'once', files: { 'a.js': body('one'), 'b.js': 'export {};\n' } },
      { name: 'too small to be a copy', files: { 'a.js': small, 'b.js': small } },
      {
        name: 'tests, and what nobody writes by hand',
        files: {
          'a.test.js': body('a'),
          'test/b.js': body('b'),
          'src/vendor/c.js': body('c'),
          'd.min.js': body('d'),
          'e.js': '',
        },
      },
      {
        name: 'what the settings of the project leave out',
        files: { 'a.js': body('one'), 'old/b.js': body('two'), '.jscpd.json': json({ ignore: ['**/old/**'] }) },
      },
      { name: 'binary and empty', files: { 'a.js': new Uint8Array([0, 255, 0, 1]), 'b.js': '' } },
      { name: 'nothing to compare', files: { 'test/a.js': body('a') }, outcome: 'skipped' },
      { name: 'settings that are no JSON', files: { 'a.js': small, '.jscpd.json': '{' }, outcome: 'errored' },
      {
        name: 'a jscpd of another version, in a project without ours',
        files: { 'a.js': small },
        setup: (root) => {
          mkdirSync(join(root, 'node_modules/jscpd'), { recursive: true });
          writeFileSync(
            join(root, 'node_modules/jscpd/package.json'),
            json({ name: 'jscpd', version: '4.0.5', bin: 'cli.js' }),
          );
        },
      },
      {
        name: 'a jscpd that fails',
        files: { 'a.js': small },
        setup: (root) => {
          mkdirSync(join(root, 'node_modules/jscpd'), { recursive: true });
          writeFileSync(join(root, 'node_modules/jscpd/cli.cjs'), 'process.exitCode = 0;');
          writeFileSync(
            join(root, 'node_modules/jscpd/package.json'),
            json({ name: 'jscpd', version: '5.0.16', bin: 'cli.cjs' }),
          );
        },
        outcome: 'errored',
      },
    ],
    fails: [
      {
        name: 'in two files, and twice in one',
        files: {
          'src/a.js': body('one'),
          'src/-b.js': `// b\n${body('two')}`,
          'src/c c.js': other + other,
        },
        setup: install({ jscpd: 'jscpd' }),
        findings: [
          { messageId: 'copy', path: 'src/-b.js', startLine: 2, severity: 'warning' },
          { messageId: 'ownCopy', path: 'src/c c.js', startLine: 1 },
        ],
      },
      {
        name: 'smaller ones, where that is asked for',
        files: { 'a.js': small, 'b.js': small },
        options: { minTokens: 20, minLines: 4 },
        findings: [
          {
            messageId: 'copy',
            path: 'a.js',
            message: '6 lines are the same as in b.js, from: export const f = (a) => {',
          },
        ],
      },
      {
        name: 'smaller ones, where the settings say so, and other files',
        files: {
          'test/a.js': small,
          'test/b.js': small,
          '.jscpd.json': json({ minTokens: 20, minLines: 4, output: './report', reporters: ['html'] }),
        },
        options: { files: ['test/**'] },
        findings: [{ messageId: 'copy', path: 'test/a.js' }],
      },
    ],
    refuses: [{ minTokens: 1 }, { minLines: 1 }, { files: [] }],
  });
}, 120_000);

it('leaves nothing behind', () => {
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('scanrun-jscpd-'))).toEqual([]);
});

describe('the report of jscpd', () => {
  it.each([
    '',
    '{}',
    '{"duplicates":[]}',
    '{"duplicates":[{}],"statistics":{"total":{"sources":1,"duplicatedLines":1,"percentage":1}}}',
    '{"duplicates":[],"statistics":{"total":{}}}',
  ])('that is none is an error: %j', (text) => {
    expect(() => readCopies(text)).toThrow();
  });

  it('has the first place first', () => {
    const file = (name: string, start: number) => ({ name, start, end: start + 3 });
    const total = { sources: 2, duplicatedLines: 8, percentage: 10 };
    const item = { lines: 4, fragment: 'x', firstFile: file('b', 1), secondFile: file('a', 9) };
    const own = { lines: 4, fragment: 'x', firstFile: file('a', 5), secondFile: file('a', 1) };
    const { copies } = readCopies(JSON.stringify({ duplicates: [item, own], statistics: { total } }));
    expect(copies.map(({ first, second }) => [first.path, first.startLine, second.path])).toEqual([
      ['a', 1, 'a'],
      ['a', 9, 'b'],
    ]);
  });

  it('takes only settings that say what a copy is', () => {
    expect(jscpdSettings('{"minTokens":9,"output":"x","path":["/etc"],"store":"redis","exitCode":3}')).toEqual({
      minTokens: 9,
    });
    expect(jscpdSettings('[]')).toEqual({});
    expect(jscpdSettings(undefined)).toEqual({});
  });
});
