import { suggest } from '../check/nearest.js';
import { ScanError } from '../errors.js';
import { formatDuration } from '../model/duration.js';
import type { Notice } from '../model/result.js';
import { formatCount, plural, sparkLine } from '../model/text.js';
import { TIERS, type TierName } from '../model/tier.js';
import { type CheckTrend, checkTrends } from '../telemetry/check-trend.js';
import type { HistoryRun } from '../telemetry/history.js';
import { readWholeHistory } from '../telemetry/history-file.js';
import { rootOf } from './target.js';
import { type Colors, colorsFor, print, printJson, table } from './terminal.js';

/** Flags of `history`. */
export interface HistoryFlags {
  readonly target: string;
  readonly tier?: string;
  readonly last: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** Shows the earlier scans of a target, or those of one check. */
export async function history(checkId: string | undefined, flags: HistoryFlags): Promise<number> {
  const tier = tierOf(flags.tier);
  const last = lastOf(flags.last);
  const { runs: all, notices } = readWholeHistory(rootOf(flags.target));
  for (const { code, message } of notices) process.stderr.write(`scanrun: ${code} ${message}\n`);
  const runs = all.filter((run) => tier === undefined || run.tier === tier);
  const shown = (checkId === undefined ? runs : runsOf(runs, checkId)).slice(-last);
  // Times of different tiers cannot be compared: the trends are those of the newest run's.
  const newest = shown.at(-1)?.tier;
  const checks = checkTrends(shown.filter((run) => run.tier === newest)).filter(
    (check) => checkId === undefined || check.checkId === checkId,
  );
  if (flags.json)
    await printJson(checkId === undefined ? { runs: shown, checks, notices } : json(shown, checks, notices));
  else if (shown.length === 0) await print(nothing(tier));
  else await print(text(shown, checks, checkId, colorsFor(flags.color)));
  return 0;
}

function json(runs: readonly HistoryRun[], checks: readonly CheckTrend[], notices: readonly Notice[]): object {
  const ids = checks.map((check) => check.checkId);
  const only = (run: HistoryRun): HistoryRun => ({
    ...run,
    checks: Object.fromEntries(Object.entries(run.checks).filter(([id]) => ids.includes(id))),
  });
  return { runs: runs.map(only), checks, notices };
}

function tierOf(name: string | undefined): TierName | undefined {
  const tier = TIERS.find((each) => each === name);
  if (name !== undefined && tier === undefined)
    throw new ScanError('SR_USAGE', `There is no tier '${name}': ${suggest(name, TIERS)}`);
  return tier;
}

function lastOf(text: string): number {
  const last = Number(text);
  if (!Number.isInteger(last) || last < 1 || last > 200)
    throw new ScanError('SR_USAGE', `--last must be a whole number from 1 to 200, not '${text}'.`);
  return last;
}

function runsOf(runs: readonly HistoryRun[], checkId: string): HistoryRun[] {
  const own = runs.filter(({ checks }) => checks[checkId] !== undefined);
  if (own.length === 0 && runs.length > 0) {
    const known = [...new Set(runs.flatMap(({ checks }) => Object.keys(checks)))].sort();
    throw new ScanError('SR_USAGE', `The history has no check '${checkId}': ${suggest(checkId, known)}`, {
      next: 'List the checks of the history with `scanrun history`.',
    });
  }
  return own;
}

function nothing(tier: TierName | undefined): string {
  const which = tier === undefined ? '' : ` of the tier ${tier}`;
  return `There is no scan${which} in the history yet. Each \`scanrun\` adds one.`;
}

function text(
  runs: readonly HistoryRun[],
  checks: readonly CheckTrend[],
  checkId: string | undefined,
  colors: Colors,
): string {
  if (checkId !== undefined)
    return [...checkLines(runs, checkId, colors), '', ...trendLines(checks, colors)].join('\n');
  const rows = runs.map((run) => [
    dateText(run.startedAt),
    `${run.tier}${run.profile === undefined ? '' : ` ${run.profile}`}${run.filtered ? ' (part)' : ''}`,
    run.commit?.slice(0, 10) ?? '-',
    formatDuration(run.wallMs),
    formatCount(run.findings),
    `${Math.floor(run.coverage * 100 + 1e-9)} %`,
    verdictText(run.verdict, colors),
  ]);
  return [
    table([['STARTED', 'TIER', 'COMMIT', 'TOOK', 'FINDINGS', 'COVERAGE', 'VERDICT'], ...rows], colors),
    '',
    ...tierLines(runs, colors),
    '',
    ...trendLines(checks, colors),
    ...(new Set(runs.map(({ tier }) => tier)).size > 1
      ? [colors.dim(`The trends are those of the tier ${runs.at(-1)?.tier}; --tier chooses another.`)]
      : []),
  ].join('\n');
}

/** A spark line of the wall time and of the findings for each tier: tiers cannot be compared. */
function tierLines(runs: readonly HistoryRun[], colors: Colors): string[] {
  return TIERS.flatMap((tier) => {
    const own = runs.filter((run) => run.tier === tier && !run.filtered && run.verdict !== 'interrupted');
    if (own.length < 2) return [];
    const line = (label: string, values: number[], shown: (value: number) => string): string =>
      `${colors.bold(`${tier} ${label}`.padEnd(18))}  ${sparkLine(values)}  ${shown(values[0] ?? 0)} → ${shown(values.at(-1) ?? 0)}`;
    return [
      line(
        'time',
        own.map(({ wallMs }) => wallMs),
        formatDuration,
      ),
      line(
        'findings',
        own.map(({ findings }) => findings),
        formatCount,
      ),
    ];
  });
}

function checkLines(runs: readonly HistoryRun[], checkId: string, colors: Colors): string[] {
  const rows = runs.flatMap((run) => {
    const check = run.checks[checkId];
    if (check === undefined) return [];
    const took = check.ms === undefined ? '-' : formatDuration(check.ms);
    return [
      [dateText(run.startedAt), run.tier, run.commit?.slice(0, 10) ?? '-', took, String(check.findings), check.outcome],
    ];
  });
  return [table([['STARTED', 'TIER', 'COMMIT', 'TOOK', 'FINDINGS', 'OUTCOME'], ...rows], colors)];
}

function trendLines(checks: readonly CheckTrend[], colors: Colors): string[] {
  const time = (ms: number | undefined): string => (ms === undefined ? '-' : formatDuration(ms));
  const rows = checks.map((check) => [
    check.checkId,
    String(check.runs),
    sparkLine(check.timesMs.map((ms) => ms ?? undefined)),
    time(check.medianMs),
    time(check.p95Ms),
    time(check.lastMs),
    check.outcome,
    `${plural(check.outcomeChanges, 'change')}${check.flakyChanges > 0 ? `, ${colors.yellow(`flaky: ${check.flakyChanges} with the same inputs`)}` : ''}`,
  ]);
  return [table([['CHECK', 'RUNS', 'TREND', 'MEDIAN', 'P95', 'LAST', 'OUTCOME', 'OUTCOMES'], ...rows], colors)];
}

function verdictText(verdict: HistoryRun['verdict'], colors: Colors): string {
  const color = {
    clean: colors.green,
    findings: colors.red,
    failed: colors.red,
    incomplete: colors.yellow,
    interrupted: colors.magenta,
  };
  return color[verdict](verdict);
}

/** `2026-03-14 09:26:53`, in UTC. */
function dateText(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
