// One scan: load config -> load plugins -> index the target -> plan -> execute -> analyse -> report.

import type { Config } from './config/define.js';
import type { LoadedConfig } from './config/load.js';
import type { Overrides } from './config/overrides.js';
import { EventStream } from './events.js';
import type { Executed, ExecuteListener } from './execute/contract.js';
import type { ResourceEvent, ScanResources } from './execute/policy/scan-resources.js';
import type { HookRunner } from './hooks.js';
import type { ScanEvent } from './model/event.js';
import { freeze } from './model/freeze.js';
import type { Notice, ReportedFile, RunResult } from './model/result.js';
import type { Task } from './model/task.js';
import type { Prepared } from './prepare.js';
import { Redactor } from './redact.js';
import type { ReportTo } from './report/run-reporters.js';
import { createRuntime, type Runtime } from './runtime.js';

/** What to scan and how. */
export interface ScanOptions {
  /** The folder to scan; relative to `cwd`. Default: `cwd`. */
  readonly target?: string;
  /** The folder in which a configuration is searched and to which reports and other paths are relative. */
  readonly cwd: string;
  /** The configuration; searched from `cwd` upwards when absent. */
  readonly config?: Config;
  /** The configuration file to use instead of searching one; relative to `cwd`. */
  readonly configFile?: string;
  /** The user's own settings for presentation and resources, from `loadUserConfig`. */
  readonly userConfig?: LoadedConfig;
  /** What overrides the configuration: the command line's flags. */
  readonly overrides?: Overrides;
  /** The environment: `SCANRUN_*` settings, and what commands are given. Default: none of the settings, and the process's own for commands. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where reports go that own standard output, and how it looks; no such report is written when absent. */
  readonly output?: ReportTo;
}

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
  #redactor = new Redactor();

  constructor(options: ScanOptions, runtime: Runtime, events: EventStream, cancelled: AbortController) {
    this.#options = options;
    this.#runtime = runtime;
    this.#events = events;
    this.#cancelled = cancelled;
    this.#startedAt = runtime.clock.now();
  }

  async result(): Promise<RunResult> {
    const startedAt = new Date();
    const { analyse, prepare } = await engine();
    const prepared = await prepare(this.#options, this.#runtime, (notice) => this.#notice(notice));
    this.#prepared = prepared;
    this.#redactor = new Redactor(prepared.config.redact);
    const { plan, hooks, config, files } = prepared;
    this.#emit({ type: 'scanStarted', runId: prepared.runId, tier: config.tier, target: files.target.root });
    this.#emit({ type: 'planned', plan });
    await hooks.promise('plan', plan);
    const resources = await this.#resources(prepared);
    const executed = await this.#execute(prepared, resources).finally(() => resources.close());
    const result = this.#redactor.json(
      analyse({
        prepared,
        executed,
        resources: resources.report(),
        startedAt,
        cores: this.#runtime.cores,
        interrupted: this.#signal.aborted,
        notices: this.#notices,
        notice: (notice) => this.#notice(notice),
      }),
    );
    this.#emit({ type: 'result', result: freeze(result) });
    await hooks.promise('result', result);
    return result;
  }

  async report(result: RunResult): Promise<readonly ReportedFile[]> {
    const { hooks, config } = this.#prepared as Prepared;
    const { runReporters } = await engine();
    const { output } = this.#options;
    const reporters = output ? config.reporters : config.reporters.filter((reporter) => reporter.output !== '-');
    const to = output ?? { stdout: () => Promise.resolve(), color: false, columns: 80, verbosity: 'normal' };
    const reports = await runReporters(reporters, result, to, new AbortController().signal);
    this.#emit({ type: 'reported', reports });
    await hooks.promise('reported', reports);
    await hooks.promise('close');
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
    resources: ScanResources,
  ): Promise<Executed> {
    const { execute } = await engine();
    return execute({
      plan,
      tier: config.tier,
      limits: config.limits,
      registry,
      redactor: this.#redactor,
      source: { root: files.target.root, entries: files.entries, environment: this.#options.environment, resources },
      random: this.#runtime.resources.random,
      pool: this.#runtime.pool,
      inline,
      scan: runId,
      loader,
      clock: this.#runtime.clock,
      signal: this.#signal,
      listener: this.#listener(hooks),
      nextRun: () => this.#runtime.nextRun(),
      onKill: (callback) => this.#runtime.onKill(callback),
    });
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
      taskEnded: (record) => {
        this.#emit({ type: 'taskEnded', task: record });
        hooks.call('taskEnd', record);
      },
    };
  }

  #notice(notice: Notice): void {
    const clean = this.#redactor.json(notice);
    this.#notices.push(clean);
    this.#emit({ type: 'notice', notice: clean });
  }

  #emit(event: ScanEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never): void {
    this.#events.emit({ ...event, at: this.#runtime.clock.now() - this.#startedAt } as ScanEvent);
  }
}

/** Loaded when a scan begins: a configuration imports this module too, and needs none of it. */
function engine(): Promise<typeof import('./engine.js')> {
  return import('./engine.js');
}
