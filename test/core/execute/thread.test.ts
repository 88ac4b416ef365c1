import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { Tinypool } from 'tinypool';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import type { RunEnd, RunListener } from '../../../core/execute/executor.js';
import type { FromThread, RunOrder } from '../../../core/execute/protocol.js';
import { Thread } from '../../../core/execute/thread.js';
import type { ScanHooks } from '../../../core/hooks.js';
import { checkProject } from '../../support/check-projects.js';
import { FakeClock, task } from '../../support/fake-pool.js';
import { checkOf, ends, runScan } from '../../support/run-scan.js';

/** What tinypool is after its thread has gone: nothing settles any more, not even its end. */
class SilentPool extends EventEmitter {
  readonly threads = [new EventEmitter()];
  /** The thread's end of the port. */
  port: MessagePort | undefined;
  run({ port }: { readonly port: MessagePort }): Promise<never> {
    this.port = port;
    return new Promise(() => {});
  }
  destroy(): Promise<never> {
    return new Promise(() => {});
  }
}

function threadOf(capacity: number) {
  const pools: SilentPool[] = [];
  class Made extends SilentPool {
    constructor() {
      super();
      pools.push(this);
    }
  }
  const clock = new FakeClock();
  const thread = new Thread({ name: 'io-1', capacity, clock, Pool: Made as unknown as typeof Tinypool, changed() {} });
  const heard: string[] = [];
  // Kept, as a scan keeps its own: the thread does not.
  const strays: RunListener['stray'][] = [];
  const start = (run: number, name = '') => {
    const stray: RunListener['stray'] = ({ message }) => void heard.push(`${name}: ${message}`);
    strays.push(stray);
    return thread.start(
      { run, task: task(`t/a${run}`), needs: {}, tier: 'quick', modules: { cacheDir: undefined } } satisfies RunOrder,
      { message() {}, request: () => new Promise(() => {}), stray },
    );
  };
  const says = (message: FromThread) => pools[0]?.port?.postMessage(message);
  return { thread, clock, start, heard, says, worker: pools[0]?.threads[0] as EventEmitter };
}

const pending = Symbol('pending');
const soon = (ended: Promise<RunEnd>) =>
  Promise.race([ended, new Promise((done) => setImmediate(() => done(pending)))]);

describe('a thread', () => {
  it('that ends without a word loses its tasks, each of which is told', async () => {
    const { thread, start, worker } = threadOf(4);
    const runs = [start(1), start(2)];
    worker.emit('exit', 1);
    expect(await Promise.all(runs.map(({ ended }) => soon(ended)))).toEqual(
      Array(2).fill({ kind: 'lost', cause: 'crashed', message: 'The thread ended.', shared: true }),
    );
    expect([thread.isOpen, thread.hasRoom, thread.size]).toEqual([false, false, 0]);
  });

  it('that fails says why, once', async () => {
    const { start, worker } = threadOf(1);
    const run = start(1);
    worker.emit('error', Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
    worker.emit('exit', 1);
    expect(await soon(run.ended)).toEqual({ kind: 'lost', cause: 'out-of-memory', message: 'heap', shared: false });
  });

  it('tells an error that no running task has to the run it came from, else to one that runs, else to the last', async () => {
    const { start, heard, says } = threadOf(4);
    const ended = (run: number) => says({ type: 'ended', run, checks: [] });
    const uncaught = (run: number | undefined, message: string) =>
      says({ type: 'uncaught', run, error: { name: 'Error', message } });
    const runs = [start(1, '1'), start(2, '2')];
    uncaught(1, 'of 1');
    uncaught(undefined, 'of nobody');
    ended(1);
    uncaught(1, 'of 1, which ended');
    ended(2);
    await Promise.all(runs.map((run) => run.ended));
    uncaught(2, 'of 2, which ended');
    uncaught(undefined, 'of an idle thread');
    await expect
      .poll(() => heard)
      .toEqual(['1: of 1', '1: of nobody', '2: of 1, which ended', '2: of 2, which ended', '2: of an idle thread']);
  });

  it('that is asked to stop a task gives it the grace, and ends when nobody else is on it', async () => {
    const { thread, clock, start } = threadOf(1);
    const run = start(1);
    run.stop('enough');
    clock.move(999);
    expect(await soon(run.ended)).toBe(pending);
    clock.move(1);
    expect(await soon(run.ended)).toEqual({ kind: 'stopped', forced: true });
    expect(thread.isOpen).toBe(false);
  });

  it('that others share abandons the task, takes no more, and ends with the last', async () => {
    const { thread, clock, start, worker } = threadOf(4);
    const [deaf, other] = [start(1), start(2)];
    deaf.stop('enough');
    clock.move(1_000);
    expect(await soon(deaf.ended)).toEqual({ kind: 'stopped', forced: true });
    expect([thread.isOpen, thread.hasRoom, thread.size, await soon(other.ended)]).toEqual([false, false, 1, pending]);
    worker.emit('error', new Error('gone'));
    expect(await soon(other.ended)).toMatchObject({ kind: 'lost', shared: false });
  });
});

describe('what a thread said before it died', () => {
  it('is heard first, however busy the main thread was meanwhile', async () => {
    const all =
      "for (let i = 0; i < 50; i += 1) report(c, 'before ' + i); const all = []; for (;;) all.push(new Array(1e6).fill(1.5));";
    const root = checkProject({ dies: { run: all, meta: { timeout: '60s' } } });
    // Holds the main thread until the other has died: its messages and its death arrive together.
    const busy = definePlugin({
      name: 'busy',
      checks: {},
      apply: (hooks: ScanHooks) =>
        hooks.taskStart.tap('x', () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000)),
    });
    const { result } = await runScan(root, { config: { plugins: ['./plugin.mjs', busy] } });
    expect(ends(result)).toEqual({ dies: 'errored out-of-memory' });
    expect(checkOf(result, 'local/dies').findings).toHaveLength(50);
  });
});
