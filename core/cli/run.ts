import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ScanError } from '../errors.js';
import type { ScanEvent } from '../model/event.js';
import type { Notice } from '../model/result.js';
import { createProgress, type Progress, type ProgressMode } from '../report/progress.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { type ScanHandle, type ScanOptions, scan } from '../scan.js';
import type { EventFile } from './event-file.js';
import type { RunFlags } from './flags.js';
import { scanOptions } from './options.js';
import { exitCode, onCrash, reportTo, tellReports, watchForLeaks } from './reports.js';

/** Runs a scan and gives the exit code. */
export async function run(target: string, flags: RunFlags): Promise<number> {
  const options = await scanOptions(target, flags);
  return runScan({ ...options, overrides: { ...options.overrides, ...(flags.json ? { json: true } : {}) } }, flags);
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
  return runScan({ ...options, ...request, resume: runId }, flags);
}

async function runScan(options: ScanOptions, flags: RunFlags): Promise<number> {
  if (flags.events === '-' && (flags.json || flags.reporter?.some((name) => !name.includes('=')))) {
    throw new ScanError('SR_REPORTER_STDOUT', '--events - and a report both want standard output.', {
      next: 'Give one of them a file: `--events events.ndjson`.',
    });
  }
  const watcher = new Watcher(flags);
  await watcher.open();
  const progress = createProgress(progressMode(flags), process.stderr);
  const runtime = createRuntime();
  const ownFiles = [flags.logFile, flags.events].filter((file) => file !== undefined);
  const output = flags.events === '-' ? {} : { output: reportTo(flags, () => progress.end()) };
  const handle = scan({ ...options, ...output, ownFiles }, runtime);
  const release = onSignals(handle, runtime);
  onCrash(() => runtime.kill());
  const watching = watcher.watch(handle.events, progress);
  try {
    const result = await handle.result;
    const reports = await handle.reports;
    await watching;
    await watcher.close();
    tellReports(reports, flags);
    return exitCode(result, reports, watcher.broken);
  } finally {
    await progress.end();
    release();
    await runtime.close();
    watchForLeaks();
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
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Follows a scan's events: progress, log, and failures after the verdict. */
class Watcher {
  readonly #flags: RunFlags;
  readonly #files: EventFile[] = [];
  #decided = false;
  /** True when something failed that the verdict does not know of. */
  broken = false;

  constructor(flags: RunFlags) {
    this.#flags = flags;
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

  async close(): Promise<void> {
    for (const file of this.#files.splice(0)) await file.close();
  }

  #event(event: ScanEvent, progress: Progress): void {
    progress.event(event);
    for (const file of this.#files) file.write(event);
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
