import { describe, expect, it } from 'vitest';
import type { FixOffer } from '../../../core/check/context.js';
import { checkFix, MAX_FILES, MAX_INSERTED, MAX_REPLACEMENTS } from '../../../core/execute/check-fix.js';
import type { Replacement } from '../../../core/model/fix.js';

const offer = (...replacements: Replacement[]): FixOffer => ({ description: 'Do it', changes: [{ replacements }] });
const visited = { path: 'a.txt', text: 'abcdef' };
const check = (fix: unknown): unknown => checkFix(fix as FixOffer, 'a.txt', visited);

describe('checkFix', () => {
  it('gives the fix in order of place, with the path of its finding, and nothing that does not belong to it', () => {
    const odd = { start: 0, end: 1, text: 'A', note: 'x' };
    expect(check({ ...offer({ start: 4, end: 4, text: '+' }, odd), description: ' Do it ', extra: 1 })).toEqual({
      fix: {
        description: 'Do it',
        changes: [
          {
            path: 'a.txt',
            replacements: [
              { start: 0, end: 1, text: 'A' },
              { start: 4, end: 4, text: '+' },
            ],
          },
        ],
      },
    });
    expect(check({ ...offer(odd), unsafe: true })).toMatchObject({ fix: { unsafe: true } });
    expect(check({ ...offer(odd), unsafe: false })).not.toHaveProperty('fix.unsafe');
  });

  it.for<[string, unknown]>([
    ['a fix without a description', { ...offer({ start: 0, end: 1, text: '' }), description: ' ' }],
    ['a fix without changes', { description: 'd', changes: [] }],
    ['without replacements', offer()],
    ['that changes nothing', offer({ start: 1, end: 1, text: '' })],
    ['does not end before it begins', offer({ start: 2, end: 1, text: '' })],
    ['whole numbers from 0', offer({ start: -1, end: 1, text: '' })],
    ['whole numbers from 0', offer({ start: 0.5, end: 1, text: '' })],
    ['the text has 6 units', offer({ start: 6, end: 7, text: '' })],
    ['without a text', offer({ start: 0, end: 1 } as Replacement)],
    ['at 0 and 1 overlap', offer({ start: 1, end: 3, text: '' }, { start: 0, end: 2, text: '' })],
    ['at 2 and 2 overlap', offer({ start: 2, end: 2, text: 'a' }, { start: 2, end: 2, text: 'b' })],
    ['stays inside', { description: 'd', changes: [{ path: '../x', replacements: [{ start: 0, end: 1, text: '' }] }] }],
    ['stays inside', { description: 'd', changes: [{ path: '/x', replacements: [{ start: 0, end: 1, text: '' }] }] }],
    [
      'names a file twice',
      {
        description: 'd',
        changes: [
          { replacements: [{ start: 0, end: 1, text: '' }] },
          { path: 'a.txt', replacements: [{ start: 3, end: 4, text: '' }] },
        ],
      },
    ],
  ])('refuses a fix: %s', ([what, fix]) => {
    expect(() => check(fix)).toThrow(
      expect.objectContaining({ code: 'SR_CHECK_INVALID', message: expect.stringContaining(what) }),
    );
  });

  it('lets replacements stand side by side, also an insertion behind what goes', () => {
    expect(check(offer({ start: 0, end: 2, text: 'x' }, { start: 2, end: 4, text: 'y' }))).toHaveProperty('fix');
    expect(check(offer({ start: 0, end: 2, text: 'x' }, { start: 2, end: 2, text: 'y' }))).toHaveProperty('fix');
  });

  it('withholds what is larger than fixes may be, and takes what is just as large', () => {
    const many = (count: number): Replacement[] =>
      Array.from({ length: count }, (_, index) => ({ start: index, end: index + 1, text: '' }));
    const files = (count: number): FixOffer => ({
      description: 'd',
      changes: Array.from({ length: count }, (_, index) => ({ path: `f${index}`, replacements: many(1) })),
    });
    const wide = (fix: FixOffer): unknown => checkFix(fix, 'a.txt', undefined);
    expect(wide(offer({ start: 0, end: 0, text: 'x'.repeat(MAX_INSERTED) }))).toHaveProperty('fix');
    expect(wide(offer({ start: 0, end: 0, text: 'x'.repeat(MAX_INSERTED + 1) }))).toEqual({ fixWithheld: 'size' });
    expect(wide(offer(...many(MAX_REPLACEMENTS)))).toHaveProperty('fix');
    expect(wide(offer(...many(MAX_REPLACEMENTS + 1)))).toEqual({ fixWithheld: 'size' });
    expect(wide(files(MAX_FILES))).toHaveProperty('fix');
    expect(wide(files(MAX_FILES + 1))).toEqual({ fixWithheld: 'size' });
  });
});
