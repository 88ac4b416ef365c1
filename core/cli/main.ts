#!/usr/bin/env node
// The command line. Only what `--help` needs is imported here: each command brings its own.

import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import type { CacheAction, CacheFlags } from './cache.js';
import { addConfigFlags, addOutputFlags, addRunFlags, type ConfigFlags, type RunFlags } from './flags.js';
import type { HistoryFlags } from './history.js';

const { version } = createRequire(import.meta.url)('scanrun/package.json') as { readonly version: string };

const program = new Command('scanrun')
  .description(
    'Runs checks over a repository in parallel, under time budgets, and reports what was found and what could not be answered.',
  )
  .version(version)
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .addHelpText(
    'after',
    `
Exit codes: 0 clean, 1 findings at the gate, 2 wrong usage or configuration, 3 incomplete, 130 interrupted.
A check is named by its id or a glob (secrets/*), its plugin, category:x, tag:x or severity:x.`,
  );

const run = program.command('run', { isDefault: true }).argument('[target]', 'the folder to scan', '.');
addRunFlags(addConfigFlags(run.description('scan a folder (the default command)')));
run.action(async (target: string, flags: RunFlags) => finish((await import('./run.js')).run(target, flags)));

const resume = program
  .command('resume')
  .argument('<run>', 'the id of the run, a folder of .scanrun/runs')
  .argument('[target]', 'the folder that it scanned', '.')
  .description('go on with a run that broke off: only what is missing runs');
addOutputFlags(resume.option('--no-color', 'print without colours')).action(
  async (id: string, target: string, flags: RunFlags) => finish((await import('./run.js')).resume(id, target, flags)),
);

const plan = program
  .command('plan')
  .argument('[target]', 'the folder to scan', '.')
  .description('show what would run, in which order, and what would not and why');
addConfigFlags(plan).action(async (target: string, flags: ConfigFlags) =>
  finish((await import('./plan.js')).plan(target, flags)),
);

const list = program.command('list').description('list the checks that the configured plugins bring');
addConfigFlags(list).action(async (flags: ConfigFlags) => finish((await import('./list.js')).list(flags)));

const explain = program
  .command('explain')
  .argument('<check>', 'the id of a check')
  .description('say what a check does, its options, where each value comes from, and whether it will run');
addConfigFlags(explain).action(async (check: string, flags: ConfigFlags) =>
  finish((await import('./explain.js')).explain(check, flags)),
);

program
  .command('history')
  .argument('[check]', 'the id of a check: its runs, one by one')
  .description('show earlier scans of a target: times, findings, verdicts, and the trend of each check')
  .option('--target <folder>', 'the folder whose scans are shown', '.')
  .option('--tier <name>', 'only scans of this tier')
  .option('--last <n>', 'scans shown, 1 to 200', '20')
  .option('--json', 'print JSON on standard output')
  .option('--no-color', 'print without colours')
  .action(async (check: string | undefined, flags: HistoryFlags) =>
    finish((await import('./history.js')).history(check, flags)),
  );

const cache = program.command('cache').description("show what a target's cache holds, or make it smaller");
const cacheCommand = (action: CacheAction, description: string): Command =>
  cache
    .command(action)
    .description(description)
    .option('--target <folder>', 'the folder whose cache it is', '.')
    .option('--json', 'print JSON on standard output')
    .option('--no-color', 'print without colours')
    .action(async (flags: CacheFlags) => finish((await import('./cache.js')).cache(action, flags)));
cacheCommand('stats', 'show entries, size, age, and what the last scan found');
cacheCommand('prune', 'leave out what was not used for long, and what is more than the limit').option(
  '--config <file>',
  'the configuration file with the limits',
);
cacheCommand('clear', 'remove everything, transpiled modules too');

async function finish(work: Promise<number>): Promise<void> {
  try {
    process.exitCode = await work;
  } catch (error) {
    const { printError } = await import('./print-error.js');
    process.exitCode = printError(error, process.stderr);
  }
}

for (const command of [program, ...program.commands, ...cache.commands]) command.exitOverride();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
