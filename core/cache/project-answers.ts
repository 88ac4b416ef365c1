// What project checks said, each answer in a file of its own: there are few, and their data may be large.

import { join } from 'node:path';
import type { KeptProjectAnswer } from '../model/kept.js';
import { attempt, type CacheFile, type CacheFolder, failureText } from './folder.js';
import type { CheckKey } from './merge-table.js';
import { changedParts, type PartChange, type Parts } from './parts.js';
import type { Signer } from './signer.js';

/** How the names of the files begin. */
const PREFIX = 'project-';
/** An answer may take this share of the cache; a larger one would drive out all others. */
const LARGEST_SHARE = 0.125;
/** A file is marked as used only when it has not been for this share of its life. */
const SLACK_SHARE = 0.1;

/** What the answers lie in and how long they are kept. */
export interface ProjectAnswersOptions {
  readonly folder: CacheFolder;
  readonly signer: Signer;
  /** Milliseconds after which what nobody used is given up. */
  readonly maxAgeMs: number;
  /** The most bytes of the whole cache. */
  readonly maxBytes: number;
  /** True finds nothing and keeps all anew. */
  readonly refresh?: boolean;
}

/** What lies in a file behind its signature. */
interface Stored {
  readonly parts: Parts;
  readonly answer: KeptProjectAnswer;
}

/** The answers of project checks of earlier scans, and those of this one to keep. */
export class ProjectAnswers {
  readonly #options: ProjectAnswersOptions;
  readonly #learned = new Map<string, Stored>();
  /** Files that were not as they were written. */
  damaged = 0;
  /** Why an answer that is there could not be read. */
  problem: string | undefined;
  /** Checks that needed no run. */
  hits = 0;
  /** Checks that need one. */
  misses = 0;

  constructor(options: ProjectAnswersOptions) {
    this.#options = options;
  }

  /** Answers that this scan will keep. */
  get kept(): number {
    return this.#learned.size;
  }

  /** What a check said when everything that it depends on was as it is now; undefined when that is not known. */
  lookup(check: CheckKey): KeptProjectAnswer | undefined {
    const known = this.#options.refresh ? undefined : this.#read(this.#nameOf(check));
    if (known === undefined) this.misses += 1;
    else this.hits += 1;
    if (known !== undefined) this.#markUsed(this.#nameOf(check), known.usedMs);
    return known?.answer;
  }

  /** Keeps what a check said. Nothing is written before `save`. */
  keep({ key, parts }: CheckKey, answer: KeptProjectAnswer): void {
    this.#learned.set(this.#nameOf({ key, parts }), { parts, answer });
  }

  /**
   * Writes what was learned.
   * @param redact masks what must appear nowhere, as it is known at the end of the scan.
   * @returns the ids of the checks whose answers are too large.
   * @throws what the file system says.
   */
  save(redact: <T>(value: T) => T): string[] {
    const { folder, signer, maxBytes } = this.#options;
    const tooLarge: string[] = [];
    for (const [name, { parts, answer }] of this.#learned) {
      const text = JSON.stringify({ parts, answer: redact(answer) } satisfies Stored);
      if (text.length > maxBytes * LARGEST_SHARE) tooLarge.push(parts.check ?? name);
      else folder.write(name, [Buffer.from(`${signer.sign(name, text)}\n${text}`)]);
    }
    return tooLarge;
  }

  /** What is different since a check last answered; empty where nothing is, undefined where it never did. */
  changesOf({ key, parts }: CheckKey): PartChange[] | undefined {
    if (this.#read(this.#nameOf({ key, parts })) !== undefined) return [];
    const prefix = this.#prefixOf(parts);
    const own = this.#list().filter(({ name }) => name.startsWith(prefix));
    const last = own.sort((a, b) => a.usedMs - b.usedMs).at(-1);
    const stored = last === undefined ? undefined : this.#read(last.name);
    return stored === undefined ? undefined : changedParts(stored.parts, parts);
  }

  /** Removes what was not used for too long, and of the rest the longest unused until the whole cache is within its limit. */
  prune(): void {
    const { folder, maxAgeMs, maxBytes } = this.#options;
    const own = this.#list().sort((a, b) => b.usedMs - a.usedMs);
    const sum = (files: readonly CacheFile[]): number => files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
    let left = maxBytes - (sum(folder.list()) - sum(own));
    for (const { name, sizeBytes, usedMs } of own) {
      left -= sizeBytes;
      if (left < 0 || Date.now() - usedMs > maxAgeMs) folder.remove(name);
    }
  }

  /** How many answers there are, their bytes, and when the longest unused was last used, in milliseconds since 1970. */
  describe(): { readonly answers: number; readonly sizeBytes: number; readonly oldestMs: number | undefined } {
    const files = this.#list();
    return {
      answers: files.length,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      oldestMs: files.length === 0 ? undefined : Math.min(...files.map(({ usedMs }) => usedMs)),
    };
  }

  #list(): CacheFile[] {
    return this.#options.folder.list().filter(({ name }) => name.startsWith(PREFIX));
  }

  #nameOf({ key, parts }: CheckKey): string {
    return `${this.#prefixOf(parts)}${key}`;
  }

  #prefixOf(parts: Parts): string {
    return `${PREFIX}${this.#options.signer.digest(parts.check ?? '').slice(0, 16)}-`;
  }

  /** What a file holds; undefined when there is none or it is not as it was written. */
  #read(name: string): (Stored & { readonly usedMs: number }) | undefined {
    const { folder, signer, maxBytes } = this.#options;
    const file = attempt(
      () => folder.read(name, maxBytes),
      (error) => {
        this.problem ??= failureText(join(folder.path, name), error);
      },
    );
    if (file === undefined) return undefined;
    const text = file.bytes.subarray(SIGNATURE_BYTES);
    if (file.bytes.toString('latin1', 0, SIGNATURE_BYTES) === `${signer.sign(name, text)}\n`)
      return { ...(JSON.parse(text.toString('utf8')) as Stored), usedMs: file.usedMs };
    this.damaged += 1;
    // Or each scan that asks for it would find it damaged. Where it cannot be removed, it cannot be replaced either,
    // and whoever keeps something says so.
    attempt(() => folder.remove(name));
    return undefined;
  }

  #markUsed(name: string, usedMs: number): void {
    const { folder, maxAgeMs } = this.#options;
    // A cache that cannot be written says so where something is to be kept; until then its answers hold.
    if (Date.now() - usedMs > maxAgeMs * SLACK_SHARE) attempt(() => folder.touch(name));
  }
}

const SIGNATURE_BYTES = 65;
