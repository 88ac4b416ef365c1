// Runs reporters over a result that is there already.

import type { ModuleLoader } from '../check/load-module.js';
import { readEnvironment } from '../config/environment.js';
import { readOverrides } from '../config/overrides.js';
import { type ConfigProblem, configError } from '../config/problems.js';
import { type ResolvedReporter, resolveReporters } from '../config/reporters.js';
import type { RunResult } from '../model/result.js';
import { createRedactor } from '../redact/create.js';
import { redactRecord } from '../redact/record.js';
import { runReporters } from '../report/run-reporters.js';
import { END_SIGNALS } from './ending.js';
import { exitCode, type PrintFlags, reportTo, tellReports } from './reports.js';

/** Flags of the commands that render a result again. */
export interface RenderFlags extends PrintFlags {
  readonly reporter?: readonly string[];
  readonly json?: boolean;
  readonly config?: string;
}

/** The reporters to run, and what must appear in no report. */
interface Outputs {
  readonly reporters: readonly ResolvedReporter[];
  readonly redact: { readonly patterns: readonly string[]; readonly home: boolean };
}

/** Renders a result and gives the exit code: that of its gate, as after the scan, or 3 where only a reporter failed. */
export async function renderResult(result: RunResult, flags: RenderFlags): Promise<number> {
  const { reporters, redact } = await outputsOf(flags);
  // The patterns may be of today, and the file of somebody else.
  const redactor = createRedactor({ ...redact, settings: [], environment: process.env });
  const clean = redactRecord(redactor, result);
  const place = {
    cwd: process.cwd(),
    environment: process.env,
    signal: new AbortController().signal,
    onKill: killed(),
  };
  const reports = await runReporters(reporters, clean, reportTo(flags), place);
  tellReports(reports, flags);
  return exitCode(clean, reports);
}

/** Tells who writes when the process ends at once: by a signal, or by an error that nobody caught. */
function killed(): (callback: () => void) => () => void {
  const callbacks = new Set<() => void>();
  const kill = (): void => {
    for (const callback of callbacks) callback();
  };
  process.on('uncaughtExceptionMonitor', kill);
  for (const signal of END_SIGNALS)
    process.on(signal, () => {
      kill();
      process.exit(130);
    });
  return (callback) => {
    callbacks.add(callback);
    return () => callbacks.delete(callback);
  };
}

/** The reporters of the flags or the environment; only without any the configuration is loaded, which is a program. */
async function outputsOf({ reporter, json, config }: RenderFlags): Promise<Outputs> {
  const cwd = process.cwd();
  const problems: ConfigProblem[] = [];
  const environment = await readEnvironment(process.env, cwd, problems);
  const overrides = { ...(reporter === undefined ? {} : { reporter }), ...(json ? { json } : {}) };
  const layers = [environment.layer, await readOverrides(overrides, cwd, problems)];
  if (config === undefined && layers.some((layer) => layer.config.reporters !== undefined)) {
    const loader: ModuleLoader = { cacheDir: undefined };
    const { reporters } = await resolveReporters(layers, cwd, process.env, loader, problems);
    const failure = configError(problems);
    if (failure !== undefined) throw failure;
    return { reporters, redact: { patterns: environment.redact, home: false } };
  }
  return configured(overrides, config);
}

/** What a scan here would write. */
async function configured(overrides: object, configFile: string | undefined): Promise<Outputs> {
  const [{ configure }, { createRuntime }, { scanOptions }] = await Promise.all([
    import('../prepare.js'),
    import('../runtime.js'),
    import('./options.js'),
  ]);
  const options = await scanOptions('.', { color: false, ...(configFile === undefined ? {} : { config: configFile }) });
  const runtime = createRuntime();
  try {
    return (await configure({ ...options, overrides }, runtime)).config;
  } finally {
    await runtime.close();
  }
}
