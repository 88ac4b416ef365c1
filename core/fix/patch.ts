// A unified diff, as `git apply` and `patch` take it.

import type { StructuredPatchHunk } from 'diff';

/** What became of a file. */
export interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Lines that differ at most; beyond that looking for the shortest diff takes more than seconds. */
const MAX_EDITS = 2_000;

const CONTEXT_LINES = 3;

/** The change of a file as a unified diff, each line with its end. Empty texts on both sides give no hunk. */
export async function patchOf({ path, before, after }: Change): Promise<string> {
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDITS,
  });
  const hunks = (patch?.hunks ?? [wholeHunk(linesOf(before), linesOf(after))]).map((hunk) => {
    const head = `@@ -${span(hunk.oldStart, hunk.oldLines)} +${span(hunk.newStart, hunk.newLines)} @@`;
    return [head, ...hunk.lines].map((line) => `${line}\n`).join('');
  });
  const [from, to] = [`a/${path}`, `b/${path}`];
  const named = (name: string): string => (/\s/.test(name) && !isQuoted(name) ? `${name}\t` : quoted(name));
  return `diff --git ${quoted(from)} ${quoted(to)}\n--- ${named(from)}\n+++ ${named(to)}\n${hunks.join('')}`;
}

/** The lines of a hunk; a part of no lines stands behind the line before it. */
function span(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${lines === 0 ? start - 1 : start},${lines}`;
}

/** Lines with what says that the last one does not end. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** All that lies between the lines that both texts begin and end with: right, though not short. */
function wholeHunk(before: readonly string[], after: readonly string[]): StructuredPatchHunk {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - CONTEXT_LINES);
  const behind = Math.min(tail, CONTEXT_LINES);
  const cut = (lines: readonly string[]): string[] => lines.slice(head, lines.length - tail);
  const marked = [
    ...before.slice(from, head).map((line) => ` ${line}`),
    ...cut(before).map((line) => `-${line}`),
    ...cut(after).map((line) => `+${line}`),
    ...before.slice(before.length - tail, before.length - tail + behind).map((line) => ` ${line}`),
  ];
  const length = (lines: readonly string[]): number => lines.length - from - tail + behind;
  return {
    oldStart: from + 1,
    oldLines: length(before),
    newStart: from + 1,
    newLines: length(after),
    lines: marked.flatMap((line) => line.split('\n')),
  };
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
