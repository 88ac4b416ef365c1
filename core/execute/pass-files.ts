import type { FileEntry } from '../model/target.js';
import type { Task } from '../model/task.js';
import { cutVisits, type Visits, wantedFiles } from './visits.js';

/** The files of every part of a scan's passes. A pass is cut when the first of its parts begins, and each part is forgotten when it has ended. */
export class PassFiles {
  readonly #entries: readonly FileEntry[];
  readonly #parts = new Map<string, Map<number, Visits>>();

  constructor(entries: readonly FileEntry[]) {
    this.#entries = entries;
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
