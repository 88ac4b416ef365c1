import { missedBy, whyMissed } from '../check/missed.js';
import type { FileEntry, Unlisted } from '../model/target.js';
import type { Task } from '../model/task.js';
import type { CheckMessage } from './protocol.js';
import type { RequestSource } from './requests.js';
import { cutVisits, type Visits, wantedFiles } from './visits.js';

/** The files of every part of a scan's passes. A pass is cut when the first of its parts begins, and each part is forgotten when it has ended. */
export class PassFiles {
  readonly #entries: readonly FileEntry[];
  readonly #parts = new Map<string, Map<number, Visits>>();

  readonly #unlisted: readonly Unlisted[];

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

  /** What a part visits. */
  visitsOf(task: Task): Visits {
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
    if (task.part !== undefined) this.#parts.get(keyOf(task))?.delete(task.part.index);
  }
}

function keyOf({ checks }: Task): string {
  return checks.map(({ id }) => id).join();
}
