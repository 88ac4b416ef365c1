import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownGlob } from '../../../core/check/glob.js';
import { fillMessage, placeholders } from '../../../core/check/messages.js';
import { nearest, suggest } from '../../../core/check/nearest.js';
import { firstNonJson } from '../../../core/execute/json-check.js';
import { deserializeError, serializeError } from '../../../core/execute/protocol.js';

describe('the nearest name', () => {
  it('is one slip of the pen away, or there is none', () => {
    const names = ['max-file-size', 'links', 'credentials', 'x'];
    expect(nearest('max-fiel-size', names)).toBe('max-file-size');
    expect(nearest('LINKS', names)).toBe('links');
    expect(nearest('lnks', names)).toBe('links');
    expect(nearest('something else', names)).toBe(undefined);
    expect(nearest('', [])).toBe(undefined);
    expect(suggest('lniks', names)).toBe("did you mean 'links'?");
    expect(suggest('something else', names)).toBe('known are max-file-size, links, credentials, x');
    expect(suggest('something', [])).toBe('there is none');
    expect(
      suggest(
        'something else',
        Array.from({ length: 20 }, (_, n) => `name-${n}`),
      ),
    ).toMatch(/name-11 and 8 more$/);
  });

  it('agrees with the plain definition of the distance', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c', '-') });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (name, candidates) => {
        const limit = Math.max(2, Math.floor(name.length / 3));
        const distances = candidates.map((each) => distance(name, each));
        const best = Math.min(...distances);
        const found = nearest(name, candidates);
        expect(found).toBe(best <= limit ? candidates[distances.indexOf(best)] : undefined);
      }),
      { numRuns: 500 },
    );
  });
});

/** Optimal string alignment, by its recursive definition. */
function distance(a: string, b: string): number {
  const memo = new Map<string, number>();
  const d = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const known = memo.get(`${i} ${j}`);
    if (known !== undefined) return known;
    let least = Math.min(d(i - 1, j) + 1, d(i, j - 1) + 1, d(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, d(i - 2, j - 2) + 1);
    memo.set(`${i} ${j}`, least);
    return least;
  };
  return d(a.length, b.length);
}

describe('what is no JSON', () => {
  it('is named with its place', () => {
    class Special {}
    const circle: unknown[] = [];
    circle.push({ circle });
    const shared = { n: 1 };
    const cases: [unknown, string | undefined][] = [
      [{ a: [1, null, 'x', true], b: { c: {} } }, undefined],
      [{ left: undefined }, undefined],
      [Object.create(null), undefined],
      [[shared, shared], undefined],
      [() => 1, 'data (a function)'],
      [{ items: [0, 1, 2, () => 1] }, 'data.items[3] (a function)'],
      [[undefined], 'data[0] (a undefined)'],
      [{ n: Number.NaN }, 'data.n (NaN)'],
      [{ n: Number.POSITIVE_INFINITY }, 'data.n (Infinity)'],
      [{ n: 1n }, 'data.n (a bigint)'],
      [{ s: Symbol('s') }, 'data.s (a symbol)'],
      [new Map(), 'data (a Map)'],
      [{ d: new Date(0) }, 'data.d (a Date)'],
      [{ b: new Uint8Array(1) }, 'data.b (a Uint8Array)'],
      [new Special(), 'data (a Special)'],
      [circle, 'data[0].circle (a circle)'],
    ];
    for (const [value, place] of cases) expect(firstNonJson(value)).toBe(place);
  });

  it('is never what JSON gives', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(firstNonJson(JSON.parse(JSON.stringify(value)))).toBe(undefined);
      }),
    );
  });
});

describe('messages', () => {
  it('are filled with what is there, and name what is missing', () => {
    expect(fillMessage('{{a}} and {{ b.c }} and {{a}}', { a: 1, 'b.c': null })).toEqual({
      text: '1 and null and 1',
      missing: [],
    });
    expect(fillMessage('{{list}} {{flag}}', { list: [1, { x: 2 }], flag: false })).toEqual({
      text: '[1,{"x":2}] false',
      missing: [],
    });
    expect(fillMessage('{{gone}} {{toString}}', {})).toEqual({
      text: '{{gone}} {{toString}}',
      missing: ['gone', 'toString'],
    });
    // What is inserted is not looked at again, nor taken for a pattern.
    expect(fillMessage('{{a}}', { a: '{{b}} $& $1' })).toEqual({ text: '{{b}} $& $1', missing: [] });
    expect(placeholders('{{a}} {{ b }} {{}} { {c} }')).toEqual(['a', 'b']);
  });
});

describe('errors that travel', () => {
  it('keep their name, code, stack and cause, however they were thrown', () => {
    const thrown = Object.assign(
      new TypeError('outer', { cause: Object.assign(new Error('inner'), { code: 'ENOENT' }) }),
      { code: 'E_OUTER' },
    );
    const back = deserializeError(structuredClone(serializeError(thrown)));
    expect(back).toMatchObject({ name: 'TypeError', message: 'outer', code: 'E_OUTER', stack: thrown.stack });
    expect(back.cause).toMatchObject({ message: 'inner', code: 'ENOENT' });
  });

  it('may be anything at all', () => {
    const circle: { name: string; message: string; cause?: unknown } = { name: 'Odd', message: 'round' };
    circle.cause = circle;
    const noText = Object.create(null) as object;
    for (const odd of ['text', 1, null, undefined, { a: 1 }, 1n, Symbol('s'), noText, circle, () => 1]) {
      const serialized = serializeError(odd);
      expect(typeof serialized.message).toBe('string');
      expect(structuredClone(serialized)).toEqual(serialized);
    }
    expect(serializeError('only text')).toEqual({ name: 'Thrown', message: 'only text' });
  });
});

it('says a glob as people do', () => {
  expect(shownGlob('{pnpm-lock.yaml,yarn.lock,package-lock.json}')).toBe(
    'pnpm-lock.yaml, yarn.lock or package-lock.json',
  );
  expect(shownGlob('docs/*.{md,mdx}')).toBe('docs/*.md or docs/*.mdx');
  expect(shownGlob('**/*.ts')).toBe('**/*.ts');
  expect(shownGlob('{a,{b,c}}')).toBe('{a,{b,c}}');
});
