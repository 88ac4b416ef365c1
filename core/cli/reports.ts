// What `run`, `report` and `merge` do with reports: where they go, what is said of them, and what the process ends with.

import type { ReportedFile, RunResult } from '../model/result.js';
import type { ReportTo } from '../report/run-reporters.js';
import { stdoutSink, wantsColor } from './terminal.js';

/** Milliseconds that a plugin's forgotten handle may keep the process after everything is written. */
const LEAK_MS = 1_000;

/** Flags that say how much is printed, and how. */
export interface PrintFlags {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
}

/**
 * Where reports go that own standard output.
 * @param before runs before each part of one: the report begins where the progress was.
 */
export function reportTo(flags: PrintFlags, before: () => Promise<void> = () => Promise.resolve()): ReportTo {
  const sink = stdoutSink();
  return {
    stdout: async (chunk) => {
      await before();
      await sink(chunk);
    },
    color: wantsColor(flags.color, process.stdout, process.env),
    columns: process.stdout.columns ?? 80,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

/** Says on standard error which reports were written and which were not. */
export function tellReports(reports: readonly ReportedFile[], { quiet }: PrintFlags): void {
  for (const { reporter, file, error } of reports) {
    if (error !== undefined) process.stderr.write(`scanrun: the reporter ${reporter} failed: ${error}\n`);
    else if (file !== '-' && !quiet) process.stderr.write(`scanrun: ${reporter} report in ${file}\n`);
  }
}

/** The process's exit code: the gate's, unless it would be clean and something failed after the verdict. */
export function exitCode(result: RunResult, reports: readonly ReportedFile[], broken = false): number {
  const { gateExitCode } = result.verdict;
  const failed = broken || reports.some(({ error }) => error !== undefined);
  return gateExitCode === 0 && failed ? 3 : gateExitCode;
}

/**
 * An error that nobody caught, of a plugin or of ours, ends the process: not as if it had found something.
 * @param first runs before, so that no other process is left.
 */
export function onCrash(first: () => void = () => {}): void {
  process.on('uncaughtException', (error) => {
    first();
    void import('./print-error.js').then(
      ({ printError }) => process.exit(printError(error, process.stderr)),
      () => process.exit(3),
    );
  });
}

/** A handle that a plugin or reporter forgot would keep the process for ever. Nothing of ours is open any more. */
export function watchForLeaks(): void {
  setTimeout(() => {
    const kinds = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`scanrun: something that a plugin opened is still open (${kinds}); ending anyway\n`);
    process.exit();
  }, LEAK_MS).unref();
}
