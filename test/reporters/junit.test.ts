import junit from 'scanrun/reporters/junit';
import { describe, expect, it } from 'vitest';
import { elementsOf, parseXml } from './formats.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { large } from './sample-extremes.js';
import { clean, empty } from './sample-result.js';
import { rich } from './sample-rich.js';

const parsed = async (...given: Parameters<typeof render> extends [unknown, ...infer Rest] ? Rest : never) =>
  parseXml(await render(junit, ...given));

describe('junit', () => {
  it('has a suite for each category and a case for each planned check', async () => {
    const given = rich();
    const root = await parsed(given);
    expect(root.attributes).toMatchObject({ name: 'scanrun', tests: '19', failures: '5', errors: '3' });
    const suites = elementsOf(root, 'testsuite');
    expect(suites.map(({ attributes }) => attributes.name)).toEqual([
      'command',
      'dependencies',
      'docs',
      'house',
      'repository',
      'security',
    ]);
    expect(
      elementsOf(root, 'testcase')
        .map(({ attributes }) => attributes.name)
        .sort(),
    ).toEqual(given.checks.map(({ checkId }) => checkId));
    for (const suite of suites) {
      const cases = elementsOf(suite, 'testcase');
      const having = (name: string) => String(cases.filter((each) => elementsOf(each, name).length > 0).length);
      expect(suite.attributes).toMatchObject({
        tests: String(cases.length),
        failures: having('failure'),
        errors: having('error'),
        skipped: having('skipped'),
      });
      for (const each of cases) expect(each.attributes.classname).toBe(`scanrun.${suite.attributes.name}`);
    }
  });

  it('calls nothing passed that has no answer', async () => {
    const kinds = Object.fromEntries(
      elementsOf(await parsed(rich()), 'testcase').map(({ attributes, children }) => [
        attributes.name,
        children.map(({ name, attributes: { type } }) => (type === undefined ? name : `${name} ${type}`)).join(', '),
      ]),
    );
    expect(kinds).toMatchObject({
      'command/lint': '',
      'command/test': 'error timeout',
      'docs/spelling': 'skipped threw',
      'house/all-suppressed': 'system-out',
      'house/cancelled': 'error interrupted',
      'house/degraded-with-findings': 'failure partial',
      'house/timed-out-with-findings': 'error timeout',
      'npm/advisories': 'skipped fallback',
      'npm/licenses': 'skipped not-installed',
      'npm/unused-dependencies': 'failure warning',
      'repo/max-file-size': 'failure warning, system-out',
      'secrets/credentials': 'failure error, system-out',
    });
  });

  it('lists each finding on a line, with the reason before and the help behind', async () => {
    const [error, failure] = ['house/timed-out-with-findings', 'secrets/credentials'].map((name) => ({ name }));
    const cases = elementsOf(await parsed(rich()), 'testcase');
    const child = (id: string | undefined) => cases.find(({ attributes }) => attributes.name === id)?.children[0];
    expect(child(error?.name)?.attributes.message).toBe(
      'house/timed-out-with-findings: timed out: It ran for 5 s, its limit.: 1 warning, 1 note',
    );
    expect(child(error?.name)?.text).toBe(
      [
        'timed out: It ran for 5 s, its limit.',
        'warning src/späte Änderung/a b.ts:5:3: A warning in line 5.',
        'note src/späte Änderung/a b.ts:6:3: A note in line 6.',
        '',
      ].join('\n'),
    );
    expect(child(failure?.name)?.text).toMatch(
      /^error deploy\/id_ed25519:1:1: A private key is committed\.\nerror src\/server\/config\.ts:14:22: .*\n\nHow to fix:\nRemove the value/,
    );
  });

  it('counts the findings for which a case has no room', async () => {
    const [failure] = elementsOf(await parsed(large(10_000), { options: { maxFindings: 3 } }), 'failure');
    expect(failure?.text.trim().split('\n').slice(0, 4)).toEqual([
      expect.stringMatching(/^error packages/),
      expect.stringMatching(/^error packages/),
      expect.stringMatching(/^error packages/),
      'and 247 more findings of 250',
    ]);
  });

  it('states times in seconds, also where there are none', async () => {
    const times = elementsOf(await parsed(clean()), 'testcase').map(({ attributes }) => attributes.time);
    expect(times[0]).toBe('3.420');
    const built = result({ checks: [check('a/b', {}), check('a/c', {})] });
    const odd = {
      ...built,
      checks: built.checks.map((each, index) => ({ ...each, timeMs: [Number.NaN, -1][index] ?? 0 })),
    };
    const list = elementsOf(await parsed({ ...odd, run: { ...odd.run, startedAt: 'never' } }), 'testsuite');
    expect(list[0]?.attributes).not.toHaveProperty('timestamp');
    expect(elementsOf(await parsed(odd), 'testcase').map(({ attributes }) => attributes.time)).toEqual([
      '0.000',
      '0.000',
    ]);
    expect(elementsOf(await parsed(empty()), 'testsuite')).toEqual([]);
  });

  it('is well formed whatever the text, and holds no character that XML 1.0 forbids', async () => {
    const text = await render(junit, naughty());
    expect(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)).toBe(false);
    const cases = elementsOf(parseXml(text), 'testcase');
    expect(cases).toHaveLength(NAUGHTY.length);
    expect(elementsOf(parseXml(text), 'script')).toEqual([]);
    const at = (index: number) =>
      cases.find(({ attributes }) => attributes.name?.startsWith(`evil/${String(index).padStart(3, '0')}`));
    const index = NAUGHTY.indexOf(']]>');
    expect(at(index)?.children[0]?.text).toContain(']]>');
    expect(at(NAUGHTY.indexOf('nul \u0000 byte'))?.children[0]?.text).toContain('nul \\x00 byte');
  });
});
