import type { Location, Snippet } from '../model/finding.js';

const SNIPPET_CONTEXT_LINES = 2;
/** What a thread sends of a line. The coordinator cuts it to what is shown, after masking: half a secret is not recognised as one. */
const SNIPPET_SENT_LENGTH = 4_096;

/** Where lines begin in a text. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** Lines and columns, from 1, of a half-open range. */
  range(start: number, end: number): Omit<Location, 'path'> {
    const from = this.#place(start);
    const to = this.#place(Math.max(start, end));
    return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
  }

  /** The lines around a line, cut to a width. Undefined where the text has no such line. */
  snippet(line: number): Snippet | undefined {
    if (line < 1 || line > this.#starts.length) return undefined;
    const first = Math.max(1, line - SNIPPET_CONTEXT_LINES);
    const last = Math.min(this.#starts.length, line + SNIPPET_CONTEXT_LINES);
    const lines = Array.from({ length: last - first + 1 }, (_, index) =>
      this.line(first + index).slice(0, SNIPPET_SENT_LENGTH),
    );
    // What follows a final line break is no line that anyone sees.
    if (last > line && lines.at(-1) === '') lines.pop();
    return { startLine: first, lines };
  }

  /** A line's text, from 1, without its line break. */
  line(line: number): string {
    const text = this.#text.slice(this.#starts[line - 1] ?? this.#text.length, this.#starts[line] ?? this.#text.length);
    return text.replace(/\r?\n$/, '');
  }

  #place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
