// What a list of files costs, as ratios measured in the same round: to a bare walk that looks at every file with
// `lstatSync`, and to `git status`. `npm run build && node bench/files.mjs [--files 10000] [--runs 15] [--json] [--repo <path>]`

import { execFileSync, spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { makeTree } from './trees.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '15' },
    repo: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'scanrun-bench-'));
const { indexFiles } = await bundle();
const root = values.repo ?? makeTree(join(folder, 'tree'), Number(values.files));

const cases = {
  'bare walk': () => walk(root),
  'git status': () => git('status', '--porcelain'),
  'list of files': () => indexFiles(root),
  'list and ids': async () => {
    const index = await indexFiles(root);
    for (const entry of index.entries) index.knownId(entry);
  },
};
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
// Git notes what it has seen, so the first round is another case.
await cases['git status']();
for (let run = 0; run < Number(values.runs); run += 1)
  for (const [name, work] of Object.entries(cases)) times[name].push(await timed(work));

const index = await indexFiles(root);
const known = index.entries.filter((entry) => index.knownId(entry) !== undefined).length;
const rows = ['list of files', 'list and ids'].map((name) => ({
  name,
  toWalk: ratio(name, 'bare walk', 'wallMs'),
  toStatus: ratio(name, 'git status', 'wallMs'),
  medianMs: median(times[name].map(({ wallMs }) => wallMs)),
  threadMs: median(times[name].map(({ threadMs }) => threadMs)),
}));
const memory = await memoryOf(root);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ files: index.entries.length, known, rows, ...memory }, undefined, 2)}\n`);
} else {
  process.stdout.write(
    `${index.entries.length} files, ${known} known to git; ${memory.heldMb.toFixed(1)} MB are held\n`,
  );
  for (const { name, toWalk, toStatus, medianMs, threadMs } of rows)
    process.stdout.write(
      `${toWalk.toFixed(2).padStart(5)} x a bare walk  ${toStatus.toFixed(2).padStart(5)} x git status  ${medianMs.toFixed(0).padStart(4)} ms, of which ${threadMs.toFixed(0)} ms of this thread  ${name}\n`,
    );
}
rmSync(folder, { recursive: true, force: true });

/** The file index alone: the package hands it to nobody. */
async function bundle() {
  const file = join(folder, 'file-index.mjs');
  await build({
    entryPoints: [new URL('../core/files/file-index.ts', import.meta.url).pathname],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['ignore'],
    logLevel: 'error',
  });
  return import(file);
}

function walk(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory()) walk(inner);
    else lstatSync(inner);
  }
}

function git(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.resume();
    child.on('error', reject);
    child.on('close', resolve);
  });
}

async function timed(work) {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, threadMs: (user + system) / 1_000 };
}

/** What an index holds, in a process that does nothing else. */
async function memoryOf(path) {
  const script = `
    const { indexFiles } = await import(${JSON.stringify(join(folder, 'file-index.mjs'))});
    const used = () => { gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };
    await indexFiles(${JSON.stringify(path)});
    const before = used();
    globalThis.index = await indexFiles(${JSON.stringify(path)});
    process.stdout.write(String((used() - before) / 1e6));
  `;
  const printed = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script]);
  return { heldMb: Number(printed.toString()) };
}

/** The median of the ratios of pairs from the same round: the machine's own speed cancels out. */
function ratio(name, to, field) {
  return median(times[name].map((each, round) => each[field] / times[to][round][field]));
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
