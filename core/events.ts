import type { ScanEvent } from './model/event.js';

/** The events of a scan: heard as they happen, or read by as many readers as like, each from when it began. */
export class EventStream implements AsyncIterable<ScanEvent> {
  readonly #listeners = new Set<(event: ScanEvent | undefined) => void>();
  #ended = false;

  /** Hands an event to everyone who listens. */
  emit(event: ScanEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Ends every reader's loop. */
  end(): void {
    this.#ended = true;
    for (const listener of this.#listeners) listener(undefined);
    this.#listeners.clear();
  }

  [Symbol.asyncIterator](): AsyncIterator<ScanEvent> {
    const queue: (ScanEvent | undefined)[] = this.#ended ? [undefined] : [];
    let wake: () => void = () => {};
    const listener = (event: ScanEvent | undefined): void => {
      queue.push(event);
      wake();
    };
    this.#listeners.add(listener);
    return {
      next: async () => {
        while (queue.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const event = queue.shift();
        // The end stays in the queue, so that a further call ends too.
        if (event === undefined) queue.unshift(undefined);
        return event === undefined ? { done: true, value: undefined } : { done: false, value: event };
      },
      return: () => {
        this.#listeners.delete(listener);
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}
