import { constants, createReadStream, readFileSync } from 'node:fs';
import type { VisitedFile } from '../check/context.js';
import type { Reads } from '../check/define.js';
import { languageOf } from '../check/language.js';
import { isBinaryFile } from '../files/binary.js';
import { decode } from '../files/text.js';
import type { Location, Snippet } from '../model/finding.js';
import type { FileEntry, StoredEntry } from '../model/target.js';

/** A larger file is not read whole: a string of its size would push a thread of 512 MB over its limit. Checks that stream still see it. */
export const MAX_READ_BYTES = 67_108_864;

const SNIPPET_CONTEXT_LINES = 2;
/** What a thread sends of a line. The coordinator cuts it to what is shown, after masking: half a secret is not recognised as one. */
const SNIPPET_SENT_LENGTH = 4_096;

/** Never follow a link that took a file's place after it was listed: it could lead out of the target. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** A file ready to be shown to a check, or why it is not shown. */
export type Opened = { readonly file: OpenedFile } | { readonly left: 'binary' } | { readonly left: 'too-large' };

/** A file as a pass shows it to several checks: read at most once, decoded at most once, and only if one of them wants that. */
export class SharedFile {
  readonly #entry: FileEntry;
  readonly #absolute: string;
  #content: FileContent | undefined;
  #binary: boolean | undefined;
  #error: unknown;

  constructor(root: string, entry: StoredEntry) {
    this.#entry = entry;
    // Not `join`: both are normal, and telling that again takes a tenth of reading a small file.
    this.#absolute = entry.storedAt ?? `${root}/${entry.path}`;
  }

  get path(): string {
    return this.#entry.path;
  }

  get sizeBytes(): number {
    return this.#entry.sizeBytes;
  }

  /** The text where a check has asked for it. */
  get knownText(): string | undefined {
    return this.#content?.knownText;
  }

  /** The file as a check wants it. Throws the file system's error, the same to each. */
  open(reads: Reads): Opened {
    const entry = this.#entry;
    // A link has no content of its own, and a submodule none that is shown.
    if (reads !== 'none' && entry.type !== 'file') return { left: 'binary' };
    if (reads === 'none' || reads === 'stream') return { file: new OpenedFile(entry, this.#absolute, NO_CONTENT) };
    if (entry.sizeBytes > MAX_READ_BYTES) {
      if (reads === 'text') this.#binary ??= isBinaryFile(this.#absolute);
      return this.#binary === true && reads === 'text' ? { left: 'binary' } : { left: 'too-large' };
    }
    const content = this.#read();
    if (reads === 'text' && content.isBinary) return { left: 'binary' };
    return { file: new OpenedFile(entry, this.#absolute, content) };
  }

  #read(): FileContent {
    if (this.#error !== undefined) throw this.#error;
    try {
      this.#content ??= new FileContent(
        readFileSync(this.#absolute, { flag: READ_FLAGS } as unknown as { encoding: null }),
      );
      return this.#content;
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }
}

/** The bytes of a file, and what is made of them when somebody asks. */
export class FileContent {
  readonly bytes: Uint8Array;
  #text: string | null | undefined;
  #lines: LineIndex | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isBinary(): boolean {
    return this.#decoded === null;
  }

  /** The text; empty for a binary file. */
  get text(): string {
    return this.#decoded ?? '';
  }

  /** The text where somebody has asked for it; undefined for a binary file too. */
  get knownText(): string | undefined {
    return this.#text ?? undefined;
  }

  get lines(): LineIndex {
    this.#lines ??= new LineIndex(this.text);
    return this.#lines;
  }

  get #decoded(): string | null {
    if (this.#text === undefined) this.#text = decode(this.bytes) ?? null;
    return this.#text;
  }
}

/** A file as a check sees it, with its lines found only when somebody asks. */
export class OpenedFile implements VisitedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly type: FileEntry['type'];
  readonly executable: boolean;
  readonly tracked?: boolean;
  readonly linkTarget?: string;
  readonly lfs?: true;
  readonly #absolute: string;
  readonly #content: FileContent;
  readonly #modifiedMs: number;
  /** True once the check asked when it was modified. */
  toldTime = false;

  constructor(entry: FileEntry, absolute: string, content: FileContent) {
    this.path = entry.path;
    this.sizeBytes = entry.sizeBytes;
    this.#modifiedMs = entry.modifiedMs;
    this.type = entry.type;
    this.executable = entry.executable;
    if (entry.tracked !== undefined) this.tracked = entry.tracked;
    if (entry.linkTarget !== undefined) this.linkTarget = entry.linkTarget;
    if (entry.lfs !== undefined) this.lfs = entry.lfs;
    this.#absolute = absolute;
    this.#content = content;
  }

  get modifiedMs(): number {
    this.toldTime = true;
    return this.#modifiedMs;
  }

  get bytes(): Uint8Array {
    return this.#content.bytes;
  }

  get text(): string {
    return this.#content.text;
  }

  stream(): AsyncIterable<Uint8Array> {
    return createReadStream(this.#absolute, { flags: READ_FLAGS as unknown as string });
  }

  locate(start: number, end = start): Location {
    return { path: this.path, ...this.lines.range(start, end) };
  }

  get language(): string | undefined {
    return languageOf(this.path, this.text);
  }

  /** The line index of the text. */
  get lines(): LineIndex {
    return this.#content.lines;
  }
}

const NO_CONTENT = new FileContent(new Uint8Array(0));

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
