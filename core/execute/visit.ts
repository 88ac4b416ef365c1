import { createReadStream } from 'node:fs';
import type { VisitedFile } from '../check/context.js';
import type { Reads } from '../check/define.js';
import { languageOf } from '../check/language.js';
import { isBinaryFile } from '../files/binary.js';
import type { Location } from '../model/finding.js';
import type { FileEntry, StoredEntry } from '../model/target.js';
import { type FileContent, type FileReader, NO_CONTENT, OPEN_FLAGS } from './file-content.js';
import type { LineIndex } from './lines.js';

/** A larger file is not read whole: a string of its size would push a thread of 512 MB over its limit. Checks that stream still see it. */
export const MAX_READ_BYTES = 67_108_864;

/** A file ready to be shown to a check, or why it is not shown. */
export type Opened = { readonly file: OpenedFile } | { readonly left: 'binary' } | { readonly left: 'too-large' };

/** A file as a pass shows it to several checks: read at most once, decoded at most once, and only if one of them wants that. */
export class SharedFile {
  readonly #entry: FileEntry;
  readonly #absolute: string;
  readonly #reader: FileReader;
  #content: FileContent | undefined;
  #binary: boolean | undefined;
  #error: unknown;

  constructor(root: string, entry: StoredEntry, reader: FileReader) {
    this.#entry = entry;
    this.#reader = reader;
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
    const content = this.#read(reads);
    if (reads === 'text' && content.isBinary) return { left: 'binary' };
    return { file: new OpenedFile(entry, this.#absolute, content) };
  }

  #read(reads: 'text' | 'bytes'): FileContent {
    if (this.#error !== undefined) throw this.#error;
    try {
      this.#content ??= this.#reader.read(this.#absolute, this.#entry.sizeBytes, reads);
      return this.#content;
    } catch (error) {
      this.#error = error;
      throw error;
    }
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
    return createReadStream(this.#absolute, { flags: OPEN_FLAGS as unknown as string });
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
