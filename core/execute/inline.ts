import type { ModuleLoader } from '../check/load-module.js';
import type { Clock } from '../model/clock.js';
import type { Channel } from './check-runner.js';
import { GRACE_MS, type RunEnd, type RunListener, type Running } from './executor.js';
import { deserializeError, type RunOrder } from './protocol.js';
import { runTask } from './run-task.js';

/**
 * Runs a task in the main thread: for tests, and for our own checks in a scan too small to pay for a thread.
 * A check that spins here cannot be stopped, so a foreign one never comes here.
 */
export function startInline(order: RunOrder, listener: RunListener, clock: Clock, loader: ModuleLoader): Running {
  const controller = new AbortController();
  const channel: Channel = {
    send: (message) => listener.message(message),
    request: async (call) => {
      const reply = await listener.request(call);
      if (!reply.ok) throw deserializeError(reply.error);
      return reply.value;
    },
  };
  let force: ((end: RunEnd) => void) | undefined;
  const forced = new Promise<RunEnd>((resolve) => {
    force = resolve;
  });
  const work = runTask(order, channel, controller.signal, loader).then(
    (ends): RunEnd => (controller.signal.aborted ? { kind: 'stopped', forced: false } : { kind: 'ended', ...ends }),
  );
  const stop = (reason: string): void => {
    if (controller.signal.aborted) return;
    controller.abort(new Error(reason));
    const cancel = clock.after(GRACE_MS, () => force?.({ kind: 'stopped', forced: true }));
    void work.then(cancel);
  };
  return {
    worker: 'inline',
    ended: Promise.race([work, forced]),
    stop,
    // Nothing ends what the main thread computes.
    kill: stop,
  };
}
