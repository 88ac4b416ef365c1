/** What is scanned, as plain data. */
export interface Target {
  /** What kind of thing it is. */
  readonly kind: 'directory' | 'git';
  /** The folder's name. */
  readonly name: string;
  /** The absolute path of its root. */
  readonly root: string;
  /** The commit that is checked out; absent outside git and before the first commit. */
  readonly commit?: string;
  /**
   * True where the scan was started in it, or takes its configuration from it: programs and configurations that the
   * target brings may run. Absent for somebody else's target, whose files are data.
   */
  readonly own?: true;
  /** The branch that is checked out; absent outside git and on a detached head. */
  readonly branch?: string;
  /** Where the repository lives, by its remote `origin`: an http or https URL without credentials; absent where none is known. */
  readonly repositoryUrl?: string;
  /** The target's path in its repository, with forward slashes; absent at the repository's root and outside git. */
  readonly repositoryPath?: string;
}

/** One entry of the target's file list. */
export interface FileEntry {
  /** Path relative to the target's root, with forward slashes. */
  readonly path: string;
  /** Size on disk; for a link the length of its text. */
  readonly sizeBytes: number;
  /** When it was last modified, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** What it is. A submodule is listed, not entered; so is a git repository inside of the target that is none. */
  readonly type: 'file' | 'symlink' | 'submodule';
  /** True when git tracks it; false for a file that is only there; absent outside git. */
  readonly tracked?: boolean;
  /** True when the owner may execute it. */
  readonly executable: boolean;
  /** The text of a link, unresolved, with forward slashes; absent for what is no link and for a link that could not be read. */
  readonly linkTarget?: string;
  /** True for a file of which git itself holds only a pointer, since its attributes give it to Git LFS; absent otherwise. */
  readonly lfs?: true;
}

/** An entry whose content may lie elsewhere than at its path, as what is staged does where the work tree has something else. */
export interface StoredEntry extends FileEntry {
  /** The absolute path of its content; absent where that lies at its own path. */
  readonly storedAt?: string;
}

/** Something below the target that could not be listed, so that no check can see it. */
export interface Unlisted {
  /** Its path; a name that is not UTF-8 is shown as Latin-1. Ends with a slash for a folder, all of which is missing. */
  readonly path: string;
  /** Why: `name` is not UTF-8; `entry` could not be looked at; `folder` could not be opened. */
  readonly kind: 'name' | 'entry' | 'folder';
  /** What the system said, such as `EACCES`; absent for a name. */
  readonly cause?: string;
}
