import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ScanError } from '../errors.js';
import type { ThreadAhead } from '../execute/thread-ahead.js';
import type { ScanEvent } from '../model/event.js';
import type { Notice, ReportedFile, RunResult } from '../model/result.js';
import { createProgress, type Progress, type ProgressMode } from '../report/progress.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { type ScanHandle, type ScanOptions, scan } from '../scan.js';
import { END_SIGNALS } from './ending.js';
import type { EventFile } from './event-file.js';
import type { RunFlags } from './flags.js';
import { scanOptions } from './options.js';
import { exitCode, reportTo, tellReports } from './reports.js';

/**
 * Runs a scan and gives the exit code.
 * @param ahead a thread that was started before.
 */
export async function run(target: string, flags: RunFlags, ahead?: ThreadAhead): Promise<number> {
  if (flags.watch) return (await import('./watch.js')).watch(target, flags);
  const options = await scanOptions(target, flags);
  const overrides = { ...options.overrides, ...(flags.json ? { json: true } : {}) };
  return exitCodeOf(await complete({ ...options, overrides }, flags, ahead));
}

/** Goes on with a run that broke off, as it was asked for then, and gives the exit code. */
export async function resume(runId: string, target: string, flags: RunFlags): Promise<number> {
  const options = await scanOptions(target, flags);
  const { recoverRun } = await import('../journal/recover.js');
  const { header } = recoverRun(await realpath(resolve(options.cwd, target)), runId);
  const request = header.request as unknown as Pick<
    ScanOptions,
    'target' | 'cwd' | 'configFile' | 'overrides' | 'changes'
  >;
  return exitCodeOf(await complete({ ...options, ...request, resume: runId }, flags));
}

/** A scan that is over, with its reports written. */
export interface Completed {
  readonly result: RunResult;
  readonly reports: readonly ReportedFile[];
  /** True when something failed that the verdict does not know of. */
  readonly broken: boolean;
  /** A value with everything masked that the scan knew to be secret. */
  readonly redact: <T>(value: T) => T;
}

/** The exit code of a scan that is over. */
export function exitCodeOf({ result, reports, broken }: Completed): number {
  return exitCode(result, reports, broken);
}

/** Scans with everything around it: progress, signals, the log, and events. */
export async function complete(options: ScanOptions, flags: RunFlags, ahead?: ThreadAhead): Promise<Completed> {
  if (flags.events === '-' && (flags.json || flags.reporter?.some((name) => !name.includes('=')))) {
    throw new ScanError('SR_REPORTER_STDOUT', '--events - and a report both want standard output.', {
      next: 'Give one of them a file: `--events events.ndjson`.',
    });
  }
  const runtime = createRuntime();
  if (ahead !== undefined) runtime.pool.adopt(ahead);
  process.on('uncaughtExceptionMonitor', () => runtime.kill());
  // Its threads end while the reports are written.
  const ending: Listener = {
    event: ({ type }) => {
      if (type === 'result') void runtime.close();
    },
    reported: () => {},
  };
  try {
    return await scanOnce(options, flags, runtime, ending);
  } finally {
    await runtime.close();
  }
}

/** What else wants to know of a scan. */
export interface Listener {
  event(event: ScanEvent): void;
  reported(reports: readonly ReportedFile[]): void;
}

/** One scan of a runtime, shown as it runs. */
export async function scanOnce(
  options: ScanOptions,
  flags: RunFlags,
  runtime: Runtime,
  listener?: Listener,
): Promise<Completed> {
  const watcher = new Watcher(flags, listener);
  await watcher.open();
  const progress = createProgress(progressMode(flags), process.stderr);
  const ownFiles = [flags.logFile, flags.events].filter((file) => file !== undefined);
  const output = flags.events === '-' ? {} : { output: reportTo(flags, () => progress.end()) };
  const handle = scan({ ...options, ...output, ownFiles }, runtime);
  const release = onSignals(handle, runtime);
  const watching = watcher.watch(handle.events, progress);
  try {
    const result = await handle.result;
    const reports = await handle.reports;
    await watching;
    await watcher.close((value) => handle.redact(value));
    tellReports(reports, flags);
    listener?.reported(reports);
    return { result, reports, broken: watcher.broken, redact: (value) => handle.redact(value) };
  } finally {
    await progress.end();
    release();
    await watcher.close();
  }
}

function progressMode({ quiet, json }: RunFlags): ProgressMode {
  if (quiet) return 'none';
  const inCi = (process.env.CI ?? '') !== '' && process.env.CI !== 'false';
  if (process.stderr.isTTY && !inCi && process.env.TERM !== 'dumb') return 'live';
  return json && !inCi ? 'none' : 'plain';
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
  for (const signal of END_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of END_SIGNALS) process.off(signal, listener);
  };
}

/** Follows a scan's events: progress, log, and failures after the verdict. */
class Watcher {
  readonly #flags: RunFlags;
  readonly #listener: Listener | undefined;
  readonly #files: EventFile[] = [];
  #decided = false;
  /** True when a check named a secret: what was written before may hold it. */
  #masked = false;
  /** True when something failed that the verdict does not know of. */
  broken = false;

  constructor(flags: RunFlags, listener: Listener | undefined) {
    this.#flags = flags;
    this.#listener = listener;
  }

  /** Opens the files that events go to before the scan begins, so that nothing was done in vain when one cannot be. */
  async open(): Promise<void> {
    const { logFile, events } = this.#flags;
    const failed = (what: string) => (message: string) => {
      this.broken = true;
      process.stderr.write(`scanrun: ${what} failed: ${message}\n`);
    };
    if (logFile !== undefined)
      this.#files.push(await (await import('./log-file.js')).openLog(logFile, failed('the log')));
    if (events !== undefined)
      this.#files.push((await import('./event-file.js')).openEvents(events, failed('the events')));
  }

  async watch(events: AsyncIterable<ScanEvent>, progress: Progress): Promise<void> {
    for await (const event of events) this.#event(event, progress);
  }

  async close(redact?: <T>(value: T) => T): Promise<void> {
    for (const file of this.#files.splice(0)) await file.close(this.#masked ? redact : undefined);
  }

  #event(event: ScanEvent, progress: Progress): void {
    progress.event(event);
    this.#listener?.event(event);
    for (const file of this.#files) file.write(event);
    if (event.type === 'result') this.#decided = true;
    if (event.type === 'taskEnded' && event.checks.some(({ masked }) => masked)) this.#masked = true;
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
