// Who wrote an answer. A target may bring a cache of its own, in which what an attacker wants hidden is "clean": an
// answer counts only with the signature of the key that this user has and no target does.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors.js';

/** A key that was made here, as it lies in its file. */
const MADE = /^[0-9a-f]{64}\n$/;

/** Signs and recognises what is kept. */
export class Signer {
  /** 16 hex digits that name the key without telling it: answers of different keys lie in different folders. */
  readonly id: string;
  readonly #secret: string;
  readonly #crypto = process.getBuiltinModule('node:crypto');

  /** @param secret what nobody else knows; any text. */
  constructor(secret: string) {
    this.#secret = secret;
    this.id = this.digest('id').slice(0, 16);
  }

  /** The signature of a content under a name, 64 hex digits: the same content under another name has another. */
  sign(name: string, content: string | Uint8Array): string {
    return this.#crypto.createHmac('sha256', this.#secret).update(`${name}\0`).update(content).digest('hex');
  }

  /** 32 hex digits that stand for a text and cannot be guessed back, however short it is. */
  digest(text: string): string {
    return this.sign('', text).slice(0, 32);
  }

  /** A hash for what a signed text names; by itself it proves nothing. */
  hash(content: Uint8Array): string {
    return this.#crypto.createHash('sha256').update(content).digest('base64url');
  }
}

/**
 * Reads the user's key, and makes one where there is none.
 * @throws what the file system says when it can neither be read nor made.
 */
export function loadSecret(file: string): string {
  const known = readSecret(file);
  if (known !== undefined) return known;
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const secret = `${randomBytes(32).toString('hex')}\n`;
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(fresh, secret, { flag: 'wx', mode: 0o600 });
    return putInPlace(fresh, file, secret);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Of several processes that make a key at once, one wins, and the others take its. */
function putInPlace(fresh: string, file: string, secret: string): string {
  try {
    linkSync(fresh, file);
    return secret;
  } catch {
    // It is there by now, or this file system has no links.
    const other = readSecret(file);
    if (other !== undefined) return other;
    renameSync(fresh, file);
    return secret;
  }
}

/** Reads the user's key; undefined where there is none. Throws what the file system says when it is there and cannot be read. */
export function readSecret(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'latin1');
    return MADE.test(text) ? text : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
