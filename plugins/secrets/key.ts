import { findPemKeys } from './pem.js';
import type { PrivateKey } from './private-key.js';
import { findPuttyKeys } from './putty.js';

/** Whether a text can hold a key at all: what every header contains. */
export function mayHoldKeys(text: string): boolean {
  return /PRIVATE(?: |%20|\+)KEY/.test(text) || text.includes('PuTTY-User-Key-File-');
}

/** The private keys in a text, in order of place. */
export function findKeys(text: string): PrivateKey[] {
  return [...findPemKeys(text), ...findPuttyKeys(text)].sort((a, b) => a.start - b.start);
}
