import { closeSync, openSync, writeSync } from 'node:fs';
import { ScanError } from '../errors.js';
import { gitFailed, type WorkTree } from './git.js';

/** A content to be fetched. */
export interface WantedBlob {
  /** The name that git gives to it, as hex. */
  readonly id: string;
  /** Where to write it; undefined to have it in memory. */
  readonly file: string | undefined;
}

/** A content that was fetched. */
export interface FetchedBlob {
  readonly sizeBytes: number;
  /** The content, where it was not written to a file. */
  readonly bytes: Buffer;
}

const LINE_FEED = 0x0a;

/**
 * Fetches contents from git as it keeps them, one after the other: no filter is run, and no more than a piece of a file
 * is in memory.
 * @returns As many as were wanted, in their order.
 * @throws ScanError `SR_GIT_FAILED`, also for a content that git does not have.
 */
export async function fetchBlobs(root: string, tree: WorkTree, wanted: readonly WantedBlob[]): Promise<FetchedBlob[]> {
  if (wanted.length === 0) return [];
  const child = tree.start(root, ['--no-replace-objects', 'cat-file', '--batch', '--buffer']);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  ended.catch(() => {});
  child.stdin.on('error', () => {});
  child.stdin.end(wanted.map(({ id }) => `${id}\n`).join(''));
  const reader = new BatchReader(wanted);
  try {
    for await (const chunk of child.stdout) reader.take(chunk as Buffer);
    const code = await ended;
    if (code !== 0 || !reader.isDone)
      throw gitFailed(`git could not give all that is staged in ${root}`, { code, stderr, stdout: Buffer.alloc(0) });
    return reader.fetched;
  } finally {
    reader.close();
    child.kill();
  }
}

/** Takes the output of `git cat-file --batch` apart: a line `id type size`, the content, a line feed. */
class BatchReader {
  readonly #wanted: readonly WantedBlob[];
  readonly fetched: FetchedBlob[] = [];
  #header = '';
  /** Bytes of the content still to come, and the line feed behind it; undefined while a header is read. */
  #left: number | undefined;
  #sizeBytes = 0;
  #handle: number | undefined;
  #pieces: Buffer[] = [];

  constructor(wanted: readonly WantedBlob[]) {
    this.#wanted = wanted;
  }

  get isDone(): boolean {
    return this.fetched.length === this.#wanted.length;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) at = this.#left === undefined ? this.#head(chunk, at) : this.#body(chunk, at);
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #head(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LINE_FEED, at);
    this.#header += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
    if (end < 0) return chunk.length;
    const wanted = this.#wanted[this.fetched.length];
    const [id, type, size] = this.#header.split(' ');
    if (wanted === undefined || id !== wanted.id || type !== 'blob')
      throw new ScanError('SR_GIT_FAILED', `git does not have what is staged: ${this.#header}`);
    this.#header = '';
    this.#sizeBytes = Number(size);
    this.#left = this.#sizeBytes + 1;
    this.#handle = wanted.file === undefined ? undefined : openSync(wanted.file, 'wx', 0o600);
    return end + 1;
  }

  #body(chunk: Buffer, at: number): number {
    const left = this.#left as number;
    const end = Math.min(chunk.length, at + left);
    // The last byte is the line feed.
    const piece = chunk.subarray(at, end - (end - at === left ? 1 : 0));
    if (this.#handle === undefined) this.#pieces.push(Buffer.from(piece));
    else for (let written = 0; written < piece.length; ) written += writeSync(this.#handle, piece, written);
    this.#left = left - (end - at);
    if (this.#left === 0) {
      this.#left = undefined;
      this.close();
      this.fetched.push({ sizeBytes: this.#sizeBytes, bytes: Buffer.concat(this.#pieces.splice(0)) });
    }
    return end;
  }
}
