import type { JsonValue } from '../model/json.js';
import type { Task } from '../model/task.js';
import type { ExecuteOptions } from './contract.js';
import { makeOrder } from './order.js';
import type { Places } from './places.js';
import type { Place } from './pool.js';
import type { RunOrder } from './protocol.js';
import type { TaskQueue, Waiting } from './queue.js';

/**
 * The orders of tasks. Where one task runs at a time, its thread is told the next one while it still computes: otherwise
 * both threads sleep half of the time that a hundred small checks take, and waking one takes as long as such a check.
 */
export class Ahead {
  readonly #options: ExecuteOptions;
  readonly #queue: TaskQueue;
  readonly #places: Places;
  readonly #data: ReadonlyMap<string, JsonValue | undefined>;
  readonly #isUseful: boolean;
  #told: { readonly task: Task; readonly order: RunOrder } | undefined;

  /** @param data what checks have answered so far. */
  constructor(
    options: ExecuteOptions,
    queue: TaskQueue,
    places: Places,
    data: ReadonlyMap<string, JsonValue | undefined>,
  ) {
    this.#options = options;
    this.#queue = queue;
    this.#places = places;
    this.#data = data;
    const { limits, failFast, plan } = options;
    // What may end the scan early must end it before the next task begins.
    this.#isUseful =
      !limits.parallel && failFast === undefined && plan.tasks.every(({ critical }) => critical !== true);
  }

  /** The order of a task that starts: the one that its thread was told, where that is still the next there. */
  orderOf(waiting: Waiting, place: Place): RunOrder {
    const told = this.#told;
    this.#told = undefined;
    return told?.task === waiting.task && place.isNext?.(told.order) ? told.order : this.#make(waiting);
  }

  /** Tells the thread of a task that has started what comes next. */
  tell(place: Place): void {
    const waiting = this.#isUseful && place.tellNext !== undefined ? this.#queue.next : undefined;
    if (waiting === undefined || !this.#places.isPlain(waiting)) return;
    this.#told = { task: waiting.task, order: this.#make(waiting) };
    place.tellNext?.(this.#told.order);
  }

  #make({ task, again }: Waiting): RunOrder {
    return makeOrder(this.#options, task, this.#data, again?.left ?? task.retries ?? 0);
  }
}
