// What the reports of very many findings cost. HTML: CPU time as a ratio to a bare Handlebars render of the same rows in
// parts, memory beyond the result, size. PDF: time, and the memory of scanrun and the browser together. Each is measured
// in a process of its own.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main, median, times } from './measure.mjs';

const PROGRAM = fileURLToPath(new URL('./render-once.mjs', import.meta.url));

const rendered = once((runs) =>
  withSample(100_000, (file) => times(runs, () => ({ bare: alone('bare', file), own: alone('html', file) }))),
);
const printed = once(() => withSample(10_000, watched));

/** The cases of the reports. */
export const reportCases = [
  htmlCase('CPU time', 'x', 2, (pairs) => ({
    figure: median(pairs.map(({ bare, own }) => own.cpuMs / bare.cpuMs)),
    against: `a bare Handlebars render of the same rows; ${median(pairs.map(({ own }) => own.ms)).toFixed(0)} ms to ${median(pairs.map(({ bare }) => bare.ms)).toFixed(0)} ms`,
  })),
  htmlCase('memory', 'MB', 150, (pairs) => ({
    figure: median(pairs.map(({ own }) => own.memoryMB)),
    against: `what the result takes; bare ${median(pairs.map(({ bare }) => bare.memoryMB)).toFixed(0)} MB`,
  })),
  htmlCase('size', 'MB', 15, ([{ own }]) => ({ figure: own.sizeMB, against: 'nothing' })),
  pdfCase('time', 's', 60, ({ ms, sizeMB }) => ({ figure: ms / 1_000, against: `nothing; ${sizeMB.toFixed(1)} MB` })),
  pdfCase('memory of all processes', 'MB', 700, ({ onceMB, residentMB }) => ({
    figure: onceMB,
    against: `nothing; ${residentMB.toFixed(0)} MB where shared pages count for each process`,
  })),
];

function htmlCase(what, unit, atMost, rowOf) {
  const measure = async (runs) => rowOf(await rendered(runs));
  return { name: `HTML of 100,000 findings, ${what}`, unit, limit: { atMost }, runs: 3, measure };
}

function pdfCase(what, unit, atMost, rowOf) {
  const measure = async () => rowOf(await printed());
  return { name: `PDF of 10,000 findings, ${what}`, unit, limit: { atMost }, runs: 1, measure };
}

/** The same answer for all cases that ask. */
function once(work) {
  let answer;
  return (...args) => {
    answer ??= work(...args);
    return answer;
  };
}

/** Findings in real code, as the tests make them, in a file. */
async function withSample(count, work) {
  const { createJiti } = await import('jiti');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const jiti = createJiti(import.meta.url, { fsCache: false, alias: { scanrun: join(root, 'dist/core/index.js') } });
  const { many } = await jiti.import(join(root, 'test/reporters/sample-many.ts'));
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-reports-'));
  try {
    const file = join(folder, 'result.json');
    writeFileSync(file, JSON.stringify(many(count)));
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function alone(what, file) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', PROGRAM, what, file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${what} exited ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Prints the PDF and watches the memory of the process and of all that it starts. */
async function watched(file) {
  const child = spawn(process.execPath, [PROGRAM, 'pdf', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [resident, once] = [0, 0];
  const timer = setInterval(() => {
    const now = memoryOf(child.pid);
    [resident, once] = [Math.max(resident, now.resident), Math.max(once, now.once)];
  }, 100);
  let stdout = '';
  for await (const chunk of child.stdout) stdout += chunk;
  clearInterval(timer);
  if (stdout === '') throw new Error('the PDF was not printed');
  return { ...JSON.parse(stdout), onceMB: once / 1e6, residentMB: resident / 1e6 };
}

/**
 * The memory of a process and its descendants in bytes: resident, pages that they share counted each time, and, where
 * Linux tells it, with each page counted once.
 */
function memoryOf(root) {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid);
  }
  const own = rows.filter(([pid]) => family.has(pid));
  return {
    resident: own.reduce((sum, [, , kilobytes]) => sum + kilobytes * 1_024, 0),
    once: own.reduce((sum, [pid, , kilobytes]) => sum + (proportional(pid) ?? kilobytes) * 1_024, 0),
  };
}

/** What of a process's memory is its share, in kilobytes; undefined where the system does not tell. */
function proportional(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

if (process.argv[1] === import.meta.filename) await main(reportCases);
