import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { decode, isWide, markOf } from '../files/text.js';
import { LineIndex } from './lines.js';

/** Never follow a link that took a file's place after it was listed: it could lead out of the target. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** Never wait for a pipe that did. */
const READ_FLAGS = OPEN_FLAGS | (constants.O_NONBLOCK ?? 0);

/** What is read at once. Nearly all files of a repository are smaller. */
const CHUNK_BYTES = 65_536;

/**
 * Reads files one after another into the same memory. Memory of its own for each would be more work than to read a
 * small file, and stay until it is collected: a tree of many files would cost more memory than one of few.
 */
export class FileReader {
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);

  /**
   * What a regular file has in it now, whatever size it had when it was listed. Throws the file system's error.
   * @param as what is wanted of it first.
   */
  read(path: string, listedBytes: number, as: 'text' | 'bytes'): FileContent {
    if (listedBytes >= CHUNK_BYTES) return new FileContent(readWhole(path));
    const handle = openSync(path, READ_FLAGS);
    try {
      let length = readSync(handle, this.#chunk, 0, CHUNK_BYTES, null);
      // Something else may be in its place, or follow, only where there is not what was listed.
      if (length !== listedBytes || length === 0) {
        refuseOther(path, handle);
        for (let more = length; more > 0 && length < CHUNK_BYTES; length += more)
          more = readSync(handle, this.#chunk, length, CHUNK_BYTES - length, null);
      }
      if (length === CHUNK_BYTES) return new FileContent(readWhole(path));
      const chunk = this.#chunk.subarray(0, length);
      return as === 'text' ? FileContent.ofChunk(chunk) : new FileContent(Buffer.from(chunk));
    } finally {
      closeSync(handle);
    }
  }
}

function readWhole(path: string): Buffer {
  const handle = openSync(path, READ_FLAGS);
  try {
    refuseOther(path, handle);
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Refuses what is no regular file: a pipe or a device says nothing, or never ends. */
function refuseOther(path: string, handle: number): void {
  if (!fstatSync(handle).isFile()) throw Object.assign(new Error(`${path} is not a regular file.`), { code: 'EINVAL' });
}

/** What a file has in it, and what is made of that when somebody asks. */
export class FileContent {
  #bytes: Uint8Array | undefined;
  /** Null for a binary file. */
  #text: string | null | undefined;
  /** The byte order mark that the text has no more. */
  #mark = '';
  #lines: LineIndex | undefined;

  /** @param bytes that nobody else writes to. */
  constructor(bytes: Uint8Array | undefined) {
    this.#bytes = bytes;
  }

  /** The content of bytes that will be others in a moment. */
  static ofChunk(chunk: Buffer): FileContent {
    const content = new FileContent(undefined);
    const text = isWide(chunk) ? undefined : decode(chunk);
    // Text of UTF-8 gives its bytes back, unless some were no UTF-8 and were replaced.
    if (text === undefined || text.includes('\uFFFD')) return new FileContent(Buffer.from(chunk));
    content.#text = text;
    content.#mark = markOf(chunk);
    return content;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= Buffer.from(this.#mark + this.text);
    return this.#bytes;
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
    if (this.#text === undefined) this.#text = decode(this.#bytes ?? NO_BYTES) ?? null;
    return this.#text;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Of a file that was not read. */
export const NO_CONTENT = new FileContent(NO_BYTES);
