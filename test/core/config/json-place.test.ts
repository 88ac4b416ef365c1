import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPlace } from '../../../core/config/json-place.js';

describe('the place of a mistake in JSON', () => {
  it.each([
    ['{\n  "plugins": ["repo",],\n  "tier": "quick"\n}\n', 2, 22],
    ['{"plugins":["repo"]', 1, 20],
    ['{"plugins":["repo"], x}', 1, 22],
    ['{"a": tru}', 1, 10],
    ['{"a":1}\n\n}', 3, 1],
    ['', 1, 1],
  ])('of %j is line %d, column %d', (text, line, column) => {
    expect(jsonPlace(text)).toEqual({ line, column });
  });

  it('is nowhere in what is valid', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(jsonPlace(text)).toBeUndefined();
      }),
    );
  });

  it('is never before the mistake, and in its line where that is all', () => {
    const lines = fc.array(fc.constantFrom('"a": 1', '"bb": [true]', '"c": {}', '"d": "e"'), { minLength: 1 });
    fc.assert(
      fc.property(lines, fc.nat(), (all, at) => {
        const wrong = at % all.length;
        const text = `{\n${all.map((line, index) => (index === wrong ? '"x": @' : line)).join(',\n')}\n}`;
        const place = jsonPlace(text);
        if (place !== undefined) expect(place.line).toBe(wrong + 2);
      }),
    );
  });
});
