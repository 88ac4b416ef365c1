import { describe, expect, it } from 'vitest';
import { clip, visible, visibleLines } from '../../reporters/visible.js';

describe('visible', () => {
  it.each([
    ['\u001b[31m', '\\x1b[31m'],
    ['\u009b1m', '\\x9b1m'],
    ['a\u0000b\u007f', 'a\\x00b\\x7f'],
    ['a\r\n\tb', 'a\\r\\n\\tb'],
    ['\u202efdp.exe\u2066\u2069\u200f\u061c', '\\u202efdp.exe\\u2066\\u2069\\u200f\\u061c'],
    ['a\u200bb\ufeff\u00ad', 'a\\u200bb\\ufeff\\xad'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['half \ud800', 'half \\ud800'],
    ['\u3164', '\\u3164'],
  ])('writes %j as %s', (text, expected) => expect(visible(text)).toBe(expected));

  it.each(['日本語', 'שלום', 'مرحبا', 'à la carte', '👩‍👩‍👧', 'می‌خواهم', 'e\u0301', 'plain {{x}} <b>'])(
    'leaves %s as it is',
    (text) => expect(visible(text)).toBe(text),
  );

  it('keeps the lines of a text of several', () => expect(visibleLines('a\r\n\tb\u001b')).toBe('a\n  b\\x1b'));
});

describe('clip', () => {
  it('leaves a short text as it is', () => expect(clip('x'.repeat(40), 40)).toHaveLength(40));
  it('keeps both ends and says how much is missing', () => {
    expect(clip(`a${'x'.repeat(1_098)}z`, 100)).toMatch(/^ax+ … 1,000 characters left out … x+z$/);
  });
  it('does not leave half a character', () => {
    for (let limit = 40; limit < 60; limit += 1) expect(clip('😀'.repeat(100), limit)).not.toMatch(/\p{Cs}/u);
  });
});
