import { ScanError } from '../errors.js';
import { changesText } from '../model/changes.js';
import { formatDuration } from '../model/duration.js';
import type { Finding } from '../model/finding.js';
import type { RunResult } from '../model/result.js';
import { formatCount, plural } from '../model/text.js';
import { redactRecord } from '../redact/record.js';
import { readResult } from '../results/read.js';
import { diffFindings, type FindingsDiff, nameRun, type RunName } from '../suppress/diff.js';
import { type Change, diffExecution, type ExecutionDiff, type TimeChange } from '../telemetry/compare.js';
import { readWholeHistory } from '../telemetry/history-file.js';
import { environmentRedactor } from './redactor.js';
import { resultPlaces } from './report.js';
import { rootOf } from './target.js';
import { type Colors, colorsFor, oneLine, print, printJson } from './terminal.js';

/** Flags of `diff`. */
export interface DiffFlags {
  readonly target: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

/** Findings listed of each kind; `--verbose` and `--json` have all. */
const LISTED = 50;

/** Shows what changed from one run to another: 1 with new findings, 3 when nobody can say that there are none, else 0. */
export async function diff(before: string, after: string, flags: DiffFlags): Promise<number> {
  if (before === '-' && after === '-')
    throw new ScanError('SR_USAGE', 'Standard input holds one result: give `-` once.');
  const root = rootOf(flags.target);
  const places = resultPlaces(root);
  const redactor = environmentRedactor();
  const read = async (reference: string): Promise<RunResult> =>
    redactRecord(redactor, await readResult(reference, places));
  const [old, now] = [await read(before), await read(after)];
  const { tier } = now.run;
  const history = { tier, runs: readWholeHistory(root).runs.filter((run) => run.tier === tier) };
  const [findings, execution] = [diffFindings(old, now), diffExecution(old, now, history)];
  if (flags.json)
    await printJson({ schemaVersion: 1, before: nameRun(old), after: nameRun(now), ...findings, execution });
  else await print(text(old, now, findings, execution, flags));
  return exitCode(findings);
}

function exitCode({ new: found, unknown, unanswered }: FindingsDiff): number {
  if (found.some(({ suppressedBy }) => suppressedBy === undefined)) return 1;
  return unknown.after.some(({ suppressedBy }) => suppressedBy === undefined) || unanswered.length > 0 ? 3 : 0;
}

function text(old: RunResult, now: RunResult, found: FindingsDiff, execution: ExecutionDiff, flags: DiffFlags): string {
  const colors = colorsFor(flags.color);
  const limit = flags.verbose ? Number.POSITIVE_INFINITY : LISTED;
  const unknown = found.unknown.before.length + found.unknown.after.length;
  const counts = [
    colors.red(`${formatCount(found.new.length)} new`),
    colors.green(`${formatCount(found.fixed.length)} fixed`),
    `${formatCount(found.unchanged)} unchanged`,
    ...(unknown > 0 ? [colors.yellow(`${formatCount(unknown)} unknown`)] : []),
  ];
  return [
    `${colors.dim('from')}  ${runText(nameRun(old))}`,
    `${colors.dim('to')}    ${runText(nameRun(now))}`,
    '',
    counts.join(', '),
    ...section(colors.red('New'), found.new, limit),
    ...section(colors.green('Fixed'), found.fixed, limit),
    ...section(
      'Unknown: the later run has no answer of the check, or did not look at all files',
      found.unknown.before,
      limit,
    ),
    ...section(
      'Unknown: the earlier run has no answer of the check, or did not look at all files',
      found.unknown.after,
      limit,
    ),
    ...checkLines(found, colors),
    ...executionLines(execution, old.run.tier !== now.run.tier, colors),
  ].join('\n');
}

function runText({ runId, startedAt, tier, commit, verdict, changes }: RunName): string {
  const at = startedAt.slice(0, 19).replace('T', ' ');
  const parts = [runId, at, tier, ...(commit === undefined ? [] : [commit.slice(0, 12)]), verdict];
  return oneLine([...parts, ...(changes === undefined ? [] : [`only ${changesText(changes)}`])].join('  '));
}

function section(title: string, findings: readonly Finding[], limit: number): string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - limit;
  return [
    '',
    title,
    ...findings.slice(0, limit).map(findingLine),
    ...(rest > 0 ? [`  and ${formatCount(rest)} more: --verbose lists all`] : []),
  ];
}

function findingLine({ severity, location, message, checkId, suppressedBy }: Finding): string {
  const { path, startLine } = location;
  const place = startLine === undefined ? path : `${path}:${startLine}`;
  const covered = suppressedBy === undefined ? '' : ` (suppressed by ${suppressedBy.kind})`;
  return `  ${severity.padEnd(7)}  ${oneLine(place)}  ${oneLine(message)}  ${oneLine(checkId)}${covered}`;
}

function checkLines({ checks }: FindingsDiff, colors: Colors): string[] {
  if (checks.length === 0) return [];
  const lines = checks.map(({ checkId, before = 'not run', after = 'not run', reason }) => {
    const why = reason === undefined ? '' : `: ${oneLine(reason).slice(0, 300)}`;
    return `  ${oneLine(checkId)}  ${before} → ${after}${colors.dim(why)}`;
  });
  return ['', 'Checks that ended otherwise', ...lines];
}

function executionLines(diff: ExecutionDiff, otherTier: boolean, colors: Colors): string[] {
  const { wallMs, workMs, speedUp, concurrency, cores, checks, compared } = diff;
  const places = [
    ...(concurrency.before === concurrency.after ? [] : [`${concurrency.before} → ${concurrency.after} at once`]),
    ...(cores.before === cores.after ? [] : [`${cores.before} → ${cores.after} cores`]),
  ];
  return [
    '',
    'Execution',
    `  time      ${times(wallMs)}`,
    `  work      ${times(workMs)}`,
    `  speed-up  ${speedUp.before.toFixed(1)}x → ${speedUp.after.toFixed(1)}x`,
    ...(places.length > 0 ? [`  places    ${places.join(', ')}`] : []),
    ...checks.map((check) => `  ${oneLine(check.checkId)}  ${timeText(check, colors)}`),
    colors.dim(
      checks.length === 0
        ? `  The times of ${plural(compared, 'check')} differ by no more than noise.`
        : `  ${plural(compared - checks.length, 'other check')} within the noise.`,
    ),
    ...(otherTier ? [colors.dim('  The tiers differ, and so did the company in which the checks ran.')] : []),
  ];
}

function times({ before, after }: Change): string {
  const share = before > 0 ? Math.round((after / before - 1) * 100) : 0;
  return `${formatDuration(before)} → ${formatDuration(after)}${share === 0 ? '' : ` (${share > 0 ? '+' : '−'}${Math.abs(share)} %)`}`;
}

function timeText({ beforeMs, afterMs }: TimeChange, colors: Colors): string {
  const textOf = times({ before: beforeMs, after: afterMs });
  return afterMs > beforeMs ? colors.yellow(textOf) : textOf;
}
