import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repositoryUrl, split, withoutSecrets } from '../../../plugins/sbom/addresses.js';
import { hashesOf, isHash } from '../../../plugins/sbom/integrity.js';

const ALGORITHMS = [
  ['sha1', 'SHA-1', 20],
  ['sha256', 'SHA-256', 32],
  ['sha384', 'SHA-384', 48],
  ['sha512', 'SHA-512', 64],
] as const;

it('turns integrity into hex and back', () => {
  const part = fc
    .constantFrom(...ALGORITHMS)
    .chain(([sri, name, bytes]) =>
      fc
        .uint8Array({ minLength: bytes, maxLength: bytes })
        .map((digest) => ({ sri, name, digest: Buffer.from(digest) })),
    );
  fc.assert(
    fc.property(fc.uniqueArray(part, { selector: ({ name }) => name }), (parts) => {
      const text = parts.map(({ sri, digest }) => `${sri}-${digest.toString('base64')}`).join(' ');
      expect(hashesOf(text)).toEqual(parts.map(({ name, digest }) => [name, digest.toString('hex')]));
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => hashesOf(text).every(([, hex]) => /^[0-9a-f]{40,128}$/.test(hex))));
});

it('takes no hash for one that is none', () => {
  // Yarn's checksum of its own archive, a digest that is cut off, an algorithm that nobody knows.
  for (const text of ['10c0/cedbe45298dd5', 'sha512-AAAA', 'md5-1B2M2Y8AsgTpgAmY7PhCfg==', 'constructor-AAAA', ''])
    expect(isHash(text)).toBe(false);
  expect(isHash(undefined)).toBe(false);
});

it('shows no secret of an address', () => {
  expect(withoutSecrets('https://me:hunter2@x.example/a.tgz?t=1#abc')).toBe('https://x.example/a.tgz');
  expect(withoutSecrets('https://token@x.example/a')).toBe('https://x.example/a');
  expect(withoutSecrets('git+ssh://git@github.com/a/b.git#abc')).toBe('git+ssh://git@github.com/a/b.git#abc');
  expect(withoutSecrets('no address')).toBeUndefined();
});

it.each([
  ['a/b', 'https://github.com/a/b'],
  ['gitlab:a/b', 'https://gitlab.com/a/b'],
  ['git@github.com:a/b.git', 'git+ssh://git@github.com/a/b.git'],
  ['git+https://github.com/a/b.git', 'git+https://github.com/a/b.git'],
  ['nonsense', undefined],
])('knows the address of %s', (text, url) => {
  expect(repositoryUrl(text)).toBe(url);
});

it.each([
  ['@a/b', { group: '@a', base: 'b' }],
  ['b', { group: undefined, base: 'b' }],
  ['@a', { group: undefined, base: '@a' }],
])('splits %s', (name, parts) => {
  expect(split(name)).toEqual(parts);
});
