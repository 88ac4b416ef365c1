// `run --watch`: keeps a process that scans, and starts another when what it has loaded is no longer what lies on disk.
// Node cannot forget a module that it has imported; a new process is the one way to run a check's new version.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ScanError } from '../errors.js';
import { builtUrl } from '../own.js';
import { END_SIGNALS } from './ending.js';
import type { RunFlags } from './flags.js';

/** What the scanning process is told. */
export interface WatchRequest {
  readonly target: string;
  readonly flags: RunFlags;
}

/** What the scanning process says: that it ended to be started again. */
export interface WatchRestart {
  readonly restart: true;
}

/** Flags that say something else of a scan than that it follows what changes. */
const FOREIGN = {
  since: '--since',
  staged: '--staged',
  filesFrom: '--files-from',
  json: '--json',
  events: '--events',
  logFile: '--log-file',
} as const satisfies Partial<Record<keyof RunFlags, string>>;

/**
 * Scans, and again whenever something changes, until it is ended; gives the exit code.
 * @throws ScanError `SR_USAGE` for flags that do not go with it.
 */
export async function watch(target: string, flags: RunFlags): Promise<number> {
  const foreign = Object.entries(FOREIGN).flatMap(([key, flag]) =>
    flags[key as keyof RunFlags] === undefined ? [] : [flag],
  );
  if (foreign.length > 0)
    throw new ScanError('SR_USAGE', `--watch and ${foreign.join(', ')} cannot be given together.`, {
      next: 'Leave one of them out: a watch decides itself what is scanned again, and prints it for people.',
    });
  const ends = new Ends();
  try {
    for (;;) {
      const { restart, code } = await session({ target, flags }, ends);
      if (!restart || ends.asked) return code;
    }
  } finally {
    ends.close();
  }
}

/** Passes on the signals that end the watch. A terminal's Ctrl-C reaches the scanning process by itself. */
class Ends {
  asked = false;
  child: ChildProcess | undefined;
  readonly #pass = (signal: NodeJS.Signals): void => {
    this.asked = true;
    if (signal !== 'SIGINT' || !process.stdin.isTTY) this.child?.kill(signal);
  };

  constructor() {
    for (const signal of END_SIGNALS) process.on(signal, this.#pass);
  }

  close(): void {
    for (const signal of END_SIGNALS) process.off(signal, this.#pass);
  }
}

/** One scanning process from its start to its end. */
function session(request: WatchRequest, ends: Ends): Promise<{ readonly restart: boolean; readonly code: number }> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(builtUrl('core/cli/watch-session.js')), { stdio: 'inherit' });
    ends.child = child;
    let restart = false;
    child.on('message', (message: WatchRestart) => {
      restart = message.restart;
    });
    child.on('error', reject);
    // 3, as for everything that keeps a scan from its answer: something else than we ended it.
    child.on('close', (code) => resolve({ restart, code: code ?? (ends.asked ? 130 : 3) }));
    // That it ended before it listened is told by its end.
    child.send(request, () => {});
  });
}
