// One scan: load config -> load plugins -> index the target -> plan -> execute -> analyse -> report.

import type { CacheUse, ScanAnswers } from './answers/scan-answers.js';
import type { Directive } from './check/directives.js';
import type { ResolvedConfig } from './config/resolve.js';
import { EventStream } from './events.js';
import type { Earlier, Executed } from './execute/contract.js';
import type { Governor } from './execute/governor.js';
import type { ResourceEvent, ScanResources } from './execute/policy/scan-resources.js';
import type { Fail, Journal } from './journal/journal.js';
import type { ScanEvent } from './model/event.js';
import { freeze } from './model/freeze.js';
import type { TimedConcurrencyChange } from './model/pressure.js';
import type { Notice, ReportedFile, RunResult } from './model/result.js';
import type { Prepared } from './prepare.js';
import type { OpenedRecord } from './record.js';
import { redactRecord } from './redact/record.js';
import { Redactor } from './redact.js';
import { createRuntime, type Runtime } from './runtime.js';
import { completeEvent, type UntimedEvent } from './scan-events.js';
import type { ScanOptions } from './scan-options.js';

export type { ScanOptions } from './scan-options.js';

/** A scan that runs. */
export interface ScanHandle {
  /** Everything that happens, as it happens. Begin to read at once; events before that are not kept. */
  readonly events: AsyncIterable<ScanEvent>;
  /** The result, before reports are written. Rejects with a ScanError when the scan could not begin. */
  readonly result: Promise<RunResult>;
  /** What the reporters wrote; settles when the scan is over. Rejects as `result` does. */
  readonly reports: Promise<readonly ReportedFile[]>;
  /** A value with everything masked that the scan knows by now to be secret: what was heard of earlier may hold what was named later. */
  redact<T>(value: T): T;
  /** Ends the scan softly: running checks are cancelled, and what was done is reported. */
  cancel(reason: string): void;
}

/** Starts a scan. Without a runtime it makes one of its own and closes it at the end. */
export function scan(options: ScanOptions, runtime?: Runtime): ScanHandle {
  const own = runtime ?? createRuntime();
  const events = new EventStream();
  const cancelled = new AbortController();
  const run = new ScanRun(options, own, events, cancelled);
  // After this turn, so that whoever reads the events misses none.
  const result = Promise.resolve().then(() => run.result());
  const reports = result
    .then((done) => run.report(done))
    .finally(async () => {
      events.end();
      if (runtime === undefined) await own.close();
    });
  // Each promise may be left alone by a caller that awaits the other.
  result.catch(() => {});
  reports.catch(() => {});
  return {
    events,
    result,
    reports,
    redact: (value) => run.masked(value),
    cancel: (reason) => cancelled.abort(new Error(reason)),
  };
}

/** The phases of one scan and what they share. */
class ScanRun {
  readonly #options: ScanOptions;
  readonly #runtime: Runtime;
  readonly #events: EventStream;
  readonly #signal: AbortSignal;
  readonly #startedAt: number;
  readonly #notices: Notice[] = [];
  readonly #tell = (notice: Notice): void => this.#notice(notice);
  /** The `scanrun-ignore` comments that checks met, by file. */
  readonly #directives = new Map<string, readonly Directive[]>();
  #prepared: Prepared | undefined;
  #close: () => void = () => {};
  /** Writes the run into the history. */
  #keep: (() => void) | undefined;
  #redactor = new Redactor();
  #journal: Journal | undefined;
  readonly #concurrencyChanges: TimedConcurrencyChange[] = [];
  /** Milliseconds that an earlier process ran; time goes on from there. */
  #earlierMs = 0;

  constructor(options: ScanOptions, runtime: Runtime, events: EventStream, cancelled: AbortController) {
    this.#options = options;
    this.#runtime = runtime;
    this.#events = events;
    this.#signal = AbortSignal.any([cancelled.signal, runtime.signal]);
    this.#startedAt = runtime.clock.now();
  }

  /** Runs the scan; what was written for it to read is removed however it ends. */
  result(): Promise<RunResult> {
    return this.#result().finally(() => this.#close());
  }

  async #result(): Promise<RunResult> {
    const startedAt = new Date();
    const { analyse, openHistory, prepare } = await engine();
    // Told only once it is known what must be masked.
    const early: Notice[] = [];
    let tell = (notice: Notice): void => void early.push(notice);
    const fresh = await prepare(this.#options, this.#runtime, (notice) => tell(notice));
    const forget = this.#runtime.onKill(fresh.files.close);
    this.#close = () => {
      forget();
      fresh.files.close();
    };
    this.#redactor = fresh.redactor;
    const { earlier, plan, told } = await this.#record(fresh, startedAt);
    const prepared: Prepared = { ...fresh, plan };
    this.#prepared = prepared;
    const { hooks, config, files } = prepared;
    this.#emit({ type: 'scanStarted', runId: prepared.runId, tier: config.tier, target: files.target.root });
    tell = (notice) => this.#notice(notice);
    for (const notice of early) tell(notice);
    this.#emit({ type: 'planned', plan: told });
    await hooks.promise('plan', told);
    const resources = await this.#resources(prepared);
    const notice = this.#tell;
    const answers = await this.#answers(prepared, notice);
    const executed = await this.#execute(prepared, earlier, resources, answers).finally(() => resources.close());
    const keep = openHistory(files.target.root, prepared.history.full, notice);
    const { result: whole, kept } = analyse({
      prepared,
      executed,
      directives: this.#directives,
      concurrencyChanges: this.#concurrencyChanges,
      resources: resources.report(),
      cache: await this.#keepAnswers(answers),
      startedAt,
      // By the clock that measures: the time of day may have been set meanwhile.
      endedAt: new Date(startedAt.getTime() + this.#runtime.clock.now() - this.#startedAt),
      cores: this.#runtime.cores,
      interrupted: this.#signal.aborted,
      notices: this.#notices,
      notice,
    });
    // Times and findings of a few files say nothing of those of all.
    if (files.changes === undefined) this.#keep = () => keep(kept);
    const json = JSON.stringify(whole);
    const result = freeze(redactRecord(this.#redactor, whole, json));
    this.#emit({ type: 'result', result });
    this.#journal?.result(result === whole ? json : JSON.stringify(result));
    await hooks.promise('result', result);
    return result;
  }

  async report(result: RunResult): Promise<readonly ReportedFile[]> {
    const { hooks, config } = this.#prepared as Prepared;
    const { output, cwd, environment = {} } = this.#options;
    const reporters = output ? config.reporters : config.reporters.filter((reporter) => reporter.output !== '-');
    const to = output ?? { stdout: () => Promise.resolve(), color: false, columns: 80, verbosity: 'normal' };
    // A scan that was interrupted is still reported; who cancels while reports are written stops them.
    const signal = this.#signal.aborted ? new AbortController().signal : this.#signal;
    const place = { cwd, environment, signal, onKill: this.#runtime.onKill };
    const reports = this.masked(await (await engine()).runReporters(reporters, result, to, place));
    this.#keep?.();
    this.#emit({ type: 'reported', reports });
    await hooks.promise('reported', reports);
    await hooks.promise('close');
    this.#journal?.flush();
    this.#journal?.close();
    // A value may have been named after others had quoted it.
    if (this.#redactor.learned > 0) this.#journal?.redact((value) => this.masked(value));
    return reports;
  }

  /** The scan's part in the resources of the runtime. */
  async #resources({ config }: Prepared): Promise<ScanResources> {
    const { ScanResources: Class } = await engine();
    return new Class(this.#runtime.resources, config.resources, this.#startedAt, (event: ResourceEvent) =>
      this.#emit(event),
    );
  }

  async #execute(
    prepared: Prepared,
    earlier: Earlier | undefined,
    resources: ScanResources,
    answers: ScanAnswers | undefined,
  ): Promise<Executed> {
    const { plan, config, files, registry, inline, loader, hooks, runId } = prepared;
    const { execute, executeListener, loadAhead, makeFailFast, markEarly } = await engine();
    loadAhead(config.reporters, plan, inline.tasks);
    const governor = await this.#governor(config);
    return execute({
      plan,
      tier: config.tier,
      limits: config.limits,
      registry,
      redactor: this.#redactor,
      source: {
        root: files.target.root,
        entries: files.entries,
        changes: files.changes,
        unlisted: files.unlisted,
        staged: files.staged,
        environment: this.#options.environment,
        resources,
      },
      random: this.#runtime.resources.random,
      answers: answers && { of: answers, strict: config.strict, notice: this.#tell },
      earlier,
      pool: this.#runtime.pool,
      inline,
      scan: runId,
      loader,
      clock: this.#runtime.clock,
      signal: this.#signal,
      listener: executeListener({
        hooks,
        emit: (event) => this.#emit(event),
        notice: this.#tell,
        masked: (value) => this.masked(value),
        directives: this.#directives,
      }),
      failFast: config.failFast ? makeFailFast(config, markEarly(prepared, new Date())) : undefined,
      governor,
      nextRun: () => this.#runtime.nextRun(),
      onKill: (callback) => this.#runtime.onKill(callback),
    }).finally(() => governor?.close());
  }

  /** What earlier scans answered; undefined where that is of no use or cannot be told. */
  async #answers(prepared: Prepared, notice: (notice: Notice) => void): Promise<ScanAnswers | undefined> {
    if (!(await engine()).mayBeAnswered(prepared)) return undefined;
    const { answersOf } = await import('./open-answers.js');
    return answersOf(prepared, this.#options, notice);
  }

  /** Keeps what this scan answered for the next, and gives what became of the cache. */
  async #keepAnswers(answers: ScanAnswers | undefined): Promise<CacheUse | undefined> {
    if (answers === undefined) return undefined;
    const problems = [...answers.problems(), ...(await answers.close((value) => this.#redactor.json(value)))];
    for (const problem of problems) this.#notice(problem);
    return answers.use();
  }

  /** Watches the machine while the scan runs; one task at a time leaves nothing to lower. */
  async #governor({
    governor: limits,
    limits: { parallel, concurrency },
  }: ResolvedConfig): Promise<Governor | undefined> {
    if (limits === undefined || !parallel || concurrency === 1) return undefined;
    const { clock, machine } = this.#runtime;
    const { Governor: Class } = await engine();
    return new Class({
      clock,
      machine,
      limits,
      concurrency,
      changed: (change) => {
        const { at } = this.#emit({ type: 'concurrencyChanged', ...change });
        this.#concurrencyChanges.push({ ...change, atMs: at });
      },
    });
  }

  /** Begins the run's record, or goes on with that of a run that broke off. */
  async #record(prepared: Prepared, startedAt: Date): Promise<Pick<OpenedRecord, 'earlier' | 'plan' | 'told'>> {
    const { openRecord } = await engine();
    const fail: Fail = (message, level = 'warning') => this.#notice({ code: 'not-recorded', level, message });
    const record = openRecord(prepared, this.#options, startedAt, fail);
    this.#journal = record.journal;
    this.#earlierMs = record.earlier?.atMs ?? 0;
    for (const message of record.problems) this.#notice({ code: 'SR_RUN_CORRUPT', level: 'warning', message });
    return record;
  }

  /** A record of ours as it may leave the scan. */
  masked<T>(value: T): T {
    return redactRecord(this.#redactor, value);
  }

  #notice(notice: Notice): void {
    const clean = this.masked(notice);
    this.#notices.push(clean);
    this.#emit({ type: 'notice', notice: clean });
  }

  #emit(event: UntimedEvent): ScanEvent {
    const at = this.#runtime.clock.now() - this.#startedAt + this.#earlierMs;
    const complete = completeEvent(event, at, (value) => this.masked(value));
    this.#journal?.append(complete);
    this.#events.emit(complete);
    return complete;
  }
}

/** Loaded when a scan begins: a configuration imports this module too, and needs none of it. */
function engine(): Promise<typeof import('./engine.js')> {
  return import('./engine.js');
}
