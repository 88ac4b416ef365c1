import type { FixOffer } from 'scanrun';

/** How markdownlint would mend a problem. https://github.com/DavidAnson/markdownlint#fixing */
export interface FixInfo {
  /** The line, from 1; that of the problem when absent. */
  readonly lineNumber?: number | undefined;
  /** The column, from 1; 1 when absent. */
  readonly editColumn?: number | undefined;
  /** How many characters go; -1 for the whole line. */
  readonly deleteCount?: number | undefined;
  /** What is put there; its line breaks are `\n`. */
  readonly insertText?: string | undefined;
}

/** Rules whose fix changes what is read: MD011 takes `(a)[b]` for a link, MD044 writes names as the project spells them. */
const UNSAFE: ReadonlySet<string> = new Set(['MD011', 'MD044']);

/** What markdownlint counts as the end of a line. */
const LINE_END = /\r\n|\r|\n/g;

/** Turns what markdownlint would do to a page into ranges of its text. One for each page. */
export class StyleFixes {
  readonly #text: string;
  /** Where each line begins, and where its text and its line break end. */
  readonly #lines: (readonly [start: number, textEnd: number, end: number])[] = [];
  readonly #lineEnd: string;

  constructor(text: string) {
    this.#text = text;
    const counts = new Map<string, number>();
    let start = 0;
    for (const { index, 0: lineEnd } of text.matchAll(LINE_END)) {
      counts.set(lineEnd, (counts.get(lineEnd) ?? 0) + 1);
      this.#lines.push([start, index, index + lineEnd.length]);
      start = index + lineEnd.length;
    }
    this.#lines.push([start, text.length, text.length]);
    this.#lineEnd = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '\n';
  }

  /** The fix of a problem; undefined where it lies outside of the text, which no version of markdownlint should say. */
  of(rule: string, problemLine: number, fix: FixInfo): FixOffer | undefined {
    const { lineNumber = problemLine, editColumn = 1, deleteCount = 0, insertText = '' } = fix;
    const line = this.#lines[lineNumber - 1];
    if (line === undefined) return undefined;
    const range = deleteCount < 0 ? this.#wholeLine(lineNumber - 1) : within(line, editColumn, deleteCount);
    if (range === undefined) return undefined;
    const [start, end] = range;
    const text = deleteCount < 0 ? '' : insertText.replaceAll('\n', this.#lineEnd);
    if (this.#text.slice(start, end) === text) return undefined;
    return {
      description: `${rule}: ${described(end - start, text)}`,
      ...(UNSAFE.has(rule) ? { unsafe: true } : {}),
      changes: [{ replacements: [{ start, end, text }] }],
    };
  }

  /** A line with its end; of the last one, which has none, with that of the line before. */
  #wholeLine(index: number): readonly [number, number] {
    const [start = 0, , end = 0] = this.#lines[index] ?? [];
    return index === this.#lines.length - 1 ? [this.#lines[index - 1]?.[1] ?? 0, end] : [start, end];
  }
}

function within(
  [start, textEnd]: readonly [number, number, number],
  column: number,
  deleteCount: number,
): readonly [number, number] | undefined {
  const from = start + column - 1;
  const to = from + deleteCount;
  return from >= start && to <= textEnd ? [from, to] : undefined;
}

function described(removed: number, text: string): string {
  if (text === '') return 'take out what is too much';
  if (removed > 0) return 'write it as the rule says';
  return text.trim() === '' ? 'add what is missing between lines or words' : `add ${JSON.stringify(text.trim())}`;
}
