import type { JsonValue } from 'scanrun';
import { describe, expect, it } from 'vitest';
import { dataBlocks } from '../../reporters/page/data-blocks.js';
import { inventoryView } from '../../reporters/page/inventory.js';
import { check, result } from './sample-build.js';
import { ATTACKS } from './sample-extremes.js';

const blocks = (data: JsonValue) => dataBlocks(data, 100);

describe('data of a check', () => {
  it('is a table where it has the shape of one', () => {
    expect(blocks({ a: 1, b: true, c: null, d: '' })).toEqual([
      {
        title: '',
        columns: ['Name', 'Value'],
        rows: [
          ['a', '1'],
          ['b', 'yes'],
          ['c', '–'],
          ['d', '–'],
        ],
      },
    ]);
    expect(blocks([{ a: 1 }, { b: 'x', c: [1, { d: 2 }] }])).toEqual([
      {
        title: '',
        columns: ['a', 'b', 'c'],
        rows: [
          ['1', '–', '–'],
          ['–', 'x', '[1,{"d":2}]'],
        ],
      },
    ]);
    expect(blocks(['x', 2])).toEqual([{ title: '', columns: ['Value'], rows: [['x'], ['2']] }]);
  });

  it('is a table of what is alike by name', () => {
    expect(blocks({ node: { wanted: '>=20', found: '20.1' }, npm: { wanted: '>=10', found: '9' } })).toEqual([
      {
        title: '',
        columns: ['Name', 'wanted', 'found'],
        rows: [
          ['node', '>=20', '20.1'],
          ['npm', '>=10', '9'],
        ],
      },
    ]);
  });

  it('has a block for each of its parts, named by the way there', () => {
    const found = blocks({ version: 3, packages: [{ name: 'ajv' }], os: { kernel: { release: '6.1' }, hosts: ['a'] } });
    expect(found.map(({ title, columns }) => [title, columns])).toEqual([
      ['', ['Name', 'Value']],
      ['packages', ['name']],
      ['os / kernel', ['Name', 'Value']],
      ['os / hosts', ['Value']],
    ]);
  });

  it('is JSON where it is deeper or has no shape', () => {
    expect(blocks([[1], { a: 1 }])[0]?.text).toContain('"a": 1');
    expect(blocks([])).toEqual([{ title: '', text: '[]' }]);
    expect(blocks({ a: { b: { c: { d: { e: [] } } } } })).toEqual([
      { title: 'a / b / c', text: expect.stringContaining('"e": []') },
    ]);
    expect(blocks('words')).toEqual([{ title: '', text: 'words' }]);
    expect(blocks([{}, {}])).toEqual([{ title: '', text: '2 empty entries' }]);
  });

  it('is capped, which is said', () => {
    const [rows] = blocks(Array.from({ length: 150 }, (_, n) => ({ n })));
    expect([rows?.rows?.length, rows?.rest]).toEqual([100, '50 more rows in the json report.']);
    const [wide] = blocks([Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`c${n}`, n]))]);
    expect([wide?.columns?.length, wide?.rest]).toEqual([8, '3 more columns in the json report.']);
    expect(blocks([['x'.repeat(50_000)]])[0]?.text).toMatch(/30,\d{3} characters left out/);
    const many = blocks(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`part${n}`, [n]])));
    expect([many.length, many.at(-1)?.text]).toEqual([25, '16 more parts in the json report.']);
    const cell = blocks({ a: 'y'.repeat(1_000) })[0]?.rows?.[0]?.[1] ?? '';
    expect(cell.length).toBeLessThan(400);
  });

  it('shows hostile names and values as text, and loses none', () => {
    for (const attack of Object.values(ATTACKS)) {
      const [block] = blocks(JSON.parse(`[{"__proto__": ${JSON.stringify(attack)}, "constructor": 1}]`));
      expect(block?.columns).toEqual(['__proto__', 'constructor']);
      expect(JSON.stringify(block)).not.toMatch(/[\u2028\u2029\u202e]/);
      expect(block?.rows?.[0]?.[1]).toBe('1');
    }
  });
});

describe('measurements', () => {
  it('have their unit', () => {
    const measurements = [
      { name: 'a', value: 1_234_567, unit: 'bytes' },
      { name: 'b', value: 1_500, unit: 'ms' },
      { name: 'c', value: 1_234.5, unit: 'files' },
    ];
    const view = inventoryView(result({ checks: [check('a/b', {}, { measurements })] }), 100);
    expect(view.measurements.map(({ value, exact }) => [value, exact])).toEqual([
      ['1.2 MB', '1,234,567 bytes'],
      ['1.5 s', '1,500 ms'],
      ['1,234.5 files', '1,234.5 files'],
    ]);
  });
});
