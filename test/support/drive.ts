// Simulated time for promises: moves a clock only when nothing else can happen.
import { FakeClock } from './fake-pool.js';

/** A clock that tells when its next timer is due and can move there. */
export class SteppedClock extends FakeClock {
  readonly #due: number[] = [];

  override after(ms: number, callback: () => void): () => void {
    const at = this.now() + ms;
    this.#due.push(at);
    const forget = (): void => {
      const index = this.#due.indexOf(at);
      if (index >= 0) this.#due.splice(index, 1);
    };
    const cancel = super.after(ms, () => {
      forget();
      callback();
    });
    return () => {
      forget();
      cancel();
    };
  }

  /** Moves on from timer to timer, so that each is heard at its own time. */
  async pass(ms: number): Promise<void> {
    const end = this.now() + ms;
    while (this.#due.some((at) => at <= end)) {
      this.step();
      await Promise.resolve();
    }
    this.move(end - this.now());
  }

  /** Moves to the next timer; false when there is none. */
  step(): boolean {
    if (this.#due.length === 0) return false;
    this.move(Math.min(...this.#due) - this.now());
    return true;
  }
}

/** Lets everything that is ready happen; the library between tries waits for a timer of its own, of no length. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((done) => setImmediate(done));
  await new Promise((done) => setTimeout(done, 0));
  await new Promise((done) => setImmediate(done));
}

/** Waits for a promise while time passes from timer to timer. */
export async function drive<T>(clock: SteppedClock, promise: Promise<T>): Promise<T> {
  let over = false;
  const done = promise.finally(() => {
    over = true;
  });
  done.catch(() => {});
  for (let steps = 0; steps < 10_000; steps += 1) {
    await settle();
    if (over) return done;
    clock.step();
  }
  throw new Error('It did not end.');
}
