import type { FileAnswers } from '../cache/file-answers.js';
import type { IdentifiedFile, MissReason } from '../cache/file-identity.js';
import type { FileLookup } from '../cache/file-lookup.js';
import type { PartChange } from '../cache/parts.js';
import type { MemoPart, PassMemo } from '../cache/pass-memo.js';
import type { Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { KeptFileAnswer, KeptFinding } from '../model/kept.js';
import type { Measurement } from '../model/result.js';
import type { FileEntry } from '../model/target.js';
import type { TaskCheck, TaskPart } from '../model/task.js';
import type { NotKept, PlannedCheck } from './check-parts.js';
import { type FindingOrigin, keepFileFinding, type RestoredFinding, restoreFinding } from './kept-finding.js';

/** A file check of a pass. */
export interface PassCheck extends PlannedCheck {
  readonly planned: Pick<TaskCheck, 'id' | 'module' | 'options' | 'severity'>;
}

/** What the answers of a pass are found in and kept with. */
export interface FilePassOptions {
  readonly checks: readonly PassCheck[];
  /** Why no answer of a check is kept; undefined where they are. By number. */
  readonly notKept: readonly (NotKept | undefined)[];
  readonly answers: FileAnswers;
  readonly memo: PassMemo;
  /** Names a question about all files; undefined where what they are cannot be told. */
  readonly nameOf: (question: JsonValue) => string | undefined;
  /** True for a file whose content is known from the list of all files. */
  readonly isListed: (entry: FileEntry) => boolean;
  readonly idOf: (entry: FileEntry) => string | undefined;
}

/** A part of a pass. */
export interface AskedPart {
  readonly part: TaskPart;
  /** The numbers of its checks, in its own order, with the files that each wants. */
  readonly checks: readonly (Pick<TaskCheck, 'files' | 'exclude'> & { readonly number: number })[];
}

/** What a check said of a file in a visit that ended by itself, and that depended on nothing but the file. */
export interface VisitAnswer {
  /** Its findings, with what is known of each besides. */
  readonly findings: readonly (FindingOrigin & { readonly finding: Finding })[];
  readonly measurements: readonly Measurement[];
}

/** What a check had said of a file. */
export interface KnownAnswer {
  readonly findings: readonly RestoredFinding[];
  readonly measurements: readonly Measurement[];
}

/** The answers of the file checks of a pass: those of earlier scans, and those to keep. Checks are numbered as they were given. */
export class FilePass {
  readonly #checks: readonly PassCheck[];
  readonly #answers: FileAnswers;
  readonly #memo: PassMemo;
  readonly #nameOf: (question: JsonValue) => string | undefined;
  /** True for a file that changes the names of all questions when it changes; of any other what was remembered tells nothing. */
  readonly isListed: (entry: FileEntry) => boolean;
  readonly #idOf: (entry: FileEntry) => string | undefined;
  /** True for the checks that were asked for last where none of them is kept. */
  #isKept: boolean | undefined;
  #wanted: readonly number[] | undefined;
  /** Checks speak of the same file one after another. */
  #last: { readonly entry: FileEntry; readonly file: IdentifiedFile } | undefined;
  /** Why no answer of a check is kept; undefined where they are. By number. */
  readonly notKept: readonly (NotKept | undefined)[];

  constructor({ checks, notKept, answers, memo, nameOf, isListed, idOf }: FilePassOptions) {
    this.#checks = checks;
    this.notKept = notKept;
    this.#answers = answers;
    this.#memo = memo;
    this.#nameOf = nameOf;
    this.isListed = isListed;
    this.#idOf = idOf;
  }

  /** What looking up each file of a part came to when all was as it is now; undefined when it was not. */
  recall(part: AskedPart): MemoPart | undefined {
    const name = this.#nameOf(questionOf(part));
    const known = name && this.#memo.find(name, this.#answers.stamp, this.#answers.freshAfter);
    if (!known) return undefined;
    for (const [set, files] of known.clean.entries()) this.#answers.hits += files * (known.sets[set]?.length ?? 0);
    return known;
  }

  /** Keeps what looking up each file of a part came to, if what this scan learns does not change it. */
  remember(part: AskedPart, memo: MemoPart): void {
    const name = this.#nameOf(questionOf(part));
    if (name !== undefined) this.#memo.keep(name, memo);
  }

  /** Writes what was remembered. Throws what the file system says. */
  save(): void {
    const { asked } = this.#answers;
    if (asked !== undefined) this.#memo.save(asked.stamp, asked.oldestDay);
  }

  /**
   * What is known of a file. Ask in order of path: other orders are slower.
   * @param wanted the numbers of the checks that want it; the same array for files that the same want, which is faster.
   */
  lookup(entry: FileEntry, wanted: readonly number[]): FileLookup {
    if (wanted !== this.#wanted) {
      this.#wanted = wanted;
      this.#isKept = wanted.some((check) => this.notKept[check] === undefined);
    }
    // Where nothing is kept, nothing is read for the id of a content.
    return this.#isKept ? this.#answers.lookup(this.#identified(entry), wanted) : { missing: wanted, answers: [] };
  }

  /** The findings and measurements of an answer that `lookup` gave. */
  restore(entry: FileEntry, check: number, { findings = [], measurements = [] }: KeptFileAnswer): KnownAnswer {
    const { check: own, planned } = this.#checks[check] as PassCheck;
    const owner = { checkId: planned.id, severity: planned.severity, metaSeverity: own.meta.severity };
    return { findings: findings.map((kept) => restoreFinding(kept, owner, entry)), measurements };
  }

  /**
   * Keeps what a check said of a file, for the end of the scan to write. An answer about another file is not kept.
   * @param entry as it was when it was looked up. If it has changed since, what was said is about another version: keep nothing.
   */
  keep(entry: FileEntry, check: number, { findings, measurements }: VisitAnswer): void {
    const kept = findings.map(({ finding, ...origin }) => keepFileFinding(finding, origin, entry));
    if (kept.includes(undefined) || this.notKept[check] !== undefined) return;
    const isEmpty = kept.length === 0 && measurements.length === 0;
    const answer = { findings: kept as KeptFinding[], ...(measurements.length === 0 ? {} : { measurements }) };
    this.#answers.keep(this.#identified(entry), check, isEmpty ? undefined : answer);
  }

  /** Why a check must visit a file; undefined when it need not. */
  whyMissing(entry: FileEntry, check: number): MissReason | undefined {
    return this.#answers.whyMissing(this.#identified(entry), check);
  }

  /** What is different about a check itself since it last answered; empty where nothing is, undefined where it never did. */
  changesOf(check: number): readonly PartChange[] | undefined {
    return this.#answers.changesOf(check);
  }

  #identified(entry: FileEntry): IdentifiedFile {
    if (entry === this.#last?.entry) return this.#last.file;
    const { path, type, executable, tracked, lfs } = entry;
    const contentId = this.#idOf(entry);
    // Written out, since a copy takes several times as long, and this is done for each file.
    const own =
      tracked === undefined ? { path, type, executable, contentId } : { path, type, executable, contentId, tracked };
    const file = lfs === undefined ? own : { ...own, lfs };
    this.#last = { entry, file };
    return file;
  }
}

/** All that the lookups of a part depend on besides the files and its checks. */
function questionOf({ part: { index, of }, checks }: AskedPart): JsonValue {
  return [index, of, checks.map(({ number, files, exclude }) => [number, files, exclude])] as unknown as JsonValue;
}
