/** A file as the index knows it. */
export interface IdentifiedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly tracked?: boolean;
  /** git's mode, such as `100644`. */
  readonly mode?: string | number | undefined;
  /** The hash of its content; nothing is kept of a file that has none. */
  readonly contentId?: string | undefined;
}

/** Why a check must visit a file: nothing is known of the path; it changed; this check has not answered for it; it has no content id. */
export type MissReason = 'new' | 'content' | 'mode' | 'tracked' | 'unanswered' | 'unidentified';

/**
 * What makes another version of a file. The size is in it for the content of the work tree, which filters and line
 * endings may make another than the one that git's id names.
 */
export interface FileVersion {
  readonly contentId: string;
  readonly sizeBytes: number;
  /** The mode, and whether git tracks it. */
  readonly kind: string;
}

/** The version of a file; undefined for one that cannot be told from another, or that no row can hold. */
export function versionOf({ mode, contentId, sizeBytes, tracked, path }: IdentifiedFile): FileVersion | undefined {
  if (contentId === undefined || mode === undefined) return undefined;
  if (!SAFE_ID.test(contentId) || path.includes('\0') || /\p{Surrogate}/u.test(path)) return undefined;
  return { contentId, sizeBytes, kind: kindOf(mode, tracked) };
}

/** What a row can give back as it was: no line break. */
const SAFE_ID = /^[\w./+=:-]+$/;

/** Mode and tracking as one text. */
export function kindOf(mode: string | number, tracked: boolean | undefined): string {
  return tracked === undefined ? String(mode) : `${mode} ${tracked ? 'tracked' : 'untracked'}`;
}

/** True when two versions are the same. */
export function isSameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.contentId === b.contentId && a.sizeBytes === b.sizeBytes && a.kind === b.kind;
}

/** In what two versions of a file differ. */
export function versionChange(before: FileVersion, now: FileVersion): MissReason {
  if (before.contentId !== now.contentId || before.sizeBytes !== now.sizeBytes) return 'content';
  return before.kind.split(' ')[0] === now.kind.split(' ')[0] ? 'tracked' : 'mode';
}
