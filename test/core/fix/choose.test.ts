import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encodeAs } from '../../../core/files/text.js';
import { chooseFixes, type FileProblem, type Opened } from '../../../core/fix/choose.js';
import type { Finding } from '../../../core/model/finding.js';
import { applyReplacements, type Fix, type Replacement } from '../../../core/model/fix.js';

/** Texts with everything that counts in another way somewhere: line breaks, signs of two units, signs of three bytes. */
const text = fc
  .array(fc.constantFrom('a', 'b', ' ', '\n', '\r\n', '\r', '\t', 'ä', '€', '😀', '\ufeff', '\u2028'), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));

/** Replacements that do not overlap, in order, at whole characters. */
const edits = (source: string): fc.Arbitrary<Replacement[]> => {
  const places = [0];
  for (const sign of source) places.push((places.at(-1) ?? 0) + sign.length);
  return fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(...places), { maxLength: 10 }),
      fc.array(text, { minLength: 5, maxLength: 5 }),
    )
    .map(([cuts, texts]) => {
      const sorted = [...cuts].sort((a, b) => a - b);
      const pairs = Array.from({ length: sorted.length >> 1 }, (_, index) => index);
      return pairs.map((index) => ({
        start: sorted[2 * index] as number,
        end: sorted[2 * index + 1] as number,
        text: texts[index] ?? '',
      }));
    });
};

const textWithEdits = text.chain((source) => edits(source).map((replacements) => ({ source, replacements })));

/** From the end, so that no range moves: the simplest thing that could be right. */
const naive = (source: string, replacements: readonly Replacement[]): string =>
  [...replacements]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, text: inserted }) => now.slice(0, start) + inserted + now.slice(end), source);

const finding = (line: number, fix: Partial<Fix> | undefined, path = 'a.txt'): Finding => ({
  checkId: 'test/check',
  messageId: 'm',
  message: `line ${line}`,
  data: {},
  severity: 'warning',
  location: { path, startLine: line },
  fingerprint: `${line}:1`,
  ...(fix === undefined ? {} : { fix: { description: 'd', changes: [], ...fix } }),
});
const at = (start: number, end: number, inserted: string, path = 'a.txt'): Fix['changes'] => [
  { path, replacements: [{ start, end, text: inserted }] },
];
const opening =
  (files: Readonly<Record<string, string>>) =>
  (path: string): Opened<string> | FileProblem => {
    const content = files[path];
    return content === undefined ? { why: 'not-listed', message: 'is not there' } : { text: content, file: path };
  };

describe('applyReplacements', () => {
  it('gives the same in any order of the replacements, and what the naive way gives', () => {
    fc.assert(
      fc.property(textWithEdits, fc.infiniteStream(fc.nat()), ({ source, replacements }, random) => {
        const shuffled = [...replacements].sort(() => ((random.next().value as number) % 3) - 1);
        const after = applyReplacements(source, shuffled);
        expect(after).toBe(applyReplacements(source, replacements));
        expect(after).toBe(naive(source, replacements));
      }),
    );
  });

  it('comes out right in every encoding: what is not replaced keeps its bytes, the byte order mark too', () => {
    const marks: Record<string, (source: string) => Buffer> = {
      'UTF-8': (source) => Buffer.from(source),
      'UTF-8 with a mark': (source) => Buffer.from(`\ufeff${source}`),
      'UTF-16LE': (source) => Buffer.from(`\ufeff${source}`, 'utf16le'),
      'UTF-16BE': (source) => Buffer.from(`\ufeff${source}`, 'utf16le').swap16(),
    };
    for (const [name, encode] of Object.entries(marks))
      fc.assert(
        // Without a mark, one at the beginning would be one.
        fc.property(
          textWithEdits.filter(({ source }) => !source.startsWith('\ufeff')),
          ({ source, replacements }) => {
            const bytes = encode(source);
            expect(decode(bytes), name).toBe(source);
            expect(encodeAs(bytes, decode(bytes) ?? '').equals(bytes), name).toBe(true);
            const after = naive(source, replacements);
            expect(encodeAs(bytes, applyReplacements(decode(bytes) ?? '', replacements)), name).toEqual(encode(after));
          },
        ),
      );
  });
});

describe('chooseFixes', () => {
  it('makes what does not touch in one round, whatever the order of the findings', () => {
    fc.assert(
      fc.property(textWithEdits, fc.boolean(), ({ source, replacements }, reversed) => {
        // Neighbours that touch are left for the next round.
        const apart = replacements.filter((each, index) => index % 2 === 0 && each.start >= 0);
        const findings = apart.map((each, index) =>
          finding(index + 1, { changes: [{ path: 'a.txt', replacements: [each] }] }),
        );
        const round = chooseFixes(reversed ? findings.toReversed() : findings, {
          unsafe: false,
          open: opening({ 'a.txt': source }),
        });
        expect(round.left).toEqual([]);
        expect(round.edits.map(({ after }) => after)).toEqual(apart.length === 0 ? [] : [naive(source, apart)]);
      }),
    );
  });

  it('lets the first of two at the same place win, whatever their order, and leaves the other for later', () => {
    const findings = [
      finding(2, { changes: at(2, 4, 'Y') }),
      finding(1, { changes: at(0, 2, 'X') }),
      finding(3, { changes: at(5, 6, 'Z') }),
    ];
    for (const order of [findings, findings.toReversed()]) {
      const { edits: made, fixed, left } = chooseFixes(order, { unsafe: false, open: opening({ 'a.txt': 'abcdef' }) });
      expect(made.map(({ after }) => after)).toEqual(['XcdeZ']);
      expect(fixed.map(({ message }) => message)).toEqual(['line 1', 'line 3']);
      expect(left.map(({ finding: { message }, why }) => [message, why])).toEqual([['line 2', 'overlap']]);
    }
  });

  it('makes a fix of several files as a whole or not at all', () => {
    const both = [...at(0, 1, 'A'), ...at(0, 1, 'B', 'b.txt')];
    const gone = [...at(2, 3, 'A'), ...at(0, 1, 'C', 'c.txt')];
    const files = { 'a.txt': 'abc', 'b.txt': 'abc' };
    const { edits: made, left } = chooseFixes([finding(1, { changes: both }), finding(2, { changes: gone })], {
      unsafe: false,
      open: opening(files),
    });
    expect(made.map(({ path, after }) => [path, after])).toEqual([
      ['a.txt', 'Abc'],
      ['b.txt', 'Bbc'],
    ]);
    expect(left).toMatchObject([{ why: 'not-listed', message: 'c.txt is not there' }]);
  });

  it('takes what is marked unsafe only when asked', () => {
    const findings = [finding(1, { unsafe: true, changes: at(0, 1, 'A') })];
    const open = opening({ 'a.txt': 'abc' });
    expect(chooseFixes(findings, { unsafe: false, open })).toMatchObject({ edits: [], left: [{ why: 'unsafe' }] });
    expect(chooseFixes(findings, { unsafe: true, open }).edits.map(({ after }) => after)).toEqual(['Abc']);
  });

  it('refuses what lies outside of the text, and what would cut a character in two, and makes the others', () => {
    const findings = [
      finding(1, { changes: at(0, 99, '') }),
      finding(2, { changes: at(1, 2, '') }),
      finding(3, { changes: at(3, 4, 'Z') }),
    ];
    const { edits: made, left } = chooseFixes(findings, { unsafe: false, open: opening({ 'a.txt': 'a😀b' }) });
    expect(made).toEqual([]);
    expect(left.map(({ finding: { message }, why }) => [message, why]).sort()).toEqual([
      ['line 1', 'changed'],
      ['line 2', 'malformed'],
      ['line 3', 'malformed'],
    ]);
  });

  it('tells of fixes that were withheld', () => {
    const withheld = { ...finding(1, undefined), fixWithheld: 'secret' as const };
    expect(chooseFixes([withheld], { unsafe: true, open: opening({}) }).left).toMatchObject([{ why: 'secret' }]);
  });
});
