// Files as they travel to a thread: an object a file would take both sides longer than reading a small one does.

import type { StoredEntry } from '../model/target.js';
import type { Visits } from './visits.js';

/** What few files have besides what all have. */
type Rare = Pick<StoredEntry, 'linkTarget' | 'storedAt'>;

/** A list of files in columns. */
export interface PackedFiles {
  /** All paths, one after another. */
  readonly paths: string;
  /** Where each of them ends, in UTF-16 units. */
  readonly ends: Uint32Array;
  readonly sizesBytes: Float64Array;
  readonly modifiedMs: Float64Array;
  /** Type and flags of each. */
  readonly flags: Uint8Array;
  /** By the index of the file. */
  readonly rare: ReadonlyMap<number, Rare>;
}

/** The files of one part of a pass in columns, and which of its checks want each. */
export interface PackedVisits extends PackedFiles, Pick<Visits, 'sets' | 'setOf'> {}

const TYPES: readonly StoredEntry['type'][] = ['file', 'symlink', 'submodule'];
const TYPE_MASK = 3;
const EXECUTABLE = 4;
const TRACKED = 8;
const NOT_TRACKED = 16;
const LFS = 32;

/** Puts files into columns. */
export function packFiles(entries: readonly StoredEntry[]): PackedFiles {
  const ends = new Uint32Array(entries.length);
  const sizesBytes = new Float64Array(entries.length);
  const modifiedMs = new Float64Array(entries.length);
  const flags = new Uint8Array(entries.length);
  const rare = new Map<number, Rare>();
  let paths = '';
  for (const [index, entry] of entries.entries()) {
    paths += entry.path;
    ends[index] = paths.length;
    sizesBytes[index] = entry.sizeBytes;
    modifiedMs[index] = entry.modifiedMs;
    flags[index] = flagsOf(entry);
    const { linkTarget, storedAt } = entry;
    if (linkTarget === undefined && storedAt === undefined) continue;
    rare.set(index, {
      ...(linkTarget === undefined ? {} : { linkTarget }),
      ...(storedAt === undefined ? {} : { storedAt }),
    });
  }
  return { paths, ends, sizesBytes, modifiedMs, flags, rare };
}

/** Puts the files of a part into columns. */
export function packVisits({ entries, sets, setOf }: Visits): PackedVisits {
  return { ...packFiles(entries), sets, setOf };
}

/** One of the files; it is made when its turn has come. */
export function unpackFile({ paths, ends, sizesBytes, modifiedMs, flags, rare }: PackedFiles, at: number): StoredEntry {
  const own = flags[at] as number;
  const tracked = (own & TRACKED) !== 0 ? true : (own & NOT_TRACKED) !== 0 ? false : undefined;
  return {
    path: paths.slice(at === 0 ? 0 : ends[at - 1], ends[at]),
    sizeBytes: sizesBytes[at] as number,
    modifiedMs: modifiedMs[at] as number,
    type: TYPES[own & TYPE_MASK] as StoredEntry['type'],
    executable: (own & EXECUTABLE) !== 0,
    ...(tracked === undefined ? {} : { tracked }),
    ...((own & LFS) === 0 ? {} : { lfs: true as const }),
    ...rare.get(at),
  };
}

/** The files one after another. */
export function* unpackFiles(files: PackedFiles): Generator<StoredEntry> {
  for (let index = 0; index < files.ends.length; index += 1) yield unpackFile(files, index);
}

function flagsOf({ type, executable, tracked, lfs }: StoredEntry): number {
  const isTracked = tracked === undefined ? 0 : tracked ? TRACKED : NOT_TRACKED;
  return TYPES.indexOf(type) | (executable ? EXECUTABLE : 0) | isTracked | (lfs ? LFS : 0);
}
