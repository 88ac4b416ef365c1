import { visible, visibleLines } from '../visible.js';

/** What XML 1.0 has no place for, not even as a reference: noncharacters that `visible` leaves alone. */
const UNKNOWN = /[\ufdd0-\ufdef\ufffe\uffff]/g;

/** A text as the value of an attribute, on one line: characters that XML 1.0 forbids are there as escapes. */
function attribute(text: string): string {
  return escaped(visible(text));
}

/** A text of several lines as content. */
export function content(text: string): string {
  return escaped(visibleLines(text));
}

function escaped(text: string): string {
  return text
    .replace(UNKNOWN, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The attributes of an element; those without a value are left out. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${attribute(String(value))}"`)
    .join('');
}
