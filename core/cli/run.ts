import type { ScanEvent } from '../model/event.js';
import type { Notice, ReportedFile, RunResult } from '../model/result.js';
import { createProgress, type Progress, type ProgressMode } from '../report/progress.js';
import type { ReportTo } from '../report/run-reporters.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { type ScanHandle, scan } from '../scan.js';
import type { RunFlags } from './flags.js';
import { scanOptions } from './options.js';
import { stdoutSink, wantsColor } from './terminal.js';

/** Milliseconds that a plugin's forgotten handle may keep the process after everything is written. */
const LEAK_MS = 1_000;

/** Runs a scan and gives the exit code. */
export async function run(target: string, flags: RunFlags): Promise<number> {
  const options = await scanOptions(target, flags);
  const overrides = { ...options.overrides, ...(flags.json ? { json: true } : {}) };
  const runtime = createRuntime();
  const progress = createProgress(progressMode(flags), process.stderr);
  const handle = scan({ ...options, overrides, output: reportTo(flags, progress) }, runtime);
  const release = onSignals(handle, runtime);
  const watcher = new Watcher(flags, progress);
  const watching = watcher.watch(handle.events);
  try {
    const result = await handle.result;
    const reports = await handle.reports;
    await watching;
    tellReports(reports, flags);
    return exitCode(result, reports, watcher.broken);
  } finally {
    await progress.end();
    await watcher.close();
    release();
    await runtime.close();
    watchForLeaks();
  }
}

/** The process's exit code: the gate's, unless it would be clean and something failed after the verdict. */
function exitCode(result: RunResult, reports: readonly ReportedFile[], broken: boolean): number {
  const { gateExitCode } = result.verdict;
  const failed = broken || reports.some(({ error }) => error !== undefined);
  return gateExitCode === 0 && failed ? 3 : gateExitCode;
}

function progressMode({ quiet, json }: RunFlags): ProgressMode {
  if (quiet) return 'none';
  const inCi = (process.env.CI ?? '') !== '' && process.env.CI !== 'false';
  if (process.stderr.isTTY && !inCi && process.env.TERM !== 'dumb') return 'live';
  return json && !inCi ? 'none' : 'plain';
}

function reportTo(flags: RunFlags, progress: Progress): ReportTo {
  const sink = stdoutSink();
  return {
    // The report begins where the progress was.
    stdout: async (chunk) => {
      await progress.end();
      await sink(chunk);
    },
    color: wantsColor(flags.color, process.stdout, process.env),
    columns: process.stdout.columns ?? 80,
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

/** The first Ctrl-C ends the scan softly, the second at once. */
function onSignals(handle: ScanHandle, runtime: Runtime): () => void {
  let asked = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (asked) {
      runtime.kill();
      process.exit(130);
    }
    asked = true;
    process.stderr.write(`\nscanrun: ${signal}, ending softly; once more ends at once\n`);
    handle.cancel(`The scan was interrupted by ${signal}.`);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Follows a scan's events: progress, log, and failures after the verdict. */
class Watcher {
  readonly #flags: RunFlags;
  readonly #progress: Progress;
  #log: { write(event: ScanEvent): void; close(): Promise<void> } | undefined;
  #decided = false;
  /** True when something failed after the verdict was made. */
  broken = false;

  constructor(flags: RunFlags, progress: Progress) {
    this.#flags = flags;
    this.#progress = progress;
  }

  async watch(events: AsyncIterable<ScanEvent>): Promise<void> {
    // Read first, open then: the events of the meantime wait in the reader.
    const reader = events[Symbol.asyncIterator]();
    if (this.#flags.logFile !== undefined)
      this.#log = await (await import('./log-file.js')).openLog(this.#flags.logFile);
    for (let next = await reader.next(); !next.done; next = await reader.next()) this.#event(next.value);
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  #event(event: ScanEvent): void {
    this.#progress.event(event);
    this.#log?.write(event);
    if (event.type === 'result') this.#decided = true;
    if (event.type === 'notice') this.#notice(event.notice);
    if (event.type === 'log' && this.#flags.verbose)
      process.stderr.write(`${event.level} ${event.checkId ?? event.taskId ?? ''}: ${event.message}\n`);
  }

  #notice(notice: Notice): void {
    // What came before the verdict is in the report.
    if (!this.#decided || notice.level === 'info') return;
    if (notice.level === 'error') this.broken = true;
    else if (this.#flags.quiet) return;
    process.stderr.write(`scanrun: ${notice.code} ${notice.message}\n`);
  }
}

function tellReports(reports: readonly ReportedFile[], { quiet }: RunFlags): void {
  for (const { reporter, file, error } of reports) {
    if (error !== undefined) process.stderr.write(`scanrun: the reporter ${reporter} failed: ${error}\n`);
    else if (file !== '-' && !quiet) process.stderr.write(`scanrun: ${reporter} report in ${file}\n`);
  }
}

/** A handle that a plugin forgot would keep the process for ever. Nothing of ours is open any more. */
function watchForLeaks(): void {
  setTimeout(() => {
    const kinds = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`scanrun: something that a plugin opened is still open (${kinds}); ending anyway\n`);
    process.exit();
  }, LEAK_MS).unref();
}
