import type { FileEntry } from '../model/target.js';

/** A file as the index knows it. */
export type IdentifiedFile = Pick<FileEntry, 'path' | 'type' | 'executable' | 'tracked' | 'lfs'> & {
  /** The id of its content, which two files of different bytes never share; undefined where nothing may be kept of it. */
  readonly contentId: string | undefined;
};

/** Why a check must visit a file: nothing is known of the path; it, its mode, or what git says of it changed; this check has not answered for it; it has no content id. */
export type MissReason = 'new' | 'content' | 'mode' | 'tracked' | 'attributes' | 'unanswered' | 'unidentified';

/** What makes another version of a file. */
export interface FileVersion {
  readonly contentId: string;
  /** What it is, whether it may be executed, whether git tracks it, and whether Git LFS stores it. */
  readonly kind: string;
}

/** The version of a file; undefined for one that cannot be told from another, or that no row can hold. */
export function versionOf(file: IdentifiedFile): FileVersion | undefined {
  const { contentId, path } = file;
  if (contentId === undefined || !SAFE_ID.test(contentId) || path.includes('\0') || /\p{Surrogate}/u.test(path))
    return undefined;
  return { contentId, kind: kindOf(file) };
}

/** What a row can give back as it was: no line break. */
const SAFE_ID = /^[\w./+=:-]+$/;

/** What makes a file of the same content another one: its mode, whether git tracks it, and whether Git LFS stores it. */
export function kindOf({ type, executable, tracked, lfs }: Omit<IdentifiedFile, 'path' | 'contentId'>): string {
  const mode = executable ? `${type}+x` : type;
  const known = tracked === undefined ? mode : `${mode} ${tracked ? 'tracked' : 'untracked'}`;
  return lfs ? `${known} lfs` : known;
}

/** True when two versions are the same. */
export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.contentId === b.contentId && a.kind === b.kind;
}

/** In what two versions of a file differ. */
export function versionChange(before: FileVersion, now: FileVersion): MissReason {
  if (before.contentId !== now.contentId) return 'content';
  const [mode, tracked] = before.kind.split(' ');
  const [modeNow, trackedNow] = now.kind.split(' ');
  return mode !== modeNow ? 'mode' : tracked !== trackedNow ? 'tracked' : 'attributes';
}
