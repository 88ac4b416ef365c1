import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOfUrl } from '../../../core/check/file-url.js';

/** What a function gives, or that it throws. */
const outcomeOf = (give: () => string): string => {
  try {
    return give();
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
};

describe('the path of a URL', () => {
  it("is Node's for every path", () => {
    const segment = fc.string({ unit: fc.constantFrom(...'aZ0-_.% #?\\\n\té🙂~+&'.split('')), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const { href } = pathToFileURL(`/${segments.join('/').replaceAll('\0', '')}`);
        expect(pathOfUrl(href)).toBe(fileURLToPath(href));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is Node's for every text that may be taken for a URL", () => {
    const part = fc.constantFrom(
      'file:',
      '//',
      '/',
      'a',
      '.',
      '..',
      '%20',
      '%2F',
      '?x',
      '#y',
      '\\',
      ' ',
      '\t',
      'host',
      'http:',
      '%',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, isFile) => {
        const text = `${isFile ? 'file:///' : ''}${parts.join('')}`;
        expect(outcomeOf(() => pathOfUrl(text))).toBe(outcomeOf(() => fileURLToPath(text)));
      }),
      { numRuns: 5_000 },
    );
  });
});
