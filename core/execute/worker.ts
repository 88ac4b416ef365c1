// The entry of every thread: tinypool calls the default export. It runs checks and talks to the coordinator over one port.

import { AsyncLocalStorage } from 'node:async_hooks';
import { type ModuleLoader, type ModuleSource, prepareModules } from '../check/load-module.js';
import type { Channel } from './check-runner.js';
import {
  deserializeError,
  type FromThread,
  type Reply,
  type RequestCall,
  type RunOrder,
  serializeError,
  type ThreadJob,
  type ToThread,
} from './protocol.js';
import { ResourceMeter } from './resource-meter.js';
import { runTask } from './run-task.js';

/** A run of this thread. */
interface LocalRun {
  readonly order: RunOrder;
  readonly controller: AbortController;
  readonly waiting: Map<number, (reply: Reply) => void>;
  /** Ends the run when an error of its own was caught by nobody. */
  readonly fail: (error: unknown) => void;
}

/** Scans that may share a thread at the same time without loading their modules again. */
const LOADERS_KEPT = 8;

/** All of a thread's state; a thread is one of these. */
class ThreadState {
  readonly #runs = new Map<number, LocalRun>();
  readonly #context = new AsyncLocalStorage<number>();
  #port: { postMessage(value: FromThread): void } | undefined;
  /** The newest first. */
  readonly #loaders: ModuleSource[] = [];
  #requests = 0;
  readonly #meter = new ResourceMeter();
  /** True where tasks share the thread: there nobody knows whose time it is. */
  #shared = false;
  /** What it runs next without being told again, in order. */
  #next: RunOrder[] = [];

  connect(job: ThreadJob): void {
    this.#port = job.port;
    this.#shared = job.shared;
    job.port.on('message', (message) => this.#receive(message));
  }

  /** The loader of a scan. Each has its own: the next scan may have another configuration of the same name. */
  loader(source: ModuleSource): ModuleLoader {
    const { scan, cacheDir, entry } = source;
    // Compared one by one: a key made of all three would be made, and hashed, at every task.
    const known = this.#loaders.find((one) => one.scan === scan && one.cacheDir === cacheDir && one.entry === entry);
    if (known !== undefined) return known;
    this.#loaders.unshift(source);
    this.#loaders.length = Math.min(this.#loaders.length, LOADERS_KEPT);
    return source;
  }

  async run(order: RunOrder): Promise<void> {
    const { run } = order;
    const used = this.#shared ? undefined : this.#meter.start();
    const controller = new AbortController();
    const failed = new Promise<never>((_, reject) => {
      this.#runs.set(run, { order, controller, waiting: new Map(), fail: reject });
    });
    const channel: Channel = {
      send: (message) => this.#post({ type: 'message', run, message }),
      request: (call) => this.#request(run, call),
    };
    try {
      const work = this.#context.run(run, () => runTask(order, channel, controller.signal, this.loader(order.modules)));
      const ends = await Promise.race([work, failed]);
      this.#post({
        type: 'ended',
        run,
        ...ends,
        ...(used === undefined ? { heapBytes: this.#meter.heapBytes() } : { use: used() }),
      });
    } catch (error) {
      const message = `An error of the check was caught by nobody: ${error instanceof Error ? error.message : String(error)}`;
      this.#post({
        type: 'ended',
        run,
        checks: order.task.checks.map(({ id }) => ({
          checkId: id,
          end: 'errored',
          reason: { code: isExit(error) ? 'exited' : 'threw', message },
        })),
      });
    } finally {
      this.#runs.delete(run);
    }
    this.#goOn();
  }

  /** Runs what is next, once nothing else runs. */
  #goOn(): void {
    const order = this.#runs.size > 0 ? undefined : this.#next.shift();
    if (order !== undefined) void this.run(order);
  }

  /** An error that nobody caught belongs to the run in whose asynchronous context it arose. */
  uncaught(error: unknown): void {
    const run = this.#context.getStore() ?? (this.#runs.size === 1 ? this.#runs.keys().next().value : undefined);
    const local = run === undefined ? undefined : this.#runs.get(run);
    if (local) local.fail(error);
    else this.#post({ type: 'uncaught', run, error: serializeError(error) });
  }

  /** What a check prints would tear a report on standard output apart: it becomes a line of the log. */
  printed(text: string, level: 'info' | 'warn'): void {
    const run = this.#context.getStore() ?? this.#runs.keys().next().value;
    if (run !== undefined && text.trim() !== '')
      this.#post({ type: 'message', run, message: { type: 'log', level, message: text.trimEnd() } });
  }

  #receive(message: ToThread): void {
    if (message.type === 'run') {
      void this.run(message.order);
      return;
    }
    if (message.type === 'next') {
      this.#next.push(message.order);
      this.#goOn();
      return;
    }
    if (message.type === 'forget') {
      this.#next = this.#next.filter(({ run }) => !message.runs.includes(run));
      for (const run of message.runs) this.#runs.get(run)?.controller.abort(new Error('It was not its turn.'));
      return;
    }
    if (message.type === 'prepare') {
      // What fails here fails again where a task loads it, and is that task's outcome.
      prepareModules(this.loader(message.modules)).catch(() => {});
      return;
    }
    const local = this.#runs.get(message.run);
    if (local === undefined) return;
    if (message.type === 'abort') {
      local.controller.abort(new Error(message.reason));
    } else {
      local.waiting.get(message.request)?.(message.reply);
      local.waiting.delete(message.request);
    }
  }

  #request(run: number, call: RequestCall): Promise<unknown> {
    const local = this.#runs.get(run);
    if (local === undefined)
      return Promise.reject(new Error('The check has ended; it may not ask for anything any more.'));
    return new Promise((resolve, reject) => {
      this.#requests += 1;
      const request = this.#requests;
      // Posted first: what cannot be cloned throws here, into the check, and leaves nobody waiting.
      this.#post({ type: 'request', run, request, call });
      local.waiting.set(request, (reply) => (reply.ok ? resolve(reply.value) : reject(deserializeError(reply.error))));
    });
  }

  #post(message: FromThread): void {
    this.#port?.postMessage(message);
  }
}

function isExit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SR_PROCESS_EXIT';
}

/** A thread must not end by its own hand: tinypool would never settle its tasks. */
function refuseExit(what: string): never {
  throw Object.assign(new Error(`The check called ${what}; end it by returning or throwing.`), {
    code: 'SR_PROCESS_EXIT',
  });
}

function install(state: ThreadState): void {
  process.exit = () => refuseExit('process.exit()');
  Object.assign(process, { reallyExit: () => refuseExit('process.reallyExit()') });
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) =>
    pid === process.pid || pid === 0 ? refuseExit(`process.kill(${pid})`) : kill(pid, signal);
  process.on('uncaughtException', (error) => state.uncaught(error));
  process.on('unhandledRejection', (error) => state.uncaught(error));
  captureOutput(state, 'stdout', 'info');
  captureOutput(state, 'stderr', 'warn');
}

/** Takes what is written to a stream of this thread; the stream is only made when something writes to it. */
function captureOutput(state: ThreadState, name: 'stdout' | 'stderr', level: 'info' | 'warn'): void {
  const make = Object.getOwnPropertyDescriptor(process, name)?.get;
  let stream: NodeJS.WriteStream | undefined;
  const capture = (): NodeJS.WriteStream => {
    const made = make?.call(process) as NodeJS.WriteStream;
    made.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      state.printed(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'), level);
      const done = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
      done?.();
      return true;
    };
    return made;
  };
  Object.defineProperty(process, name, {
    configurable: true,
    get: () => {
      stream ??= capture();
      return stream;
    },
  });
}

const state = new ThreadState();
install(state);

export default function connect(job: ThreadJob): void {
  state.connect(job);
}
