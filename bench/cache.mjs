// What the cache saves: a scan in which nothing changed, as a ratio to `git status` and to a scan without a cache, each
// measured in the same round; and how many files are visited after a change, which is a count and the same everywhere.
// `npm run build && node bench/cache.mjs [--runs <n>] [--only <part of a name>] [--json]`, with `BENCH_REPO=<path>` in
// another repository than a generated one.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, median, runNode, times } from './measure.mjs';
import { installation, project, resultOf } from './projects.mjs';
import { makeTree } from './trees.mjs';

const FILES = 10_000;
const CHANGED = 10;

/** The cases of the cache. */
export const cacheCases = [
  {
    name: 'scan in which nothing changed, less its start, to git status',
    unit: 'x',
    // In a generated tree git has next to no folders to look at. The limit is for a repository as people have them.
    limit: process.env.BENCH_REPO === undefined ? undefined : { atMost: 2 },
    runs: 9,
    measure: measureToStatus,
  },
  {
    name: 'scan without a cache to one in which nothing changed',
    unit: 'x',
    limit: { atLeast: 1.5 },
    runs: 5,
    measure: measureToCold,
  },
  {
    name: `visits after a change of ${CHANGED} files`,
    unit: 'files',
    limit: { atMost: CHANGED },
    runs: 1,
    measure: measureVisits,
  },
];

let made;

/** What is scanned: a repository, by the checks of two built-in plugins that visit each file. */
function tree() {
  made ??= process.env.BENCH_REPO ?? makeTree(join(installation().folder, 'cached-tree'), FILES);
  return made;
}

/** A scan of a folder; gives its time and what it says of the cache. */
function scan(cwd, ...args) {
  const { bin, folder } = installation();
  const off = ['broken-symlinks', 'ignored-but-tracked', 'path-case-conflicts', 'required-files', 'windows-names'];
  const config = join(folder, 'cache.config.json');
  const result = join(folder, 'cache.result.json');
  const checks = Object.fromEntries(off.map((key) => [`repo/${key}`, 'off']));
  if (!existsSync(config))
    writeFileSync(config, JSON.stringify({ plugins: ['repo', 'secrets'], checks, reporters: [] }));
  const { ms } = runNode([bin, '--config', config, '--quiet', '--reporter', `json=${result}`, ...args], cwd, [0, 1]);
  return { ms, cache: resultOf(result).statistics.cache };
}

/** A scan in which everything is known, or nothing was measured. */
function warm(cwd) {
  const { ms, cache } = scan(cwd);
  if (cache.misses > 0) throw new Error(`${cache.misses} answers were not known`);
  return ms;
}

async function measureToStatus(runs) {
  const root = tree();
  // The same command where there is next to nothing to scan: what every scan costs.
  const small = project('cached-small');
  for (const folder of [root, small]) scan(folder);
  const rounds = await times(runs, () => ({ start: scan(small).ms, statusMs: gitStatus(root), warmMs: warm(root) }));
  const of = (name) => median(rounds.map((round) => round[name]));
  return {
    figure: median(rounds.map(({ start, statusMs, warmMs }) => (warmMs - start) / statusMs)),
    against: `${of('warmMs').toFixed(0)} ms, of which ${of('start').toFixed(0)} ms of start, to ${of('statusMs').toFixed(0)} ms of git status`,
  };
}

async function measureToCold(runs) {
  const root = tree();
  scan(root);
  const rounds = await times(runs, () => ({ cold: scan(root, '--no-cache').ms, known: warm(root) }));
  const of = (name) => median(rounds.map((round) => round[name]));
  return {
    figure: median(rounds.map(({ cold, known }) => cold / known)),
    against: `${of('cold').toFixed(0)} ms to ${of('known').toFixed(0)} ms`,
  };
}

/** How many files are visited that need not be would show here; each is asked by as many checks as in the first scan. */
function measureVisits() {
  const root = makeTree(join(installation().folder, 'changed-tree'), 1_000);
  const { cache: first } = scan(root);
  const files = Number(git(root, 'ls-files').split('\n').length - 1);
  for (let index = 0; index < CHANGED; index += 1)
    appendFileSync(
      join(root, `part-0/folder-${index}/file-${index * 20}.${['ts', 'md', 'json'][(index * 20) % 3]}`),
      '\nchanged\n',
    );
  const { cache } = scan(root);
  const checks = first.misses / files;
  return Promise.resolve({
    figure: cache.misses / checks,
    against: `${cache.hits / checks} of ${files} files known, ${checks} checks`,
  });
}

function gitStatus(cwd) {
  const started = performance.now();
  git(cwd, 'status', '--porcelain');
  return performance.now() - started;
}

function git(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, maxBuffer: 100_000_000 });
  if (status !== 0) throw new Error(`git ${args.join(' ')} exited ${status}: ${stderr}`);
  return stdout.toString();
}

if (process.argv[1] === import.meta.filename) await main(cacheCases);
