// What every measurement shares: the median, rows with a limit, and how they are told.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Row What a case measured.
 * @property {number} figure The median of its runs.
 * @property {string} against What the figure was measured against, and what else tells how it came about.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} unit Printed after figure and limit: `x` for a ratio to something measured in the same run, `%` for a share.
 * @property {{ atMost: number } | { atLeast: number } | undefined} limit Undefined is for information only; a row may bring its own.
 * @property {number} runs Used where `--runs` says nothing.
 * @property {(runs: number) => Promise<Row & { limit?: Case['limit'] }>} measure
 */

/**
 * Runs the cases one after another and prints a row for each: figure, limit, and what it was measured against. A limit
 * that is broken, or a case that cannot be measured, makes the exit code 1.
 * `[--runs <n>] [--only <part of a name>] [--json]`
 * @param {readonly Case[]} cases
 */
export async function main(cases) {
  const { values } = parseArgs({
    options: { runs: { type: 'string' }, json: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const chosen = cases.filter(({ name }) => values.only === undefined || name.includes(values.only));
  if (chosen.length === 0)
    throw new Error(`no case has '${values.only}' in its name: ${cases.map(({ name }) => name).join('; ')}`);
  const wanted = values.runs === undefined ? undefined : Number(values.runs);
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0))
    throw new Error(`--runs is a whole number from 1, not '${values.runs}'`);
  const rows = [];
  for (const { name, unit, limit: usual, runs, measure } of chosen) {
    const measured = await measure(wanted ?? runs).catch((error) => ({ error }));
    const { limit = usual, figure, against, ...details } = measured;
    const row =
      'error' in measured
        ? { name, unit, ...limit, holds: false, error: String(measured.error) }
        : { name, figure, unit, ...limit, holds: holds(figure, limit), against, ...details };
    rows.push(row);
    if (!values.json) process.stdout.write(`${line(row)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  if (rows.some((row) => !row.holds)) process.exitCode = 1;
}

function holds(figure, limit) {
  if (!Number.isFinite(figure)) return false;
  return (
    figure <= (limit?.atMost ?? Number.POSITIVE_INFINITY) && figure >= (limit?.atLeast ?? Number.NEGATIVE_INFINITY)
  );
}

function line({ name, figure, unit, atMost, atLeast, holds: fine, against, error }) {
  if (error !== undefined) return `MISS  ${name}: ${error}`;
  const told = (number) => `${number.toFixed(unit === '%' ? 1 : 2)} ${unit}`;
  const limit =
    atMost !== undefined ? `at most ${told(atMost)}` : atLeast !== undefined ? `at least ${told(atLeast)}` : 'no limit';
  return `${fine ? '    ' : 'MISS'} ${told(figure).padStart(8)}  (${limit.padEnd(15)})  ${name}  [${against}]`;
}

/** The middle of the numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** So many values of a function, one after another. */
export async function times(count, measure) {
  const values = [];
  for (let index = 0; index < count; index += 1) values.push(await measure(index));
  return values;
}

/**
 * Runs node to its end. A run that ended otherwise than allowed measured nothing.
 * @returns {{ ms: number, cpuMs: number | undefined }} `cpuMs` is the CPU time of all its processes that were waited
 * for; known on Linux only.
 */
export function runNode(args, cwd, codes = [0]) {
  const before = childrenCpuMs();
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 100_000_000,
  });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (!codes.includes(status)) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`);
  const after = childrenCpuMs();
  return { ms, cpuMs: after === undefined || before === undefined ? undefined : after - before };
}

/** CPU time of the processes that this one has waited for, and of theirs. */
function childrenCpuMs() {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The name stands in brackets and may hold anything. cutime and cstime are fields 16 and 17, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
