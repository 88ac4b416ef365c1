// What a scanned repository says about itself is data: a file name may hold escape sequences or reverse the reading order.

import { formatCount } from 'scanrun';

/** Controls, format characters (bidi overrides, zero-width, tags), lone surrogates, separators, blank letters and code points that are no characters, which HTML forbids; joiners and Arabic signs stay, as scripts and emoji need them. */
const UNSAFE =
  /(?!\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u115f\u1160\u3164\uffa0]/gu;

/** Everything but printable ASCII: a text without it, as most lines of code are, needs no closer look. */
const BEYOND_ASCII = /[^\x20-\x7e]/;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with every character that is invisible, moves the cursor or reorders its neighbours written as an escape, such as `\x1b` or `\u202e`. */
export function visible(text: string): string {
  return BEYOND_ASCII.test(text) ? text.replace(UNSAFE, escapeOf) : text;
}

/** Like `visible`, but line breaks stay and a tab becomes two spaces: for text of several lines. */
export function visibleLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => visible(line.replaceAll('\t', '  ')))
    .join('\n');
}

/** The text, or its beginning and end around a count of what was left out, when it is longer than `limit` characters (at least 40). */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const mark = ` … ${formatCount(text.length - limit)} characters left out … `;
  const tail = Math.min(Math.floor(limit / 4), 120);
  return `${wellFormed(text.slice(0, limit - tail))}${mark}${wellFormed(text.slice(-tail))}`;
}

/** Without the half of a character that a cut may have left at either end. */
function wellFormed(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

function escapeOf(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
