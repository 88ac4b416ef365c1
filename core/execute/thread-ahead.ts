import type { Tinypool } from 'tinypool';
import { builtUrl } from '../own.js';

/** What a thread may use before it is stopped; the limit keeps running out of memory quick and local. */
export const MAX_OLD_GENERATION_MB = 512;

/** How a thread is made that runs so many tasks at once. */
export function threadOptions(capacity: number): NonNullable<ConstructorParameters<typeof Tinypool>[0]> {
  return {
    filename: builtUrl('core/execute/worker.js'),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: capacity,
    useAtomics: false,
    resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB },
  };
}

/** A thread that was started before anything is known of the scan, for one task at a time. */
export class ThreadAhead {
  readonly #pool: Tinypool;
  #isTaken = false;
  #isAlive = true;

  constructor(pool: Tinypool) {
    this.#pool = pool;
    const lost = (): void => {
      this.#isAlive = false;
    };
    // Whoever takes it hears of its end; until then nobody would, and an error would end the process.
    pool.on('error', lost);
    for (const thread of pool.threads) {
      thread.on('error', lost);
      thread.on('exit', lost);
    }
  }

  /** Gives it away, once; undefined where it is gone. */
  take(): Tinypool | undefined {
    if (this.#isTaken || !this.#isAlive) return undefined;
    this.#isTaken = true;
    return this.#pool;
  }

  /** Ends it where nobody took it. */
  dismiss(): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    this.#pool.destroy().catch(() => {
      // It is gone already, which is what was wanted.
    });
  }
}

/** Starts one; undefined where that fails, which the scan will meet too and say. */
export async function startAhead(): Promise<ThreadAhead | undefined> {
  try {
    const { Tinypool: Class } = await import('tinypool');
    return new ThreadAhead(new Class(threadOptions(1)));
  } catch {
    return undefined;
  }
}
