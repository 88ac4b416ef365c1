import { applyPatch, diffArrays } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../core/fix/line-diff.js';
import { patchOf } from '../../../core/fix/patch.js';
import { folder, git, write } from '../../support/folders.js';

describe('patchOf', () => {
  it('gives what git would give', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
    const after = lines.with(5, 'other').toSpliced(11, 1);
    expect(patchOf({ path: 'a b.txt', before: lines.join('\n'), after: `${after.join('\n')}\n` })).toBe(
      [
        'diff --git a/a b.txt b/a b.txt',
        '--- a/a b.txt\t',
        '+++ b/a b.txt\t',
        '@@ -3,10 +3,9 @@',
        ' line 3',
        ' line 4',
        ' line 5',
        '-line 6',
        '+other',
        ' line 7',
        ' line 8',
        ' line 9',
        ' line 10',
        ' line 11',
        '-line 12',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    );
  });

  it('is a patch that applies, for any texts', () => {
    const line = fc.constantFrom(
      'a',
      'b',
      '',
      'ä€😀',
      '+x',
      '-y',
      '@@ -1 +1 @@',
      '\\ No newline at end of file',
      'c\r',
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
      .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after);
        const patch = patchOf({ path: 'a', before, after });
        // Its own reader takes no headers of git's.
        expect(applyPatch(before, patch.replace(/^diff --git.*\n/, ''), { autoConvertLineEndings: false })).toBe(after);
      }),
    );
  });

  it('is taken by git, whatever the file is called', () => {
    for (const path of [
      'plain.txt',
      'with space.txt',
      'tab\there.txt',
      'quote".txt',
      'esc\u001b[31m.txt',
      'ünïcode😀.txt',
      'bidi\u202e.txt',
    ]) {
      const root = folder();
      write(root, { [path]: 'one\r\ntwo\n' });
      git(root, 'init', '--quiet');
      const patch = patchOf({ path, before: 'one\r\ntwo\n', after: 'one\r\n2\nthree' });
      expect(patch.includes('\u001b') || patch.includes('\u202e')).toBe(false);
      write(root, { 'the.patch': patch });
      git(root, 'apply', '--whitespace=nowarn', 'the.patch');
      expect(git(root, 'hash-object', '--', path)).toBe(hashOf('one\r\n2\nthree', root));
    }
  });

  it('is as short as that of a library that is known for it', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const count = diffLines(before, after).filter(({ sign }) => sign !== ' ').length;
        const known = diffArrays([...before], [...after]).filter(({ added, removed }) => added || removed);
        expect(count).toBe(known.reduce((sum, { count: each }) => sum + each, 0));
      }),
    );
  });

  it('is whole, if not short, where nearly everything differs, and does not take minutes', () => {
    const many = (prefix: string): string[] => Array.from({ length: 30_000 }, (_, index) => `${prefix}${index}`);
    const [before, after] = [['same', ...many('a'), 'end'].join('\n'), ['same', ...many('b'), 'end'].join('\n')];
    const patch = patchOf({ path: 'a', before, after });
    expect(patch.split('\n').slice(3, 6)).toEqual(['@@ -1,30002 +1,30002 @@', ' same', '-a0']);
    expect(applyPatch(before, patch.replace(/^diff --git.*\n/, ''))).toBe(after);
  });
});

function hashOf(text: string, root: string): string {
  write(root, { 'expected.bin': text });
  return git(root, 'hash-object', 'expected.bin');
}
