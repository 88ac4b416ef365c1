// A unified diff, as `git apply` and `patch` take it.

import { type DiffLine, diffLines } from './line-diff.js';

/** What became of a file. */
export interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const CONTEXT_LINES = 3;

/** The change of a file as a unified diff, each line with its end. Equal texts give no hunk. */
export function patchOf({ path, before, after }: Change): string {
  const hunks = hunksOf(diffLines(linesOf(before), linesOf(after)));
  const [from, to] = [`a/${path}`, `b/${path}`];
  const named = (name: string): string => (/\s/.test(name) && !isQuoted(name) ? `${name}\t` : quoted(name));
  return `diff --git ${quoted(from)} ${quoted(to)}\n--- ${named(from)}\n+++ ${named(to)}\n${hunks.join('')}`;
}

/** Lines with what says that the last one does not end. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function hunksOf(lines: readonly DiffLine[]): string[] {
  const hunks: string[] = [];
  const place = { old: 1, new: 1 };
  let at = 0;
  for (const [from, to] of stretches(lines)) {
    for (; at < from; at += 1) advance(place, lines[at] as DiffLine);
    const start = { ...place };
    for (; at < to; at += 1) advance(place, lines[at] as DiffLine);
    const head = `@@ -${span(start.old, place.old)} +${span(start.new, place.new)} @@\n`;
    const text = lines.slice(from, to).map(({ sign, line }) => `${sign}${line}\n`);
    hunks.push([head, ...text].join(''));
  }
  return hunks;
}

function advance(place: { old: number; new: number }, { sign }: DiffLine): void {
  if (sign !== '+') place.old += 1;
  if (sign !== '-') place.new += 1;
}

/** The stretches of lines that a diff shows: what differs, and some lines around it. */
function stretches(lines: readonly DiffLine[]): [from: number, to: number][] {
  const all: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const from = Math.max(0, index - CONTEXT_LINES);
    const to = Math.min(lines.length, index + CONTEXT_LINES + 1);
    const last = all.at(-1);
    if (last === undefined || last[1] < from) all.push([from, to]);
    else last[1] = to;
  }
  return all;
}

/** The lines of a hunk, from one to before another; a part of no lines stands behind the line before it. */
function span(start: number, end: number): string {
  const lines = end - start;
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

/** What git puts a name into quotes for: what a terminal would obey, and what ends a quoted name. */
const SPECIAL = /[\p{Cc}\p{Cf}\u2028\u2029"\\]/gu;

function isQuoted(name: string): boolean {
  return name.search(SPECIAL) >= 0;
}

/** A name as git writes it: with quotes and octal bytes where it has something special in it. */
function quoted(name: string): string {
  if (!isQuoted(name)) return name;
  const escaped = name.replace(SPECIAL, (sign) => {
    if (sign === '"' || sign === '\\') return `\\${sign}`;
    return [...Buffer.from(sign)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `"${escaped}"`;
}
