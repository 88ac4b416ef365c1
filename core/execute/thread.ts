import type { EventLoopUtilization } from 'node:perf_hooks';
import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { Tinypool } from 'tinypool';
import { isOwnModule, type ModuleSource } from '../check/load-module.js';
import type { Clock } from '../model/clock.js';
import { builtUrl, FROM_SOURCE } from '../own.js';
import type { Executor, RunEnd, RunListener, Running } from './executor.js';
import { GRACE_MS } from './executor.js';
import { type FromThread, type RunOrder, serializeError, type ThreadJob, type ToThread } from './protocol.js';
import { MAX_OLD_GENERATION_MB, threadOptions } from './thread-ahead.js';

/** A thread whose heap is this full at a task's end takes no more: the next task would pay for what others left. */
const RECYCLE_BYTES = 0.6 * MAX_OLD_GENERATION_MB * 1_048_576;

interface ActiveRun {
  readonly listener: RunListener;
  readonly settle: (end: RunEnd) => void;
  cancelGrace: (() => void) | undefined;
  stopping: boolean;
}

/** What a thread is made of. */
export interface ThreadOptions {
  /** Its name in reports, such as `cpu-1`. */
  readonly name: string;
  /** How many tasks it runs at once. */
  readonly capacity: number;
  readonly clock: Clock;
  /** Tinypool's class; imported by the caller, because it is only needed once there are threads. */
  readonly Pool: typeof Tinypool;
  /** One that was started ahead, with its capacity; one of its own when absent. */
  readonly ahead?: Tinypool | undefined;
  /** Told when the thread is gone; whoever started a task hears of its end by `ended`. */
  readonly changed: () => void;
}

/**
 * One thread: a tinypool of one, so that losing it touches no other thread's tasks and replacing it is dropping it.
 * A port of our own carries everything said and asked, in order: a task by tinypool's own port would be two messages more.
 */
export class Thread implements Pick<Executor, 'start'> {
  readonly name: string;
  readonly #options: ThreadOptions;
  readonly #pool: Tinypool;
  readonly #port: MessagePort;
  readonly #runs = new Map<number, ActiveRun>();
  #worker: Worker | undefined;
  #load: EventLoopUtilization | undefined;
  /** The run that began last and whom its stray errors are told. Weak, since a thread that waits must not keep a scan that is over. */
  #last: { readonly run: number; readonly stray: WeakRef<RunListener['stray']> } | undefined;
  /** What it was told to run next, in order. */
  #next: number[] = [];
  #state: 'open' | 'retired' | 'gone' = 'open';

  constructor(options: ThreadOptions) {
    this.name = options.name;
    this.#options = options;
    this.#pool = options.ahead ?? new options.Pool(threadOptions(options.capacity));
    // Without a listener, an error outside a task would end the process.
    this.#pool.on('error', (error: unknown) => this.#lose(error));
    for (const thread of this.#pool.threads) {
      // The cause comes with `error`, just before `exit`; tinypool passes it on only later.
      thread.on('error', (error: unknown) => this.#lose(error));
      thread.on('exit', () => this.#lose(new Error('The thread ended.')));
      this.#worker = (thread as { readonly thread?: Worker }).thread;
    }
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message: FromThread) => this.#receive(message));
    port1.unref();
    const job: ThreadJob = { port: port2 as never, shared: options.capacity > 1 };
    this.#pool.run(job, { transferList: [port2] as never }).catch((error: unknown) => this.#lose(error));
  }

  /** True while it takes tasks. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** True when it has room for a task. */
  get hasRoom(): boolean {
    return this.isOpen && this.#runs.size < this.#options.capacity;
  }

  /** Tasks that it runs. */
  get size(): number {
    return this.#runs.size;
  }

  /** The share of the time since the last call in which it computed, 0 to 1; 1 where that cannot be told. */
  sampleLoad(): number {
    const now = this.#worker?.performance.eventLoopUtilization();
    if (now === undefined) return 1;
    const before = this.#load;
    this.#load = now;
    const active = now.active - (before?.active ?? 0);
    const idle = now.idle - (before?.idle ?? 0);
    // A loop that has not turned since, counts neither way: it computes.
    return active + idle <= 0 ? 1 : active / (active + idle);
  }

  /** Has it make modules ready that its tasks will need. */
  prepare(modules: ModuleSource): void {
    this.#port.postMessage({ type: 'prepare', modules } satisfies ToThread);
  }

  start(order: RunOrder, listener: RunListener): Running {
    const ended = new Promise<RunEnd>((resolve) => {
      const settle = (end: RunEnd): void => {
        this.#runs.get(order.run)?.cancelGrace?.();
        if (!this.#runs.delete(order.run)) return;
        resolve(end);
        if (this.#runs.size === 0) this.#port.unref();
        if (this.#state === 'retired' && this.#runs.size === 0) this.#end();
      };
      this.#runs.set(order.run, { listener, settle, cancelGrace: undefined, stopping: false });
    });
    this.#last = { run: order.run, stray: new WeakRef(listener.stray) };
    // The port keeps the process alive while a run's answer is awaited.
    this.#port.ref();
    if (this.#next[0] === order.run) this.#next.shift();
    else {
      this.#forgetNext();
      this.#port.postMessage({ type: 'run', order: forThread(order) } satisfies ToThread);
    }
    return {
      worker: this.name,
      ended,
      stop: (reason) => this.#stop(order.run, reason),
      kill: (reason) => this.#kill(order.run, reason),
    };
  }

  /** Tells it what will run next, after what it was told before: it begins with that at the end of its task, and not when it is told to a moment later. */
  tellNext(order: RunOrder): void {
    if (this.#state !== 'open') return;
    this.#next.push(order.run);
    this.#port.postMessage({ type: 'next', order: forThread(order) } satisfies ToThread);
  }

  /** True while a task that it was told of is what it runs next, or runs already. */
  isNext({ run }: RunOrder): boolean {
    return this.#state === 'open' && this.#next[0] === run;
  }

  #forgetNext(): void {
    if (this.#next.length > 0) this.#port.postMessage({ type: 'forget', runs: this.#next } satisfies ToThread);
    this.#next = [];
  }

  /** Takes no more tasks and ends when those it has are done. */
  retire(): void {
    if (this.#state !== 'open') return;
    this.#state = 'retired';
    if (this.#runs.size === 0) this.#end();
  }

  /** Ends at once. Does not wait for tinypool: after a crash it never settles. */
  #end(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#drain();
    this.#port.close();
    this.#pool.destroy().catch(() => {
      // The thread is gone already, which is what was wanted.
    });
  }

  #receive(message: FromThread): void {
    const run = message.run === undefined ? undefined : this.#runs.get(message.run);
    if (message.type === 'uncaught') {
      this.#strayOf(message.run)?.(message.error);
      return;
    }
    if (run === undefined) return;
    if (message.type === 'message') {
      run.listener.message(message.message);
    } else if (message.type === 'ended') {
      // Before the end is told, so that the next task finds another thread.
      if ((message.use?.heapBytes ?? message.heapBytes ?? 0) > RECYCLE_BYTES) this.retire();
      run.settle(
        run.stopping
          ? { kind: 'stopped', forced: false }
          : {
              kind: 'ended',
              checks: message.checks,
              ...(message.loadMs === undefined ? {} : { loadMs: message.loadMs }),
              ...(message.use === undefined ? {} : { use: message.use }),
            },
      );
    } else {
      this.#answer(run, message);
    }
  }

  /** Whom an error that no running check has is told: those of the run from which it came, else of one that runs, else of the last that ran. */
  #strayOf(id: number | undefined): RunListener['stray'] | undefined {
    const [running] = this.#runs.values();
    const known = id === undefined ? undefined : this.#runs.get(id);
    const last = this.#last?.stray.deref();
    return known?.listener.stray ?? (id === this.#last?.run ? last : undefined) ?? running?.listener.stray ?? last;
  }

  #answer(run: ActiveRun, message: Extract<FromThread, { type: 'request' }>): void {
    run.listener
      .request(message.call)
      .catch((error: unknown) => ({ ok: false as const, error: serializeError(error) }))
      .then((reply) => {
        if (this.#state !== 'gone')
          this.#port.postMessage({ type: 'reply', run: message.run, request: message.request, reply });
      });
  }

  #stop(id: number, reason: string): void {
    const run = this.#runs.get(id);
    if (run === undefined || run.stopping) return;
    run.stopping = true;
    this.#forgetNext();
    this.#port.postMessage({ type: 'abort', run: id, reason });
    run.cancelGrace = this.#options.clock.after(GRACE_MS, () => {
      run.cancelGrace = undefined;
      // A thread that others share cannot be ended: the task is abandoned and the thread replaced once they are done.
      const shared = this.#runs.size > 1;
      this.#drain();
      if (shared) this.retire();
      else this.#end();
      run.settle({ kind: 'stopped', forced: true });
    });
  }

  /** Ends a run with its thread, once all that it said is heard; not a thread that others share. */
  #kill(id: number, reason: string): void {
    if (this.#options.capacity > 1) {
      this.#stop(id, reason);
      return;
    }
    this.#drain();
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#end();
    run.settle({ kind: 'stopped', forced: true });
  }

  /** The thread died. Its tasks learn why; what they said before is heard first. */
  #lose(error: unknown): void {
    if (this.#state === 'gone') return;
    this.#end();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const cause = code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'crashed';
    const message = error instanceof Error ? error.message : String(error);
    const shared = this.#runs.size > 1;
    for (const run of [...this.#runs.values()]) {
      run.settle(run.stopping ? { kind: 'stopped', forced: true } : { kind: 'lost', cause, message, shared });
    }
    this.#options.changed();
  }

  /** Hears the messages that have arrived but were not delivered yet. */
  #drain(): void {
    for (let next = receiveMessageOnPort(this.#port); next !== undefined; next = receiveMessageOnPort(this.#port)) {
      this.#receive(next.message as FromThread);
    }
  }
}

/** The order with our own checks taken from the build when tests run the sources: a thread cannot run those. */
function forThread(order: RunOrder): RunOrder {
  if (!FROM_SOURCE) return order;
  const built = (module: string): string => /\/(plugins\/[^/]+\/checks\/[^/]+)\.ts$/.exec(module)?.[1] ?? '';
  const checks = order.task.checks.map((check) => ({
    ...check,
    module: isOwnModule(check.module) ? builtUrl(`${built(check.module)}.js`) : check.module,
  }));
  return { ...order, task: { ...order.task, checks } };
}
