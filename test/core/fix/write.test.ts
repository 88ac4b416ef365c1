import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFiles } from '../../../core/files/file-index.js';
import { FileStates } from '../../../core/fix/file-states.js';
import { type Written, writeFixes } from '../../../core/fix/write.js';
import type { Finding } from '../../../core/model/finding.js';
import { folder, write } from '../../support/folders.js';

/** A finding whose fix writes X over the first unit of each of these files. */
const marking = (...paths: string[]): Finding => ({
  checkId: 'test/check',
  messageId: 'm',
  message: 'm',
  data: {},
  severity: 'warning',
  location: { path: paths[0] ?? '' },
  fingerprint: 'f:1',
  fix: {
    description: 'Mark it',
    changes: paths.map((path) => ({ path, replacements: [{ start: 0, end: 1, text: 'X' }] })),
  },
});

/** Makes fixes; `meanwhile` happens between the scan and them. */
async function fixed(root: string, findings: readonly Finding[], meanwhile: () => void = () => {}): Promise<Written> {
  const { entries } = await indexFiles(root);
  const states = new FileStates(root, entries);
  meanwhile();
  return writeFixes({ root, findings, unsafe: false, states });
}

const text = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');
const whyLeft = ({ left }: Written): string[] => left.map(({ why, message }) => `${why}: ${message}`);
const state = (root: string): string[] => readdirSync(join(root, '.scanrun/fix')).sort();

describe('writeFixes', () => {
  it('replaces files, keeps their rights and leaves nothing behind', async () => {
    const root = folder({ 'a.sh': 'abc', 'sub/b.txt': '\ufeffabc\r\n' });
    chmodSync(join(root, 'a.sh'), 0o751);
    const written = await fixed(root, [marking('a.sh', 'sub/b.txt')]);
    expect([written.edits.map(({ path }) => path), written.left]).toEqual([['a.sh', 'sub/b.txt'], []]);
    expect([text(root, 'a.sh'), text(root, 'sub/b.txt')]).toEqual(['Xbc', '\ufeffXbc\r\n']);
    expect(statSync(join(root, 'a.sh')).mode & 0o7777).toBe(0o751);
    expect(state(root)).toEqual([]);
    expect(text(root, '.scanrun/.gitignore')).toBe('*\n');
  });

  it.for<[string, (file: string) => void]>([
    ['has another text', (file) => writeFileSync(file, 'new text')],
    [
      'has another text of the same length and time',
      (file) => {
        const { atime, mtime } = statSync(file);
        writeFileSync(file, 'xyz');
        utimesSync(file, atime, mtime);
      },
    ],
    [
      'was replaced by another',
      (file) => {
        writeFileSync(`${file}.new`, 'abc');
        renameSync(`${file}.new`, file);
      },
    ],
    ['is gone', (file) => rmSync(file)],
    [
      'is a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])('leaves a file alone that %s since it was scanned, and makes the other fixes', async ([, change]) => {
    const root = folder({ 'a.txt': 'abc', 'b.txt': 'abc' });
    const now = (): string =>
      existsSync(join(root, 'a.txt')) && statSync(join(root, 'a.txt')).isFile() ? text(root, 'a.txt') : 'none';
    let after = '';
    const written = await fixed(root, [marking('a.txt'), marking('b.txt')], () => {
      change(join(root, 'a.txt'));
      after = now();
    });
    expect(whyLeft(written)).toEqual(['changed: a.txt has changed since it was scanned']);
    expect([now(), text(root, 'b.txt')]).toEqual([after, 'Xbc']);
  });

  it('never leaves the target: neither by a link, nor by a folder that became one, nor into what git ignores', async () => {
    const outside = folder({ 'secret.txt': 'abc' });
    const root = folder({
      'a.txt': 'abc',
      'sub/b.txt': 'abc',
      '.gitignore': 'ignored/\n',
      'ignored/c.txt': 'abc',
      'd.txt': 'abc',
    });
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'));
    const findings = ['a.txt', 'sub/b.txt', 'ignored/c.txt', 'link.txt', '.git/config', '../secret.txt', 'd.txt'].map(
      (path) => marking(path),
    );
    const written = await fixed(root, findings, () => {
      rmSync(join(root, 'a.txt'));
      symlinkSync(join(outside, 'secret.txt'), join(root, 'a.txt'));
      renameSync(join(root, 'sub'), join(root, 'moved'));
      write(outside, { 'b.txt': 'abc' });
      symlinkSync(outside, join(root, 'sub'));
    });
    expect(written.edits.map(({ path }) => path)).toEqual(['d.txt']);
    expect(written.left.map(({ finding, why }) => `${finding.location.path} ${why}`).sort()).toEqual([
      '../secret.txt not-listed',
      '.git/config not-listed',
      'a.txt link',
      'ignored/c.txt not-listed',
      'link.txt not-listed',
      'sub/b.txt link',
    ]);
    expect([text(outside, 'secret.txt'), text(outside, 'b.txt'), text(root, 'ignored/c.txt')]).toEqual([
      'abc',
      'abc',
      'abc',
    ]);
  });

  it('does not write a read-only file, nor one that is not UTF-8, and says so', async () => {
    const root = folder({ 'a.txt': 'abc', 'latin.txt': Buffer.from([0x61, 0xe4, 0x62]), 'c.txt': 'abc' });
    chmodSync(join(root, 'a.txt'), 0o444);
    const written = await fixed(root, [marking('a.txt'), marking('latin.txt'), marking('c.txt', 'a.txt')]);
    expect(whyLeft(written)).toEqual([
      'read-only: a.txt is read-only',
      'read-only: a.txt is read-only',
      'not-text: latin.txt is not text in UTF-8, nor in UTF-16 with a byte order mark',
    ]);
    expect([text(root, 'a.txt'), text(root, 'c.txt')]).toEqual(['abc', 'abc']);
    expect(readFileSync(join(root, 'latin.txt'))).toEqual(Buffer.from([0x61, 0xe4, 0x62]));
  });

  it('lets nobody else write meanwhile, and takes away what a process left that died', async () => {
    const root = folder({ 'a.txt': 'abc' });
    write(root, { '.scanrun/.gitignore': '*\n', '.scanrun/fix/write.lock': '', '.scanrun/fix/0.tmp': 'half' });
    await expect(fixed(root, [marking('a.txt')])).rejects.toMatchObject({ code: 'SR_FIX_BUSY', exitCode: 3 });
    expect(text(root, 'a.txt')).toBe('abc');
    const old = new Date(Date.now() - 60_000);
    utimesSync(join(root, '.scanrun/fix/write.lock'), old, old);
    await fixed(root, [marking('a.txt')]);
    expect([text(root, 'a.txt'), state(root)]).toEqual(['Xbc', []]);
  });

  it('writes nothing through a state folder that is a link', async () => {
    const elsewhere = folder();
    const root = folder({ 'a.txt': 'abc' });
    symlinkSync(elsewhere, join(root, '.scanrun'));
    await expect(fixed(root, [marking('a.txt')])).rejects.toMatchObject({ code: 'SR_FIX_FAILED' });
    expect([text(root, 'a.txt'), readdirSync(elsewhere)]).toEqual(['abc', []]);
  });

  it('leaves the other names of a file with what they had', async () => {
    const root = folder({ 'a.txt': 'abc' });
    linkSync(join(root, 'a.txt'), join(root, 'b.txt'));
    await fixed(root, [marking('a.txt')]);
    expect([text(root, 'a.txt'), text(root, 'b.txt')]).toEqual(['Xbc', 'abc']);
  });

  it('knows a file again whose times are old without reading it', async () => {
    const root = folder({ 'a.txt': 'abc' });
    execFileSync('touch', ['-d', '2020-01-01', join(root, 'a.txt')]);
    const { entries } = await indexFiles(root);
    // As if it were an hour later: then its times tell enough.
    const states = new FileStates(root, entries, BigInt(Date.now() + 3_600_000) * 1_000_000n);
    expect(writeFixes({ root, findings: [marking('a.txt')], unsafe: false, states }).left).toEqual([]);
    expect(text(root, 'a.txt')).toBe('Xbc');
  });
});
