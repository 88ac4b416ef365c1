import { availableParallelism } from 'node:os';
import { thisMachine } from './execute/machine.js';
import { ResourceStore } from './execute/policy/store.js';
import { Pool } from './execute/pool.js';
import { type Clock, monotonicMs } from './model/clock.js';
import type { MachineState } from './model/pressure.js';

/** What a runtime may be told. */
export interface RuntimeOptions {
  /** Cores it may use, 1 to 1,024; the machine's when absent. */
  readonly cores?: number;
  /** Cancels every scan of the runtime when it aborts. */
  readonly signal?: AbortSignal;
  /** The clock of timeouts and measurements; the machine's when absent. */
  readonly clock?: Clock;
  /** What tells the governor of the machine's state; this machine when absent. */
  readonly machine?: MachineState;
  /** Numbers from 0 to just below 1 for the chance in waits before retries; `Math.random` when absent. */
  readonly random?: () => number;
}

/** What outlives one scan. A server, a watch or a fleet makes one and gives it to all its scans, so that they share threads. */
export interface Runtime {
  /** Cores it may use. */
  readonly cores: number;
  /** Aborts when every scan should end. */
  readonly signal: AbortSignal;
  /** The clock. */
  readonly clock: Clock;
  /** What tells of the machine's state. */
  readonly machine: MachineState;
  /** Its threads. */
  readonly pool: Pool;
  /** What its scans ask over the network or by name: rate limits, breakers and concurrency that they share. */
  readonly resources: ResourceStore;
  /** A number that no other run of this runtime has. */
  nextRun(): number;
  /** Tells what must be ended when the process exits at once; returns how to take that back. */
  onKill(callback: () => void): () => void;
  /** Ends every process that a scan has started, at once. For a host that is about to exit. */
  kill(): void;
  /** Ends the threads. Scans that still run lose theirs. */
  close(): Promise<void>;
}

const systemClock: Clock = {
  now: monotonicMs,
  after(ms, callback) {
    // Node waits at most 2^31-1 ms; a longer time would end at once.
    const timer = setTimeout(callback, Math.min(ms, 2_147_483_647));
    return () => clearTimeout(timer);
  },
};

/**
 * Creates a runtime. Close it when no more scans will come.
 * @throws RangeError when `cores` is not a whole number from 1 to 1,024.
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const cores = options.cores ?? availableParallelism();
  if (!Number.isInteger(cores) || cores < 1 || cores > 1_024)
    throw new RangeError(`cores must be a whole number from 1 to 1,024, not ${cores}.`);
  const clock = options.clock ?? systemClock;
  const pool = new Pool({ cores, clock });
  const kills = new Set<() => void>();
  let run = 0;
  return {
    cores,
    clock,
    pool,
    machine: options.machine ?? thisMachine,
    resources: new ResourceStore(clock, options.random ?? Math.random),
    signal: options.signal ?? new AbortController().signal,
    nextRun() {
      run += 1;
      return run;
    },
    onKill(callback) {
      kills.add(callback);
      return () => kills.delete(callback);
    },
    kill() {
      for (const callback of kills) callback();
    },
    close() {
      pool.close();
      return Promise.resolve();
    },
  };
}
