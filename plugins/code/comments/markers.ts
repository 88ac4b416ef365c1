import { commentsIn } from './comments.js';
import type { CommentSyntax } from './syntax.js';

/** A word in a comment that marks what is to be done. */
export interface Marker {
  readonly word: string;
  /** The rest of its line. */
  readonly text: string;
  /** Where the word stands, in UTF-16 units from 0. */
  readonly start: number;
  readonly end: number;
  /** Its line, from 1. */
  readonly line: number;
}

/** Finds words such as TODO in the comments of a text: at the start of a comment's line, or followed by `:` or `(`. */
export function markersIn(text: string, syntax: CommentSyntax, words: readonly string[]): Marker[] {
  const any = words.map((word) => word.replace(/[^\p{L}\p{N}_]/gu, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${any})(?![\\p{L}\\p{N}_-])`, 'gu');
  // Most files have none, and need not be taken apart.
  if (text.search(pattern) < 0) return [];
  return commentsIn(text, syntax).flatMap(({ start, end }) => {
    const comment = text.slice(start, end);
    return [...comment.matchAll(pattern)].flatMap(({ 0: word, index }) => {
      const after = comment.slice(index + word.length);
      const before = comment.slice(comment.lastIndexOf('\n', index) + 1, index);
      if (!/^[\s/*#;<!@{[(|-]*$/.test(before) && !/^\s?[:(]/.test(after)) return [];
      const at = start + index;
      return [{ word, text: restOf(after), start: at, end: at + word.length, line: lineOf(text, at) }];
    });
  });
}

/** What follows a word on its line, without the end of the comment. */
function restOf(after: string): string {
  const rest = (after.split('\n')[0] ?? '').replace(/(?:\*\/|-->|--\]\]|-\}).*$/, '');
  return rest.replace(/^\s*[:-]?\s*/, '').trim();
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
