import { isBinary } from './binary.js';

/** Text of bytes: UTF-8, or UTF-16 with a byte order mark; undefined for a binary file. A byte order mark is no part of it. */
export function decode(bytes: Uint8Array): string | undefined {
  if (isWide(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  if (isBinary(bytes)) return undefined;
  const start = hasMark(bytes) ? 3 : 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start).toString('utf8');
}

/** True for bytes that begin with the byte order mark of UTF-16. */
export function isWide(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** Bytes of text, in the encoding of other bytes and with a byte order mark where those have one. Halves of characters are replaced. */
export function encodeAs(like: Uint8Array, text: string): Buffer {
  if (like[0] === 0xff && like[1] === 0xfe) return Buffer.from(`\ufeff${text}`, 'utf16le');
  if (like[0] === 0xfe && like[1] === 0xff) return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  return Buffer.from(markOf(like) + text);
}

/** The byte order mark as a text of UTF-8 begins with it; empty where it does not. */
export function markOf(bytes: Uint8Array): string {
  return hasMark(bytes) ? '\ufeff' : '';
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
