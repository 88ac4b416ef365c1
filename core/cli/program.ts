// The command line. Only what `--help` needs is imported here: each command brings its own.

import { Command, CommanderError, Option } from 'commander';
import type { ThreadAhead } from '../execute/thread-ahead.js';
import { ownVersion } from '../own.js';
import type { BaselineFlags } from './baseline.js';
import type { CacheAction, CacheFlags } from './cache.js';
import type { DiffFlags } from './diff.js';
import { endOnCrash, watchForLeaks } from './ending.js';
import type { FixFlags } from './fix.js';
import {
  addBaselineFlags,
  addChangeFlags,
  addConfigFlags,
  addFixFlags,
  addOutputFlags,
  addRenderFlags,
  addRunFlags,
  type ConfigFlags,
  type PlanFlags,
  type RunFlags,
} from './flags.js';
import type { HistoryFlags } from './history.js';
import type { InitFlags } from './init.js';
import type { MergeFlags } from './merge.js';
import type { ReportFlags } from './report.js';

const program = new Command('scanrun')
  .description(
    'Runs checks over a repository in parallel, under time budgets, and reports what was found and what could not be answered.',
  )
  .version(ownVersion())
  .configureOutput({
    writeOut: (text) => {
      // Whoever reads the help may have seen enough of it.
      process.stdout.on('error', () => {});
      process.stdout.write(text);
    },
  })
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .addHelpText(
    'after',
    `
Exit codes: 0 clean, 1 findings at the gate, 2 wrong usage or configuration, 3 incomplete, 130 interrupted.
A check is named by its id or a glob (secrets/*), its plugin, category:x, tag:x or severity:x.`,
  );

const run = program.command('run', { isDefault: true }).argument('[target]', 'the folder to scan', '.');
addRunFlags(addChangeFlags(addConfigFlags(run.description('scan a folder (the default command)'))));

const resume = program
  .command('resume')
  .argument('<run>', 'the id of the run, a folder of .scanrun/runs')
  .argument('[target]', 'the folder that it scanned', '.')
  .description('go on with a run that broke off: only what is missing runs');
addOutputFlags(resume.option('--no-color', 'print without colours')).action(
  (id: string, target: string, flags: RunFlags) =>
    finish(async () => (await import('./run.js')).resume(id, target, flags)),
);

const plan = program
  .command('plan')
  .argument('[target]', 'the folder to scan', '.')
  .description('show what would run, in which order, and what would not and why');
addChangeFlags(addConfigFlags(plan)).action((target: string, flags: PlanFlags) =>
  finish(async () => (await import('./plan.js')).plan(target, flags)),
);

const list = program.command('list').description('list the checks that the configured plugins bring');
addConfigFlags(list).action((flags: ConfigFlags) => finish(async () => (await import('./list.js')).list(flags)));

const explain = program
  .command('explain')
  .argument('<check>', 'the id of a check')
  .description('say what a check does, its options, where each value comes from, and whether it will run');
addConfigFlags(explain).action((check: string, flags: ConfigFlags) =>
  finish(async () => (await import('./explain.js')).explain(check, flags)),
);

program
  .command('init')
  .argument('[target]', 'the folder to configure', '.')
  .description('write a commented scan.config.ts for what is there; nothing is ever overwritten')
  .addOption(new Option('--ci <system>', 'write a job that scans, too').choices(['github', 'gitlab']))
  .option('--json', 'print JSON on standard output')
  .option('--no-color', 'print without colours')
  .action((target: string, flags: InitFlags) => finish(async () => (await import('./init.js')).init(target, flags)));

program
  .command('history')
  .argument('[check]', 'the id of a check: its runs, one by one')
  .description('show earlier scans of a target: times, findings, verdicts, and the trend of each check')
  .option('--target <folder>', 'the folder whose scans are shown', '.')
  .option('--tier <name>', 'only scans of this tier')
  .option('--last <n>', 'scans shown, 1 to 200', '20')
  .option('--json', 'print JSON on standard output')
  .option('--no-color', 'print without colours')
  .action((check: string | undefined, flags: HistoryFlags) =>
    finish(async () => (await import('./history.js')).history(check, flags)),
  );

const baseline = program
  .command('baseline')
  .description(
    'keep the findings that are there today from counting: create, update, prune or show the file of known ones',
  );
for (const [name, about] of [
  ['create', 'scan, and write what is found as known'],
  ['update', 'scan, take in what is new and take out what is not found any more'],
  ['prune', 'scan, and take out what is not found any more'],
  ['show', 'tell what is known'],
] as const) {
  const command = baseline.command(name).argument('[target]', 'the folder to scan', '.').description(about);
  addBaselineFlags(addConfigFlags(command)).option('--quiet', 'show no progress');
  if (name === 'create') command.option('--force', 'write it anew where there is one');
  command.action((target: string, flags: BaselineFlags) =>
    finish(async () => (await import('./baseline.js'))[name](target, flags)),
  );
}

const fix = program
  .command('fix')
  .argument('[target]', 'the folder to scan', '.')
  .description('show what of the findings can be fixed, as a diff; --write makes the fixes');
addFixFlags(addChangeFlags(addConfigFlags(fix))).action((target: string, flags: FixFlags) =>
  finish(async () => (await import('./fix.js')).fix(target, flags)),
);

program
  .command('diff')
  .argument('[before]', 'the id of a run, last, previous, or the path of a json report', 'previous')
  .argument('[after]', 'the same, for the later one', 'last')
  .description('show what changed between two runs: findings, outcomes, times')
  .option('--target <folder>', 'the folder whose runs are meant', '.')
  .option('--verbose', 'list every finding')
  .option('--json', 'print JSON on standard output')
  .option('--no-color', 'print without colours')
  .action((before: string, after: string, flags: DiffFlags) =>
    finish(async () => (await import('./diff.js')).diff(before, after, flags)),
  );
const cache = program.command('cache').description("show what a target's cache holds, or make it smaller");
const cacheCommand = (action: CacheAction, description: string): Command =>
  cache
    .command(action)
    .description(description)
    .option('--target <folder>', 'the folder whose cache it is', '.')
    .option('--json', 'print JSON on standard output')
    .option('--no-color', 'print without colours')
    .action((flags: CacheFlags) => finish(async () => (await import('./cache.js')).cache(action, flags)));
cacheCommand('stats', 'show entries, size, age, and what the last scan found');
cacheCommand('prune', 'leave out what was not used for long, and what is more than the limit').option(
  '--config <file>',
  'the configuration file with the limits',
);
cacheCommand('clear', 'remove everything, transpiled modules too');

const report = program
  .command('report')
  .argument('<result>', 'a file, the id of a run, `last` for the newest, or - for standard input')
  .description('render the result of an earlier scan again, without scanning')
  .option('--target <folder>', 'the folder whose runs are meant', '.')
  .option('--config <file>', 'the configuration whose reporters to use');
addRenderFlags(report).action((result: string, flags: ReportFlags) =>
  finish(async () => (await import('./report.js')).report(result, flags)),
);

const merge = program
  .command('merge')
  .argument('<results...>', 'files, ids of runs, or - for standard input; at least two')
  .description('join results of one commit, such as those of a job matrix, into one')
  .option('--target <folder>', 'the folder whose runs are meant', '.')
  .option('-o, --output <file>', 'write the merged result there; standard output when nothing else is asked for');
addRenderFlags(merge).action((results: string[], flags: MergeFlags) =>
  finish(async () => (await import('./merge.js')).merge(results, flags)),
);

/** Does a command's work. Whatever goes wrong, the exit code is not that of findings. */
async function finish(work: () => Promise<number>): Promise<void> {
  bearStderr();
  endOnCrash();
  try {
    process.exitCode = await work();
  } catch (error) {
    const { printError } = await import('./print-error.js');
    process.exitCode = printError(error, process.stderr);
  }
  watchForLeaks();
}

/** What standard error does not take has nowhere else to go, and changes nothing about the answer. */
function bearStderr(): void {
  process.stderr.on('error', () => {});
}

/**
 * Does what the arguments say, and sets the exit code.
 * @param ahead a thread that was started before, for a scan.
 * @throws what kept even that from being loaded which prints errors.
 */
export async function main(ahead: Promise<ThreadAhead | undefined>): Promise<void> {
  run.action((target: string, flags: RunFlags) =>
    finish(async () => (await import('./run.js')).run(target, flags, await ahead)),
  );
  for (const command of [program, ...program.commands, ...baseline.commands, ...cache.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    bearStderr();
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
