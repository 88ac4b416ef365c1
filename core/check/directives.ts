/** What a comment in a file says of the findings on one line. */
export interface Directive {
  /** The line of the comment, from 1. */
  readonly line: number;
  /** The line whose findings it is about. */
  readonly target: number;
  /** The checks that it names, as they are written: ids, or globs over ids. */
  readonly checks: readonly string[];
  /** Why; absent where it says nothing, and then it has no effect. */
  readonly reason?: string;
  /** What is wrong with its form: then it has no effect. */
  readonly problem?: string;
}

/** What every directive begins with. */
const WORD = 'scanrun-ignore-';
/** A part of it that begins with what few texts have much of: V8 looks for a first character, and looks twice at each that it finds. */
const RARE_PART = '-ignore-';

/** A reason is shown with each finding; a longer one is cut. */
const REASON_LENGTH = 500;

/** More directives than any file has; what follows is not read. */
const MAX_DIRECTIVES = 10_000;

/** How comments begin, at the end of what stands before a directive, and where those end that have an end of their own. */
const COMMENTS: readonly (readonly [open: RegExp, close: string | undefined])[] = [
  [/<!--+$/, '-->'],
  [/\{\{!--$/, '--}}'],
  [/\{\{!$/, '}}'],
  [/<%--$/, '--%>'],
  [/<%#$/, '%>'],
  [/\{#$/, '#}'],
  [/\/\*+$/, '*/'],
  [/\(\*+$/, '*)'],
  [/^\s*\*+$/, '*/'],
  // Not the `//` of an address, nor the `#` of a link.
  [/(?:^|[^:/])\/\/+!?$/, undefined],
  [/(?:^|\s)(?:#+|--+|%+|rem|dnl)$/i, undefined],
  [/;+$/, undefined],
];

/** What is looked at before a directive, and behind it: a generator may have put a whole file on one line. */
const BEFORE_LENGTH = 100;
const BEHIND_LENGTH = 2_000;

/** In Markdown `//` and `#` are text: examples in prose and in code are no directives. */
const MARKDOWN = /\.(?:md|mdx|markdown)$/i;

/**
 * Finds `scanrun-ignore-next-line <check>[, <check>]: reason` and `scanrun-ignore-line ...` in the comments of a text
 * file, whatever its language; the word must be the first of its comment. For a file without one it costs a search for
 * one word. It never throws.
 * @param path the file's name, which tells what a comment is.
 */
export function findDirectives(text: string, path: string): readonly Directive[] {
  let at = text.includes(RARE_PART) ? text.indexOf(WORD) : -1;
  if (at < 0) return [];
  const found: Directive[] = [];
  let line = 1;
  let lineStart = 0;
  for (; at >= 0 && found.length < MAX_DIRECTIVES; at = text.indexOf(WORD, at + WORD.length)) {
    for (let next = text.indexOf('\n', lineStart); next >= 0 && next < at; next = text.indexOf('\n', lineStart)) {
      line += 1;
      lineStart = next + 1;
    }
    const close = closing(text.slice(lineStart, at), path);
    if (close === false) continue;
    const end = text.indexOf('\n', at);
    const from = at + WORD.length;
    found.push(parse(text.slice(from, Math.min(end < 0 ? text.length : end, from + BEHIND_LENGTH)), close, line));
  }
  return stacked(found);
}

/** The end of the comment that begins at the end of this; undefined where the line ends it, false where no comment begins. */
function closing(before: string, path: string): string | undefined | false {
  // A line that is longer than this begins with something else, which the one pattern that asks for its begin must see.
  const tail = before.length > BEFORE_LENGTH ? `-${before.slice(-BEFORE_LENGTH)}` : before;
  const opening = tail.trimEnd();
  const comment = COMMENTS.find(([open]) => open.test(opening));
  if (comment === undefined) return false;
  return MARKDOWN.test(path) && comment[1] !== '-->' && !/\{\/\*+$/.test(opening) ? false : comment[1];
}

/** The rest of a directive's line, from behind the word. */
function parse(rest: string, close: string | undefined, line: number): Directive {
  const end = close === undefined ? -1 : rest.indexOf(close);
  const said = (end < 0 ? rest : rest.slice(0, end)).trim();
  const kind = /^[\w-]*/.exec(said)?.[0] ?? '';
  const target = kind === 'next-line' ? line + 1 : line;
  const argument = said.slice(kind.length);
  const colon = argument.indexOf(':');
  const checks = (colon < 0 ? argument : argument.slice(0, colon))
    .split(',')
    .map((item) => item.trim().split(/\s+/)[0] ?? '')
    .filter((item) => item !== '');
  const reason = colon < 0 ? '' : readable(argument.slice(colon + 1));
  const problem =
    kind !== 'next-line' && kind !== 'line'
      ? `is not known: ${WORD}next-line and ${WORD}line are`
      : checks.length === 0
        ? 'names no check'
        : reason === ''
          ? 'gives no reason: write it behind a colon'
          : undefined;
  return {
    line,
    target,
    checks,
    ...(reason === '' ? {} : { reason }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Without control characters and what is too much. */
function readable(reason: string): string {
  const clean = reason.replace(/\p{Cc}+/gu, ' ').trim();
  return clean.length > REASON_LENGTH ? `${clean.slice(0, REASON_LENGTH - 1)}…` : clean;
}

/** Several comments one below the other are all about the line that follows the last of them. */
function stacked(directives: readonly Directive[]): Directive[] {
  const targets = new Map<number, number>();
  // From the last to the first, so that each finds where the one below it leads.
  for (const { line, target } of directives.toReversed())
    if (target > line) targets.set(line, targets.get(target) ?? target);
  return directives.map((directive) => {
    const target = directive.target > directive.line ? targets.get(directive.line) : undefined;
    return target === undefined || target === directive.target ? directive : { ...directive, target };
  });
}
