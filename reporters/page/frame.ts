import type { Finding } from 'scanrun';
import { visible } from '../visible.js';

/** The lines around a finding, safe to show, and what of them it is about. */
export interface Frame {
  /** The number of the first line. */
  readonly start: number;
  /** Lines as shown: tabs are two spaces, invisible characters are escapes. */
  readonly lines: readonly string[];
  /** The first and last line that the finding is about; 0 when none is. */
  readonly first: number;
  readonly last: number;
  /** What is marked in the first of them, as a half-open range of the shown text; empty when there are no columns. */
  readonly from: number;
  readonly to: number;
}

/** One line of a code frame, cut at what is marked. */
export interface FrameLine {
  readonly number: number;
  readonly marked: boolean;
  readonly before: string;
  readonly mark: string;
  readonly after: string;
}

/** The code frame of a finding; undefined where the check read no text. */
export function frameOf({ snippet, location }: Finding): Frame | undefined {
  if (!snippet || snippet.lines.length === 0) return undefined;
  const { startLine: start, lines: source } = snippet;
  const first = location.startLine ?? 0;
  const last = location.endLine ?? first;
  const lines = source.map(shown);
  const line = source[first - start];
  if (line === undefined || location.startColumn === undefined) return { start, lines, first, last, from: 0, to: 0 };
  const end = last > first ? line.length : (location.endColumn ?? location.startColumn + 1) - 1;
  // The columns count the line as it is in the file; the shown text may be longer before them.
  const isSame = lines[first - start] === line;
  const at = (column: number): number => (isSame ? Math.min(column, line.length) : shown(line.slice(0, column)).length);
  return { start, lines, first, last, from: at(location.startColumn - 1), to: at(end) };
}

/** The lines of a frame for the template; the client does the same. */
export function frameLines({ start, lines, first, last, from, to }: Frame): FrameLine[] {
  return lines.map((text, index) => {
    const number = start + index;
    const marked = number >= first && number <= last;
    if (number !== first || to <= from) return { number, marked, before: text, mark: '', after: '' };
    return { number, marked, before: text.slice(0, from), mark: text.slice(from, to), after: text.slice(to) };
  });
}

function shown(line: string): string {
  return visible(line.includes('\t') ? line.replaceAll('\t', '  ') : line);
}
