import type { Task } from '../model/task.js';
import type { ActiveTask } from './active-task.js';
import type { ExecuteOptions } from './contract.js';
import { startInline } from './inline.js';
import type { KnownTasks } from './known-tasks.js';
import { mayBeKnown, needsNothing } from './pass-answers.js';
import type { PassFiles } from './pass-files.js';
import type { Place } from './pool.js';
import type { Waiting } from './queue.js';
import { isSmall, type Load } from './small.js';

/** Where tasks may run: in the main thread, on a thread of the pool, or nowhere, since their answer is known. */
export class Places {
  readonly #options: ExecuteOptions;
  readonly #active: ReadonlyMap<string, ActiveTask>;
  readonly #known: KnownTasks | undefined;
  readonly #files: PassFiles;
  #restIsSmall: boolean | undefined;

  constructor(
    options: ExecuteOptions,
    active: ReadonlyMap<string, ActiveTask>,
    known: KnownTasks | undefined,
    files: PassFiles,
  ) {
    this.#options = options;
    this.#active = active;
    this.#known = known;
    this.#files = files;
  }

  /** True for a task that is left, not known from the start and not for the main thread. */
  mayNeedThread(task: Task): boolean {
    if (this.#options.earlier?.tasks.has(task.id)) return false;
    return !this.#isInline(task) && !(mayBeKnown(task) && needsNothing(task) && this.#known?.state(task) === 'known');
  }

  /** Tasks of a kind find a place together or not at all. */
  kindOf({ task, alone }: Waiting): string {
    const kind = `${this.#isInline(task) ? 'inline' : alone ? 'alone' : 'thread'} ${task.lane}`;
    return this.#known?.mayBeKnown(task) ? `${kind} ${task.id}` : kind;
  }

  /** A place for a task; undefined when there is none. */
  of({ task, alone }: Waiting): Place | 'known' | undefined {
    const state = this.#known?.state(task) ?? 'unknown';
    if (state !== 'unknown') return state === 'known' ? 'known' : undefined;
    const { clock, loader, pool } = this.#options;
    if (!this.#isInline(task)) return pool.place(task.lane, alone);
    // The main thread computes one thing at a time: two at once would only seem to.
    const computing = [...this.#active.values()].some(
      (active) => active.task.lane === 'cpu' && this.#isInline(active.task),
    );
    if (task.lane === 'cpu' && computing) return undefined;
    return { start: (order, listener) => startInline(order, listener, clock, loader) };
  }

  /** True for a task that any thread of the CPU lane runs as it stands, and whose answer is not looked for elsewhere. */
  isPlain({ task, alone, lost }: Waiting): boolean {
    const { lane, part } = task;
    const isKnown = this.#known?.mayBeKnown(task) === true;
    return lane === 'cpu' && part === undefined && lost === undefined && !alone && !isKnown && !this.#isInline(task);
  }

  #isInline({ id }: Task): boolean {
    const { tasks, rests } = this.#options.inline;
    if (!rests.has(id)) return tasks.has(id);
    // Told once, before the first of them begins: what has ended is no longer counted.
    this.#restIsSmall ??= this.#known !== undefined && this.#isRestSmall();
    return this.#restIsSmall;
  }

  /** Whether earlier scans have left so little that a thread would take longer. */
  #isRestSmall(): boolean {
    const { plan, inline, registry, earlier } = this.#options;
    const sum: Load = { files: 0, bytes: 0 };
    for (const task of plan.tasks) {
      if (!inline.rests.has(task.id) || earlier?.tasks.has(task.id)) continue;
      const { entries, sets, setOf } = this.#files.visitsOf(task);
      const reads = task.checks.map((check) => registry.get(check.id)?.check.meta.reads !== 'none');
      const isRead = sets.map((set) => set.some((check) => reads[check]));
      sum.files += entries.length;
      for (const [index, { sizeBytes }] of entries.entries()) if (isRead[setOf[index] ?? 0]) sum.bytes += sizeBytes;
      // The files of the other parts need not be looked up before this one begins.
      if (!isSmall(sum)) return false;
    }
    return true;
  }
}
