import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GATES,
  installedPresetVersion,
  OTHER_RULES,
  PRESET_VERSION,
  RULE_NAMES,
  RULE_PREFIX,
  selectRules,
} from '../../../plugins/secrets/rules.js';
import { noise, SAMPLES, textOf } from './samples.js';

const everyRule = rules.map((rule) => ({ id: rule.meta.id, rule, options: { enableIDScanRule: true } }));

/** The names of the rules that report something when all of them run, without any gate. */
async function withoutGates(text: string, path: string): Promise<string[]> {
  const { messages } = await lintSource({
    source: { filePath: path, content: text, contentType: 'text', ext: '' },
    options: { config: { rules: everyRule as never }, noPhysicFilePath: true },
  });
  return [...new Set(messages.map(({ ruleId }) => ruleId.slice(RULE_PREFIX.length)))].filter((name) =>
    (RULE_NAMES as readonly string[]).includes(name),
  );
}

describe('what the gates know of the preset', () => {
  it('is the version that is installed', () => {
    // Derive the gates anew from the rules' patterns, then raise PRESET_VERSION. Until then every rule runs on every file.
    expect(installedPresetVersion()).toBe(PRESET_VERSION);
  });

  it('is every rule of it, and no other', () => {
    expect([...RULE_NAMES, ...OTHER_RULES].map((name) => `${RULE_PREFIX}${name}`).sort()).toEqual(
      rules.map(({ meta }) => meta.id).sort(),
    );
    expect(Object.keys(GATES).sort()).toEqual([...RULE_NAMES].sort());
  });
});

describe('the gates lose nothing', () => {
  it('has samples for every rule', () => {
    expect([...new Set(SAMPLES.map(({ rule }) => rule))].sort()).toEqual([...RULE_NAMES].sort());
  });

  it.each(
    SAMPLES.map((sample) => [`${sample.rule}: ${sample.before ?? ''}${sample.secret.slice(0, 4)}`, sample] as const),
  )('%s', async (_, sample) => {
    const found = await withoutGates(textOf(sample), sample.path ?? 'a.txt');
    expect(found).toContain(sample.rule);
    expect(selectRules(textOf(sample), [], true).rules).toEqual(expect.arrayContaining(found));
  });

  it('also not of ids of AWS', async () => {
    for (const text of [
      `id ${'AKIA'}${noise(16, 1, 'ABCDEFGHIJ0123456789')}.`,
      `aws_account_id="${noise(12, 1, '0123456789')}"`,
      `Account => 1234-5678-9012\nx`,
    ]) {
      expect(await withoutGates(text, 'a.txt')).toEqual(['aws']);
      expect(selectRules(text, [], true).rules).toEqual(['aws']);
      expect(selectRules(text, [], false).rules).toEqual([]);
    }
  });

  it('whatever happens to a sample: characters changed, taken out, put in, two of them run together', async () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const edit = fc.record({
      at: place,
      remove: fc.nat(3),
      insert: fc.constantFrom('', '-', '_', ' ', '=', ':', '/', '@', '"', 'A', '\n', 'é', '\u{1F600}'),
    });
    const sample = fc.constantFrom(...SAMPLES);
    let reported = 0;
    await fc.assert(
      fc.asyncProperty(sample, sample, fc.array(edit, { maxLength: 3 }), async (first, second, edits) => {
        const text = edits.reduce(
          (current, { at, remove, insert }) => {
            const index = Math.floor(at * current.length);
            return current.slice(0, index) + insert + current.slice(index + remove);
          },
          `${textOf(first)} ${textOf(second)}`,
        );
        const found = await withoutGates(text, first.path ?? 'a.txt');
        reported += found.length;
        expect(selectRules(text, [], true).rules).toEqual(expect.arrayContaining(found));
      }),
      { numRuns: 400 },
    );
    expect(reported).toBeGreaterThan(200);
  });

  it('leaves ordinary text to no rule', () => {
    const text =
      'See https://example.invalid/a:b and npm_config_cache, ghp_short, sk-ant-api, postgres://localhost/db, SECRET_ACCESS_KEY=\n'.repeat(
        50,
      );
    expect(selectRules(text, [], true)).toEqual({ rules: [], unknown: false });
  });
});
