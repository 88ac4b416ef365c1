import { schemaDefaults } from '../check/options.js';
import type { Reporter, ReporterContext } from '../check/reporter.js';
import { describeError } from '../errors.js';
import type { JsonObject } from '../model/json.js';
import type { ReportedFile, RunResult } from '../model/result.js';
import type { Plan } from '../model/task.js';
import { type WriteTo, writeRendered } from './write.js';

/** A reporter to run. */
export interface ReporterRun {
  /** The name under which it is reported. */
  readonly name: string;
  /** Loads it; built-in ones are loaded only now. */
  load(): Promise<Reporter>;
  /** The options that were set; the reporter's defaults fill the rest. */
  readonly options: JsonObject;
  /** An absolute path, or `-`. */
  readonly output: string;
}

/** What reporters write to and are told of it. */
export interface ReportTo extends Pick<WriteTo, 'stdout'> {
  /** True when standard output wants colours. */
  readonly color: boolean;
  /** The terminal's width. */
  readonly columns: number;
  /** How much to say. */
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
}

/** Where reporters run: the scan's folder and environment, and what stops them. */
export type ReportPlace = Pick<ReporterContext, 'cwd' | 'environment' | 'signal'> & Pick<WriteTo, 'onKill'>;

/** Loads the reporters while threads work and nothing else is to be done; where none does, it would only come sooner. */
export function loadAhead(
  reporters: readonly Pick<ReporterRun, 'load'>[],
  plan: Plan,
  inline: ReadonlySet<string>,
): void {
  if (plan.tasks.every(({ id }) => inline.has(id))) return;
  setImmediate(() => {
    // One that cannot be loaded is told when it is to report.
    for (const reporter of reporters) reporter.load().catch(() => {});
  });
}

/** Runs every reporter over the result. One that fails harms no other; standard output comes last, after the files it may name. */
export async function runReporters(
  reporters: readonly ReporterRun[],
  result: RunResult,
  to: ReportTo,
  { onKill, ...place }: ReportPlace,
): Promise<ReportedFile[]> {
  const reports: ReportedFile[] = [];
  const ordered = [...reporters].sort((a, b) => Number(a.output === '-') - Number(b.output === '-'));
  for (const run of ordered) {
    try {
      const reporter = await run.load();
      const output = {
        file: run.output === '-' ? undefined : run.output,
        color: run.output === '-' && to.color,
        columns: to.columns,
        verbosity: to.verbosity,
      };
      const rendered = await reporter.render(result, {
        options: { ...schemaDefaults(reporter.options), ...run.options },
        output,
        ...place,
      });
      for (const written of await writeRendered(rendered, run.output, { stdout: to.stdout, onKill }))
        reports.push({ reporter: run.name, ...written });
    } catch (error) {
      reports.push({
        reporter: run.name,
        ...(run.output === '-' ? {} : { file: run.output }),
        error: describeError(error, 'SR_REPORT_FAILED'),
      });
    }
  }
  return reports;
}
