import { closeSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { codeOf } from '../errors.js';

/** Writes all of it. A disk that is nearly full takes a part, and says so only by the number of bytes. */
export function writeAll(handle: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
}

/** Writes a small file. It appears whole or not at all, and what could not be written leaves nothing behind. */
export function writeWhole(file: string, text: string): void {
  const temporary = temporaryOf(file);
  try {
    fill(temporary, text, 'w');
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes a small file, whole or not at all, where there is none; false where there is one, whatever it is. */
export function writeNew(file: string, text: string): boolean {
  const temporary = temporaryOf(file);
  try {
    fill(temporary, text, 'w');
    link(temporary, file, text);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Gives a file its name if nothing has it: a rename would replace what has. */
function link(temporary: string, file: string, text: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    // Some file systems know no hard links; there the name is taken first.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
    fill(file, text, 'wx');
  }
}

function fill(file: string, text: string, flags: 'w' | 'wx'): void {
  const handle = openSync(file, flags);
  try {
    writeAll(handle, Buffer.from(text));
  } finally {
    closeSync(handle);
  }
}

function temporaryOf(file: string): string {
  return `${file}.${process.pid}.tmp`;
}
