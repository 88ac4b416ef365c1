// How the answers of file checks are asked for.

import type { KeptFileAnswer } from '../model/kept.js';
import type { CacheFolder } from './folder.js';
import type { CheckKey } from './merge-table.js';
import type { Signer } from './signer.js';

/** A file check whose answers are asked for. */
export interface FileCheckKey extends CheckKey {
  /** True when an answer holds for the same content under any path. */
  readonly pathIndependent?: boolean;
}

/** What is known of a file. */
export interface FileLookup {
  /** The checks of those that were asked for that must visit it. */
  readonly missing: readonly number[];
  /** What the others said; a check that is in neither list had nothing to say. */
  readonly answers: readonly { readonly check: number; readonly answer: KeptFileAnswer }[];
}

/** What the answers lie in and how long they are kept. */
export interface FileAnswersOptions {
  readonly folder: CacheFolder;
  readonly signer: Signer;
  /** In the order in which they are counted; undefined for one that is never known and of which nothing is kept. */
  readonly checks: readonly (FileCheckKey | undefined)[];
  /** The day, counted from 1970. */
  readonly today: number;
  /** Days after which what nobody used is given up, at least 1. */
  readonly maxAgeDays: number;
  /** The most bytes of the table. */
  readonly maxBytes: number;
  /** True finds nothing and keeps all anew. */
  readonly refresh?: boolean;
}
