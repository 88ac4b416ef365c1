import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import credentials from '../../../plugins/secrets/checks/credentials.js';
import privateKeys from '../../../plugins/secrets/checks/private-keys.js';
import { findKeys } from '../../../plugins/secrets/key.js';
import { visit } from './harness.js';
import { ed25519Key, pkcs8Key, relabel, rsaKey } from './keys.js';
import { noise } from './samples.js';
import { SHAPES } from './shapes.js';

describe('beside credentials', () => {
  const presetRules = rules
    .filter(({ meta }) => /privatekey$|gcp$/.test(meta.id))
    .map((rule) => ({ id: rule.meta.id, rule }));
  const byPreset = async (content: string) =>
    (
      await lintSource({
        source: { filePath: 'a.json', content, contentType: 'text', ext: '.json' },
        options: { config: { rules: presetRules as never }, noPhysicFilePath: true },
      })
    ).messages;

  it.each([...Object.entries(SHAPES), ['of Google', JSON.stringify({ private_key_id: 'a', private_key: pkcs8Key })]])(
    'one of the two reports a key, %s',
    async (_, text) => {
      expect((await visit(credentials, 'a.json', text)).reports).toEqual([]);
      expect((await visit(privateKeys, 'a.json', text)).reports).toHaveLength(1);
    },
  );

  it("finds whatever the preset's own rule finds", async () => {
    const label = fc.constantFrom('', 'RSA ', 'DSA ', 'EC ', 'OPENSSH ', 'PGP ');
    const body = fc
      .tuple(
        fc.constantFrom('MI', 'b3BlbnNzaC1rZXktdjE', 'MH', 'xx'),
        fc.integer({ min: 60, max: 400 }),
        fc.integer({ min: 1, max: 1_000 }),
      )
      .map(([magic, length, seed]) => magic + noise(length, seed));
    const separator = fc.constantFrom('\n', '\r\n', '\\n', ' ', '\n  ', '');
    let reported = 0;
    await fc.assert(
      fc.asyncProperty(
        label,
        body,
        separator,
        fc.integer({ min: 20, max: 80 }),
        fc.constantFrom('', '=', '=='),
        async (name, base64, between, width, padding) => {
          const text = [
            `-----BEGIN ${name}PRIVATE KEY-----`,
            ...(`${base64}${padding}`.match(new RegExp(`.{1,${width}}`, 'g')) ?? []),
            `-----END ${name}PRIVATE KEY-----`,
          ].join(between);
          const preset = await byPreset(text);
          reported += preset.length;
          if (preset.length > 0) expect(findKeys(text)).toHaveLength(1);
        },
      ),
      { numRuns: 500 },
    );
    expect(reported).toBeGreaterThan(100);
  });

  it('finds keys that the preset misses', async () => {
    expect(await byPreset(ed25519Key)).toEqual([]);
    expect(await byPreset(SHAPES['put together with +'] ?? '')).toEqual([]);
    expect(await byPreset(relabel(rsaKey, 'ANY '))).toEqual([]);
    expect(findKeys(relabel(rsaKey, 'ANY '))).toHaveLength(1);
  });
});
