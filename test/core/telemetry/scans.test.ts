// What a real scan measures, keeps and finds in its past.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWholeHistory } from '../../../core/telemetry/history-file.js';
import { addChecks, checkProject } from '../../support/check-projects.js';
import { commitAll, folder } from '../../support/folders.js';
import { scanrun } from '../../support/processes.js';
import { checkOf, runScan } from '../../support/run-scan.js';
import { pastRun } from './made.js';

/** A fixed amount of computing, some 200 ms of CPU time however busy the machine is. */
const SPIN = 'let x = 0; for (let i = 0; i < 3e8; i += 1) x ^= i; if (x === 1) c.log.info("");';
const SLEEP = 'await new Promise((done) => setTimeout(done, 300));';

describe('a scan', () => {
  it('measures the CPU time and heap of a task that has a thread to itself', async () => {
    const root = checkProject({ spin: SPIN, sleep: SLEEP, shared: { run: SPIN, meta: { lane: 'io' } } });
    const { result } = await runScan(root, { config: { tier: 'standard' } as never });
    const task = (key: string) => result.tasks.find(({ id }) => id === `local/${key}`);
    const [spin, sleep, shared] = [task('spin'), task('sleep'), task('shared')];
    expect(spin?.cpuSource).toBe(process.platform === 'linux' ? 'thread' : 'event-loop');
    expect(spin?.cpuMs).toBeGreaterThan(50);
    expect(spin?.cpuMs).toBeLessThan((spin?.timing.endedAtMs ?? 0) - (spin?.timing.startedAtMs ?? 0) + 10);
    expect(sleep?.cpuMs).toBeLessThan((spin?.cpuMs ?? 0) / 2);
    expect(spin?.heapBytes).toBeGreaterThan(1_000_000);
    expect(spin?.attempts[0]?.cpuMs).toBe(spin?.cpuMs);
    for (const field of ['cpuMs', 'cpuSource', 'heapBytes']) expect(shared).not.toHaveProperty(field);
    expect(spin?.timing).not.toHaveProperty('use');
    const { statistics } = result;
    expect(statistics.lowerBoundMs).toBeLessThanOrEqual(statistics.wallMs);
    expect(statistics.workers.map(({ worker }) => worker)).toContain('io-1');
    expect(statistics.utilisation.cores).toBeGreaterThan(0);
  });

  it('keeps a line for each run, and draws a trend from the second on', async () => {
    const root = checkProject({ one: "report(c, 'this')" });
    const first = await runScan(root);
    expect(first.result).not.toHaveProperty('trend');
    expect(first.result.outliers).toEqual([]);
    const second = await runScan(root);
    expect(second.result.trend?.map(({ runId }) => runId)).toEqual([first.result.run.id, second.result.run.id]);
    const { runs } = readWholeHistory(root);
    expect(runs).toHaveLength(2);
    expect(runs[1]).toMatchObject({
      runId: second.result.run.id,
      startedAt: second.result.run.startedAt,
      tier: second.result.run.tier,
      verdict: second.result.verdict.status,
      findings: 1,
      filtered: false,
      checks: { 'local/one': { outcome: 'failed', findings: 1 } },
    });
    expect(runs[0]?.checks['local/one']).toMatchObject({
      inputs: runs[1]?.checks['local/one']?.inputs,
      answer: runs[1]?.checks['local/one']?.answer,
    });
    expect(second.result.notices).toEqual([]);
  });

  it('keeps an interrupted run, which does not count', async () => {
    const root = checkProject({ slow: 'await new Promise((done) => c.signal.addEventListener("abort", done));' });
    const { result } = await runScan(root, { started: (handle) => setTimeout(() => handle.cancel('enough'), 300) });
    expect(result.verdict.status).toBe('interrupted');
    const { runs } = readWholeHistory(root);
    expect(runs).toMatchObject([{ verdict: 'interrupted', checks: { 'local/slow': { outcome: 'cancelled' } } }]);
    expect(runs[0]?.checks['local/slow']).not.toHaveProperty('ms');
    expect(
      (await runScan(root, { started: (handle) => setTimeout(() => handle.cancel('enough'), 300) })).result,
    ).not.toHaveProperty('trend');
  });

  it('finds a check that took far longer than in its past, and says so in the report', async () => {
    const root = checkProject({ slow: SLEEP }, {});
    const lines = Array.from({ length: 6 }, (_, index) => JSON.stringify(pastRun(index, { 'local/slow': 20 })));
    mkdirSync(join(root, '.scanrun/history'), { recursive: true });
    writeFileSync(join(root, '.scanrun/history/history.ndjson'), `${lines.join('\n')}\n`);
    const { result, stdout } = await runScan(root, { config: { reporters: ['terminal'], tier: 'standard' } as never });
    expect(result.outliers).toMatchObject([
      { checkId: 'local/slow', medianMs: 20, samples: 6, basis: 'history', cause: 'changed' },
    ]);
    expect(stdout).toMatch(/Outlier +local\/slow took \d+ ms, \d+x its usual 20 ms \(6 runs\)\./);
    expect(stdout).toMatch(/Trend +\S{7} {2}100 ms to/);
  });

  it('calls a check flaky whose answer changes although nothing else does', async () => {
    const counter = join(folder(), 'count');
    writeFileSync(counter, '0');
    const count = `const { readFileSync, writeFileSync } = await import('node:fs');
      const n = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
      writeFileSync(${JSON.stringify(counter)}, String(n + 1));
      if (n % 2 === 1) report(c, 'this');`;
    const root = checkProject({ moody: count, steady: "report(c, 'that')" });
    commitAll(root);
    expect((await runScan(root)).result.notices).toEqual([]);
    const { result } = await runScan(root);
    expect(checkOf(result, 'local/moody').flaky).toEqual({ runs: 2, different: 1, others: ['passed'] });
    expect(checkOf(result, 'local/steady')).not.toHaveProperty('flaky');
    expect(result.notices).toEqual([
      {
        code: 'flaky',
        level: 'warning',
        message: expect.stringMatching(/^local\/moody is flaky: it ended failed now, and passed in 1 of the 1/),
      },
    ]);
    // A file changed: what the answer was before says nothing.
    writeFileSync(join(root, 'new.txt'), 'new');
    expect(checkOf((await runScan(root)).result, 'local/moody')).not.toHaveProperty('flaky');
  });

  it('says when it cannot be kept, and is otherwise the same', async () => {
    const root = checkProject({ one: '' });
    writeFileSync(join(root, '.scanrun'), '');
    const { result } = await runScan(root);
    expect(result.verdict.status).toBe('clean');
    expect(result.notices).toMatchObject([
      { code: 'not-recorded', level: 'info' },
      { code: 'history-unwritable', level: 'info' },
    ]);
  });
});

describe('scanrun history', () => {
  it('shows runs, trends, and the runs of one check', async () => {
    const root = folder({
      'package.json': {},
      'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['terminal'] },
    });
    addChecks(root, { one: '', two: "report(c, 'this')" });
    const run = (...args: string[]) => scanrun(args, { cwd: root });
    expect((await run('history')).stdout).toMatch(
      /^There is no scan in the history yet\. Each `scanrun` adds one\.\n$/,
    );
    for (let index = 0; index < 3; index += 1) expect((await run('--fail-on', 'never')).code).toBe(0);
    expect((await run('--tier', 'quick', '--fail-on', 'never')).code).toBe(0);
    const all = await run('history');
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(
      /^STARTED +TIER +COMMIT +TOOK +FINDINGS +COVERAGE +VERDICT\n(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +standard +- .* 1 +100 % +clean\n){3}.*quick/,
    );
    expect(all.stdout).toMatch(/standard time +[▁▂▃▄▅▆▇█]{3} {2}\d+ m?s → \d+ m?s\n/);
    expect(all.stdout).toContain('The trends are those of the tier quick; --tier chooses another.');
    const standard = await run('history', '--tier', 'standard', '--last', '2');
    expect(standard.stdout).toMatch(/\nlocal\/one +2 +[▁▂▃▄▅▆▇█]{2} +.* passed +0 changes\n/);
    const one = await run('history', 'local/two');
    expect(one.stdout).toMatch(/^STARTED +TIER +COMMIT +TOOK +FINDINGS +OUTCOME\n(.* 1 +failed\n){4}/);
    const json = JSON.parse((await run('history', 'local/two', '--json')).stdout) as {
      runs: { checks: object }[];
      checks: { checkId: string }[];
    };
    expect(json.runs).toHaveLength(4);
    expect(json.runs.map(({ checks }) => Object.keys(checks))).toEqual(Array(4).fill(['local/two']));
    expect(json.checks.map(({ checkId }) => checkId)).toEqual(['local/two']);
  }, 60_000);

  it('says what is wrong with what it was asked', async () => {
    const root = folder();
    const file = join(root, '.scanrun/history/history.ndjson');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${JSON.stringify(pastRun(1, { 'local/one': 5 }))}\nbroken\n`);
    const run = (...args: string[]) => scanrun(['history', ...args], { cwd: root });
    const unknown = await run('local/onn');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("The history has no check 'local/onn': did you mean 'local/one'?");
    for (const args of [
      ['--tier', 'huge'],
      ['--last', '0'],
      ['--last', 'x'],
      ['--target', 'nowhere'],
    ]) {
      const wrong = await run(...args);
      expect(wrong.code, args.join(' ')).toBe(2);
      expect(wrong.stdout).toBe('');
    }
    const shown = await run();
    expect(shown.stderr).toContain('history-corrupt 1 line of the history could not be read and was left out');
    expect(shown.stdout).toContain('local/one');
  });
});
