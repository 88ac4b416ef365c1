// One scan: load config -> load plugins -> index the target -> plan -> execute -> analyse -> report.

import type { ResolvedConfig } from './config/resolve.js';
import { EventStream } from './events.js';
import type { CheckOutcome, Earlier, Executed, ExecuteListener } from './execute/contract.js';
import type { Governor } from './execute/governor.js';
import type { ResourceEvent, ScanResources } from './execute/policy/scan-resources.js';
import type { HookRunner } from './hooks.js';
import type { Fail, Journal } from './journal/journal.js';
import type { EndedCheck, ScanEvent } from './model/event.js';
import { freeze } from './model/freeze.js';
import type { TimedConcurrencyChange } from './model/pressure.js';
import type { Notice, ReportedFile, RunResult } from './model/result.js';
import type { Task } from './model/task.js';
import type { Prepared } from './prepare.js';
import type { OpenedRecord } from './record.js';
import { Redactor } from './redact.js';
import { createRuntime, type Runtime } from './runtime.js';
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
  return { events, result, reports, cancel: (reason) => cancelled.abort(new Error(reason)) };
}

/** The phases of one scan and what they share. */
class ScanRun {
  readonly #options: ScanOptions;
  readonly #runtime: Runtime;
  readonly #events: EventStream;
  readonly #cancelled: AbortController;
  readonly #startedAt: number;
  readonly #notices: Notice[] = [];
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
    this.#cancelled = cancelled;
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
    this.#redactor = new Redactor(fresh.config.redact);
    const { earlier, plan } = await this.#record(fresh, startedAt);
    const prepared: Prepared = { ...fresh, plan };
    this.#prepared = prepared;
    const { hooks, config, files } = prepared;
    this.#emit({ type: 'scanStarted', runId: prepared.runId, tier: config.tier, target: files.target.root });
    tell = (notice) => this.#notice(notice);
    for (const notice of early) tell(notice);
    this.#emit({ type: 'planned', plan: this.#redactor.json(plan) });
    await hooks.promise('plan', plan);
    const resources = await this.#resources(prepared);
    const executed = await this.#execute(prepared, earlier, resources).finally(() => resources.close());
    const notice = (item: Notice): void => this.#notice(item);
    const keep = openHistory(files.target.root, prepared.history.full, notice);
    const { result: whole, kept } = analyse({
      prepared,
      executed,
      concurrencyChanges: this.#concurrencyChanges,
      resources: resources.report(),
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
    const result = this.#redactor.json(whole);
    this.#emit({ type: 'result', result: freeze(result) });
    this.#journal?.result(JSON.stringify(result));
    await hooks.promise('result', result);
    return result;
  }

  async report(result: RunResult): Promise<readonly ReportedFile[]> {
    const { hooks, config } = this.#prepared as Prepared;
    const { runReporters } = await engine();
    const { output } = this.#options;
    const reporters = output ? config.reporters : config.reporters.filter((reporter) => reporter.output !== '-');
    const to = output ?? { stdout: () => Promise.resolve(), color: false, columns: 80, verbosity: 'normal' };
    const reports = this.#redactor.json(
      await runReporters(reporters, result, to, new AbortController().signal),
    ) as ReportedFile[];
    this.#keep?.();
    this.#emit({ type: 'reported', reports });
    await hooks.promise('reported', reports);
    await hooks.promise('close');
    this.#journal?.flush();
    this.#journal?.close();
    return reports;
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#cancelled.signal, this.#runtime.signal]);
  }

  /** The scan's part in the resources of the runtime. */
  async #resources({ config }: Prepared): Promise<ScanResources> {
    const { ScanResources: Class } = await engine();
    return new Class(this.#runtime.resources, config.resources, this.#startedAt, (event: ResourceEvent) =>
      this.#emit(this.#redactor.json(event)),
    );
  }

  async #execute(
    { plan, config, files, registry, inline, loader, hooks, runId }: Prepared,
    earlier: Earlier | undefined,
    resources: ScanResources,
  ): Promise<Executed> {
    const { execute, failFast } = await engine();
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
      earlier,
      pool: this.#runtime.pool,
      inline,
      scan: runId,
      loader,
      clock: this.#runtime.clock,
      signal: this.#signal,
      listener: this.#listener(hooks),
      failFast: config.failFast ? (checks) => failFast(config, checks) : undefined,
      governor,
      nextRun: () => this.#runtime.nextRun(),
      onKill: (callback) => this.#runtime.onKill(callback),
    }).finally(() => governor?.close());
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
  async #record(prepared: Prepared, startedAt: Date): Promise<Pick<OpenedRecord, 'earlier' | 'plan'>> {
    const { openRecord } = await engine();
    const fail: Fail = (message, level = 'warning') => this.#notice({ code: 'not-recorded', level, message });
    const record = openRecord(prepared, this.#options, startedAt, fail);
    this.#journal = record.journal;
    this.#earlierMs = record.earlier?.atMs ?? 0;
    for (const message of record.problems) this.#notice({ code: 'SR_RUN_CORRUPT', level: 'warning', message });
    return record;
  }

  #listener(hooks: HookRunner): ExecuteListener {
    const attemptOf = (task: Task): { taskId: string; attempt: number } => ({ taskId: task.id, attempt: task.attempt });
    return {
      taskStarted: (task, worker) => {
        this.#emit({ type: 'taskStarted', ...attemptOf(task), worker });
        hooks.call('taskStart', task);
      },
      finding: (task, finding) => {
        this.#emit({ type: 'finding', ...attemptOf(task), finding });
        hooks.call('finding', finding, task);
      },
      attemptDiscarded: (task, findings) => this.#emit({ type: 'attemptDiscarded', ...attemptOf(task), findings }),
      measure: (task, checkId, measurement) =>
        this.#emit({ type: 'measure', taskId: task.id, checkId, ...measurement }),
      log: (task, { level, message, data, checkId }) =>
        this.#emit({
          type: 'log',
          taskId: task.id,
          level,
          message,
          ...(checkId === undefined ? {} : { checkId }),
          ...(data === undefined ? {} : { data }),
        }),
      stray: (error) =>
        this.#notice({
          code: 'stray-error',
          level: 'warning',
          message: this.#redactor.text(
            `An error reached nobody: ${error.message}. It belongs to a check that had ended.`,
          ),
        }),
      taskEnded: (record, checks) => {
        this.#emit({ type: 'taskEnded', task: record, checks: checks.map(endedCheck) });
        hooks.call('taskEnd', record);
      },
    };
  }

  #notice(notice: Notice): void {
    const clean = this.#redactor.json(notice);
    this.#notices.push(clean);
    this.#emit({ type: 'notice', notice: clean });
  }

  #emit(event: ScanEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never): ScanEvent {
    const complete = { ...event, at: this.#runtime.clock.now() - this.#startedAt + this.#earlierMs } as ScanEvent;
    this.#journal?.append(complete);
    this.#events.emit(complete);
    return complete;
  }
}

/** Loaded when a scan begins: a configuration imports this module too, and needs none of it. */
function engine(): Promise<typeof import('./engine.js')> {
  return import('./engine.js');
}

/** How a check ended, without what was told before. */
function endedCheck({ check, outcome, data, findings, measurements, masked }: CheckOutcome): EndedCheck {
  return {
    checkId: check.id,
    outcome,
    ...(data === undefined ? {} : { data }),
    findings: findings.length,
    measurements: measurements.length,
    masked,
  };
}
