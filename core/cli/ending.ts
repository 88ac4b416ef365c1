// How the process ends when it does not end by itself. Imports nothing: every command has it from the start.

/** Milliseconds that a forgotten handle may keep the process after everything is done. */
const LEAK_MS = 1_000;

/** What asks the process to end. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An error that nobody caught, of a plugin or of ours, ends the process: not as if it had found something. */
export function endOnCrash(): void {
  process.on('uncaughtException', (error) => {
    void import('./print-error.js').then(
      ({ printError }) => endAfter(printError(error, process.stderr)),
      () => process.exit(3),
    );
  });
}

/** Ends the process once standard error has taken what it was told: on a pipe that may be later. */
export function endAfter(code: typeof process.exitCode): void {
  process.stderr.write('', () => process.exit(code));
}

/**
 * A handle that a plugin, a reporter or a configuration forgot would keep the process for ever. To be called when the
 * work is done and the exit code is set; a slow reader of what was printed keeps the process too, and gets it all.
 */
export function watchForLeaks(): void {
  const timer = setTimeout(() => {
    if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return watchForLeaks();
    const kinds = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`scanrun: something that a plugin opened is still open (${kinds}); ending anyway\n`);
    endAfter(process.exitCode);
  }, LEAK_MS);
  timer.unref();
}
