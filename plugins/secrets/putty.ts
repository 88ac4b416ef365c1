import type { PrivateKey } from './private-key.js';

const HEADER = /PuTTY-User-Key-File-\d{1,2}: ?([\w@.-]{1,64})/g;

/** Characters after a header in which its private lines are looked for: the public lines of the largest keys stand between. */
const MAX_KEY = 65_536;

/** The private keys in a text that are written in PuTTY's format (.ppk). */
export function findPuttyKeys(text: string): PrivateKey[] {
  const keys: PrivateKey[] = [];
  for (const match of text.matchAll(HEADER)) {
    const start = match.index;
    const next = text.indexOf('PuTTY-User-Key-File-', start + match[0].length);
    const raw = text.slice(start, Math.min(next === -1 ? text.length : next, start + MAX_KEY));
    // Where the file stands inside a string, its line ends are escaped.
    const lines = raw.split(/\r\n|\r|\n|(?:\\{1,16}r)?\\{1,16}n/).map((line) => line.trim());
    const count = lines.findIndex((line) => /^Private-Lines: ?\d+/.test(line));
    if (count === -1) continue;
    const announced = Number(/\d+/.exec(lines[count] ?? '')?.[0] ?? 0);
    const material = lines
      .slice(count + 1, count + 1 + announced)
      .filter((line) => /^[A-Za-z0-9+/]+={0,2}$/.test(line));
    const length = material.join('').length;
    // The private part of the shortest key, Ed25519, is a length and 32 bytes: 48 characters.
    if (length < 40) continue;
    const end = raw.lastIndexOf(material.at(-1) ?? '') + (material.at(-1) ?? '').length;
    const encrypted = lines.some((line) => /^Encryption: ?(?!none\b)\S/.test(line));
    keys.push({
      kind: `PuTTY ${match[1] ?? ''} private key`,
      encrypted,
      start,
      end: start + end,
      reach: end,
      material,
      length,
    });
  }
  return keys;
}
