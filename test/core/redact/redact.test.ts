import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../core/model/json.js';
import { MASK, Redactor } from '../../../core/redact.js';

const masking = (...values: string[]): Redactor => {
  const redactor = new Redactor();
  for (const value of values) redactor.add(value);
  return redactor;
};

/** Texts that are no part of the mask, nor of the JSON around. */
const secrets = fc
  .oneof(
    fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }),
    fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }),
    fc.string({ minLength: 8, maxLength: 24, unit: fc.constantFrom('"', '\\', '/', '%', '\n', 'a', '$', '&', '.') }),
  )
  .filter((text) => text.trim().length >= 6 && !MASK.includes(text.trim()) && Buffer.from(text).toString() === text);

/** A text in the forms in which it may turn up. */
const forms = (secret: string): string[] => [
  secret,
  secret.trim(),
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
];

describe('a value that a check wants masked', () => {
  it('is nowhere in what leaves, whatever it is and in whatever form it stands there', () => {
    fc.assert(
      fc.property(
        fc.array(secrets, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string({ maxLength: 12 }), { minLength: 2, maxLength: 6 }),
        fc.nat(100),
        (values, around, seed) => {
          const redactor = masking(...values);
          const parts = values.flatMap(forms);
          const text = around
            .map((piece, index) => piece + (parts[(seed + index) % parts.length] ?? ''))
            .join('\u0000');
          const value: JsonValue = { [text]: [text, { nested: text, number: 1 }], plain: true };
          const left = JSON.stringify([
            redactor.json(value),
            redactor.text(text),
            redactor.text(JSON.stringify(value)),
          ]);
          const decoded = JSON.parse(left) as unknown;
          for (const secret of values) {
            const shown = secret.trim();
            expect(everyText(decoded).filter((each) => each.includes(shown))).toEqual([]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is masked in JSON within JSON, in a URL, and line by line', () => {
    const password = 'pa"ss\\wörd/1';
    const redactor = masking(password);
    const log = `x ${JSON.stringify(password)} y ${encodeURIComponent(password)} z`;
    expect(redactor.text(log)).toBe(`x "${MASK}" y ${MASK} z`);
    const key = ['first line of a key file', 'second line of a key file', 'end'].join('\n');
    const lines = masking(key);
    expect(lines.text('12: second line of a key file')).toBe(`12: ${MASK}`);
    expect(lines.text(key)).toBe(MASK);
    expect(lines.text(key.replaceAll('\n', '\r\n'))).not.toContain('line of a key');
    // A line that is short is an ordinary word.
    expect(lines.text('the end')).toBe('the end');
  });

  it('that contains another is masked whole', () => {
    expect(masking('abcdef', 'abcdefghij').text('>abcdefghij<')).toBe(`>${MASK}<`);
    expect(masking('abcdefghij', 'abcdef').text('>abcdefghij<')).toBe(`>${MASK}<`);
  });

  it('may be full of signs that mean something to a pattern', () => {
    const odd = '$&.*+?^${}()|[]\\/-$1';
    expect(masking(odd).text(`a${odd}b`)).toBe(`a${MASK}b`);
  });

  it('may be very long, or one of very many', () => {
    const long = Array.from({ length: 9_000 }, (_, index) => `part${index}`).join(' ');
    expect(masking(long).text(`>${long}<`)).not.toMatch(/part\d/);
    const many = Array.from({ length: 3_000 }, (_, index) => `value-number-${index}!`);
    expect(masking(...many).text(many.join(' '))).toBe(many.map(() => MASK).join(' '));
  });

  it('holds from then on, also after others', () => {
    const redactor = masking('first-secret');
    expect(redactor.text('first-secret second-secret')).toBe(`${MASK} second-secret`);
    redactor.add('second-secret');
    expect(redactor.text('first-secret second-secret')).toBe(`${MASK} ${MASK}`);
  });
});

function everyText(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...everyText(item)]);
}

/** Each part of a credential in some of its forms, one of which may be nothing. */
const CREDENTIALS: readonly (readonly (readonly string[])[])[] = [
  [
    ['ghp_', 'ghu_', 'github_pat_', 'npm_'],
    ['A1b2C3d4'.repeat(4), 'A1b2C3d4'.repeat(5), 'a1B2'.repeat(9)],
  ],
  [
    ['glpat-', 'AIza', 'eyJ', 'sk-', 'sk-ant-', 'xoxb-'],
    ['A1b2C3d4'.repeat(4), 'a1B2_'.repeat(7)],
    ['', '.eyJ', '.'],
  ],
  [
    ['AKIA', 'asia', 'ASIA'],
    ['ABCDEFGH12345678', 'abcdefgh12345678'],
  ],
  [['eyJ'], ['abcdefghij'], ['.'], ['eyJ'], ['abcdefghij'], ['.'], ['abcdefghij']],
  [['-----BEGIN '], ['', 'RSA ', 'PGP '], ['PRIVATE KEY', 'private key'], ['-----', ' BLOCK-----']],
  [
    ['https', 'a+b.c-', 'X1'],
    ['://'],
    ['', 'user', 'ü\\', 'u'.repeat(200)],
    [':', ''],
    ['pass', ':', '\\', ''],
    ['@', ''],
  ],
  [
    ['authorization', 'Authorization'],
    ['', '"', "'"],
    ['', ' ', '\n'],
    [':', '='],
    ['', ' "'],
    ['bearer ', 'BASIC\t'],
    ['value'],
  ],
  [
    ['', ' ', '\n', '\u00a0', 'x'],
    ['-', '--'],
    ['password', 'API-KEY', 'apikey', 'auth-token', 'token'],
    ['=', '  '],
    ['value'],
  ],
  [['//host/:', ''], ['_authToken'], ['', '\t'], ['='], ['', ' '], ['value', '$x']],
];

/** What surrounds them. */
const AROUND = [
  '',
  ' ',
  '\n',
  '"',
  "'",
  '/',
  ':',
  '@',
  '.',
  '-',
  '_',
  '\\',
  '\0',
  '\u2028',
  '\ufeff',
  'ſ',
  'K',
  '\ud800',
];

describe('what looks like a credential', () => {
  const token = 'A1b2C3d4'.repeat(8);
  const shown = (text: string) => new Redactor().text(text);

  it('is masked though nobody named it', () => {
    const texts = [
      `ghp_${token.slice(0, 36)}`,
      `github_pat_${token.slice(0, 40)}`,
      `glpat-${token.slice(0, 20)}`,
      `npm_${token.slice(0, 36)}`,
      `AKIA${'ABCDEFGH12345678'}`,
      `xoxb-${token.slice(0, 24)}`,
      `sk-ant-${token.slice(0, 40)}`,
      `AIza${token.slice(0, 35)}`,
      `eyJ${token.slice(0, 20)}.eyJ${token.slice(0, 20)}.${token.slice(0, 20)}`,
    ];
    for (const text of texts) expect(shown(`before ${text} after`)).toBe(`before ${MASK} after`);
    const pem = `-----BEGIN RSA PRIVATE KEY-----\n${token}\n${token}\n-----END RSA PRIVATE KEY-----`;
    expect(shown(`a ${pem} b`)).toBe(`a ${MASK} b`);
  });

  it('behind a name loses its value and keeps its name', () => {
    expect(shown('https://user:hunter2@example.com/x')).toBe(`https://user:${MASK}@example.com/x`);
    expect(shown('postgres://:hunter2@db')).not.toContain('hunter2');
    expect(shown('Authorization: Bearer abc.def-ghi')).toBe(`Authorization: Bearer ${MASK}`);
    expect(shown('{"authorization": "Basic dXNlcjpwYXNz"}')).toBe(`{"authorization": "Basic ${MASK}"}`);
    expect(shown('run --token=s3cr3tvalue --name x')).toBe(`run --token=${MASK} --name x`);
    expect(shown('run --password s3cr3tvalue')).toBe(`run --password ${MASK}`);
    expect(shown('//registry/:_authToken=s3cr3tvalue')).toBe(`//registry/:_authToken=${MASK}`);
  });

  it('is found in any text, whatever else is in it: the look that spares most texts misses none', () => {
    const credential = fc
      .constantFrom(...CREDENTIALS)
      .chain((parts) => fc.tuple(...parts.map((forms) => fc.constantFrom(...forms))))
      .map((parts) => parts.join(''));
    const around = fc.oneof(fc.constantFrom(...AROUND), fc.string({ maxLength: 4, unit: 'binary' }));
    const piece = fc.oneof(credential, around);
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
        const text = pieces.join('');
        // An end that has every pattern tried, and is too short to be a credential.
        for (const tried of [' eyJ', ' sk-']) expect(shown(text) + tried).toBe(shown(text + tried));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is not seen in ordinary text', () => {
    for (const text of [
      'see https://example.com:8080/a@b and user@example.com',
      'a task-list of sk-ills, eyJust, AKIArt and npm_config',
      'the --token-file option, and tokens of a language',
      'git@github.com:owner/name.git',
    ])
      expect(shown(text)).toBe(text);
  });
});

describe('JSON', () => {
  it('without a secret is the very value; with one everything else stays', () => {
    const redactor = masking('hidden-value');
    const clean = { a: [1, null, { b: 'c' }], d: true };
    expect(redactor.json(clean)).toBe(clean);
    const value = { keep: clean, list: ['x', 'has hidden-value'], number: 4 };
    expect(redactor.json(value)).toEqual({ keep: clean, list: ['x', `has ${MASK}`], number: 4 });
    expect(redactor.json(value).keep).toBe(clean);
  });

  it('keeps keys that mean something to JavaScript', () => {
    const redactor = masking('hidden-value');
    const text = '{"__proto__": {"polluted": "hidden-value"}, "constructor": "x", "hidden-value": 1}';
    const masked = redactor.json(JSON.parse(text) as JsonValue);
    expect(JSON.stringify(masked)).toBe(`{"__proto__":{"polluted":"${MASK}"},"constructor":"x","${MASK}":1}`);
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
  });
});

describe("the user's own patterns", () => {
  it('are tried on every text', () => {
    const redactor = new Redactor(['ACME-\\d+', 'intern\\.[a-z]+']);
    expect(redactor.text('see ACME-123 and ACME-9 at intern.example')).toBe(`see ${MASK} and ${MASK} at ${MASK}`);
  });

  it('that are no patterns are refused', () => {
    expect(() => new Redactor(['('])).toThrow(SyntaxError);
  });
});
