import { openSync, readSync } from 'node:fs';
import { monotonicMs } from '../model/clock.js';
import type { ResourceUse } from '../model/telemetry.js';

/** A pause in which a thread does nothing worth measuring. */
const PAUSE_MS = 1;

/** Measures what a task uses of the thread that it has to itself, and the heap of any. */
export class ResourceMeter {
  #cpu: CpuClock | undefined;
  /** The last reading, and when it was made: reading takes a tenth of the time of a small check. */
  #last: { readonly atMs: number; readonly cpuMs: number } | undefined;
  readonly #v8 = process.getBuiltinModule('node:v8');

  /** The thread's heap in use, in bytes. */
  heapBytes(): number {
    return this.#v8.getHeapStatistics().used_heap_size;
  }

  /** Begins; the function that it returns ends. */
  start(): () => ResourceUse {
    this.#cpu ??= openCpuClock();
    const cpu = this.#cpu;
    const last = this.#last;
    const before = last !== undefined && monotonicMs() - last.atMs < PAUSE_MS ? last.cpuMs : cpu.read();
    return () => {
      const cpuMs = cpu.read();
      this.#last = { atMs: monotonicMs(), cpuMs };
      return { cpuMs: cpuMs - before, cpuSource: cpu.source, heapBytes: this.heapBytes() };
    };
  }
}

interface CpuClock {
  readonly source: 'thread' | 'event-loop';
  /** Milliseconds so far. */
  read(): number;
}

/** The thread's CPU time where the system tells it; how long its event loop was busy elsewhere. */
function openCpuClock(): CpuClock {
  return openSchedstat() ?? { source: 'event-loop', read: () => performance.eventLoopUtilization().active };
}

/** Linux keeps a thread's CPU time in nanoseconds as the first number of this file, as of the last tick or switch. */
function openSchedstat(): CpuClock | undefined {
  try {
    // Opened once: a read takes 5 µs, opening ten times that. The link is resolved by the thread that opens it.
    const file = openSync('/proc/thread-self/schedstat', 'r');
    const buffer = Buffer.alloc(96);
    const read = (): number =>
      Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)), 10) / 1e6;
    // A kernel without scheduler statistics has the file and counts nothing.
    return read() > 0 ? { source: 'thread', read } : undefined;
  } catch {
    // No such file on other systems: the event loop's time stands in, under its own name.
    return undefined;
  }
}
