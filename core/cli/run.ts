import type { ScanEvent } from '../model/event.js';
import type { Notice, ReportedFile, RunResult } from '../model/result.js';
import { createProgress, type Progress, type ProgressMode } from '../report/progress.js';
import type { ReportTo } from '../report/run-reporters.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { type ScanHandle, scan } from '../scan.js';
import type { RunFlags } from './flags.js';
import type { EventLog } from './log-file.js';
import { scanOptions } from './options.js';
import { stdoutSink, wantsColor } from './terminal.js';

/** Milliseconds that a plugin's forgotten handle may keep the process after everything is written. */
const LEAK_MS = 1_000;

/** Runs a scan and gives the exit code. */
export async function run(target: string, flags: RunFlags): Promise<number> {
  const options = await scanOptions(target, flags);
  const overrides = { ...options.overrides, ...(flags.json ? { json: true } : {}) };
  const watcher = new Watcher(flags);
  if (flags.logFile !== undefined) await watcher.openLog(flags.logFile);
  const runtime = createRuntime();
  const progress = createProgress(progressMode(flags), process.stderr);
  const handle = scan({ ...options, overrides, output: reportTo(flags, progress) }, runtime);
  const release = onSignals(handle, runtime);
  const watching = watcher.watch(handle.events, progress);
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
  #log: EventLog | undefined;
  #decided = false;
  /** True when something failed that the verdict does not know of. */
  broken = false;

  constructor(flags: RunFlags) {
    this.#flags = flags;
  }

  /** Opens the log before the scan begins, so that nothing was done in vain when it cannot be. */
  async openLog(file: string): Promise<void> {
    const { openLog } = await import('./log-file.js');
    this.#log = await openLog(file, (message) => {
      this.broken = true;
      process.stderr.write(`scanrun: the log failed: ${message}\n`);
    });
  }

  async watch(events: AsyncIterable<ScanEvent>, progress: Progress): Promise<void> {
    for await (const event of events) this.#event(event, progress);
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  #event(event: ScanEvent, progress: Progress): void {
    progress.event(event);
    this.#log?.write(event);
    if (event.type === 'result') this.#decided = true;
    if (event.type === 'notice') this.#notice(event.notice);
    if (event.type === 'log' && this.#flags.verbose)
      process.stderr.write(`${event.level} ${event.checkId ?? event.taskId ?? ''}: ${event.message}\n`);
  }

  #notice(notice: Notice): void {
    if (!this.#decided || notice.level !== 'error') return;
    this.broken = true;
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
