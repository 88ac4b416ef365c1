import type { Tinypool } from 'tinypool';
import type { ModuleSource } from '../check/load-module.js';
import type { Clock } from '../model/clock.js';
import type { Lane } from '../model/task.js';
import type { RunListener, Running } from './executor.js';
import type { RunOrder } from './protocol.js';
import type { Thread } from './thread.js';
import type { ThreadAhead } from './thread-ahead.js';

/** I/O tasks that share one thread at most; more would wait for its event loop. */
const IO_SLOTS = 64;

/** A thread that computed less than this share of a sample only waits. */
const IDLE_LOAD = 0.05;

/** Long enough that a pause between two computations is not taken for waiting. */
const IDLE_SAMPLE_MS = 200;

/** The size of a pool. */
export interface PoolOptions {
  /** Threads for CPU tasks, and the number against which heavy children count. */
  readonly cores: number;
  readonly clock: Clock;
}

/** A place for one task; free again when its run has ended. */
export interface Place {
  /** Starts the task there. To be called once. */
  start(order: RunOrder, listener: RunListener): Running;
  /** Tells what will run there after the task that was started; absent where that is no use. */
  tellNext?(order: RunOrder): void;
  /** True while a task that was told of is what will run there. */
  isNext?(order: RunOrder): boolean;
}

/**
 * The threads of a runtime, shared by its scans: a thread a core for CPU tasks, started when first needed, and one
 * that I/O tasks share. Tasks that start heavy children run on the shared thread and count against the cores.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #cpu = new Map<number, Thread>();
  readonly #alone = new Set<Thread>();
  readonly #waiting = new Set<() => void>();
  /** Threads whose task only waits: their core is free for another. */
  readonly #idle = new Set<Thread>();
  #cancelSample: (() => void) | undefined;
  #ahead: ThreadAhead | undefined;
  #io: Thread | undefined;
  #ioCount = 0;
  #aloneCount = 0;
  #heavy = 0;
  #library: { readonly Thread: typeof Thread; readonly Pool: typeof Tinypool } | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Loads the thread library; to be awaited before the first place is asked for. */
  async open(): Promise<void> {
    if (this.#library !== undefined) return;
    const [{ Thread: Class }, { Tinypool: Pool }] = await Promise.all([import('./thread.js'), import('tinypool')]);
    this.#library ??= { Thread: Class, Pool };
  }

  /** Tasks that compute at once. */
  get cores(): number {
    return this.#options.cores;
  }

  /** Takes over a thread that was started before; the first that CPU tasks need. */
  adopt(ahead: ThreadAhead): void {
    this.#ahead = ahead;
  }

  /** Starts a thread ahead of its first task. */
  warm(): void {
    if (this.#cpu.size === 0) this.#cpuThread();
  }

  /** Has the threads that wait for their first task make its modules ready. */
  prepare(modules: ModuleSource): void {
    for (const thread of this.#cpu.values()) if (thread.isOpen && thread.size === 0) thread.prepare(modules);
  }

  /** A place in a lane; undefined when it is full. `alone` gives a thread that no other task shares. */
  place(lane: Lane, alone: boolean): Place | undefined {
    const heavy = lane !== 'io';
    if (heavy && this.#heavy - this.#idle.size >= this.#options.cores) {
      this.#watchIdle();
      return undefined;
    }
    const thread = alone ? this.#aloneThread() : lane === 'cpu' ? this.#cpuThread() : this.#ioThread();
    if (thread === undefined) return undefined;
    return {
      start: (order, listener) => {
        if (heavy) this.#heavy += 1;
        const running = thread.start(order, listener);
        void running.ended.then(() => {
          if (heavy) this.#heavy -= 1;
          this.#idle.delete(thread);
          if (alone) this.#dismiss(thread);
          this.#changed();
        });
        return running;
      },
      ...(lane === 'cpu' && !alone
        ? { tellNext: (order) => thread.tellNext(order), isNext: (order) => thread.isNext(order) }
        : {}),
    };
  }

  /** Calls back whenever a place may have become free; returns how to stop that. */
  onChange(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  /** Ends all threads. */
  close(): void {
    this.#cancelSample?.();
    this.#ahead?.dismiss();
    for (const thread of [...this.#cpu.values(), ...this.#alone, ...(this.#io ? [this.#io] : [])]) thread.retire();
    this.#cpu.clear();
    this.#alone.clear();
    this.#io = undefined;
  }

  #cpuThread(): Thread {
    let slot = 1;
    for (let thread = this.#cpu.get(slot); thread?.isOpen; thread = this.#cpu.get(slot)) {
      if (thread.hasRoom) return thread;
      slot += 1;
    }
    const started = this.#thread(`cpu-${slot}`, 1, this.#ahead?.take());
    this.#cpu.set(slot, started);
    return started;
  }

  /** Looks, while tasks wait for a core, which running ones only wait themselves. */
  #watchIdle(): void {
    if (this.#cancelSample !== undefined) return;
    for (const thread of this.#cpu.values()) thread.sampleLoad();
    this.#cancelSample = this.#options.clock.after(IDLE_SAMPLE_MS, () => {
      this.#cancelSample = undefined;
      for (const thread of this.#cpu.values()) {
        if (thread.isOpen && thread.size > 0 && thread.sampleLoad() < IDLE_LOAD) this.#idle.add(thread);
        else this.#idle.delete(thread);
      }
      this.#changed();
    });
  }

  #ioThread(): Thread | undefined {
    if (this.#io?.isOpen) return this.#io.hasRoom ? this.#io : undefined;
    this.#ioCount += 1;
    this.#io = this.#thread(`io-${this.#ioCount}`, IO_SLOTS);
    return this.#io;
  }

  #aloneThread(): Thread {
    this.#aloneCount += 1;
    const thread = this.#thread(`alone-${this.#aloneCount}`, 1);
    this.#alone.add(thread);
    return thread;
  }

  #dismiss(thread: Thread): void {
    thread.retire();
    this.#alone.delete(thread);
  }

  #thread(name: string, capacity: number, ahead?: Tinypool): Thread {
    if (this.#library === undefined) throw new Error('The pool was asked for a place before it was opened.');
    return new this.#library.Thread({
      name,
      capacity,
      clock: this.#options.clock,
      Pool: this.#library.Pool,
      ahead,
      changed: () => this.#changed(),
    });
  }

  #changed(): void {
    for (const callback of [...this.#waiting]) callback();
  }
}
