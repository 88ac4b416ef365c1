import { readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CacheFolder } from '../../../core/cache/folder.js';
import { changedParts, keyOf, type Parts } from '../../../core/cache/parts.js';
import { ProjectAnswers, type ProjectAnswersOptions } from '../../../core/cache/project-answers.js';
import { Signer } from '../../../core/cache/signer.js';
import type { KeptProjectAnswer } from '../../../core/model/kept.js';
import { folder } from '../../support/folders.js';
import { plain, signer } from './made.js';

const DAY = 86_400_000;
const keyed = (parts: Parts) => ({ key: keyOf(signer, parts), parts });
const ONE = keyed({ check: 'a/one', code: '1', 'file package.json': '#aa', 'variable CI': '#bb' });
const answer: KeptProjectAnswer = {
  findings: [
    {
      messageId: 'm',
      message: 'bad',
      data: { n: 1 },
      location: { path: 'package.json', startLine: 2 },
    },
  ],
  measurements: [{ name: 'size', value: 3, unit: 'bytes' }],
  data: { list: [1, null, 'ü'] },
};

function open(root: string, over: Partial<ProjectAnswersOptions> = {}): ProjectAnswers {
  return new ProjectAnswers({
    folder: new CacheFolder(root),
    signer,
    maxAgeMs: 30 * DAY,
    maxBytes: 1_000_000,
    ...over,
  });
}

function kept(root: string, ...all: readonly (readonly [typeof ONE, KeptProjectAnswer])[]): string[] {
  const answers = open(root);
  for (const [check, said] of all) answers.keep(check, said);
  return answers.save(plain);
}

describe('answers of project checks', () => {
  it('are found again by everything that they depend on', () => {
    const root = folder();
    expect(open(root).lookup(ONE)).toBeUndefined();
    kept(root, [ONE, answer]);
    const answers = open(root);
    expect(answers.lookup(ONE)).toEqual(answer);
    expect(answers.lookup(keyed({ ...ONE.parts, 'variable CI': '#cc' }))).toBeUndefined();
    expect(answers).toMatchObject({ hits: 1, misses: 1, kept: 0, damaged: 0 });
    expect(open(root, { refresh: true }).lookup(ONE)).toBeUndefined();
  });

  it('say what is different since the last one', () => {
    const root = folder();
    const next = keyed({ check: 'a/one', code: '2', 'file package.json': '#ab', 'file src/a b.ts': '#dd' });
    expect(open(root).changesOf(ONE)).toBeUndefined();
    kept(root, [ONE, answer]);
    expect(open(root).changesOf(ONE)).toEqual([]);
    expect(open(root).changesOf(next)).toEqual([
      { kind: 'code', change: 'changed', from: '1', to: '2' },
      { kind: 'file', name: 'package.json', change: 'changed' },
      { kind: 'file', name: 'src/a b.ts', change: 'added' },
      { kind: 'variable', name: 'CI', change: 'removed' },
    ]);
    expect(open(root).changesOf(keyed({ ...ONE.parts, check: 'a/other' }))).toBeUndefined();
  });

  it('pass the last redaction before they are written', () => {
    const root = folder();
    const answers = open(root);
    answers.keep(ONE, { ...answer, data: 'hunter2' });
    answers.save((value) => JSON.parse(JSON.stringify(value).replace('hunter2', '[redacted]')));
    expect(open(root).lookup(ONE)?.data).toBe('[redacted]');
  });

  it('that are too large for the cache are named', () => {
    const root = folder();
    const large = keyed({ check: 'a/large' });
    expect(kept(root, [large, { ...answer, data: 'x'.repeat(130_000) }], [ONE, answer])).toEqual(['a/large']);
    expect(open(root).describe().answers).toBe(1);
  });
});

describe('an answer that is not as it was written', () => {
  it.each([
    ['changed', (text: string) => text.replace('bad', 'fine')],
    ['cut', (text: string) => text.slice(0, -1)],
    ['empty', () => ''],
  ])('is no answer when it was %s, and is gone the next time', (_, change) => {
    const root = folder();
    kept(root, [ONE, answer]);
    const [name = ''] = readdirSync(root);
    writeFileSync(join(root, name), change(readFileSync(join(root, name), 'utf8')));
    const answers = open(root);
    expect(answers.lookup(ONE)).toBeUndefined();
    expect(answers.damaged).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });

  it('is no answer under the name of another, or with another key', () => {
    const root = folder();
    const other = keyed({ check: 'a/one', code: '2' });
    kept(root, [ONE, answer]);
    const [name = ''] = readdirSync(root);
    writeFileSync(join(root, name.replace(ONE.key, other.key)), readFileSync(join(root, name)));
    expect(open(root).lookup(other)).toBeUndefined();
    const foreign = new Signer('another');
    expect(open(root, { signer: foreign }).lookup(ONE)).toBeUndefined();
  });

  it('is not read through a link', () => {
    const root = folder();
    kept(root, [ONE, answer]);
    const [name = ''] = readdirSync(root);
    const other = folder();
    symlinkSync(join(root, name), join(other, name));
    const answers = open(other);
    expect(answers.lookup(ONE)).toBeUndefined();
    expect(answers.problem).toMatch(/: E(LOOP|MLINK)$/);
  });
});

describe('pruning', () => {
  const checks = [1, 2, 3, 4].map((number) => keyed({ check: `a/${number}` }));

  function aged(): string {
    const root = folder({ files: 'x'.repeat(1_000) });
    for (const [index, check] of checks.entries()) {
      kept(root, [check, { ...answer, data: 'x'.repeat(10_000) }]);
      const newest = readdirSync(root).find((name) => name.endsWith(check.key)) ?? '';
      const used = new Date(Date.now() - (4 - index) * 9 * DAY);
      utimesSync(join(root, newest), used, used);
    }
    return root;
  }

  const known = (root: string): boolean[] => checks.map((check) => open(root).changesOf(check)?.length === 0);

  it('removes what was not used for the time that is set', () => {
    const root = aged();
    open(root).prune();
    expect(known(root)).toEqual([false, true, true, true]);
    expect(readdirSync(root)).toContain('files');
  });

  it('removes the longest unused until the whole is within the limit', () => {
    const root = aged();
    open(root, { maxBytes: 22_500 }).prune();
    expect(known(root)).toEqual([false, false, true, true]);
  });

  it('spares what was used since', () => {
    const root = aged();
    const [first] = checks as [typeof ONE];
    const before = Date.now();
    expect(open(root).lookup(first)).toEqual({ ...answer, data: 'x'.repeat(10_000) });
    open(root).prune();
    // The first was the oldest; now it is the newest.
    expect(known(root)).toEqual([true, true, true, true]);
    const [used] = readdirSync(root)
      .filter((name) => name.endsWith(first.key))
      .map((name) => statSync(join(root, name)).mtimeMs);
    expect(used).toBeGreaterThanOrEqual(before - 2_000);
  });
});

it('parts differ by name, value and number, and the order does not count', () => {
  const keys = [{ a: '1', b: '2' }, { a: '1' }, { a: '2', b: '1' }, { ab: '12' }, {}].map((parts) =>
    keyOf(signer, parts as Parts),
  );
  expect(new Set(keys).size).toBe(5);
  expect(keyOf(signer, { b: '2', a: '1' })).toBe(keys[0]);
  expect(changedParts({ a: '1' }, { a: '1' })).toEqual([]);
});
