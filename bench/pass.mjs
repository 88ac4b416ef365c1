// What one pass over the tree costs: many checks together to the most expensive of them alone, two threads to one, and
// a scan to a bare walk that reads every file. Ratios of what was measured in the same round.
// `npm run build && node bench/pass.mjs [--runs <n>] [--only <part of a name>] [--json]`, with `BENCH_REPO=<path>` for
// the last of them in another repository than a generated one.

import { join } from 'node:path';
import { main, median, runNode, times } from './measure.mjs';
import { installation, instancesConfig, project, resultOf } from './projects.mjs';
import { makeTree } from './trees.mjs';

const FILES = 10_000;
/** Searches of a file's text: about what a check does that looks for a few hundred words in each line. */
const DEAR = 60;
const CHEAP = 2;

/** The cases of the pass. */
export const passCases = [
  { name: 'eight file checks to the dearest alone', unit: 'x', limit: { atMost: 1.3 }, runs: 7, measure: measureEight },
  { name: 'a file pass on one thread to two', unit: 'x', limit: { atLeast: 1.7 }, runs: 7, measure: measureThreads },
  {
    name: 'scan of a tree to a bare walk that reads it',
    unit: 'x',
    limit: process.env.BENCH_REPO === undefined ? undefined : { atMost: 3 },
    runs: 5,
    measure: measureToWalk,
  },
  {
    name: 'memory of a scan at its highest',
    unit: 'MB',
    limit: process.env.BENCH_REPO === undefined ? undefined : { atMost: 200 },
    runs: 3,
    measure: measureMemory,
  },
];

let made;

function tree() {
  made ??= makeTree(join(installation().folder, 'pass-tree'), FILES);
  return made;
}

const VISIT = `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, {
  meta: { title: 'Searches', description: 'It is there to be measured.', category: 'bench', tier: 'quick', severity: 'error', messages: { found: 'found' },
    options: { type: 'object', properties: { times: { type: 'integer' } }, required: ['times'], additionalProperties: false } },
  visit(file, { options, report }) {
    for (let time = 0; time < options.times; time += 1)
      if (new RegExp('y{' + (time + 2) + '}|[a-w]z' + time, 'g').test(file.text)) report({ messageId: 'found' });
  },
});
`;

/** A configuration of checks by how often each searches. */
function searching(name, counts, more = {}) {
  const instances = Object.fromEntries(
    counts.map((count, index) => [`c${index}`, { module: './checks/search.mjs', options: { times: count } }]),
  );
  const cwd = project(name, {
    'checks/search.mjs': VISIT,
    'scan.config.ts': instancesConfig(instances, { concurrency: 2, tier: 'standard', cache: false, ...more }),
  });
  return join(cwd, 'scan.config.ts');
}

/** A scan with a configuration; gives how long its checks took, and its whole process. */
function scan(config, target, ...args) {
  const { bin, folder } = installation();
  const file = join(folder, 'pass.result.json');
  const command = [bin, '--config', config, '--quiet', '--reporter', `json=${file}`, ...args, target];
  const { ms } = runNode(command, folder, [0, 1]);
  return { ms, executeMs: resultOf(file).statistics.phasesMs.execute };
}

async function measureEight(runs) {
  const counts = [DEAR, ...Array.from({ length: 7 }, () => CHEAP)];
  const alone = searching('pass-one', [DEAR]);
  const all = searching('pass-eight', counts);
  for (const config of [alone, all]) scan(config, tree());
  const rounds = await times(runs, () => ({ one: scan(alone, tree()).executeMs, eight: scan(all, tree()).executeMs }));
  const of = (name) => median(rounds.map((round) => round[name]));
  return {
    figure: median(rounds.map(({ one, eight }) => eight / one)),
    against: `${of('eight').toFixed(0)} ms to ${of('one').toFixed(0)} ms, ${FILES} files`,
  };
}

async function measureThreads(runs) {
  const two = searching('pass-two', [5 * DEAR]);
  const one = searching('pass-single', [5 * DEAR], { concurrency: 1 });
  for (const config of [one, two]) scan(config, tree());
  const rounds = await times(runs, () => ({ one: scan(one, tree()).executeMs, two: scan(two, tree()).executeMs }));
  const of = (name) => median(rounds.map((round) => round[name]));
  return {
    figure: median(rounds.map((round) => round.one / round.two)),
    against: `${of('one').toFixed(0)} ms to ${of('two').toFixed(0)} ms`,
  };
}

/** Reads every file below a folder, one after another, as the simplest program would. */
const WALK = `const { readdirSync, readFileSync } = require('node:fs');
let bytes = 0;
(function walk(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const inner = path + '/' + entry.name;
    if (entry.isDirectory()) walk(inner); else if (entry.isFile()) bytes += readFileSync(inner).length;
  }
})(process.argv[1]);`;

async function measureToWalk(runs) {
  const root = process.env.BENCH_REPO ?? tree();
  const config = readsAll();
  scan(config, root);
  const rounds = await times(runs, () => ({
    walk: runNode(['-e', WALK, root], root).ms,
    own: scan(config, root).ms,
  }));
  const of = (name) => median(rounds.map((round) => round[name]));
  return {
    figure: median(rounds.map(({ walk, own }) => own / walk)),
    against: `${of('own').toFixed(0)} ms to ${of('walk').toFixed(0)} ms`,
  };
}

/** A check that reads each file's text and looks at it once. */
function readsAll() {
  return searching('pass-reads', [1]);
}

async function measureMemory(runs) {
  const root = process.env.BENCH_REPO ?? tree();
  const { bin, folder } = installation();
  const file = join(folder, 'pass.memory.txt');
  const told = `import { writeFileSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads'; if (isMainThread) process.on('exit', () => writeFileSync(${JSON.stringify(file)}, String(process.resourceUsage().maxRSS)));`;
  const command = [
    '--import',
    `data:text/javascript,${encodeURIComponent(told)}`,
    bin,
    '--config',
    readsAll(),
    '--quiet',
    root,
  ];
  const { readFileSync } = await import('node:fs');
  const rounds = await times(runs, () => {
    runNode(command, folder, [0, 1]);
    return Number(readFileSync(file, 'utf8')) / 1_024;
  });
  return { figure: median(rounds), against: 'the whole process, threads included' };
}

if (process.argv[1] === import.meta.filename) await main(passCases);
