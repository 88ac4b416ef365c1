// A unified diff, as `git apply` and `patch` take it.

/** What became of a file. */
export interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Lines that differ at most; beyond that looking for the shortest diff takes minutes and memory. */
const MAX_EDITS = 10_000;

const CONTEXT_LINES = 3;

/**
 * The change of a file as a unified diff, each line with its end.
 * @returns undefined where more lines differ than are looked for.
 */
export async function patchOf({ path, before, after }: Change): Promise<string | undefined> {
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDITS,
  });
  if (patch === undefined) return undefined;
  const [from, to] = [`a/${path}`, `b/${path}`];
  const hunks = patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => {
    return [`@@ -${span(oldStart, oldLines)} +${span(newStart, newLines)} @@`, ...lines]
      .map((line) => `${line}\n`)
      .join('');
  });
  const named = (name: string): string => (/\s/.test(name) && !isQuoted(name) ? `${name}\t` : quoted(name));
  return `diff --git ${quoted(from)} ${quoted(to)}\n--- ${named(from)}\n+++ ${named(to)}\n${hunks.join('')}`;
}

/** The lines of a hunk; a part of no lines stands behind the line before it. */
function span(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${start},${lines}`;
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
