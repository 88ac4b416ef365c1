// The phases of a scan before anything runs; `plan`, `list` and `explain` end here.

import { dirname, relative, resolve, sep } from 'node:path';
import { isTypeScript, type ModuleLoader } from './check/load-module.js';
import { createRegistry, type Registry } from './check/registry.js';
import { type LoadedConfig, loadConfig } from './config/load.js';
import { type ResolvedConfig, resolveConfig } from './config/resolve.js';
import { configFileOf } from './config/search.js';
import { ScanError } from './errors.js';
import type { Inline } from './execute/contract.js';
import { type FileIndex, indexFiles } from './files/file-index.js';
import { isOwnTarget } from './files/own-target.js';
import { MODULES_STEPS, makeStateFolder } from './files/state.js';
import { topOf } from './files/top.js';
import { createHooks, type HookRunner } from './hooks.js';
import { inlineTasks } from './inline-tasks.js';
import type { Notice } from './model/result.js';
import type { Plan } from './model/task.js';
import { makePlan, type PlanInput, plansPackages } from './plan/plan.js';
import { createRedactor } from './redact/create.js';
import type { Redactor } from './redact.js';
import type { Runtime } from './runtime.js';
import { keyFileOf, type ScanOptions } from './scan-options.js';
import { readBaseline } from './suppress/baseline-file.js';
import type { KnownFindings } from './suppress/known.js';
import { expectedMs } from './telemetry/history.js';
import { type ReadHistory, readHistory } from './telemetry/history-file.js';
import { type RunInputs, runInputs } from './telemetry/inputs.js';

/** A scan that is ready to run. */
export interface Prepared {
  readonly runId: string;
  readonly config: ResolvedConfig;
  readonly registry: Registry;
  readonly files: FileIndex;
  readonly plan: Plan;
  /** What the run depends on besides the plan. */
  readonly inputs: RunInputs;
  readonly hooks: HookRunner;
  /** What is known of earlier scans of the target. */
  readonly history: ReadHistory;
  readonly loader: ModuleLoader;
  /** Masks secrets in everything that leaves the scan. */
  readonly redactor: Redactor;
  /** The known findings, which do not count; absent without a baseline. */
  readonly baseline: KnownFindings | undefined;
  /** What may run in the main thread. */
  readonly inline: Inline;
  /** Milliseconds by phase. */
  readonly phasesMs: Readonly<Record<string, number>>;
}

/**
 * Loads the configuration and its plugins, lists the target's files and makes the plan.
 * @throws ScanError for everything that is wrong with them.
 */
export async function prepare(
  options: ScanOptions,
  runtime: Runtime,
  notice: (notice: Notice) => void,
): Promise<Prepared> {
  const phases = new Phases(runtime);
  const { cwd, environment, changes, files } = options;
  const target = resolve(cwd, options.target ?? '.');
  const listing = phases.timed('index', async () => files ?? indexFiles(target, { environment, cwd, changes }));
  try {
    // Whoever awaits the configuration first must not lose the listing's failure to the runtime.
    listing.catch(() => {});
    return await prepareWith(listing, phases, options, runtime, notice);
  } catch (error) {
    // What it wrote for a scan that will not be is removed; if it failed itself, whoever awaited it knows.
    await listing.then(
      (files) => files.close(),
      () => {},
    );
    throw error;
  }
}

/** Measures the phases before anything runs. */
class Phases {
  readonly ms: Record<string, number> = {};
  readonly startedAt: number;
  readonly #clock: Runtime['clock'];

  constructor({ clock }: Runtime) {
    this.#clock = clock;
    this.startedAt = clock.now();
  }

  async timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = this.#clock.now();
    const value = await work();
    this.ms[phase] = this.#clock.now() - started;
    return value;
  }
}

async function prepareWith(
  listing: Promise<FileIndex>,
  phases: Phases,
  options: ScanOptions,
  runtime: Runtime,
  notice: (notice: Notice) => void,
): Promise<Prepared> {
  const runId = options.resume ?? makeRunId();
  const { config, loader } = await phases.timed('load', () => configure(options, runtime));
  if (loader.entry !== undefined) runtime.pool.prepare({ cacheDir: loader.cacheDir, entry: loader.entry, scan: runId });
  for (const item of config.notices) notice(item);
  const files = asOwn(withoutOwn(await listing, config, options), config, options);
  for (const item of files.notices) notice(item);
  const baseline = baselineOf(config, files, options, notice);
  const history = readHistory(files.target.root, config.tier);
  const { limits } = config;
  for (const item of history.notices) notice(item);
  const registry = createRegistry(config.plugins);
  const checks = [...config.checks.values()];
  const plan = await phases.timed('plan', async () => {
    const input: PlanInput = {
      tier: config.tier,
      timeoutMs: limits.timeoutMs,
      checks,
      select: config.select,
      profile: config.profile,
      exclude: config.exclude,
      target: files.target,
      entries: files.entries,
      changes: files.changes,
      threads: limits.parallel ? Math.min(limits.concurrency, runtime.cores) : 1,
      expectedMs: (id, packageName) => expectedMs(history, id, packageName),
      // A run that is taken up again goes on with what was chosen then.
      within:
        limits.withinMs === undefined || options.resume !== undefined
          ? undefined
          : {
              askedMs: limits.withinMs,
              leftMs: limits.withinMs - (runtime.clock.now() - phases.startedAt),
              concurrency: limits.parallel ? limits.concurrency : 1,
              cores: runtime.cores,
            },
    };
    if (!plansPackages(input)) return makePlan(input);
    const { targetPackages } = await import('./packages.js');
    return makePlan({ ...input, packages: await targetPackages(files, config.exclude, notice) });
  });
  const hooks = await createHooks(config.plugins, runtime.clock, notice);
  return {
    runId,
    config,
    registry,
    files,
    plan,
    inputs: runInputs(config, files, plan.tasks),
    hooks,
    history,
    loader,
    baseline,
    redactor: redactorOf(config, options),
    inline: inlineTasks(plan, registry, files, loader),
    phasesMs: phases.ms,
  };
}

/** A configuration with what loads its modules. */
export interface Configured {
  readonly config: ResolvedConfig;
  readonly loader: ModuleLoader;
}

/**
 * Finds, loads and resolves the configuration, and nothing else.
 * @throws ScanError that lists everything that is wrong with it.
 */
export async function configure(options: ScanOptions, runtime: Runtime): Promise<Configured> {
  const { cwd, environment = {} } = options;
  const target = resolve(cwd, options.target ?? '.');
  const configFile = options.configFile ?? environment.SCANRUN_CONFIG;
  const file = options.config === undefined ? configFileOf(options) : undefined;
  const entry = file !== undefined && isTypeScript(file) ? file : undefined;
  const loader: ModuleLoader = {
    cacheDir: entry === undefined ? undefined : makeStateFolder(dirname(entry), ...MODULES_STEPS),
    entry,
    loads: options.loads,
  };
  if (entry !== undefined) {
    // Its checks will need a thread: it starts while the configuration loads.
    await runtime.pool.open();
    runtime.pool.warm();
  }
  const loaded: LoadedConfig | undefined =
    options.config === undefined
      ? await loadConfig({ cwd, loader, ...(configFile === undefined ? {} : { configPath: configFile }) })
      : undefined;
  const config = await resolveConfig({
    cwd,
    targetRoot: target,
    environment,
    overrides: options.overrides ?? {},
    loader,
    ...(loaded === undefined ? {} : { loaded }),
    ...(options.config === undefined ? {} : { configObject: options.config }),
    ...(options.userConfig === undefined ? {} : { userConfig: options.userConfig }),
  });
  return { config, loader };
}

/**
 * The known findings, when there are any.
 * @throws ScanError `SR_BASELINE_INVALID`, `SR_BASELINE_NOT_FOUND`; the latter too when only new findings are to count and there is nothing to tell them by.
 */
function baselineOf(
  { baseline, gate }: ResolvedConfig,
  { target }: FileIndex,
  { cwd }: ScanOptions,
  notice: (notice: Notice) => void,
): KnownFindings | undefined {
  if (baseline.off) return undefined;
  const foreign = (): boolean => {
    const here = topOf(cwd);
    return relative(target.root, cwd).startsWith('..') && (here === undefined || here !== topOf(target.root));
  };
  const known = readBaseline({ file: baseline.file, root: target.root, foreign, notice });
  if (gate.newOnly && known === undefined)
    throw new ScanError(
      'SR_BASELINE_NOT_FOUND',
      'gate.newOnly counts only findings that the baseline does not have, and there is no baseline.',
      {
        next: 'Make one with `scanrun baseline create`, or name the json report of an earlier scan with `--baseline`.',
      },
    );
  return known;
}

/** Knows from the start what the configuration and the environment name as secret: what a command inherits, it may print. */
function redactorOf(config: ResolvedConfig, { environment = process.env }: ScanOptions): Redactor {
  const checks = [...config.checks.values()].map(({ options }) => options);
  const settings = [...checks, ...config.reporters.map(({ options }) => options)];
  return createRedactor({ ...config.redact, settings, environment });
}

/** The files without those that scans write: yesterday's report is no part of the project, nor is the user's key where that lies in it. */
function withoutOwn(files: FileIndex, config: ResolvedConfig, options: ScanOptions): FileIndex {
  const { cwd, ownFiles = [] } = options;
  const outputs = config.reporters.flatMap(({ output }) => (output === undefined || output === '-' ? [] : output));
  const own = [...outputs, ...ownFiles.map((file) => resolve(cwd, file)), keyFileOf(options)];
  const paths = new Set(own.map((file) => relative(files.target.root, file).split(sep).join('/')));
  const entries = files.entries.filter(({ path, tracked }) => tracked === true || !paths.has(path));
  return { ...files, entries };
}

/** The files of a target that may run what it brings, where it may. */
function asOwn(files: FileIndex, { file }: ResolvedConfig, { cwd }: ScanOptions): FileIndex {
  return isOwnTarget(files.target.root, cwd, file) ? { ...files, target: { ...files.target, own: true } } : files;
}

/** Sorts by time to the millisecond, and no two are the same. */
function makeRunId(): string {
  const time = new Date().toISOString().slice(0, 23).replace(/[-:.]/g, '').replace('T', '-');
  // Names, not secrets: node:crypto would cost a start 10 ms.
  return `${time}-${Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
}
