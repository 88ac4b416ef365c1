import type { Clock } from '../model/clock.js';
import type { Outcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import type { TaskCollector } from './collect.js';
import type { RunEnd, Running } from './executor.js';
import type { PassWatch } from './pass-watch.js';
import type { Waiting } from './queue.js';
import { timedOut } from './reasons.js';
import type { StartTimes } from './record.js';
import type { TaskRequests } from './requests.js';

/** What a task runs with. */
export interface ActiveParts {
  readonly waiting: Waiting;
  readonly running: Running;
  readonly requests: TaskRequests;
  readonly collector: TaskCollector;
  /** Follows the visits of a part of a pass. */
  readonly watch: PassWatch | undefined;
  readonly clock: Clock;
  /** When it began, on the scan's time; for a part of a pass that lost its thread, when its first began. */
  readonly startedAtMs: number;
  /** When this thread of it began. */
  readonly nowMs: number;
  /** When its time is over. */
  readonly untilMs: number;
}

/** A task that runs: what it may ask, how long it may take, and why it was told to stop. */
export class ActiveTask {
  readonly #parts: ActiveParts;
  readonly #cancels: (() => void)[];
  #stopped: Outcome | undefined;

  constructor(parts: ActiveParts) {
    const { clock, running, watch, untilMs, nowMs, waiting } = parts;
    this.#parts = parts;
    this.#cancels = [clock.after(untilMs - nowMs, () => this.stop(timedOut(waiting.task)))];
    if (watch !== undefined) this.#cancels.push(watch.follow(clock, () => running.kill('A visit does not end.')));
  }

  get task(): Task {
    return this.#parts.waiting.task;
  }

  get waiting(): Waiting {
    return this.#parts.waiting;
  }

  get worker(): string {
    return this.#parts.running.worker;
  }

  get collector(): TaskCollector {
    return this.#parts.collector;
  }

  get watch(): PassWatch | undefined {
    return this.#parts.watch;
  }

  /** Why it was told to stop: its outcome, whatever it says afterwards. */
  get stopped(): Outcome | undefined {
    return this.#stopped;
  }

  /** How its run ended; nothing of it is left then. */
  async ended(): Promise<RunEnd> {
    const { running, requests } = this.#parts;
    const end = await running.ended;
    for (const cancel of this.#cancels) cancel();
    requests.close();
    return end;
  }

  /** When it began and what it used. */
  times(end: RunEnd): StartTimes {
    const { startedAtMs, nowMs } = this.#parts;
    const loadMs = end.kind === 'ended' ? end.loadMs : undefined;
    return {
      startedAtMs,
      ...(loadMs === undefined ? {} : { loadedAtMs: nowMs + loadMs }),
      use: end.kind === 'ended' ? end.use : undefined,
    };
  }

  /** Asks it to stop; it has a second from then. */
  stop(outcome: Outcome): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = outcome;
    this.#parts.requests.stop();
    this.#parts.running.stop('reason' in outcome ? outcome.reason.message : outcome.status);
  }

  /** Ends every process that it started, at once. */
  kill(): void {
    this.#parts.requests.kill();
  }
}
