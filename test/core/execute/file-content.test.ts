import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileReader } from '../../../core/execute/file-content.js';
import { decode } from '../../../core/files/text.js';
import { folder } from '../../support/folders.js';

/** More than is read at once. */
const LARGE = 65_536;

describe('what is read of files', () => {
  const root = folder();
  const path = join(root, 'file');
  const reader = new FileReader();
  const write = (bytes: Uint8Array | string): number => {
    writeFileSync(path, bytes);
    return Buffer.byteLength(bytes);
  };

  it('is what is in them, whichever is read next into the same memory', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      // Marks of byte order, and what is no UTF-8.
      fc
        .array(fc.constantFrom([0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0x61], [0xc3], [0xa4], [0]))
        .map((parts) => Buffer.from(parts.flat())),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.constantFrom('text', 'bytes')), { maxLength: 4 }), (files) => {
        const contents = files.map(([content, as]) => reader.read(path, write(content), as));
        for (const [index, [own]] of files.entries()) {
          const content = contents[index];
          expect(content?.isBinary).toBe(decode(own) === undefined);
          expect(content?.text).toBe(decode(own) ?? '');
          expect(Buffer.from(content?.bytes ?? []).toString('hex')).toBe(Buffer.from(own).toString('hex'));
        }
      }),
      { numRuns: 30 },
    );
  });

  it.for([LARGE - 1, LARGE, LARGE + 1, 3 * LARGE])('is all of %i bytes, whatever size was listed', (size) => {
    const text = 'x'.repeat(size);
    write(text);
    for (const listed of [0, 1, size - 1, size, size + 1, 10 * LARGE]) {
      expect(reader.read(path, listed, 'text').text === text).toBe(true);
      expect(reader.read(path, listed, 'bytes').bytes).toHaveLength(size);
    }
  });

  // The kernel's own files come in pieces, and say that they are empty.
  it.for(['/proc/crypto', '/proc/kallsyms', '/proc/zoneinfo'].filter((file) => existsSync(file)))(
    'is all of a file that comes in pieces: %s',
    (file) => {
      const lines = (text: string): number => text.split('\n').length;
      expect(lines(reader.read(file, 0, 'text').text)).toBe(lines(readFileSync(file, 'utf8')));
    },
  );

  it('is text only where that was wanted: whoever wants bytes does not pay for it', () => {
    const size = write('abc');
    expect(reader.read(path, size, 'text').knownText).toBe('abc');
    expect(reader.read(path, size, 'bytes').knownText).toBe(undefined);
  });

  it('is an error where something else took their place, and nobody waits for a pipe', () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const listed of [0, 1, LARGE]) {
      for (const as of ['text', 'bytes'] as const) {
        expect(() => reader.read(pipe, listed, as)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
        expect(() => reader.read(root, listed, as)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^E(ISDIR|INVAL)$/) }),
        );
        expect(() => reader.read('/dev/null', listed, as)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      }
    }
    rmSync(pipe);
    expect(() => reader.read(pipe, 1, 'text')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('is nothing of an empty file', () => {
    const { text, isBinary, bytes } = reader.read(path, write(''), 'text');
    expect([text, isBinary, bytes.length]).toEqual(['', false, 0]);
  });
});
