import { compareText } from '../model/finding.js';
import type { KeptFileAnswer } from '../model/kept.js';
import { type FileVersion, type IdentifiedFile, isSameVersion, versionOf } from './file-identity.js';
import { asciiJson, type LearnedRow } from './merge-table.js';
import { CheckPatterns } from './patterns.js';

/** An answer as it lies in the table. */
export interface StoredAnswer extends KeptFileAnswer {
  /** True when it names the path, whatever its check says of paths. */
  readonly bound?: true;
}

interface Learned {
  readonly version: FileVersion;
  /** Checks that have nothing to say. */
  pattern: number;
  answers: Map<number, KeptFileAnswer> | undefined;
}

const NO_ANSWERS: ReadonlyMap<number, KeptFileAnswer> = new Map();
const NO_JSON: ReadonlyMap<number, string> = new Map();

/** What a scan has learned of files: a path, a version and a number for most of them. */
export class LearnedFiles {
  readonly #files = new Map<string, Learned>();
  readonly #patterns = new CheckPatterns();
  #last: { readonly file: IdentifiedFile; readonly learned: Learned | undefined } | undefined;

  /** Files of which something was learned. */
  get size(): number {
    return this.#files.size;
  }

  /** Adds what a check said of a file; undefined says that it had nothing to say. Leaves out a file that no row can hold. */
  add(file: IdentifiedFile, check: number, answer: KeptFileAnswer | undefined): void {
    const learned = this.#of(file);
    if (learned === undefined) return;
    if (answer === undefined) {
      learned.pattern = this.#patterns.with(learned.pattern, check);
      learned.answers?.delete(check);
    } else {
      learned.pattern = this.#patterns.without(learned.pattern, check);
      learned.answers ??= new Map();
      learned.answers.set(check, answer);
    }
  }

  /** What was learned of a file; checks speak of the same one after another. */
  #of(file: IdentifiedFile): Learned | undefined {
    if (file === this.#last?.file) return this.#last.learned;
    const version = versionOf(file);
    const known = this.#files.get(file.path);
    const isKnown = known !== undefined && version !== undefined && isSameVersion(known.version, version);
    const made = version === undefined ? undefined : { version, pattern: this.#patterns.empty, answers: undefined };
    const learned = isKnown ? known : made;
    if (learned !== undefined) this.#files.set(file.path, learned);
    this.#last = { file, learned };
    return learned;
  }

  /** Answers of all checks together. */
  count(): number {
    let sum = 0;
    for (const { pattern, answers } of this.#files.values())
      sum += this.#patterns.of(pattern).length + (answers?.size ?? 0);
    return sum;
  }

  /** Everything in order of path, but what has a secret in its path. `isFree` says which checks do not care for paths. */
  rows(redact: <T>(value: T) => T, isFree: (check: number) => boolean): LearnedRow[] {
    const shown = [...this.#files.keys()].filter((path) => redact(path) === path);
    return shown.sort(compareText).map((path) => {
      const { version, pattern, answers = NO_ANSWERS } = this.#files.get(path) as Learned;
      const clean = this.#patterns.of(pattern);
      if (answers.size === 0) return { path, version, clean, answers: NO_JSON };
      const texts = [...answers].map(([check, answer]): [number, string] => [
        check,
        answerJson(redact(answer), isFree(check) ? path : undefined),
      ]);
      return { path, version, clean, answers: new Map(texts) };
    });
  }
}

/** @param path the path that the answer must not name; undefined where it may. */
function answerJson(answer: KeptFileAnswer, path: string | undefined): string {
  const json = asciiJson(answer);
  const isBound = path !== undefined && json.includes(asciiJson(path).slice(1, -1));
  return isBound ? asciiJson({ ...answer, bound: true } satisfies StoredAnswer) : json;
}
