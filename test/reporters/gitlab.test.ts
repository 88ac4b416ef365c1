import gitlab from 'scanrun/reporters/gitlab';
import { describe, expect, it } from 'vitest';
import { naughty } from './naughty.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { large } from './sample-extremes.js';
import { clean, empty } from './sample-result.js';
import { rich } from './sample-rich.js';

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number; readonly end?: number } };
}
const entries = async (...[given, options = {}]: [Parameters<typeof render>[1], Record<string, unknown>?]) =>
  JSON.parse(await render(gitlab, given, { options })) as Entry[];

describe('gitlab', () => {
  it('has an entry for each finding that counts, by path from the root of the repository', async () => {
    const list = await entries(rich());
    expect(
      list.filter(({ fingerprint }) => !fingerprint.startsWith('no-answer')).map(({ severity }) => severity),
    ).toEqual([...['critical', 'critical', 'critical', 'minor', 'minor', 'minor', 'minor', 'minor', 'info', 'info']]);
    expect(list.filter(({ check_name }) => check_name === 'house/degraded-with-findings')).not.toEqual([]);
    expect(list.find(({ description }) => description === 'A private key is committed.')).toMatchObject({
      check_name: 'secrets/credentials',
      location: { path: 'packages/rocket/deploy/id_ed25519', lines: { begin: 1, end: 3 } },
    });
    // A finding about a whole file is shown at its beginning.
    expect(list.find(({ check_name }) => check_name === 'repo/max-file-size')?.location.lines).toEqual({ begin: 1 });
  });

  it('does not look clean when checks have no answer', async () => {
    const open = (await entries(rich())).filter(({ fingerprint }) => fingerprint.startsWith('no-answer:'));
    expect(open).toHaveLength(8);
    expect(open.find(({ check_name }) => check_name === 'command/test')).toEqual({
      description: expect.stringMatching(/^No answer from command\/test, timed out: It ran for 9 s/),
      check_name: 'command/test',
      fingerprint: 'no-answer:command/test',
      severity: 'major',
      location: { path: '.', lines: { begin: 1 } },
    });
    expect(open.find(({ check_name }) => check_name === 'docs/spelling')?.severity).toBe('info');
    expect(await entries(rich(), { unanswered: false })).toHaveLength(10);
  });

  it('is an empty list for a clean scan', async () => {
    expect(await render(gitlab, clean())).toBe('[]\n');
    expect(await render(gitlab, empty())).toBe('[]\n');
  });

  it('gives every entry a fingerprint of its own', async () => {
    const same = (fingerprint: string) => ({ message: fingerprint, fingerprint });
    const findings = ['aa', 'aa', 'aa-2', 'aa', 'aa-2', 'bb'].map(same);
    const prints = (await entries(result({ checks: [check('a/b', {}, { findings })] }))).map(
      ({ fingerprint }) => fingerprint,
    );
    expect(new Set(prints).size).toBe(6);
    expect(prints).toContain('bb');
    for (const make of [naughty, () => large(2_000)]) {
      const all = (await entries(make())).map(({ fingerprint }) => fingerprint);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('keeps fingerprints between runs', async () => {
    const prints = async () => (await entries(rich())).map(({ fingerprint }) => fingerprint);
    expect(await prints()).toEqual(await prints());
  });

  it('shows hostile text as text on one line', async () => {
    for (const { description } of await entries(naughty()))
      expect(description).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
  });
});
