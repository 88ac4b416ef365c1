import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Writes all of it. A disk that is nearly full takes a part, and says so only by the number of bytes. */
export function writeAll(handle: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
}

/** Writes a small file. It appears whole or not at all, and what could not be written leaves nothing behind. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = openSync(temporary, 'w');
    try {
      writeAll(handle, Buffer.from(text));
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
