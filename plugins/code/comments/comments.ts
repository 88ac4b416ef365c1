import type { CommentSyntax } from './syntax.js';

/** A comment: a half-open range of a text, in UTF-16 units from 0, what begins and ends it included. */
export interface Comment {
  readonly start: number;
  readonly end: number;
}

/** The comments of a text. What looks like one inside of a string is none. */
export function commentsIn(text: string, syntax: CommentSyntax): Comment[] {
  const found: Comment[] = [];
  // What ends a value, after which a slash divides.
  let last = '';
  for (let at = 0; at < text.length; ) {
    const end = commentEnd(text, at, syntax);
    if (end !== undefined) {
      found.push({ start: at, end });
      at = end;
      continue;
    }
    const char = text[at] ?? '';
    const after =
      skipString(text, at, syntax) ?? (syntax.regex && char === '/' ? skipRegex(text, at, last) : undefined);
    if (char.trim() !== '') last = after === undefined ? lastToken(last, text, at) : '"';
    at = after ?? at + 1;
  }
  return found;
}

/** Where the comment ends that begins here; undefined where none does. */
function commentEnd(text: string, at: number, { line, block }: CommentSyntax): number | undefined {
  const pair = block.find(([open]) => text.startsWith(open, at));
  if (pair !== undefined) {
    const close = text.indexOf(pair[1], at + pair[0].length);
    return close < 0 ? text.length : close + pair[1].length;
  }
  const token = line.find((begin) => text.startsWith(begin, at));
  if (token === undefined || !mayBegin(text, at, token)) return undefined;
  return lineEnd(text, at);
}

/** `a#b`, `$#` and `http://` hold no comment. */
function mayBegin(text: string, at: number, token: string): boolean {
  const before = text[at - 1] ?? '\n';
  return token === '//' ? before !== ':' : token !== '#' || /\s/.test(before);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Where the string ends that begins here; undefined where none does. */
function skipString(text: string, at: number, { strings }: CommentSyntax): number | undefined {
  const quote = strings.find((begin) => text.startsWith(begin, at));
  if (quote === undefined) return undefined;
  const isOneLine = quote.length === 1 && quote !== '`';
  for (let next = at + quote.length; next < text.length; next += 1) {
    if (text[next] === '\\') next += 1;
    else if (text.startsWith(quote, next)) return next + quote.length;
    else if (isOneLine && text[next] === '\n') return next;
  }
  return text.length;
}

/** Where the regular expression ends that begins here; undefined where the slash divides. */
function skipRegex(text: string, at: number, last: string): number | undefined {
  if (!/^(?:[(,=:[!&|?{};+\-*%~^<>]|return|typeof|case|in|of|do|else|yield|await|void|delete|throw)?$/.test(last))
    return undefined;
  let isClass = false;
  for (let next = at + 1; next < text.length; next += 1) {
    const char = text[next];
    if (char === '\n') return undefined;
    if (char === '\\') next += 1;
    else if (char === '[') isClass = true;
    else if (char === ']') isClass = false;
    else if (char === '/' && !isClass) return next + 1;
  }
  return undefined;
}

/** The word or sign that ends at a place; a word grows letter by letter. */
function lastToken(last: string, text: string, at: number): string {
  const char = text[at] ?? '';
  if (!/[\w$]/.test(char)) return char;
  const grows = /[\w$]/.test(text[at - 1] ?? '');
  // Only keywords matter, and none is longer.
  return grows ? `${last}${char}`.slice(0, 12) : char;
}
