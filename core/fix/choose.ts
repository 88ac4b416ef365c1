// Which fixes are made in one round, and what becomes of the texts.

import { compareFindings, type Finding } from '../model/finding.js';
import { applyReplacements, type FileChange, type Fix, type Replacement } from '../model/fix.js';

/** Why a file cannot be fixed: what is said of it, and whether that is the machine's fault. */
export interface FileProblem {
  readonly why: 'changed' | 'link' | 'not-listed' | 'not-text' | 'read-only' | 'too-large' | 'unwritable';
  /** What it is, in a sentence without the path. */
  readonly message: string;
}

/** Why a fix is not made. */
export type LeftWhy = FileProblem['why'] | 'overlap' | 'unsafe' | 'malformed' | 'rounds' | 'secret' | 'size';

/** A finding whose fix is not made. */
export interface LeftFix {
  readonly finding: Finding;
  readonly why: LeftWhy;
  /** Why, in a sentence. */
  readonly message: string;
}

/** A file with what a round makes of it. */
export interface FileEdit<File> {
  readonly path: string;
  readonly file: File;
  readonly before: string;
  readonly after: string;
  /** The findings whose fixes touch it. */
  readonly findings: readonly Finding[];
}

/** What one round does. */
export interface Round<File> {
  readonly edits: readonly FileEdit<File>[];
  /** The findings that it fixes, in order of place. */
  readonly fixed: readonly Finding[];
  readonly left: readonly LeftFix[];
}

/** A file's text, and whatever its opener needs to write it. */
export interface Opened<File> {
  readonly text: string;
  readonly file: File;
}

/** How fixes are chosen. */
export interface ChooseOptions<File> {
  /** Makes those too that are marked unsafe. */
  readonly unsafe: boolean;
  /** The text of a file, or why it cannot be fixed. Called once a file. */
  readonly open: (path: string) => Opened<File> | FileProblem;
}

type Fixable = Finding & { readonly fix: Fix };

/**
 * Chooses what is fixed at once: in order of the findings' places, each whose replacements touch none of those before it.
 * A fix is made as a whole or not at all. What overlaps is left for the next round, when its place is known again.
 */
export function chooseFixes<File>(findings: readonly Finding[], { unsafe, open }: ChooseOptions<File>): Round<File> {
  const files = new Files(open);
  const fixed: Fixable[] = [];
  const left: LeftFix[] = [];
  for (const finding of [...findings].sort(compareFindings)) {
    const why = offered(finding, unsafe) ?? files.take(finding as Fixable);
    if (why !== undefined) left.push({ finding, ...why });
    else if (finding.fix !== undefined) fixed.push(finding as Fixable);
  }
  const edits = files.edits(fixed);
  const broken = edits.filter(({ after }) => !isWellFormed(after)).map(({ path }) => path);
  if (broken.length === 0) return { edits, fixed, left };
  // Rare: a fix cut a character in two. The others are chosen again, as if it had not been there.
  const touches = ({ fix }: Fixable): boolean => fix.changes.some(({ path }) => broken.includes(path));
  const rest = chooseFixes(
    findings.filter((finding) => !fixed.some((one) => one === finding && touches(one))),
    { unsafe, open: (path) => files.open(path) },
  );
  return { ...rest, left: [...rest.left, ...fixed.filter(touches).map(malformed)] };
}

/** Why a finding's fix is no candidate; undefined for one that is, and for a finding without any. */
function offered({ fix, fixWithheld }: Finding, unsafe: boolean): Omit<LeftFix, 'finding'> | undefined {
  if (fixWithheld === 'secret')
    return { why: 'secret', message: 'its fix would show a value that is masked, so it was dropped: mend it by hand' };
  if (fixWithheld === 'size') return { why: 'size', message: 'its fix is larger than fixes may be' };
  if (fix?.unsafe && !unsafe) return { why: 'unsafe', message: 'its fix is marked unsafe: --unsafe makes it' };
  return undefined;
}

function malformed(finding: Fixable): LeftFix {
  return { finding, why: 'malformed', message: 'its fix would leave half of a character in the file' };
}

/** The files of a round, each opened once, with the ranges that are taken. */
class Files<File> {
  readonly #open: (path: string) => Opened<File> | FileProblem;
  readonly #opened = new Map<string, Opened<File> | FileProblem>();
  readonly #taken = new Map<string, Taken>();

  constructor(open: (path: string) => Opened<File> | FileProblem) {
    this.#open = open;
  }

  open(path: string): Opened<File> | FileProblem {
    const opened = this.#opened.get(path) ?? this.#open(path);
    this.#opened.set(path, opened);
    return opened;
  }

  /** Takes the ranges of a fix; gives why it cannot have them. */
  take({ fix }: Finding): Omit<LeftFix, 'finding'> | undefined {
    if (fix === undefined) return undefined;
    for (const change of fix.changes) {
      const problem = this.#problem(change);
      if (problem !== undefined) return problem;
    }
    for (const { path, replacements } of fix.changes) {
      const taken = this.#taken.get(path) ?? new Taken();
      this.#taken.set(path, taken);
      taken.add(replacements);
    }
    return undefined;
  }

  #problem({ path, replacements }: FileChange): Omit<LeftFix, 'finding'> | undefined {
    const opened = this.open(path);
    if ('why' in opened) return { why: opened.why, message: `${path} ${opened.message}` };
    // A result may have been written by somebody else, or be about another version of the file.
    if (replacements.some(({ start, end }) => !(start >= 0 && start <= end && end <= opened.text.length)))
      return { why: 'changed', message: `${path} is shorter than its fix supposes: scan it again` };
    if (this.#taken.get(path)?.meets(replacements))
      return { why: 'overlap', message: 'another fix is made at the same place: its turn is in the next round' };
    return undefined;
  }

  /** What becomes of the files, in order of path. */
  edits(fixed: readonly Fixable[]): FileEdit<File>[] {
    const findings = new Map<string, Finding[]>();
    for (const finding of fixed)
      for (const { path } of finding.fix.changes) findings.set(path, [...(findings.get(path) ?? []), finding]);
    return [...this.#taken.keys()].sort().flatMap((path) => {
      const opened = this.open(path);
      const taken = this.#taken.get(path)?.replacements ?? [];
      if ('why' in opened) return [];
      const { text: before, file } = opened;
      const after = applyReplacements(before, taken);
      return [{ path, file, before, after, findings: findings.get(path) ?? [] }];
    });
  }
}

/** The ranges of a file that fixes have taken, in order of place. */
class Taken {
  readonly replacements: Replacement[] = [];

  /** True where one of these touches what is taken. Neighbours touch: each may count on what the other takes away. */
  meets(replacements: readonly Replacement[]): boolean {
    return replacements.some(({ start, end }) => {
      const next = this.replacements[this.#after(start)];
      const before = this.replacements[this.#after(start) - 1];
      return (next !== undefined && next.start <= end) || (before !== undefined && before.end >= start);
    });
  }

  add(replacements: readonly Replacement[]): void {
    for (const replacement of replacements) this.replacements.splice(this.#after(replacement.start), 0, replacement);
  }

  /** The index of the first that begins at a place or behind it. */
  #after(start: number): number {
    let low = 0;
    let high = this.replacements.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.replacements[middle] as Replacement).start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** False for a text with half of a character in it, which no encoding can hold. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
