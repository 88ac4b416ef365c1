import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ScanError } from '../errors.js';
import type { KnownFinding } from '../model/comparison.js';
import { isConclusive } from '../model/outcome.js';
import type { CheckResult, RunResult } from '../model/result.js';
import { plural } from '../model/text.js';
import { configure } from '../prepare.js';
import { writeRendered } from '../report/write.js';
import { createRuntime } from '../runtime.js';
import type { ScanOptions } from '../scan.js';
import {
  BASELINE_FILE,
  type BaselineChange,
  changeBaseline,
  formatBaseline,
  toBaseline,
} from '../suppress/baseline.js';
import { baselineName, readBaselineFile } from '../suppress/baseline-file.js';
import { sumOf } from '../suppress/known.js';
import type { RunFlags } from './flags.js';
import { scanOptions } from './options.js';
import { complete } from './run.js';
import { rootOf } from './target.js';
import { type Colors, colorsFor, oneLine, print, printJson, table } from './terminal.js';

/** Flags of `baseline`. */
export interface BaselineFlags extends RunFlags {
  readonly force?: boolean;
}

/** Where a baseline lies, and for what. */
interface Place {
  readonly file: string;
  /** What a reader calls it. */
  readonly name: string;
  readonly options: ScanOptions;
}

/** Writes the findings of a scan as known ones. */
export async function create(target: string, flags: BaselineFlags): Promise<number> {
  const place = await placeOf(target, flags);
  if (existsSync(place.file) && flags.force !== true)
    throw new ScanError('SR_BASELINE_EXISTS', `There is a baseline already: ${place.file}.`);
  return change(place, flags, (checks) => {
    const findings = toBaseline(checks);
    return { findings, added: findings, removed: [], kept: [] };
  });
}

/** Scans, takes in what is new and takes out what is not found any more. */
export async function update(target: string, flags: BaselineFlags): Promise<number> {
  return withOld(target, flags, true);
}

/** Scans, and takes out what is not found any more. */
export async function prune(target: string, flags: BaselineFlags): Promise<number> {
  return withOld(target, flags, false);
}

async function withOld(target: string, flags: BaselineFlags, add: boolean): Promise<number> {
  const place = await placeOf(target, flags);
  const before = readBaselineFile(place.file);
  return change(place, flags, (checks) => changeBaseline(before, checks, add));
}

/** Tells what is in a baseline. */
export async function show(target: string, flags: BaselineFlags): Promise<number> {
  const { file, name } = await placeOf(target, flags);
  const findings = readBaselineFile(file);
  if (flags.json) {
    await printJson({ file, total: sumOf(findings), findings });
    return 0;
  }
  const colors = colorsFor(flags.color);
  const checks = new Set(findings.map(({ checkId }) => checkId)).size;
  const total = `${plural(sumOf(findings), 'known finding')} of ${plural(checks, 'check')} in ${name}`;
  const rows = findings.map(({ checkId, path, messageId, count }) => [checkId, path, messageId, String(count)]);
  const shown = [['CHECK', 'PATH', 'MESSAGE', 'COUNT'], ...rows.map((row) => row.map(oneLine))];
  await print(rows.length === 0 ? total : `${total}\n\n${table(shown, colors)}`);
  return 0;
}

/** Which file is meant: the flag's, the configuration's, or the one in the target. */
async function placeOf(target: string, flags: BaselineFlags): Promise<Place> {
  const options = await scanOptions(target, flags);
  const runtime = createRuntime();
  try {
    const root = rootOf(target);
    const { baseline } = (await configure(options, runtime)).config;
    const file = baseline.file ?? join(root, BASELINE_FILE);
    return { file, name: baselineName(file, root), options };
  } finally {
    await runtime.close();
  }
}

/** Scans without the baseline and without reports, and writes what becomes of the baseline. */
async function change(
  { file, name, options }: Place,
  flags: BaselineFlags,
  make: (checks: readonly CheckResult[]) => BaselineChange,
): Promise<number> {
  const overrides = { ...options.overrides, baseline: false as const, reporter: [] };
  const { result } = await complete({ ...options, overrides }, flags);
  tellNotices(result);
  if (result.verdict.status === 'interrupted') {
    process.stderr.write(`scanrun: interrupted; ${name} is as it was\n`);
    return 130;
  }
  const changed = make(result.checks);
  await writeRendered(formatBaseline(changed.findings), file, { stdout: () => Promise.resolve() });
  const open = result.checks.filter(({ outcome }) => !isConclusive(outcome));
  if (flags.json)
    await printJson({ file, total: sumOf(changed.findings), ...numbers(changed), withoutAnswer: open.map(endOf) });
  else await print(text(name, changed, open, colorsFor(flags.color)));
  return open.length === 0 ? 0 : 3;
}

/** What a report would have said; there is none. */
function tellNotices({ notices }: RunResult): void {
  for (const { level, code, message } of notices)
    if (level !== 'info') process.stderr.write(`scanrun: ${code} ${oneLine(message)}\n`);
}

function numbers({ added, removed, kept }: BaselineChange): Record<'added' | 'removed' | 'kept', number> {
  return { added: sumOf(added), removed: sumOf(removed), kept: sumOf(kept) };
}

function endOf({ checkId, outcome }: CheckResult): { checkId: string; outcome: string } {
  return { checkId, outcome: outcome.status };
}

function text(name: string, changed: BaselineChange, open: readonly CheckResult[], colors: Colors): string {
  const { findings, added, removed, kept } = changed;
  const lines = [`${colors.bold(name)}: ${plural(sumOf(findings), 'known finding')}`];
  const row = (sign: string, what: readonly KnownFinding[], verb: string): void => {
    if (what.length > 0) lines.push(`  ${sign} ${plural(sumOf(what), 'finding')} ${verb}`);
  };
  row('+', added, 'came in');
  row('-', removed, 'no longer there, taken out');
  row(' ', kept, 'not found and kept: their checks have no answer, or did not run');
  if (added.length === 0 && removed.length === 0) lines.push('  nothing changed');
  for (const check of open)
    lines.push(
      colors.yellow(
        `  ${oneLine(check.checkId)} has no answer (${check.outcome.status}): what it would find is not known`,
      ),
    );
  return lines.join('\n');
}
