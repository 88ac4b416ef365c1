import type { Command } from 'commander';

/** Flags of every command that reads a configuration. */
export interface ConfigFlags {
  readonly config?: string;
  readonly plugin?: readonly string[];
  readonly tier?: string;
  readonly profile?: string;
  readonly check?: readonly string[];
  readonly skip?: readonly string[];
  readonly concurrency?: string;
  readonly parallel?: boolean;
  readonly within?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** Flags of `plan`. */
export interface PlanFlags extends ConfigFlags {
  readonly since?: string;
  readonly staged?: boolean;
  readonly filesFrom?: string;
}

/** Flags of `run`. */
export interface RunFlags extends PlanFlags {
  readonly watch?: boolean;
  readonly cache?: boolean;
  readonly refreshCache?: boolean;
  readonly strict?: boolean;
  readonly failFast?: boolean;
  readonly failOn?: string;
  readonly minCoverage?: string;
  readonly baseline?: string | false;
  readonly reporter?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly logFile?: string;
  readonly events?: string;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the flags that choose the configuration and what runs. */
export function addConfigFlags(command: Command): Command {
  return command
    .option('--tier <name>', 'how much to run: quick, standard or deep')
    .option('--profile <name>', 'what to look at: release, pull-request, security, docs, or one of the configuration')
    .option('--check <filter>', 'run only these checks and what they need (repeatable)', collect)
    .option('--skip <filter>', 'leave these checks out (repeatable)', collect)
    .option('--config <file>', 'the configuration file to use')
    .option('--plugin <name>', 'add a plugin: a built-in name, a package or a path (repeatable)', collect)
    .option('--concurrency <n>', 'tasks in flight, 1 to 64')
    .option('--parallel', 'run tasks in parallel, also in the tier quick')
    .option('--no-parallel', 'run one task at a time, in plan order')
    .option('--within <duration>', 'leave out the least valuable checks until the rest fits, such as 20s')
    .option('--json', 'print JSON on standard output')
    .option('--no-color', 'print without colours');
}

/** Adds the flags that restrict a scan to what changed; at most one of them may be given. */
export function addChangeFlags(command: Command): Command {
  return command
    .option('--since <ref>', 'only what changed since HEAD and this branch, tag or commit parted')
    .option('--staged', 'only what is staged, with the content that is staged')
    .option(
      '--files-from <file>',
      'only the files that this file lists, a line each or NUL-separated; - is standard input',
    );
}

/** Adds the flags of the gate and the reports, and those that change how a run is shown. */
export function addRunFlags(command: Command): Command {
  return addOutputFlags(
    addBaselineFlags(command)
      .option('--watch', 'scan again whatever changes, until it is ended')
      .option('--no-cache', 'compute every answer, and keep none for the next scan')
      .option('--refresh-cache', 'compute every answer, and keep all anew')
      .option('--strict', 'refuse what a cached check asks without having declared it')
      .option('--fail-on <severity>', 'the least grave finding that counts at the gate: error, warning, note or never')
      .option('--min-coverage <share>', 'the share of the planned checks that must be answered, 0 to 1')
      .option('--fail-fast', 'end at the first finding at the gate or check without an answer')
      .option('--no-baseline', 'count known findings too')
      .option('--reporter <name[=file]>', 'write this report instead of the configured ones (repeatable)', collect),
  );
}

/** Adds the flag that names the baseline. */
export function addBaselineFlags(command: Command): Command {
  return command.option('--baseline <file>', 'the known findings, which do not count; for a scan also a json report');
}

/** Adds the flags that change how a run is shown, and nothing else. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('--quiet', 'print only what the gate counts and the verdict')
    .option('--verbose', 'print everything, with the log')
    .option('--log-file <file>', 'write the log there, one JSON object a line')
    .option('--events <file>', 'write every event there as it happens, one JSON object a line; - is standard output');
}

/** Adds the flags of the commands that render a result that is there already. */
export function addRenderFlags(command: Command): Command {
  return command
    .option('--reporter <name[=file]>', 'write this report (repeatable)', collect)
    .option('--json', 'print the result as JSON on standard output')
    .option('--quiet', 'print only what the gate counts and the verdict')
    .option('--verbose', 'print everything')
    .option('--no-color', 'print without colours');
}
