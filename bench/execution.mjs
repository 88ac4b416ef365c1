// What execution makes of the machine: how near a schedule comes to the lower bound, what a check costs besides its own
// work, and what running in parallel saves.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { main, median, runNode, times } from './measure.mjs';
import { checkModule, installation, instancesConfig, project, resultOf } from './projects.mjs';

const CORES = availableParallelism();

/** The cases of execution. */
export const executionCases = [
  efficiencyCase('60 checks, concurrency 4', 4, 'lanes', 0.9),
  efficiencyCase('60 checks, concurrency 6', 6, 'lanes', 0.93),
  efficiencyCase('60 checks without lanes, concurrency 4', 4, 'no-lanes'),
  efficiencyCase('60 checks without lanes, concurrency 6', 6, 'no-lanes'),
  { name: '5,000 checks that do nothing', unit: 'x', limit: { atMost: 3 }, runs: 5, measure: measureOverhead },
  {
    name: '66 checks that wait 50 ms, 10 at once',
    unit: 'x',
    limit: { atLeast: 8 },
    runs: 5,
    measure: (runs) => measureWaiting(waitingProject('waiting', SLEEP, { ms: 50 }), runs),
  },
  {
    name: '66 requests that take 50 ms, 10 at once',
    unit: 'x',
    limit: undefined,
    runs: 3,
    measure: measureRequests,
  },
  { name: "this repository's standard tier", unit: '%', limit: undefined, runs: 3, measure: measureRepository },
];

// --- The fixed set of 60 checks ---------------------------------------------------------------------------------------

/** Numbers from 0 to 1 that are the same at every run: a linear congruential generator, with the constants of Numerical Recipes. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 40 sleeping for 50 to 400 ms and 20 computing for 40 to 150 ms of CPU time, in a mixed order of ids. */
function fixedSet() {
  const random = seeded(20_260_101);
  const between = (low, high) => Math.round(low + random() * (high - low));
  const all = [
    ...Array.from({ length: 40 }, () => ({ kind: 'sleep', ms: between(50, 400) })),
    ...Array.from({ length: 20 }, () => ({ kind: 'spin', ms: between(40, 150) })),
  ];
  return all
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** A loop of so many rounds; the rounds are the work, however long a busy machine takes for them. */
const SPIN =
  'let value = 1; for (let round = 0; round < rounds; round += 1) value = Math.imul(value, 1664525) + 1013904223 | 0;';

/** Rounds that this machine computes in a millisecond when nothing disturbs it. */
function roundsPerMs() {
  const spin = new Function('rounds', `${SPIN} return value;`);
  const rounds = 20_000_000;
  const takenMs = Array.from({ length: 7 }, () => {
    const from = performance.now();
    spin(rounds);
    return performance.now() - from;
  });
  return rounds / Math.min(...takenMs);
}

const OPTIONS = { ms: { type: 'number', default: 0 }, rounds: { type: 'number', default: 0 } };
const SLEEP = 'await new Promise((done) => setTimeout(done, options.ms));';

function fixedProject(name, lanes) {
  const perMs = roundsPerMs();
  const set = fixedSet();
  const instances = set.map(({ kind, ms }, index) => [
    `c${String(index + 1).padStart(2, '0')}`,
    { module: `./checks/${kind}.mjs`, options: kind === 'sleep' ? { ms } : { rounds: Math.round(ms * perMs) } },
  ]);
  const module = (title, body, lane) => checkModule({ title, body, options: OPTIONS, ...(lanes ? { lane } : {}) });
  return project(name, {
    'checks/sleep.mjs': module('Sleeps', SLEEP, 'io'),
    'checks/spin.mjs': module('Computes', `const { rounds } = options; ${SPIN}`, 'cpu'),
    'scan.config.mjs': instancesConfig(Object.fromEntries(instances)),
  });
}

function efficiencyCase(name, concurrency, kind, atLeast) {
  const limit = atLeast === undefined ? undefined : { atLeast };
  return { name, unit: '', limit, runs: 7, measure: (runs) => measureEfficiency(concurrency, kind, runs) };
}

/** The built command, each run a process of its own: the first knows nothing of the checks, the others have its history. */
async function measureEfficiency(concurrency, kind, runs) {
  const set = fixedSet();
  const cwd = fixedProject(`${kind}-${concurrency}`, kind === 'lanes');
  const all = await times(runs, () => executed(cwd, ['--concurrency', String(concurrency)], set.length));
  const figure = median(all.map(({ efficiency }) => efficiency));
  const middle = all.find(({ efficiency }) => efficiency === figure) ?? all[0];
  const nominal = (wanted) => sum(set.filter(({ kind: own }) => own === wanted).map(({ ms }) => ms));
  // What no scan can tell itself: the bound by the times that the checks were to take, not by those that they took.
  const boundMs = Math.max((nominal('sleep') + nominal('spin')) / concurrency, nominal('spin') / CORES);
  return {
    figure,
    against: `lower bound ${seconds(middle.lowerBoundMs)}, wall ${seconds(middle.wallMs)}; first run, without history: ${all[0].efficiency.toFixed(2)}; by the times set: ${(boundMs / middle.wallMs).toFixed(2)}`,
    lowerBoundMs: middle.lowerBoundMs,
    wallMs: middle.wallMs,
    efficiencies: all.map(({ efficiency }) => efficiency),
  };
}

/** The statistics of a scan by the built command, with the time of the whole process. */
function executed(cwd, args, checks) {
  const file = join(cwd, 'result.json');
  const { ms } = runNode([installation().bin, ...args, '--reporter', `json=${file}`, '--quiet'], cwd);
  return { ...resultOf(file, checks).statistics, processMs: ms };
}

// --- What a check costs -----------------------------------------------------------------------------------------------

const NOOPS = 5_000;

/** A whole scan through the API against the same number of calls of a thread pool that does nothing else. */
async function measureOverhead(runs) {
  const cwd = project('overhead', {
    'checks/noop.mjs': checkModule({ title: 'Noop' }),
    'raw.mjs': 'export default () => undefined;\n',
  });
  const load = async (path) => import(pathToFileURL(join(installation().folder, 'node_modules', path)).href);
  const { createRuntime, definePlugin, scan } = await load('scanrun/dist/core/index.js');
  const { Tinypool } = await load('tinypool/dist/index.js');
  const { default: noop } = await import(pathToFileURL(join(cwd, 'checks/noop.mjs')).href);
  const instances = Array.from({ length: NOOPS }, (_, index) => [`c${index}`, noop.with({ title: `Noop ${index}` })]);
  const plugin = definePlugin({ name: 'bench', checks: Object.fromEntries(instances) });
  const runtime = createRuntime();
  const pool = new Tinypool({
    filename: pathToFileURL(join(cwd, 'raw.mjs')).href,
    minThreads: runtime.cores,
    maxThreads: runtime.cores,
    useAtomics: false,
  });
  const raw = () => timed(() => Promise.all(Array.from({ length: NOOPS }, (_, index) => pool.run({ index }))));
  const own = () =>
    timed(async () => {
      const { result, reports } = scan(
        { cwd, config: { plugins: [plugin], tier: 'standard', reporters: [] } },
        runtime,
      );
      const { checks } = await result;
      await reports;
      const passed = checks.filter(({ outcome }) => outcome.status === 'passed').length;
      if (passed !== NOOPS) throw new Error(`${passed} of ${NOOPS} checks passed`);
    });
  try {
    await raw();
    await own();
    const pairs = await times(runs, async () => ({ rawMs: await raw(), ownMs: await own() }));
    const rawMs = median(pairs.map((pair) => pair.rawMs));
    const ownMs = median(pairs.map((pair) => pair.ownMs));
    return {
      figure: median(pairs.map((pair) => pair.ownMs / pair.rawMs)),
      against: `${((ownMs / NOOPS) * 1_000).toFixed(0)} us to ${((rawMs / NOOPS) * 1_000).toFixed(0)} us a call of tinypool with ${runtime.cores} threads`,
      ownMs,
      rawMs,
    };
  } finally {
    await runtime.close();
    await pool.destroy();
  }
}

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

// --- What running in parallel saves -----------------------------------------------------------------------------------

const WAITING = 66;

function waitingProject(name, body, options) {
  const instances = Array.from({ length: WAITING }, (_, index) => [
    `c${index + 1}`,
    { module: './checks/wait.mjs', options },
  ]);
  return project(name, {
    'checks/wait.mjs': checkModule({
      title: 'Waits',
      lane: 'io',
      options: { ms: { type: 'number', default: 0 }, url: { type: 'string', default: '' } },
      body,
    }),
    'scan.config.mjs': instancesConfig(Object.fromEntries(instances)),
  });
}

/** Ten at once against one at a time: execution alone, since a start takes the same time in both. */
async function measureWaiting(cwd, runs) {
  const pairs = await times(runs, () => ({
    one: executed(cwd, ['--no-parallel'], WAITING),
    ten: executed(cwd, ['--concurrency', '10'], WAITING),
  }));
  const of = (read) => median(pairs.map(read));
  const best = WAITING / Math.ceil(WAITING / 10);
  return {
    figure: of(({ one, ten }) => one.wallMs / ten.wallMs),
    against: `${seconds(of(({ ten }) => ten.wallMs))} to ${seconds(of(({ one }) => one.wallMs))} with --no-parallel; ${best.toFixed(2)} x is the most that there could be; whole process ${of(({ one, ten }) => one.processMs / ten.processMs).toFixed(2)} x`,
  };
}

/** Answers each request after 50 ms, and prints its port. */
const SERVER = `const server = require('node:http').createServer((_, response) => setTimeout(() => response.end('fine'), 50));
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));`;

/** The same with requests to a server, through the policies of the coordinator. */
async function measureRequests(runs) {
  // A process of its own: this one stands still while a scan runs.
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await new Promise((done) => server.stdout.once('data', (bytes) => done(String(bytes))));
    const cwd = waitingProject('requests', 'await fetch(options.url);', { url: `http://127.0.0.1:${port}/` });
    return await measureWaiting(cwd, runs);
  } finally {
    server.kill();
  }
}

/** Less time than one at a time, as far as the work allows it. */
const WANTED_SAVING = 60;

/** By how much a schedule may miss its bound: what runs beside the longest task slows it down. */
const TOLERANCE = 1.1;

/** How much of its time the standard tier of this repository saves. */
async function measureRepository(runs) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const file = join(installation().folder, 'repository.json');
  const bin = join(root, 'dist/core/cli/main.js');
  // Findings change nothing in the time; a check without an answer would.
  const scan = (...args) => {
    const { ms, cpuMs } = runNode(
      [bin, '--tier', 'standard', '--reporter', `json=${file}`, '--quiet', ...args],
      root,
      [0, 1],
    );
    return { ms, cpuMs, ...resultOf(file) };
  };
  const pairs = await times(runs, () => ({ one: scan('--no-parallel'), all: scan() }));
  const oneMs = median(pairs.map(({ one }) => one.ms));
  const allMs = median(pairs.map(({ all }) => all.ms));
  const bounds = pairs.map(boundOf);
  const boundMs = median(bounds.map(({ ms }) => ms));
  const allowed = 100 * (1 - (TOLERANCE * boundMs) / oneMs);
  const { what } = bounds.find(({ ms }) => ms === boundMs);
  return {
    figure: median(pairs.map(({ one, all }) => 100 * (1 - all.ms / one.ms))),
    limit: { atLeast: Math.max(0, Math.min(WANTED_SAVING, allowed)) },
    against: `${seconds(allMs)} to ${seconds(oneMs)} with --no-parallel; bound ${seconds(boundMs)} (${what}): at most ${(100 * (1 - boundMs / oneMs)).toFixed(1)} % can be saved`,
    boundMs,
    oneMs,
    allMs,
  };
}

/** The least time that any schedule needs for what ran one at a time: there nothing slowed anything else down. */
function boundOf({ one, all }) {
  const { concurrency } = all.statistics;
  const aloneMs = one.ms - one.statistics.wallMs;
  const tasksMs = one.tasks.map(({ timing }) => timing.endedAtMs - (timing.startedAtMs ?? timing.endedAtMs));
  const bounds = [
    { what: 'all work over the concurrency', ms: aloneMs + sum(tasksMs) / concurrency },
    { what: 'the longest check', ms: aloneMs + Math.max(...tasksMs) },
    ...(one.cpuMs === undefined ? [] : [{ what: 'all CPU time over the cores', ms: one.cpuMs / CORES }]),
  ];
  return bounds.reduce((greatest, bound) => (bound.ms > greatest.ms ? bound : greatest));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(2)} s`;
}

if (process.argv[1] === import.meta.filename) await main(executionCases);
