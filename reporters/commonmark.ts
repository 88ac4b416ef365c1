// Text from a scanned repository as Markdown that means nothing but itself.

import { visible } from './visible.js';

/** A space of no width: behind it a forge sees no mention and no reference. */
const GUARD = '&#8203;';

/**
 * A text for the middle of a line in which nothing is markup: no HTML, emphasis, link, image, table cell, code or math.
 * Nobody is mentioned, and no address becomes a link. Only what means something there is escaped, so that the source
 * can be read too.
 */
export function plainText(text: string): string {
  const escaped = visible(text)
    .replace(/[\\`*_[\]<>#|~$&]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww(?=\.)/gi, '$&\\');
  return guarded(escaped);
}

/** The text with what a forge would take for a mention or a reference set apart. */
function guarded(text: string): string {
  return text.replace(/[@#](?=[\p{L}\p{N}])|\bGH-(?=\d)/giu, `$&${GUARD}`);
}

/** A text on one line as code: behind a fence longer than any in it, in which nothing is markup. Not for tables. */
export function codeText(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  // A space at both ends is taken away again; without, a backtick there would belong to the fence.
  const space = shown === '' || /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A text inside of an HTML element, where Markdown is not read; nobody is mentioned. */
export function htmlText(text: string): string {
  const escaped = visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return guarded(escaped);
}
