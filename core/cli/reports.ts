// What `run`, `report` and `merge` do with reports: where they go, what is said of them, and what the process ends with.

import type { ReportedFile, RunResult } from '../model/result.js';
import type { ReportTo } from '../report/run-reporters.js';
import { stdoutSink, wantsColor } from './terminal.js';

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
