import type { Task } from '../model/task.js';
import type { CheckData } from './check-data.js';
import type { ExecuteOptions } from './contract.js';
import { makeOrder } from './order.js';
import type { Places } from './places.js';
import type { Place } from './pool.js';
import type { RunOrder } from './protocol.js';
import type { TaskQueue, Waiting } from './queue.js';

/** Tasks that a thread is told ahead: with one it would often have ended that before it hears of another. */
const AHEAD = 3;

/**
 * The orders of tasks. Where one task runs at a time, its thread is told the next ones while it still computes: otherwise
 * both threads sleep half of the time that a hundred small checks take, and waking one takes as long as such a check.
 */
export class Ahead {
  readonly #options: ExecuteOptions;
  readonly #queue: TaskQueue;
  readonly #places: Places;
  readonly #data: CheckData;
  readonly #isUseful: boolean;
  /** What a thread was told, in order. */
  #told: { readonly task: Task; readonly order: RunOrder }[] = [];

  /** @param data what checks have answered so far. */
  constructor(options: ExecuteOptions, queue: TaskQueue, places: Places, data: CheckData) {
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
    const told = this.#told.shift();
    if (told?.task === waiting.task && place.isNext?.(told.order)) return told.order;
    // Another comes between: its thread forgets what it was told.
    this.#told = [];
    return this.#make(waiting);
  }

  /** Tells the thread of a task that has started what comes next. */
  tell(place: Place): void {
    if (!this.#isUseful || place.tellNext === undefined) return;
    while (this.#told.length < AHEAD) {
      const waiting = this.#queue.next(this.#told.length);
      if (waiting === undefined || !this.#places.isPlain(waiting)) return;
      const order = this.#make(waiting);
      this.#told.push({ task: waiting.task, order });
      place.tellNext(order);
    }
  }

  #make({ task, again }: Waiting): RunOrder {
    return makeOrder(this.#options, task, this.#data, again?.left ?? task.retries ?? 0);
  }
}
