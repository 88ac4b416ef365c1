// Promises of the schedule, kept with real threads.
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../core/model/result.js';
import { createRuntime } from '../../../core/runtime.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';
import { checkOf, ends, runScan } from '../../support/run-scan.js';

const sleeps = (ms: number, meta: object = {}): CheckText => ({
  run: `await new Promise((done) => setTimeout(done, ${ms}));`,
  meta: { lane: 'io', ...meta },
});
const span = (result: RunResult, key: string): readonly [number, number] => {
  const { timing } = result.tasks.find(({ id }) => id === `local/${key}`) ?? {};
  if (timing?.startedAtMs === undefined) throw new Error(`${key} did not run`);
  return [timing.startedAtMs, timing.endedAtMs];
};
const overlap = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]) => a < d && c < b;

describe('the schedule', () => {
  it('keeps apart what must have the same for itself, and nothing else', async () => {
    const root = checkProject({
      a: sleeps(60, { exclusive: 'npm' }),
      b: sleeps(60, { exclusive: ['npm', 'port'] }),
      beside: sleeps(200),
    });
    const { result } = await runScan(root, { config: { concurrency: 4 } });
    expect(overlap(span(result, 'a'), span(result, 'b'))).toBe(false);
    expect(overlap(span(result, 'a'), span(result, 'beside'))).toBe(true);
  });

  it('runs what changes the tree alone: others see the tree as it was, what needs it sees the change', async () => {
    const sees = "return (await c.readFile('made.txt')).length;";
    const root = checkProject(
      {
        writes: {
          run: 'const { writeFileSync } = await import("node:fs"); const { join } = await import("node:path"); writeFileSync(join(c.target.root, "made.txt"), "longer");',
          meta: { changesTree: true, priority: 100 },
        },
        before: { run: sees, meta: { lane: 'io' } },
        after: { run: sees, needs: ['writes'] },
      },
      { 'made.txt': 'old' },
    );
    for (const parallel of [true, false]) {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(`${root}/made.txt`, 'old');
      const { result } = await runScan(root, { config: { concurrency: 4, tiers: { standard: { parallel } } } });
      expect(checkOf(result, 'local/before').data).toBe(3);
      expect(checkOf(result, 'local/after').data).toBe(6);
      expect(overlap(span(result, 'writes'), span(result, 'before'))).toBe(false);
    }
  });

  it('starts the longest first, by estimate in the first run and by history from then on', async () => {
    const root = checkProject({
      a: sleeps(1, { estimate: '10ms' }),
      b: sleeps(800, { estimate: '20ms' }),
      c: sleeps(1, { estimate: '5s' }),
    });
    const order = ({ result }: { readonly result: RunResult }) =>
      result.tasks
        .toSorted((x, y) => (x.timing.startedAtMs ?? 0) - (y.timing.startedAtMs ?? 0))
        .map(({ id }) => id.at(-1));
    const one = { config: { concurrency: 1 } };
    expect(order(await runScan(root, one))).toEqual(['c', 'b', 'a']);
    expect(order(await runScan(root, one))[0]).toBe('b');
  });

  it('with --within runs what fits by what it took before, and tells what it left out', async () => {
    const root = checkProject({ long: sleeps(1_500), short: sleeps(5), dear: sleeps(5, { priority: 9 }) });
    await runScan(root, {});
    const { result } = await runScan(root, { overrides: { within: '1s' } });
    expect(ends(result)).toEqual({ short: 'passed', dear: 'passed' });
    expect(result.notPlanned).toEqual([
      {
        checkId: 'local/long',
        code: 'within',
        message: expect.stringMatching(/^It usually takes \d+\.\d s: .* 1\.0 s\.$/),
      },
    ]);
    expect(result.verdict.status).toBe('clean');
    expect(result.statistics.budget).toMatchObject({ budgetMs: 1_000 });
    await expect(runScan(root, { overrides: { within: 'soon' } })).rejects.toThrow('--within must be a duration');
  });

  it('with --within that nothing fits into is not clean', async () => {
    const root = checkProject({ long: sleeps(1_500) });
    await runScan(root, {});
    const { result } = await runScan(root, { overrides: { within: '1s' } });
    expect([result.checks, result.verdict.status]).toEqual([[], 'incomplete']);
  });

  it('with --fail-fast ends at the first finding at the gate: running cancelled, waiting skipped', async () => {
    const root = checkProject({
      finds: { run: "report(c, 'x');", meta: { severity: 'error', lane: 'io' } },
      hangs: {
        run: 'await new Promise((_, stop) => c.signal.addEventListener("abort", () => stop(c.signal.reason)));',
        meta: { lane: 'io' },
      },
      waits: { run: '', meta: { priority: -1, lane: 'io' } },
      warns: { run: "report(c, 'x');", meta: { severity: 'warning', lane: 'io', priority: 5 } },
    });
    const { result } = await runScan(root, { config: { concurrency: 2 }, overrides: { failFast: true } });
    expect(ends(result)).toEqual({
      finds: 'failed',
      hangs: 'cancelled aborted',
      waits: 'skipped aborted',
      warns: 'failed',
    });
    expect(checkOf(result, 'local/waits').outcome).toMatchObject({
      reason: { message: expect.stringContaining('local/finds has 1 finding at the gate, and --fail-fast is set') },
    });
    expect(result.verdict.gateExitCode).toBe(1);
  });

  it('with --fail-fast ends at a required check without an answer, not at an optional or a skipped one', async () => {
    const root = checkProject({
      'a-optional': { run: "throw new Error('no');", meta: { priority: 9, lane: 'io' } },
      'b-skips': { run: "c.skip('not-installed', 'npm i -D x');", meta: { priority: 8, lane: 'io' } },
      'c-throws': { run: "throw new Error('no');", meta: { priority: 7, lane: 'io' } },
      'd-waits': { run: '', meta: { lane: 'io' } },
    });
    const config = { concurrency: 1, checks: { 'local/a-optional': { optional: true } } };
    const { result } = await runScan(root, { config, overrides: { failFast: true } });
    expect(ends(result)).toEqual({
      'a-optional': 'errored threw',
      'b-skips': 'skipped not-installed',
      'c-throws': 'errored threw',
      'd-waits': 'skipped aborted',
    });
  });

  it('runs fewer at once while the machine is under pressure, and says so', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const root = checkProject(Object.fromEntries(keys.map((key) => [key, sleeps(300)])));
    let memory = 0.95;
    const machine = { cpuStalledMs: () => undefined, memoryUse: () => memory };
    const runtime = createRuntime({ machine });
    try {
      const { result, events } = await runScan(root, { runtime, config: { concurrency: 4 } });
      expect(result.verdict.status).toBe('clean');
      const { concurrencyChanges } = result.statistics;
      expect(concurrencyChanges[0]).toMatchObject({ from: 4, to: 2, cause: 'memory', value: 0.95 });
      expect(events.filter(({ type }) => type === 'concurrencyChanged')).toHaveLength(concurrencyChanges.length);
      const [first] = concurrencyChanges;
      const inFlight = result.tasks
        .flatMap(({ timing }) => ((timing.startedAtMs ?? 0) > (first?.atMs ?? 0) ? [timing] : []))
        .map(
          ({ startedAtMs = 0 }, _, all) =>
            all.filter((other) => (other.startedAtMs ?? 0) <= startedAtMs && startedAtMs < other.endedAtMs).length,
        );
      expect(Math.max(...inFlight)).toBeLessThanOrEqual(2);
      memory = 0.1;
      const off = await runScan(root, { runtime, config: { concurrency: 4, governor: 'off' } });
      expect(off.result.statistics.concurrencyChanges).toEqual([]);
    } finally {
      await runtime.close();
    }
  });
});
