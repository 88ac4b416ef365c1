// What lies in a target's cache: told, pruned and cleared without a scan.

import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileAnswers } from '../cache/file-answers.js';
import { attempt, CacheFolder } from '../cache/folder.js';
import { ProjectAnswers } from '../cache/project-answers.js';
import type { CacheSettings } from '../cache/settings.js';
import { Signer } from '../cache/signer.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { namesIn } from '../files/names-in.js';
import { STATE_FOLDER } from '../files/state.js';
import { ANSWERS_FOLDER, type CacheUse, DAY_MS, LAST_FILE, removeForeign, TABLE_SHARE } from './scan-answers.js';

/** What lies in a target's cache. */
export interface CacheStats {
  /** The folder of the target's cache. */
  readonly folder: string;
  /** How answers are stored. */
  readonly store: 'files';
  /** The name of the user's key; absent where there is none. */
  readonly key?: string;
  /** Bytes of everything in it. */
  readonly sizeBytes: number;
  /** The answers of file checks: versions of files of which something is known. */
  readonly files: { readonly entries: number; readonly sizeBytes: number; readonly oldest?: string };
  /** The answers of project checks. */
  readonly project: { readonly entries: number; readonly sizeBytes: number; readonly oldest?: string };
  /** The configuration and what it imports, transpiled. */
  readonly transpiled: { readonly sizeBytes: number };
  /** Answers that other keys have signed, which no scan of this user reads. */
  readonly foreign: { readonly keys: number; readonly sizeBytes: number };
  /** Parts that were not as they were written. */
  readonly damaged: number;
  /** What the last scan of this user made of it; absent where there was none. */
  readonly lastScan?: CacheUse;
}

/** A target's cache, as one user has it. */
export class StoredAnswers {
  readonly #root: string;
  readonly #settings: CacheSettings;
  readonly #signer: Signer | undefined;

  /** @param secret the user's key; undefined where there is none, and so no answer of this user. */
  constructor(root: string, secret: string | undefined, settings: CacheSettings) {
    this.#root = root;
    this.#settings = settings;
    this.#signer = secret === undefined ? undefined : new Signer(secret);
  }

  /**
   * What lies there.
   * @throws ScanError `SR_CACHE_FAILED` when it cannot be read.
   */
  stats(): CacheStats {
    return this.#guarded(() => this.#stats());
  }

  #stats(): CacheStats {
    const folder = this.#cacheFolder;
    const signer = this.#signer;
    const keys = namesIn(this.#answersFolder).filter((name) => name !== signer?.id);
    const foreignBytes = keys.reduce((sum, name) => sum + sizeOf(join(this.#answersFolder, name)), 0);
    const all = namesIn(folder).filter((name) => name !== 'answers');
    const empty = { entries: 0, sizeBytes: 0 };
    const own = signer === undefined ? { files: empty, project: empty, damaged: 0 } : this.#own(signer);
    return {
      folder,
      store: 'files',
      ...(signer === undefined ? {} : { key: signer.id }),
      sizeBytes: sizeOf(folder),
      ...own,
      transpiled: { sizeBytes: all.reduce((sum, name) => sum + sizeOf(join(folder, name)), 0) },
      foreign: { keys: keys.length, sizeBytes: foreignBytes },
    };
  }

  /**
   * Leaves out what was not used for too long, and what is too much.
   * @throws ScanError `SR_CACHE_FAILED` when it cannot be read or changed.
   */
  prune(): void {
    const signer = this.#signer;
    this.#guarded(() => {
      if (signer !== undefined && namesIn(this.#answersFolder).includes(signer.id)) {
        const { files, project, folder } = this.#open(signer);
        if (folder.stamp('files') !== undefined) files.tidy();
        project.prune();
        folder.sweep();
      }
      removeForeign(this.#answersFolder, signer?.id, this.#settings.maxAgeMs);
    });
  }

  /**
   * Removes everything, transpiled modules and the answers of others among it.
   * @throws ScanError `SR_CACHE_FAILED` when it cannot be removed.
   */
  clear(): void {
    this.#guarded(() => new CacheFolder(dirname(this.#cacheFolder)).remove('cache'));
  }

  get #cacheFolder(): string {
    return join(this.#root, STATE_FOLDER, 'cache');
  }

  get #answersFolder(): string {
    return join(this.#root, STATE_FOLDER, ...ANSWERS_FOLDER);
  }

  /** A link that a target brings must lead nobody out of it. */
  #guarded<T>(work: () => T): T {
    for (const folder of [dirname(this.#cacheFolder), this.#cacheFolder, this.#answersFolder])
      if (attempt(() => lstatSync(folder))?.isSymbolicLink())
        throw new ScanError('SR_CACHE_FAILED', `${folder} is a link: what it leads to is not scanrun's to change.`, {
          next: 'Remove the link.',
        });
    try {
      return work();
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      throw new ScanError(
        'SR_CACHE_FAILED',
        `The cache in ${this.#cacheFolder} cannot be read or changed: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  #open(signer: Signer): {
    readonly files: FileAnswers;
    readonly project: ProjectAnswers;
    readonly folder: CacheFolder;
  } {
    const { maxBytes, maxAgeMs } = this.#settings;
    const folder = new CacheFolder(join(this.#answersFolder, signer.id));
    const today = Math.floor(Date.now() / DAY_MS);
    const shared = { folder, signer, checks: [], today, maxAgeDays: Math.ceil(maxAgeMs / DAY_MS) };
    return {
      folder,
      files: new FileAnswers({ ...shared, maxBytes: Math.floor(maxBytes * TABLE_SHARE) }),
      project: new ProjectAnswers({ folder, signer, maxAgeMs, maxBytes }),
    };
  }

  #own(signer: Signer): Pick<CacheStats, 'files' | 'project' | 'damaged' | 'lastScan'> {
    const { files, project, folder } = this.#open(signer);
    const table = files.describe();
    const answers = project.describe();
    const tableBytes = folder.list().find(({ name }) => name === 'files')?.sizeBytes ?? 0;
    const lastScan = lastUse(folder);
    return {
      files: { entries: table.rows, sizeBytes: tableBytes, ...oldest(table.oldestDay, DAY_MS) },
      project: { entries: answers.answers, sizeBytes: answers.sizeBytes, ...oldest(answers.oldestMs, 1) },
      damaged: files.damaged,
      ...(lastScan === undefined ? {} : { lastScan }),
    };
  }
}

function oldest(value: number | undefined, ms: number): { readonly oldest?: string } {
  return value === undefined ? {} : { oldest: new Date(value * ms).toISOString().slice(0, 10) };
}

/** What the last scan wrote of itself; nothing of what is not as it writes it. */
function lastUse(folder: CacheFolder): CacheUse | undefined {
  const text = attempt(() => folder.read(LAST_FILE, 10_000))?.bytes.toString('utf8');
  try {
    const { endedAt, hits, misses, kept } = JSON.parse(text ?? 'null') as CacheUse;
    const isTime = typeof endedAt === 'string' && /^[\d-]{10}T[\d:.]+Z$/.test(endedAt);
    const areNumbers = [hits, misses, kept].every((value) => Number.isInteger(value) && value >= 0);
    return isTime && areNumbers ? { endedAt, hits, misses, kept } : undefined;
  } catch {
    // It is for show alone, and the next scan writes it anew.
    return undefined;
  }
}

/** Bytes of a file, or of all files in a folder and below; links are not followed. */
function sizeOf(path: string): number {
  const stats = attempt(() => lstatSync(path));
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.isFile() ? stats.size : 0;
  const names = attempt(() => readdirSync(path)) ?? [];
  return names.reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
