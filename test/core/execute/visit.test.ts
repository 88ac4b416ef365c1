import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileReader } from '../../../core/execute/file-content.js';
import { LineIndex } from '../../../core/execute/lines.js';
import { SharedFile } from '../../../core/execute/visit.js';
import { decode } from '../../../core/files/text.js';
import type { FileEntry } from '../../../core/model/target.js';
import { checkProject } from '../../support/check-projects.js';
import { folder } from '../../support/folders.js';
import { checkOf, ends, runScan } from '../../support/run-scan.js';

const texts = fc.string({
  maxLength: 60,
  unit: fc.constantFrom('a', 'b', '\n', '\r\n', '\r', 'ä', '🦊', '\t', '\u2028'),
});

/** The place of an offset, by counting. */
function placeOf(text: string, offset: number): [number, number] {
  const before = text.slice(0, offset).split('\n');
  return [before.length, (before.at(-1) ?? '').length + 1];
}

describe('lines', () => {
  it('are where counting says they are, for any text', () => {
    fc.assert(
      fc.property(texts, fc.nat(80), fc.nat(80), (text, a, b) => {
        const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        const { startLine, startColumn, endLine, endColumn } = new LineIndex(text).range(start, end);
        expect([startLine, startColumn]).toEqual(placeOf(text, start));
        expect([endLine, endColumn]).toEqual(placeOf(text, end));
      }),
      { numRuns: 500 },
    );
  });

  it('of a snippet are two around the one, without their breaks, and none that nobody sees', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: -1, max: 12 }), (text, line) => {
        const all = text
          .split('\n')
          .map((each, index, list) => (index < list.length - 1 ? each.replace(/\r$/, '') : each));
        const snippet = new LineIndex(text).snippet(line);
        if (line < 1 || line > all.length) {
          expect(snippet).toBe(undefined);
          return;
        }
        const first = Math.max(1, line - 2);
        const expected = all.slice(first - 1, line + 2);
        if (expected.at(-1) === '' && first + expected.length - 1 === all.length && all.length > line) expected.pop();
        expect(snippet?.startLine).toBe(first);
        // A last empty line inside the text may be left out as well; never the line itself.
        expect(expected.slice(0, snippet?.lines.length)).toEqual(snippet?.lines);
        expect(expected.slice(snippet?.lines.length).join('')).toBe('');
        expect(snippet?.lines[line - first]).toBe(all[line - 1]);
      }),
      { numRuns: 500 },
    );
  });

  it('of a range that is turned round, or lies outside, are still places', () => {
    expect(new LineIndex('ab\ncd').range(4, 1)).toEqual({ startLine: 2, startColumn: 2, endLine: 2, endColumn: 2 });
    expect(new LineIndex('').range(0, 0)).toEqual({ startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 });
    // Columns count UTF-16 units, as SARIF and editors do.
    expect(new LineIndex('🦊x').range(2, 3)).toMatchObject({ startColumn: 3, endColumn: 4 });
  });
});

describe('text', () => {
  const bytes = (...parts: (number | string)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

  it('is UTF-8, or UTF-16 with its mark, without the mark', () => {
    expect(decode(Buffer.from('plain ä 🦊'))).toBe('plain ä 🦊');
    expect(decode(bytes(0xef, 0xbb, 0xbf, 'x'))).toBe('x');
    expect(decode(Buffer.concat([bytes(0xff, 0xfe), Buffer.from('aä🦊', 'utf16le')]))).toBe('aä🦊');
    expect(decode(Buffer.concat([bytes(0xfe, 0xff), Buffer.from('aä🦊', 'utf16le').swap16()]))).toBe('aä🦊');
    expect(decode(new Uint8Array(0))).toBe('');
    expect(decode(bytes(0x66, 0xff, 0x67))).toBe('f\uFFFDg');
    // A view into a larger buffer.
    expect(decode(new Uint8Array(Buffer.from('..inner..')).subarray(2, 7))).toBe('inner');
  });

  it('is not what has a NUL among its first 8,000 bytes: git calls that binary', () => {
    expect(decode(bytes('a', 0))).toBe(undefined);
    expect(decode(bytes('a'.repeat(7_999), 0))).toBe(undefined);
    expect(decode(bytes('a'.repeat(8_000), 0))).toHaveLength(8_001);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0') && !text.startsWith('\uFEFF') && Buffer.from(text).toString() === text);
        expect(decode(Buffer.from(text))).toBe(text);
      }),
    );
  });
});

describe('a file', () => {
  const reader = new FileReader();
  const entry = (path: string, sizeBytes = 3): FileEntry => ({
    path,
    sizeBytes,
    modifiedMs: 0,
    type: 'file',
    executable: true,
    tracked: true,
  });

  it('is read as its check wants it', async () => {
    const root = folder({ 'a.txt': 'abc', 'b.bin': new Uint8Array([1, 0, 2]) });
    const open = (path: string, reads: 'none' | 'text' | 'bytes' | 'stream') => {
      const opened = new SharedFile(root, entry(path), reader).open(reads);
      return 'file' in opened ? opened.file : opened.left;
    };
    expect(open('a.txt', 'text')).toMatchObject({
      path: 'a.txt',
      text: 'abc',
      sizeBytes: 3,
      executable: true,
      tracked: true,
    });
    expect(open('b.bin', 'text')).toBe('binary');
    const asBytes = open('b.bin', 'bytes');
    expect(typeof asBytes === 'string' || [[...asBytes.bytes], asBytes.text]).toEqual([[1, 0, 2], '']);
    const untouched = open('missing', 'none');
    expect(typeof untouched === 'string' || untouched.bytes).toHaveLength(0);
    const streamed = open('b.bin', 'stream');
    const chunks: Uint8Array[] = [];
    if (typeof streamed !== 'string') for await (const chunk of streamed.stream()) chunks.push(chunk);
    expect([...Buffer.concat(chunks)]).toEqual([1, 0, 2]);
  });

  it('that is too large is left, unless it is binary and text is wanted', () => {
    const root = folder({ 'text.txt': 'abc', 'binary.bin': 'a\0' });
    const size = 67_108_865;
    expect(new SharedFile(root, entry('text.txt', size), reader).open('text')).toEqual({ left: 'too-large' });
    expect(new SharedFile(root, entry('binary.bin', size), reader).open('text')).toEqual({ left: 'binary' });
    expect(new SharedFile(root, entry('binary.bin', size), reader).open('bytes')).toEqual({ left: 'too-large' });
  });

  it('is read once for all that want it, and fails alike for each', () => {
    const root = folder({ 'a.txt': 'abc', 'b.txt': 'x' });
    const file = new SharedFile(root, entry('a.txt'), reader);
    expect(file.open('text')).toMatchObject({ file: { text: 'abc' } });
    writeFileSync(join(root, 'a.txt'), 'later');
    const again = file.open('bytes');
    expect('file' in again && Buffer.from(again.file.bytes).toString()).toBe('abc');
    const gone = new SharedFile(root, entry('b.txt'), reader);
    rmSync(join(root, 'b.txt'));
    expect(() => gone.open('text')).toThrow('ENOENT');
    writeFileSync(join(root, 'b.txt'), 'back');
    expect(() => gone.open('bytes')).toThrow('ENOENT');
    expect(gone.open('none')).toHaveProperty('file');
  });

  it('that became a link after it was listed is not followed', async () => {
    const root = folder();
    symlinkSync('/etc/passwd', join(root, 'a.txt'));
    expect(() => new SharedFile(root, entry('a.txt'), reader).open('text')).toThrow(
      expect.objectContaining({ code: 'ELOOP' }),
    );
    const opened = new SharedFile(root, entry('a.txt'), reader).open('stream');
    const reading = async () => {
      if ('file' in opened) for await (const chunk of opened.file.stream()) void chunk;
    };
    await expect(reading()).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('a file check', () => {
  it('sees what its reads and the configuration let it see', async () => {
    const say = "report(c, file.path + ' ' + file.type, { path: file.path });";
    const root = checkProject(
      {
        text: { visit: say },
        none: { visit: say, meta: { reads: 'none' } },
        globs: { visit: say, meta: { files: ['docs/**', '*.md'] } },
      },
      { 'a.md': 'a', 'docs/b.txt': 'b', 'docs/deep/c.txt': 'c', 'x.bin': 'x\0' },
    );
    symlinkSync('a.md', join(root, 'link'));
    rmSync(join(root, 'node_modules/.keep'));
    const { result } = await runScan(root, {
      config: {
        exclude: ['checks/**', 'plugin.mjs', 'package.json'],
        checks: { 'local/globs': { exclude: ['docs/deep/**'] } },
      },
    });
    const seen = (key: string) => checkOf(result, `local/${key}`).findings.map(({ message }) => message.slice(6));
    expect(seen('text')).toEqual(['a.md file', 'docs/b.txt file', 'docs/deep/c.txt file']);
    expect(seen('none')).toEqual([
      'a.md file',
      'docs/b.txt file',
      'docs/deep/c.txt file',
      'link symlink',
      'x.bin file',
    ]);
    expect(seen('globs')).toEqual(['a.md file', 'docs/b.txt file']);
  });

  it('that throws for some files says for which, and keeps what it found in the others', async () => {
    const visit =
      "if (file.path.startsWith('bad')) throw new Error('cannot parse'); report(c, file.path, file.locate(1, 2));";
    const files = Object.fromEntries(
      ['bad1', 'bad2', 'bad3', 'bad4', 'bad5', 'bad6', 'bad7', 'good'].map((name) => [`${name}.txt`, 'abc']),
    );
    const root = checkProject({ some: { visit, meta: { files: ['*.txt'] } } }, files);
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ some: 'errored threw' });
    expect(checkOf(result, 'local/some')).toMatchObject({
      outcome: {
        reason: {
          message: 'Visiting bad1.txt, bad2.txt, bad3.txt, bad4.txt, bad5.txt and 2 more failed: cannot parse',
          data: { files: ['bad1.txt', 'bad2.txt', 'bad3.txt', 'bad4.txt', 'bad5.txt', 'bad6.txt', 'bad7.txt'] },
        },
      },
      findings: [
        {
          message: 'found good.txt',
          location: { path: 'good.txt', startLine: 1, startColumn: 2, endColumn: 3 },
          snippet: { startLine: 1, lines: ['abc'] },
        },
      ],
    });
  });

  it('is degraded by files that cannot be read, and never passed', async () => {
    const root = checkProject(
      {
        reads: { visit: '', meta: { files: ['*.txt'], priority: -5 } },
        // A file that is gone by the time it is read, though it was listed.
        removes: {
          run: `const fs = await import('node:fs'); fs.rmSync(c.target.root + '/gone.txt');`,
          meta: { priority: 5 },
        },
      },
      { 'gone.txt': 'x', 'large.txt': '', 'fine.txt': 'x' },
    );
    truncateSync(join(root, 'large.txt'), 67_108_865);
    // Else it would begin with NULs, and be left as binary.
    writeFileSync(join(root, 'large.txt'), 'text\n'.repeat(2_000), { flag: 'r+' });
    const { result } = await runScan(root, { overrides: { parallel: false } });
    expect(ends(result)).toEqual({ reads: 'degraded unreadable', removes: 'passed' });
    expect(checkOf(result, 'local/reads').outcome).toMatchObject({
      reason: { data: { files: ['gone.txt (ENOENT)', 'large.txt (too large: 67108865 bytes)'] } },
    });
  });

  it('may skip, measure and degrade, with its words in the result', async () => {
    const root = checkProject({
      skips: "c.measure('before', 1, 'files'); c.skip('not-installed', 'no tool here'); report(c, 'never');",
      degrades:
        "c.degraded('first half'); c.degraded('second half'); c.measure('files', 2, 'files'); return { kept: [1] };",
    });
    const { result } = await runScan(root, { config: { checks: { 'local/skips': 'error' } } });
    expect(ends(result)).toEqual({ skips: 'skipped not-installed', degrades: 'degraded partial' });
    expect(checkOf(result, 'local/skips')).toMatchObject({
      findings: [],
      optional: false,
      measurements: [{ name: 'before' }],
    });
    expect(checkOf(result, 'local/degrades')).toMatchObject({
      outcome: { reason: { message: 'first half second half' } },
      data: { kept: [1] },
      measurements: [{ name: 'files', value: 2, unit: 'files' }],
    });
    // Brought by a plugin and named by nobody: a notice, outside of coverage.
    const second = await runScan(root);
    expect(checkOf(second.result, 'local/skips').optional).toBe(true);
    expect(second.result.notices).toMatchObject([
      { code: 'not-installed', message: 'local/skips did not run: no tool here' },
    ]);
  });
});
