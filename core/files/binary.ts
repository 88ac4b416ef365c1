import { closeSync, constants, openSync, readSync } from 'node:fs';

/** git's own rule: a NUL among the first 8,000 bytes makes a file binary. */
const SNIFF_BYTES = 8_000;

/** Never follow a link that took a file's place after it was listed, and never wait for a pipe that did. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** True for bytes that git takes for binary. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, SNIFF_BYTES).includes(0);
}

/** True for a file that git takes for binary; reads no more than is needed for that. Throws the file system's error. */
export function isBinaryFile(file: string): boolean {
  const handle = openSync(file, READ_FLAGS);
  try {
    const bytes = new Uint8Array(SNIFF_BYTES);
    return isBinary(bytes.subarray(0, readSync(handle, bytes, 0, SNIFF_BYTES, 0)));
  } finally {
    closeSync(handle);
  }
}
