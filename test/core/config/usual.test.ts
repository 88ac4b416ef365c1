import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUsual } from '../../../core/config/usual.js';
import { loadConfigValidator } from '../../../core/config/validator.js';
import { SEVERITIES } from '../../../core/model/severity.js';
import { TIERS } from '../../../core/model/tier.js';

const text = fc.oneof(fc.constantFrom('', ' ', '\n', 'repo', './a', '**', 'terminal', 'off', 'error'), fc.string());
const odd = fc.oneof(
  text,
  fc.constantFrom(null, undefined, true, 0, [], {}, [null], [[]], { a: 'off' }),
  fc.jsonValue(),
);
/** Mostly what is right. */
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: right, weight: 9 }, { arbitrary: odd, weight: 1 });
const word = mostly(fc.constantFrom('repo', './a', '**', 'terminal'));
const config = fc.record(
  {
    plugins: mostly(fc.array(mostly(fc.constantFrom('repo', { name: 'x' })))),
    checks: mostly(fc.dictionary(fc.string(), mostly(fc.constantFrom(...SEVERITIES, 'off')))),
    tier: mostly(fc.constantFrom(...TIERS)),
    exclude: mostly(fc.array(word)),
    reporters: mostly(fc.array(word)),
  },
  { requiredKeys: [] },
);

it('is only what the schema allows too', async () => {
  const validate = await loadConfigValidator();
  let usual = 0;
  fc.assert(
    fc.property(config, (value) => {
      if (!isUsual(value)) return;
      usual += 1;
      expect([validate(value), validate.errors]).toEqual([true, null]);
    }),
    { numRuns: 3_000 },
  );
  // Or the test would say nothing.
  expect(usual).toBeGreaterThan(100);
});

it('is what most configurations are', () => {
  expect(isUsual({})).toBe(true);
  expect(
    isUsual({
      plugins: ['repo', { name: 'own' }],
      checks: { 'repo/max-file-size': 'off', 'own/x': 'error' },
      tier: 'quick',
      exclude: ['fixtures/**'],
      reporters: ['terminal'],
    }),
  ).toBe(true);
});

it.each([
  ['a key that it does not know', { gate: { failOn: 'error' } }],
  ['a key of the prototype', { constructor: 1 }],
  ['a blank', { exclude: [' '] }],
  ['a list with a gap', { reporters: Array(1) }],
  ['a level that is none', { checks: { 'a/b': 'of' } }],
  ['settings of a check', { checks: { 'a/b': { severity: 'error' } } }],
])('is not %s', (_, value) => {
  expect(isUsual(value)).toBe(false);
});
