import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileAnswers } from '../../../core/cache/file-answers.js';
import { CacheFolder } from '../../../core/cache/folder.js';
import { Signer } from '../../../core/cache/signer.js';
import { folder } from '../../support/folders.js';
import { answers, check, file, manyFiles, plain, scanFiles, scanOnce, TODAY } from './made.js';

const [a, b, c] = [check('a'), check('b'), check('c')];
const tableOf = (root: string): string => join(root, 'files');

describe('answers of file checks', () => {
  it('are found again, and only what changed is asked', async () => {
    const root = folder();
    const files = manyFiles(3_000);
    const first = await scanOnce(root, [a, b], files);
    expect(first.visited).toHaveLength(3_000);
    expect(first.session).toMatchObject({ hits: 0, misses: 6_000, kept: 6_000 });

    const second = await scanOnce(root, [a, b], files);
    expect(second).toMatchObject({ visited: [], wrong: [] });
    expect(second.session).toMatchObject({ hits: 6_000, misses: 0, kept: 0, damaged: 0 });

    const touched = files.map((one, index) => (index % 300 === 7 ? file(one.path, 'new') : one));
    const third = await scanOnce(root, [a, b], touched);
    expect(third.wrong).toEqual([]);
    expect(third.visited).toEqual(files.filter((_, index) => index % 300 === 7).map(({ path }) => path));
    expect((await scanOnce(root, [a, b], touched)).visited).toEqual([]);
    // What the files were before is still known: a branch that is checked out again.
    expect(await scanOnce(root, [a, b], files)).toMatchObject({ visited: [], wrong: [] });
  });

  it('are written by a scan that learned something, and by no other', async () => {
    const root = folder();
    const files = manyFiles(50);
    await scanOnce(root, [a], files);
    const before = new CacheFolder(root).stamp('files');
    await scanOnce(root, [a], files);
    expect(new CacheFolder(root).stamp('files')).toBe(before);
    expect(readdirSync(root)).toEqual(['files']);
  });

  it.each([
    ['content', { contentId: 'f00' }],
    ['mode', { executable: true }],
    ['mode', { type: 'symlink' }],
    ['tracked', { tracked: false }],
  ] as const)('are not those of another %s', async (reason, over) => {
    const root = folder();
    await scanOnce(root, [a], [file('x.ts')]);
    const other = file('x.ts', 'x.ts', over);
    expect((await scanOnce(root, [a], [file('x.ts')])).session.whyMissing(other, 0)).toBe(reason);
    expect((await scanOnce(root, [a], [other])).visited).toEqual(['x.ts']);
    expect((await scanOnce(root, [a], [other])).visited).toEqual([]);
  });

  it('are not those of another path, check, code or option', async () => {
    const root = folder();
    await scanOnce(root, [a], [file('x.ts', 'same')]);
    expect((await scanOnce(root, [a], [file('y.ts', 'same')])).visited).toEqual(['y.ts']);
    const session = answers(root, [check('a', '2'), b]);
    expect(session.lookup(file('x.ts', 'same'), [0, 1]).missing).toEqual([0, 1]);
    expect(session.changesOf(0)).toEqual([{ kind: 'code', change: 'changed', from: '1', to: '2' }]);
    expect(session.changesOf(1)).toBeUndefined();
    expect(session.whyMissing(file('x.ts', 'same'), 0)).toBe('unanswered');
    expect(session.whyMissing(file('z.ts'), 0)).toBe('new');
    expect(answers(root, [a]).changesOf(0)).toEqual([]);
  });

  it('are kept check by check: a new one asks alone', async () => {
    const root = folder();
    const files = manyFiles(400);
    await scanOnce(root, [a, b], files);
    const { session, wrong, visited } = await scanOnce(root, [b, c, a], files);
    expect(wrong).toEqual([]);
    expect(visited).toHaveLength(400);
    expect(session).toMatchObject({ hits: 800, misses: 400 });
    expect(await scanOnce(root, [c, b], files)).toMatchObject({ visited: [], wrong: [] });
  });

  it('are right in any order of asking, and for files that come and go', async () => {
    const root = folder();
    const files = manyFiles(2_000);
    await scanOnce(
      root,
      [a, b],
      files.filter((_, index) => index % 2 === 0),
    );
    const { wrong, visited } = await scanOnce(root, [a, b], files.toReversed());
    expect(wrong).toEqual([]);
    expect(visited).toHaveLength(1_000);
    const session = answers(root, [a, b]);
    const shuffled = files.map((one, index) => ({ one, at: (index * 7_919) % 2_003 })).sort((x, y) => x.at - y.at);
    expect(
      scanFiles(
        session,
        [a, b],
        shuffled.map(({ one }) => one),
      ),
    ).toEqual({ visited: [], wrong: [] });
    // Twice the same, and one before it.
    for (const one of [files[9], files[9], files[3], files[9]])
      expect(session.lookup(one as never, [0]).missing).toEqual([]);
  });

  it('keep nothing of a file without a content id, or of one that no row can hold', async () => {
    const root = folder();
    const odd = [
      file('a', 'a', { contentId: undefined }),
      file('b', 'b', { contentId: 'two\nlines' }),
      file('c\ud800'),
      file('line\nbreak\tand tab'),
    ];
    await scanOnce(root, [a], odd);
    const { session, visited } = await scanOnce(root, [a], odd);
    expect(visited).toEqual(['a', 'b', 'c\ud800']);
    expect(session.whyMissing(odd[0] as never, 0)).toBe('unidentified');
  });

  it('keep nothing of a check that has no key', async () => {
    const root = folder();
    for (let scan = 0; scan < 2; scan += 1) {
      const session = answers(root, [undefined, a]);
      expect(session.lookup(file('x'), [0, 1]).missing).toEqual(scan === 0 ? [0, 1] : [0]);
      session.keep(file('x'), 0, undefined);
      session.keep(file('x'), 1, undefined);
      expect(session).toMatchObject({ hits: scan, misses: 1 - scan, kept: 1 });
      await session.save(plain);
    }
  });

  it('take the last word of a check', async () => {
    const root = folder();
    const finding = { messageId: 'm', message: 'm', data: {}, location: {}, fingerprint: 'f' };
    const say = async (...said: (string | undefined)[]): Promise<unknown> => {
      const session = answers(root, [a, b], { refresh: true });
      for (const text of said)
        session.keep(file('x'), 0, text === undefined ? undefined : { findings: [{ ...finding, message: text }] });
      await session.save(plain);
      const { missing, answers: found } = answers(root, [a, b]).lookup(file('x'), [0]);
      return missing.length > 0 ? 'missing' : found[0]?.answer.findings?.[0]?.message;
    };
    expect(await say('one')).toBe('one');
    expect(await say('two', undefined)).toBeUndefined();
    expect(await say(undefined, 'three')).toBe('three');
    expect(await say(undefined)).toBeUndefined();
    expect(await say('four')).toBe('four');
  });

  it('find nothing and keep all anew with refresh', async () => {
    const root = folder();
    const files = manyFiles(20);
    await scanOnce(root, [a], files);
    const { visited, session } = await scanOnce(root, [a], files, { refresh: true });
    expect(visited).toHaveLength(20);
    expect(session.kept).toBe(20);
    expect(await scanOnce(root, [a], files)).toMatchObject({ visited: [], wrong: [] });
  });

  it('pass the last redaction before they are written', async () => {
    const root = folder();
    const session = answers(root, [a]);
    const finding = { messageId: 'm', message: 'hunter2', data: {}, location: {}, fingerprint: 'f' };
    session.keep(file('x'), 0, { findings: [finding] });
    await session.save((value) => JSON.parse(JSON.stringify(value).replace('hunter2', '[redacted]')));
    expect(readFileSync(tableOf(root), 'latin1')).not.toContain('hunter2');
    expect(answers(root, [a]).lookup(file('x'), [0]).answers[0]?.answer.findings?.[0]?.message).toBe('[redacted]');
  });
});

describe('a check that does not care for paths', () => {
  const free = check('free', '1', { pathIndependent: true });
  const finding = { messageId: 'm', message: 'bad', data: {}, location: { startLine: 1 }, fingerprint: 'f' };

  it('is known of a renamed file, which is then known by its path', async () => {
    const root = folder();
    const first = answers(root, [free, a]);
    first.keep(file('old.ts', 'same'), 0, { findings: [finding] });
    first.keep(file('clean.ts', 'clean'), 0, undefined);
    for (const path of ['old.ts', 'clean.ts'])
      first.keep(file(path, path === 'old.ts' ? 'same' : 'clean'), 1, undefined);
    await first.save(plain);
    const second = answers(root, [free, a]);
    expect(second.lookup(file('new.ts', 'same'), [0, 1])).toEqual({
      missing: [1],
      answers: [{ check: 0, answer: { findings: [finding] } }],
    });
    expect(second.lookup(file('new-clean.ts', 'clean'), [0, 1])).toEqual({ missing: [1], answers: [] });
    expect(second.whyMissing(file('new.ts', 'same'), 0)).toBeUndefined();
    expect(second.lookup(file('new.ts', 'other'), [0]).missing).toEqual([0]);
    await second.save(plain);
    // The same without the rows of the old path.
    const third = answers(root, [{ ...free, pathIndependent: false }]);
    expect(third.lookup(file('new.ts', 'same'), [0])).toEqual({
      missing: [],
      answers: [{ check: 0, answer: { findings: [finding] } }],
    });
  });

  it('is asked anew where its answer names the path all the same', async () => {
    const root = folder();
    const session = answers(root, [free]);
    session.keep(file('dir/öld.ts', 'same'), 0, { findings: [{ ...finding, data: { where: 'in dir/öld.ts' } }] });
    await session.save(plain);
    const next = answers(root, [free]);
    expect(next.lookup(file('new.ts', 'same'), [0]).missing).toEqual([0]);
    expect(next.lookup(file('dir/öld.ts', 'same'), [0]).missing).toEqual([]);
  });
});

describe('what is given up', () => {
  it('is what nobody used for the time that is set', async () => {
    const root = folder();
    const files = manyFiles(100);
    const gone = file('gone.ts');
    await scanOnce(root, [a, b], [...files, gone]);
    // Used on the 20th day after, but not on the 31st.
    await scanOnce(root, [a], files, { today: TODAY + 20 });
    const { session } = await scanOnce(root, [a], files, { today: TODAY + 31 });
    expect(session.damaged).toBe(0);
    const later = answers(root, [a, b], { today: TODAY + 31 });
    expect(later.describe()).toEqual({ rows: 100, oldestDay: TODAY + 31 });
    expect(later.whyMissing(gone, 0)).toBe('new');
    // The other check was last asked 31 days ago.
    expect(later.changesOf(1)).toBeUndefined();
    expect(later.whyMissing(files[0] as never, 1)).toBe('unanswered');
  });

  it('is marked as used every few days only', async () => {
    const root = folder();
    const files = manyFiles(100);
    await scanOnce(root, [a], files);
    const before = new CacheFolder(root).stamp('files');
    await scanOnce(root, [a], files, { today: TODAY + 2 });
    expect(new CacheFolder(root).stamp('files')).toBe(before);
    await scanOnce(root, [a], files, { today: TODAY + 3 });
    expect(answers(root, [a]).describe().oldestDay).toBe(TODAY + 3);
  });

  it('is the longest unused where there is not room for all', async () => {
    const root = folder();
    const files = manyFiles(4_000);
    const [old, young] = [files.slice(0, 2_000), files.slice(2_000)];
    await scanOnce(root, [a], old);
    await scanOnce(root, [a], young, { today: TODAY + 1 });
    const bytes = readFileSync(tableOf(root)).length;
    const { full } = await scanOnce(root, [a], [file('one-more.ts')], {
      today: TODAY + 2,
      maxBytes: Math.round(bytes * 0.8),
    });
    expect(full).toBe(false);
    const left = answers(root, [a]);
    expect(left.whyMissing(old[0] as never, 0)).toBe('new');
    expect(left.whyMissing(young[1_999] as never, 0)).toBeUndefined();
    expect(left.whyMissing(file('one-more.ts'), 0)).toBeUndefined();
  });

  it('keeps as much as there is room for where one scan needs more, and says so', async () => {
    const root = folder();
    const files = manyFiles(4_000);
    const { full } = await scanOnce(root, [a], files, { maxBytes: 200_000 });
    expect(full).toBe(true);
    expect(readFileSync(tableOf(root)).length).toBeLessThan(250_000);
    const { visited, wrong } = await scanOnce(root, [a], files, { maxBytes: 200_000 });
    expect(wrong).toEqual([]);
    expect(visited.length).toBeGreaterThan(1_000);
    expect(visited.length).toBeLessThan(3_500);
  });

  it('goes when it is asked for', async () => {
    const root = folder();
    await scanOnce(root, [a], manyFiles(10));
    answers(root, [], { today: TODAY + 5 }).tidy();
    expect(answers(root, [a]).describe().rows).toBe(10);
    answers(root, [], { today: TODAY + 31 }).tidy();
    expect(answers(root, [a]).describe().rows).toBe(0);
  });
});

/** What is wrong with a table once it is asked. */
function problemOf(asked: FileAnswers): string | undefined {
  asked.describe();
  return asked.problem;
}

describe('a table that is not ours', () => {
  it('says nothing with another key', async () => {
    const root = folder();
    await scanOnce(root, [a], manyFiles(10));
    const other = answers(root, [a], { signer: new Signer('another secret') });
    expect(scanFiles(other, [a], manyFiles(10)).visited).toHaveLength(10);
    expect(other.damaged).toBe(1);
  });

  it('is not read through a link, from a folder or from a pipe', () => {
    const real = folder({ files: 'x' });
    const linked = folder();
    symlinkSync(join(real, 'files'), tableOf(linked));
    expect(problemOf(answers(linked, [a]))).toMatch(/files: E(LOOP|MLINK)$/);
    const directory = folder();
    mkdirSync(tableOf(directory));
    expect(problemOf(answers(directory, [a]))).toMatch(/files: (EISDIR|EINVAL)$/);
  });

  it('is not read where it is too large', async () => {
    const root = folder();
    await scanOnce(root, [a], manyFiles(1_000));
    expect(problemOf(answers(root, [a], { maxBytes: 10_000 }))).toMatch(/EFBIG$/);
  });

  it('is replaced where it is damaged, so that the warning comes once', async () => {
    const root = folder();
    writeFileSync(tableOf(root), 'scanrun files 1 LE\n5\nnonsense');
    expect((await scanOnce(root, [a], manyFiles(5))).session.damaged).toBe(1);
    expect((await scanOnce(root, [a], manyFiles(5))).session.damaged).toBe(0);
  });
});

describe('a lock', () => {
  it('of a process that died is taken away, and one that stays is not waited for for ever', async () => {
    const root = folder();
    writeFileSync(`${tableOf(root)}.lock`, '');
    utimesSync(`${tableOf(root)}.lock`, new Date(0), new Date(0));
    await scanOnce(root, [a], [file('x')]);
    writeFileSync(`${tableOf(root)}.lock`, '');
    await scanOnce(root, [a], [file('y')]);
    expect(await scanOnce(root, [a], [file('x'), file('y')])).toMatchObject({ visited: [], wrong: [] });
  });
});

it('is replaced as a whole, also where the file itself may not be written', async () => {
  const root = folder();
  await scanOnce(root, [a], [file('x')]);
  chmodSync(tableOf(root), 0o444);
  await scanOnce(root, [a], [file('x'), file('y')]);
  expect(answers(root, [a]).describe().rows).toBe(2);
});
