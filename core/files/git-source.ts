import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { ScanError } from '../errors.js';
import { ID_BYTES, type IdHash } from './content-id.js';
import { type GitAnswer, gitFailed, type WorkTree } from './git.js';
import { type IndexEntries, openIndexFile } from './git-index.js';
import { readStageList, STAGE_LIST } from './git-stage.js';

/** Where the entries of git's index come from. */
export interface IndexSource {
  readonly entries: IndexEntries;
  /** When the index was written, in milliseconds since 1970; 0 where that is not known. */
  readonly indexedMs: number;
  /** The hash that names objects. */
  readonly hash: IdHash;
}

const HASHES = Object.keys(ID_BYTES) as IdHash[];

/** Opens the index file itself; `none` where there is none, as before the first `git add`; undefined where git must be asked. */
export function openIndex(tree: WorkTree): IndexSource | 'none' | undefined {
  const before = indexStats(tree);
  if (before === 'none') return 'none';
  // Whatever else may lie there, it is not opened: a pipe could be waited for without end.
  if (before?.isFile() !== true) return undefined;
  const handle = openSync(tree.indexFile, 'r');
  try {
    const { mtimeMs } = fstatSync(handle);
    const data = readFileSync(handle);
    for (const hash of HASHES) {
      const entries = openIndexFile(data, ID_BYTES[hash]);
      if (entries !== undefined) return { entries, indexedMs: mtimeMs, hash };
    }
    return undefined;
  } finally {
    closeSync(handle);
  }
}

/**
 * Asks git for its index.
 * @throws ScanError `SR_GIT_FAILED` with what git printed.
 */
export async function askIndex(root: string, tree: WorkTree, hash: IdHash): Promise<IndexSource> {
  const stats = indexStats(tree);
  const indexedMs = stats === undefined || stats === 'none' ? 0 : stats.mtimeMs;
  const detailed = await tree.run(root, [...STAGE_LIST, '--debug']);
  const known = detailed.code === 0 ? readStageList(detailed.stdout, true, ID_BYTES[hash]) : undefined;
  if (known !== undefined) return { entries: known, indexedMs, hash };
  const plain = await tree.run(root, STAGE_LIST);
  const entries = plain.code === 0 ? readStageList(plain.stdout, false, ID_BYTES[hash]) : undefined;
  if (entries === undefined) throw notListed(root, plain);
  return { entries, indexedMs, hash };
}

/** What is known of the index file; `none` where there is none; undefined where that cannot be told. */
export function indexStats(tree: WorkTree): Stats | 'none' | undefined {
  try {
    return statSync(tree.indexFile, { throwIfNoEntry: false }) ?? 'none';
  } catch {
    return undefined;
  }
}

/** Whether nobody wrote the index between two looks at it. */
export function isSameIndex(a: Stats | 'none' | undefined, b: Stats | 'none' | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.mtimeMs === b.mtimeMs && a.ino === b.ino && a.size === b.size;
}

/** A folder's path below the top of the work tree with a slash at its end; nothing for the top. */
export function prefixOf(root: string, tree: WorkTree): string {
  const path = relative(tree.top, root);
  return path === '' ? '' : `${path.split(sep).join('/')}/`;
}

/** The error for a git that could not list files. */
export function notListed(root: string, answer: GitAnswer): ScanError {
  return gitFailed(`git could not list the files of ${root}`, answer);
}
