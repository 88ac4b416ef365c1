// The lines of the history as runs. A scan compares itself with few of them, and starts before it has read the others.

import type { TierName } from '../model/tier.js';
import { type HistoryRun, type PastRun, parsePastRun, parseRun, TREND_RUNS, USUAL } from './history.js';

/** What lines hold. */
export interface Parsed<Run extends PastRun> {
  /** From the oldest to the newest, each once. */
  readonly runs: Run[];
  /** Lines that are no runs. */
  readonly torn: number;
}

/** How a line begins that scanrun wrote: its tier, and whether flags left out checks. Another order of the fields is read all the same, only slower. */
const HEAD =
  /^\{"v":1,"runId":"[^"]*","startedAt":"[^"]*","tier":"(\w+)",(?:"commit":"[^"]*",)?"configHash":"[^"]*","filtered":(true|false),/;

/** Every run. `whole` is false when the first line is only a part of one. */
export function parseAll(lines: readonly string[], whole: boolean): Parsed<HistoryRun> {
  return parse(lines, whole, parseRun, () => true);
}

/**
 * The newest complete runs of a tier: as many as a trend shows, of whole scans and of those of a part each. Lines of others are not
 * parsed, which for 200 runs of 100 checks would take 40 ms of every start.
 */
export function parseNewest(lines: readonly string[], whole: boolean, tier: TierName): Parsed<PastRun> {
  const left = { true: TREND_RUNS, false: TREND_RUNS };
  const parsed = parse(
    lines,
    whole,
    (line) => {
      const run = parsePastRun(line);
      if (run?.tier === tier && run.verdict !== 'interrupted') left[`${run.filtered}`] -= 1;
      return run;
    },
    (line) => {
      const [, ofTier, filtered] = HEAD.exec(line) ?? [];
      // A torn line is parsed, and so found out.
      if (ofTier === undefined || !line.endsWith('}')) return true;
      return ofTier === tier && left[filtered as 'true' | 'false'] > 0;
    },
  );
  return { ...parsed, runs: parsed.runs.filter((run) => run.tier === tier) };
}

function parse<Run extends PastRun>(
  lines: readonly string[],
  whole: boolean,
  parseLine: (line: string) => Run | undefined,
  isWanted: (line: string) => boolean,
): Parsed<Run> {
  const runs = new Map<string, Run>();
  let torn = 0;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] as string;
    if (line === '' || !isWanted(line)) continue;
    const run = parseLine(line);
    // The same run twice: it was written while the file was pruned.
    if (run !== undefined) runs.set(run.runId, run);
    else if (whole || index > 0) torn += 1;
  }
  return { runs: [...runs.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)), torn };
}

/** A run as a line, without the line's end: what is usual is left out. */
export function lineOf(run: HistoryRun): string {
  const checks: Record<string, object> = {};
  for (const [id, { ms, packagesMs, outcome, findings, answer, inputs }] of Object.entries(run.checks)) {
    const isUsual = outcome === USUAL.outcome && findings === USUAL.findings && answer === USUAL.answer;
    // What is undefined is not written.
    const more = isUsual ? {} : { outcome, findings, answer };
    checks[id] = packagesMs === undefined && isUsual ? { ms, inputs } : { ms, packagesMs, ...more, inputs };
  }
  return JSON.stringify({ ...run, checks });
}

/** A line with what must be known to keep or drop it. */
export interface RunLine extends Pick<HistoryRun, 'runId' | 'startedAt'> {
  readonly line: string;
}

/** The lines that are runs, from the oldest to the newest, each run once. What scanrun wrote to its end is taken as it stands. */
export function runLines(lines: readonly string[]): RunLine[] {
  const found = new Map<string, RunLine>();
  for (const line of lines) {
    const known = isWhole(line) ? START.exec(line) : undefined;
    const [runId, startedAt] = known ? [known[1], known[2]] : headOf(parseRun(line));
    if (runId !== undefined && startedAt !== undefined) found.set(runId, { runId, startedAt, line });
  }
  return [...found.values()].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

function headOf(run: HistoryRun | undefined): [string?, string?] {
  return run === undefined ? [] : [run.runId, run.startedAt];
}

const START = /^\{"v":1,"runId":"([^"]*)","startedAt":"([^"]*)"/;

/** True for a line that scanrun wrote whole: no part of one ends like it. */
function isWhole(line: string): boolean {
  return line.endsWith('}}}') && HEAD.test(line);
}

/** When the run of a line started, as the line says it; empty where it says nothing. */
export function startOf(line: string): string {
  return START.exec(line)?.[2] ?? '';
}
