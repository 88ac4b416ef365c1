import type { ActiveTask } from './active-task.js';
import type { ExecuteOptions } from './contract.js';
import { startInline } from './inline.js';
import type { KnownTasks } from './known-tasks.js';
import type { Place } from './pool.js';
import type { Waiting } from './queue.js';

/** Where tasks may run: in the main thread, on a thread of the pool, or nowhere, since their answer is known. */
export class Places {
  readonly #options: ExecuteOptions;
  readonly #active: ReadonlyMap<string, ActiveTask>;
  readonly #known: KnownTasks | undefined;

  constructor(options: ExecuteOptions, active: ReadonlyMap<string, ActiveTask>, known: KnownTasks | undefined) {
    this.#options = options;
    this.#active = active;
    this.#known = known;
  }

  /** Tasks of a kind find a place together or not at all. */
  kindOf({ task, alone }: Waiting): string {
    const kind = `${this.#isInline(task.id) ? 'inline' : alone ? 'alone' : 'thread'} ${task.lane}`;
    return this.#known?.mayBeKnown(task) ? `${kind} ${task.id}` : kind;
  }

  /** A place for a task; undefined when there is none. */
  of({ task, alone }: Waiting): Place | 'known' | undefined {
    const state = this.#known?.state(task) ?? 'unknown';
    if (state !== 'unknown') return state === 'known' ? 'known' : undefined;
    const { clock, loader, pool } = this.#options;
    if (!this.#isInline(task.id)) return pool.place(task.lane, alone);
    // The main thread computes one thing at a time: two at once would only seem to.
    const computing = [...this.#active.values()].some(
      (active) => active.task.lane === 'cpu' && this.#isInline(active.task.id),
    );
    if (task.lane === 'cpu' && computing) return undefined;
    return { start: (order, listener) => startInline(order, listener, clock, loader) };
  }

  /** True for a task that any thread of the CPU lane runs as it stands, and whose answer is not looked for elsewhere. */
  isPlain({ task, alone, lost }: Waiting): boolean {
    const { id, lane, part } = task;
    const isKnown = this.#known?.mayBeKnown(task) === true;
    return lane === 'cpu' && part === undefined && lost === undefined && !alone && !isKnown && !this.#isInline(id);
  }

  #isInline(id: string): boolean {
    return this.#options.inline.has(id);
  }
}
