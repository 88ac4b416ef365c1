import { plural } from './text.js';

/** What a scan is asked to restrict itself to. */
export type ChangeRequest =
  /** What changed since this commit's common ancestor with `HEAD`: in commits, in the index, in the work tree, untracked. */
  | { readonly kind: 'since'; readonly ref: string }
  /** What is staged, with the content that is staged. */
  | { readonly kind: 'staged' }
  /** These files; relative to the scan's `cwd`. */
  | { readonly kind: 'files'; readonly paths: readonly string[] };

/** What a scan was restricted to. */
export interface RunChanges {
  /** `since` a commit, what is `staged`, or the given `files`. */
  readonly kind: ChangeRequest['kind'];
  /** What was asked for: a branch, a tag or a commit. Only of `since`. */
  readonly ref?: string;
  /** The commit with which files were compared: for `since` the common ancestor, for `staged` the one that is checked out, if any. */
  readonly base?: string;
  /** Changed files that are there to be looked at. */
  readonly files: number;
  /** Files that are gone. */
  readonly removed: number;
}

/** A restriction in words, such as `2 files changed since main (1a2b3c4d)`. */
export function changesText({ kind, ref, base, files, removed }: RunChanges): string {
  const gone = removed === 0 ? '' : `${files === 0 ? '' : ' and '}${plural(removed, 'removed file')}`;
  const what = files === 0 && removed > 0 ? gone : `${plural(files, 'file')}${gone}`;
  if (kind === 'staged') return `${what} staged`;
  if (kind === 'files') return `${what} given`;
  return `${what} changed since ${ref}${base === undefined || base === ref ? '' : ` (${base.slice(0, 8)})`}`;
}
