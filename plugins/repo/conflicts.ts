/** A merge conflict that somebody left in a text, or a part of one. */
export interface Conflict {
  /** Whole, or which of its outer markers is gone. */
  readonly kind: 'complete' | 'endMissing' | 'startMissing';
  /** Where its first marker begins, in UTF-16 units from 0. */
  readonly start: number;
  /** Where its last marker ends, in UTF-16 units from 0. */
  readonly end: number;
  /** What the first marker says of our side; empty when it says nothing. */
  readonly ours: string;
  /** What the last marker says of their side; empty when it says nothing. */
  readonly theirs: string;
}

interface Marker {
  readonly sign: string;
  readonly size: number;
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** Git's own size. It writes longer ones for conflicts within conflicts and where `.gitattributes` asks for them. */
const USUAL_SIZE = 7;

/**
 * A marker as `git diff --check` knows it: at the start of a line, of one sign, then a space or the end of the line.
 * Nothing follows the separator; were a label allowed there, `======= Title` would be one.
 */
const MARKER = /(?<![^\r\n])(?:([<>])\1{6,}(?=[ \t\r\n]|$)[^\r\n]*|={7,}[ \t]*(?=[\r\n]|$))/g;

/**
 * Finds conflicts, in order of place. Complete ones have a start, a separator and an end of the same size, and may hold
 * others. Remains are a separator with only one of the outer markers, of git's usual size: one marker alone proves
 * nothing, since it may be a heading's underline, a quotation or a banner.
 */
export function findConflicts(text: string): Conflict[] {
  const outer = { '<': text.includes('<<<<<<<'), '>': text.includes('>>>>>>>') };
  if (!outer['<'] && !outer['>']) return [];
  const bySize = new Map<number, Blocks>();
  for (const marker of markersOf(text)) {
    const blocks = bySize.get(marker.size) ?? new Blocks();
    bySize.set(marker.size, blocks);
    blocks.add(marker);
  }
  const found = [...bySize].flatMap(([size, blocks]) => (size === USUAL_SIZE ? blocks.all() : blocks.complete));
  return found.sort((a, b) => a.start - b.start);
}

function* markersOf(text: string): Generator<Marker> {
  for (const match of text.matchAll(MARKER)) {
    const line = match[0];
    const sign = line.charAt(0);
    const size = runLength(line, sign);
    yield { sign, size, label: line.slice(size).trim(), start: match.index, end: match.index + line.trimEnd().length };
  }
}

function runLength(line: string, sign: string): number {
  let size = 0;
  while (line[size] === sign) size += 1;
  return size;
}

/** The conflicts whose markers have one size. */
class Blocks {
  readonly complete: Conflict[] = [];
  readonly #startMissing: Conflict[] = [];
  readonly #open: { readonly start: Marker; separator?: Marker }[] = [];
  /** The last separator outside every block: what is left when a start was removed. */
  #stray: Marker | undefined;

  add(marker: Marker): void {
    const block = this.#open.at(-1);
    if (marker.sign === '<') this.#open.push({ start: marker });
    else if (marker.sign === '=' && block) block.separator ??= marker;
    else if (marker.sign === '=') this.#stray = marker;
    else this.#close(marker);
  }

  /** Complete conflicts and remains. */
  all(): Conflict[] {
    const endMissing = this.#open.flatMap(({ start, separator }) =>
      separator ? [conflict('endMissing', start, separator)] : [],
    );
    return [...this.complete, ...this.#startMissing, ...endMissing];
  }

  #close(end: Marker): void {
    // A start without a separator is no block: it is text, and the end may belong to the block around it.
    while (this.#open.length > 0 && this.#open.at(-1)?.separator === undefined) this.#open.pop();
    const block = this.#open.pop();
    if (block) this.complete.push(conflict('complete', block.start, end));
    else if (this.#stray) this.#startMissing.push(conflict('startMissing', this.#stray, end));
    this.#stray = undefined;
  }
}

function conflict(kind: Conflict['kind'], first: Marker, last: Marker): Conflict {
  return {
    kind,
    start: first.start,
    end: last.end,
    ours: first.sign === '<' ? first.label : '',
    theirs: last.sign === '>' ? last.label : '',
  };
}
