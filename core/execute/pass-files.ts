import { missedBy, whyMissed } from '../check/missed.js';
import type { FileEntry, Unlisted } from '../model/target.js';
import type { Task } from '../model/task.js';
import type { KnownOfCheck, NarrowedPart } from './pass-answers.js';
import type { CheckMessage } from './protocol.js';
import type { RequestSource } from './requests.js';
import { cutVisits, type Visits, wantedFiles } from './visits.js';

/** The files of every part of a scan's passes. A pass is cut when the first of its parts begins, and each part is forgotten when it has ended. */
export class PassFiles {
  readonly #entries: readonly FileEntry[];
  readonly #parts = new Map<string, Map<number, Visits>>();
  readonly #narrowed = new Map<string, NarrowedPart>();
  readonly #unlisted: readonly Unlisted[];
  /** Says what of a part is known from earlier scans; undefined where that is not asked. */
  narrow: ((task: Task, visits: Visits, entries: readonly FileEntry[]) => NarrowedPart | undefined) | undefined;
  /** The same without cutting the pass, where nothing has changed since it was asked last. */
  recall: ((task: Task, entries: readonly FileEntry[]) => NarrowedPart | undefined) | undefined;

  constructor({ entries, changes, unlisted = [] }: RequestSource) {
    this.#entries = changes === undefined ? entries : entries.filter(({ path }) => changes.paths.has(path));
    this.#unlisted = changes?.unlisted ?? unlisted;
  }

  /** What the checks of a part should have visited and cannot be shown; said by the first part for all. */
  unreadOf({ part, checks }: Task): CheckMessage[] {
    if (part?.index !== 1) return [];
    return checks.flatMap(({ id, files, exclude }) =>
      missedBy(this.#unlisted, files, exclude).map(
        (missed): CheckMessage => ({ type: 'unread', checkId: id, path: missed.path, why: whyMissed(missed) }),
      ),
    );
  }

  /** What a part visits: the files of which not everything is known. */
  visitsOf(task: Task): Visits {
    return this.#partOf(task).visits;
  }

  /** What earlier scans said, in the order of the part's checks; undefined for what is no part. */
  knownOf(task: Task): readonly KnownOfCheck[] | undefined {
    return task.part === undefined ? undefined : this.#partOf(task).known;
  }

  /** True when earlier scans said all that there is to say of a part. */
  isKnown(task: Task): boolean {
    return this.visitsOf(task).entries.length === 0 && task.checks.some((_, check) => this.isDone(task, check));
  }

  /** True when earlier scans said all that one of its checks has to say of a part. */
  isDone(task: Task, check: number): boolean {
    const { visits, known } = this.#partOf(task);
    return (known[check]?.files ?? 0) > 0 && !visits.sets.some((set) => set.includes(check));
  }

  #partOf(task: Task): NarrowedPart {
    // Not by what is left of a pass: a run that is taken up again knows more than it did, and must cut as before.
    const known = this.#narrowed.get(task.id);
    if (known !== undefined) return known;
    const narrowed = this.recall?.(task, this.#entries) ?? this.#narrow(task);
    this.#narrowed.set(task.id, narrowed);
    return narrowed;
  }

  #narrow(task: Task): NarrowedPart {
    const visits = this.#cut(task);
    return this.narrow?.(task, visits, this.#entries) ?? { visits, known: [] };
  }

  #cut(task: Task): Visits {
    const { part } = task;
    if (part === undefined) throw new Error(`The task ${task.id} is no part of a pass.`);
    const key = keyOf(task);
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      const cut = cutVisits(wantedFiles(this.#entries, task.checks), part.of);
      parts = new Map(cut.map((visits, index) => [index + 1, visits]));
      this.#parts.set(key, parts);
    }
    return parts.get(part.index) as Visits;
  }

  /** A part has ended. */
  forget(task: Task): void {
    this.#narrowed.delete(task.id);
    if (task.part !== undefined) this.#parts.get(keyOf(task))?.delete(task.part.index);
  }
}

function keyOf({ checks }: Task): string {
  return checks.map(({ id }) => id).join();
}
