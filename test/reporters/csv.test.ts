import csv from 'scanrun/reporters/csv';
import { describe, expect, it } from 'vitest';
import { parseCsv } from './formats.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { large } from './sample-extremes.js';
import { empty } from './sample-result.js';
import { rich } from './sample-rich.js';

type Given = Parameters<typeof render>[1];
const HEAD =
  'kind,severity,check,category,path,startLine,startColumn,endLine,endColumn,message,messageId,package,suppressedBy,suppressionReason,outcome,fingerprint,state,suppressionOwner,suppressionExpires';
const rows = async (given: Given, options: Record<string, unknown> = {}) => {
  const [head = [], ...records] = parseCsv(
    await render(csv, given, { options }),
    { semicolon: ';', tab: '\t' }[options.delimiter as string] ?? ',',
  );
  return records.map((record) => Object.fromEntries(head.map((name, index) => [name, record[index] ?? ''])));
};

describe('csv', () => {
  it('has a row for each finding and for each check without an answer', async () => {
    const all = await rows(rich());
    expect(
      all.filter(({ kind }) => kind === 'check').map(({ check, outcome, messageId }) => [check, outcome, messageId]),
    ).toEqual([
      ['command/test', 'timed-out', 'timeout'],
      ['docs/spelling', 'errored', 'threw'],
      ['house/cancelled', 'cancelled', 'interrupted'],
      ['house/degraded-with-findings', 'degraded', 'partial'],
      ['house/timed-out-with-findings', 'timed-out', 'timeout'],
      ['npm/advisories', 'degraded', 'fallback'],
      ['npm/licenses', 'skipped', 'not-installed'],
      ['repo/workspace', 'skipped', 'unreadable'],
    ]);
    const found = all.filter(({ kind }) => kind === 'finding');
    expect(found).toHaveLength(13);
    expect(found[0]).toMatchObject({
      severity: 'error',
      check: 'house/degraded-with-findings',
      path: 'src/späte Änderung/a b.ts',
      startLine: '7',
      startColumn: '3',
      endColumn: '9',
      suppressedBy: '',
    });
    expect(found.slice(-3).map(({ suppressedBy, suppressionReason }) => [suppressedBy, suppressionReason])).toEqual([
      ['waiver', 'Until the rewrite'],
      ['baseline', ''],
      ['inline', 'An example in a comment'],
    ]);
    expect(await rows(rich(), { suppressed: false })).toHaveLength(18);
  });

  it('is its heading for an empty result', async () => {
    expect(await render(csv, empty())).toBe(`${HEAD}\r\n`);
  });

  it('begins with a byte order mark and uses another delimiter where that is wanted', async () => {
    const text = await render(csv, rich(), { options: { bom: true } });
    expect(text.startsWith(`\ufeff${HEAD}`)).toBe(true);
    for (const delimiter of ['semicolon', 'tab']) {
      const all = await rows(naughty(), { delimiter });
      expect(all.map(({ message }) => message)).toEqual((await rows(naughty())).map(({ message }) => message));
    }
  });

  it('is CSV whatever the text: a record a line, and nothing that a spreadsheet would run', async () => {
    const text = await render(csv, naughty());
    const records = parseCsv(text);
    expect(records).toHaveLength(1 + 2 * NAUGHTY.length + Math.floor(NAUGHTY.length / 7));
    expect(text.trimEnd().split('\r\n')).toHaveLength(records.length);
    for (const cell of records.flat()) {
      expect(cell, JSON.stringify(cell)).not.toMatch(/^\s*[=+\-@＝＋－＠|%]/);
      expect(cell).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    }
  });

  it.each([
    ["=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\\t=1"],
    ['\r=1', "'\\r=1"],
    [' =1', "' =1"],
    ['\uff1d1', "'\uff1d1"],
    ['a=1', 'a=1'],
    ['say "hi", a;b', 'say "hi", a;b'],
    ['', ''],
  ])('writes %j as %j', async (message, cell) => {
    const given = rich();
    const [first] = given.checks;
    const finding = {
      checkId: 'a/b',
      messageId: 'm',
      message,
      data: {},
      severity: 'note' as const,
      location: { path: 'p' },
      fingerprint: 'f',
    };
    if (first === undefined) throw new Error('no check');
    const [, record = []] = parseCsv(await render(csv, { ...given, checks: [{ ...first, findings: [finding] }] }));
    expect(record[9]).toBe(cell);
  });

  it('hands on a row at a time', async () => {
    const rendered = csv.render(large(10_000), {
      options: { bom: false, delimiter: 'comma', suppressed: true },
      output: { file: undefined, color: false, columns: 80, verbosity: 'normal' },
      signal: new AbortController().signal,
    });
    const sizes = [...(rendered as Iterable<string>)].map(({ length }) => length);
    expect(sizes).toHaveLength(10_001);
    expect(Math.max(...sizes)).toBeLessThan(2_000);
  });
});
