import type { Finding } from 'scanrun';
import { visible } from '../visible.js';
import type { Style } from './style.js';
import { characterWidth } from './width.js';

/** A line as it is drawn: one cell a character, with the UTF-16 offset at which it starts. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly offset: number;
}

/** A part of a line, as wide as the terminal allows. */
interface View {
  readonly text: string;
  /** Columns before the pointer, and its length; absent where the line has none. */
  readonly pointer?: { readonly start: number; readonly length: number };
}

/** The columns of a tab in a code frame. */
const TAB = '  ';

/**
 * The code frame of a finding: its lines with their numbers, a mark at the lines it is about, and a pointer under the
 * columns of the first. A line longer than `width` is cut with `…` around the column.
 */
export function codeFrame(finding: Finding, width: number, style: Style): string[] {
  const { snippet, location } = finding;
  if (!snippet || snippet.lines.length === 0) return [];
  const first = location.startLine ?? 0;
  const last = location.endLine ?? first;
  const digits = String(snippet.startLine + snippet.lines.length - 1).length;
  const room = Math.max(20, width - digits - 5);
  const colour = style.severity[finding.severity];
  const columns =
    location.startColumn === undefined
      ? undefined
      : {
          start: location.startColumn - 1,
          end: last === first ? (location.endColumn ?? location.startColumn + 1) - 1 : Number.POSITIVE_INFINITY,
        };
  return snippet.lines.flatMap((line, index) => {
    const number = snippet.startLine + index;
    const marked = number >= first && number <= last;
    const pointed = number === first ? columns : undefined;
    const view = viewOf(cellsOf(line), room, pointed);
    const gutter = `${marked ? colour('❯') : ' '} ${style.dim(`${String(number).padStart(digits)} │`)}`;
    const code = `${gutter} ${marked ? view.text : style.dim(view.text)}`.trimEnd();
    if (!view.pointer) return [code];
    return [
      code,
      `  ${style.dim(`${' '.repeat(digits)} │`)} ${' '.repeat(view.pointer.start)}${colour('^'.repeat(view.pointer.length))}`,
    ];
  });
}

function cellsOf(line: string): Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  for (const character of line) {
    const text = character === '\t' ? TAB : visible(character);
    cells.push({ text, width: text === character ? characterWidth(character) : text.length, offset });
    offset += character.length;
  }
  return cells;
}

/** Cuts a line to `room` columns so that the pointed columns stay in view. */
function viewOf(
  cells: readonly Cell[],
  room: number,
  columns: { readonly start: number; readonly end: number } | undefined,
): View {
  const starts: number[] = [];
  let total = 0;
  for (const cell of cells) {
    starts.push(total);
    total += cell.width;
  }
  // A redacted line may be shorter than the columns say: point at its end then.
  const from = columns && columnAt(cells, starts, total, columns.start);
  const to = columns && columnAt(cells, starts, total, columns.end);
  const left =
    total <= room || from === undefined ? 0 : Math.max(0, Math.min(from - Math.floor(room / 3), total - room + 1));
  const cutLeft = left > 0;
  const cutRight = total - left > room;
  const begin = left + (cutLeft ? 1 : 0);
  const end = left + room - (cutRight ? 1 : 0);
  const kept = cells.filter((cell, index) => (starts[index] ?? 0) >= begin && (starts[index] ?? 0) + cell.width <= end);
  const firstKept = starts[cells.indexOf(kept[0] as Cell)] ?? begin;
  const text = `${cutLeft ? '…'.padEnd(1 + firstKept - begin) : ''}${kept.map((cell) => cell.text).join('')}${cutRight ? '…' : ''}`;
  if (from === undefined || to === undefined) return { text };
  const start = Math.max(0, from - left);
  return { text, pointer: { start, length: Math.max(1, Math.min(to, end) - from) } };
}

function columnAt(cells: readonly Cell[], starts: readonly number[], total: number, offset: number): number {
  const index = cells.findIndex((cell) => cell.offset >= offset);
  return index === -1 ? total : (starts[index] ?? total);
}
