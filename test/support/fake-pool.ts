// Stand-ins for the seams of execution: a clock that is moved by hand and a pool without threads.
import type { AnyCheck } from '../../core/check/define.js';
import { defineCheck } from '../../core/check/define.js';
import { definePlugin } from '../../core/check/plugin.js';
import { createRegistry } from '../../core/check/registry.js';
import type { ExecuteListener, ExecuteOptions } from '../../core/execute/contract.js';
import type { RunEnd, RunListener, Running } from '../../core/execute/executor.js';
import type { Place, Pool } from '../../core/execute/pool.js';
import type { RunOrder } from '../../core/execute/protocol.js';
import type { Clock } from '../../core/model/clock.js';
import type { Lane, Plan, Task } from '../../core/model/task.js';
import { Redactor } from '../../core/redact.js';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #now = 0;
  /** Milliseconds by which timers are heard too late. */
  late = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms + this.late, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, calling what is due in its order. */
  move(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

/** A run that the pool was given and that ends when the test says so. */
export interface FakeRun {
  readonly order: RunOrder;
  readonly listener: RunListener;
  readonly alone: boolean;
  /** Why it was told to stop. */
  stopped: string | undefined;
  end(end: RunEnd): void;
}

/** A pool with so many places; what it is given waits in `running`. */
export class FakePool {
  readonly running: FakeRun[] = [];
  readonly started: FakeRun[] = [];
  readonly #places: number;
  readonly #listeners = new Set<() => void>();
  /** The most that ran at once. */
  most = 0;
  readonly cores: number;

  constructor(places: number, cores = places) {
    this.#places = places;
    this.cores = cores;
  }

  /** As the engine takes it. */
  get asPool(): Pool {
    return this as unknown as Pool;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  onChange(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  place(_lane: Lane, alone: boolean): Place | undefined {
    if (this.running.length >= this.#places) return undefined;
    return { start: (order, listener) => this.#start(order, listener, alone) };
  }

  #start(order: RunOrder, listener: RunListener, alone: boolean): Running {
    let settle: (end: RunEnd) => void = () => {};
    const ended = new Promise<RunEnd>((resolve) => {
      settle = resolve;
    });
    const run: FakeRun = {
      order,
      listener,
      alone,
      stopped: undefined,
      end: (end) => {
        this.running.splice(this.running.indexOf(run), 1);
        settle(end);
        for (const callback of [...this.#listeners]) callback();
      },
    };
    this.running.push(run);
    this.started.push(run);
    this.most = Math.max(this.most, this.running.length);
    return {
      worker: `fake-${this.started.length}`,
      ended,
      stop: (reason) => {
        run.stopped ??= reason;
      },
      kill: (reason) => {
        run.stopped ??= reason;
      },
    };
  }
}

/** A task of a made-up plan. */
export function task(id: string, over: Partial<Task> = {}): Task {
  const needs = Object.fromEntries((over.after ?? []).map((need) => [need.replace(/\W/g, '_'), need]));
  return {
    id,
    checks: [{ id, module: 'file:///nowhere.mjs', options: {}, files: ['**'], exclude: [], needs }],
    target: { kind: 'directory', name: 'target', root: '/nowhere' },
    lane: 'cpu',
    priority: 0,
    after: [],
    attempt: 1,
    timeoutMs: 5_000,
    critical: false,
    ...over,
  };
}

/** A check that a registry may hold for made-up tasks. */
export const anyCheck: AnyCheck = defineCheck('file:///nowhere.mjs', {
  meta: {
    title: 'any',
    description: 'any',
    category: 'test',
    tier: 'quick',
    severity: 'error',
    messages: { found: 'found {{what}}' },
  },
  run() {},
});

/** Everything that execution needs, made up around a plan. */
export function executeOptions(
  tasks: readonly Task[],
  pool: FakePool,
  clock: FakeClock,
  over: Partial<ExecuteOptions> & { readonly told?: Partial<ExecuteListener> } = {},
): ExecuteOptions {
  const { told, ...rest } = over;
  const keys = tasks.map(({ id }) => id.split('/')[1] ?? id);
  const plan: Plan = { schemaVersion: 1, tasks, notPlanned: [] };
  let run = 0;
  const silent = () => {};
  return {
    plan,
    tier: 'standard',
    limits: { concurrency: 4, parallel: true, budgetMs: 45_000, deadlineMs: 1e9, timeoutMs: 5_000 },
    registry: createRegistry([
      definePlugin({ name: 't', checks: Object.fromEntries(keys.map((key) => [key, anyCheck])) }),
    ]),
    redactor: new Redactor(),
    source: { root: '/nowhere', entries: [], environment: {} },
    pool: pool.asPool,
    inline: { tasks: new Set(), rests: new Set() },
    scan: 'scan',
    loader: { cacheDir: undefined },
    clock,
    signal: new AbortController().signal,
    listener: {
      taskStarted: silent,
      finding: silent,
      attemptDiscarded: silent,
      measure: silent,
      log: silent,
      stray: silent,
      taskEnded: silent,
      ...told,
    },
    nextRun: () => {
      run += 1;
      return run;
    },
    onKill: () => () => {},
    ...rest,
  };
}
