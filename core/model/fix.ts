/** A change of one range of a file's text. */
export interface Replacement {
  /**
   * Where what is taken away begins, in UTF-16 units of the text from 0, as in a string of JavaScript. A byte order mark
   * does not count; line breaks count as they are, so that of Windows is two units.
   */
  readonly start: number;
  /** The first unit behind it that stays; `start` for an insertion. */
  readonly end: number;
  /** What is put there; empty for a deletion. */
  readonly text: string;
}

/** What a fix does to one file; SARIF's artifactChange. */
export interface FileChange {
  /** Path relative to the target's root, with forward slashes. */
  readonly path: string;
  /** What is replaced, in order of place; none overlap. */
  readonly replacements: readonly Replacement[];
}

/** How to mend a finding by machine; SARIF's fix. All of its changes belong together. */
export interface Fix {
  /** What it does, in a few words. */
  readonly description: string;
  /** True when it may change what the code means or does, so that somebody should look at it. */
  readonly unsafe?: true;
  /** The changes, one a file. */
  readonly changes: readonly FileChange[];
}

/** Why a finding lacks the fix that its check offered: it would have shown a secret, or is larger than fixes may be. */
export type FixWithheld = 'secret' | 'size';

/** Orders replacements by place. */
export function compareReplacements(a: Replacement, b: Replacement): number {
  return a.start - b.start || a.end - b.end;
}

/** The text with its ranges replaced. Their order does not matter; they must not overlap and must lie inside of it. */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text: inserted } of [...replacements].sort(compareReplacements)) {
    parts.push(text.slice(from, start), inserted);
    from = end;
  }
  return [...parts, text.slice(from)].join('');
}
