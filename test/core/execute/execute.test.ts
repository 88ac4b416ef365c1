import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Executed } from '../../../core/execute/contract.js';
import { execute } from '../../../core/execute/execute.js';
import type { RunEnd } from '../../../core/execute/executor.js';
import type { TaskRecord } from '../../../core/model/result.js';
import type { Task } from '../../../core/model/task.js';
import { executeOptions, FakeClock, FakePool, type FakeRun, task } from '../../support/fake-pool.js';
import { shortly } from '../../support/run-scan.js';

/** Lets what was settled be heard. */
const tick = () => new Promise((done) => setImmediate(done));

const done = (run: FakeRun, data?: number): RunEnd => ({
  kind: 'ended',
  checks: run.order.task.checks.map(({ id }) => ({
    checkId: id,
    end: 'done',
    ...(data === undefined ? {} : { data }),
  })),
});
const broke = (run: FakeRun): RunEnd => ({
  kind: 'ended',
  checks: run.order.task.checks.map(({ id }) => ({
    checkId: id,
    end: 'errored',
    reason: { code: 'threw', message: 'boom' },
  })),
});
const lost = (shared: boolean): RunEnd => ({ kind: 'lost', cause: 'crashed', message: 'gone', shared });
const ids = (runs: readonly FakeRun[]) => runs.map(({ order }) => order.task.id.slice(2));
const outcomes = ({ records }: { readonly records: readonly TaskRecord[] }) =>
  Object.fromEntries(records.map(({ id, outcome }) => [id.slice(2), shortly(outcome)]));

/** A plan that runs, with its pool and clock; `executed` settles when it is over. */
function begin(tasks: readonly Task[], over: Parameters<typeof executeOptions>[3] = {}, places = 64) {
  const pool = new FakePool(places);
  const clock = new FakeClock();
  let over_ = false;
  const executed: Promise<Executed> = execute(executeOptions(tasks, pool, clock, over)).then((value) => {
    over_ = true;
    return value;
  });
  return { pool, clock, executed, isOver: () => over_ };
}

interface Step {
  readonly fate: 'done' | 'errored' | 'lost' | 'killed-together' | 'time';
  readonly pick: number;
  readonly together: boolean;
}

const plans = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(30), { maxLength: 3 }),
      priority: fc.integer({ min: -2, max: 2 }),
      lane: fc.constantFrom('cpu' as const, 'io' as const, 'process' as const),
      critical: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    }),
    { maxLength: 24 },
  )
  .map((rows) =>
    rows.map(({ needs, ...row }, index) =>
      task(`t/n${index}`, {
        ...row,
        after: [...new Set(needs.filter(() => index > 0).map((need) => `t/n${need % index}`))],
      }),
    ),
  );

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    fate: fc.constantFrom(
      'done' as const,
      'done' as const,
      'done' as const,
      'errored' as const,
      'lost' as const,
      'killed-together' as const,
      'time' as const,
    ),
    pick: fc.nat(1_000),
    together: fc.boolean(),
  }),
  { maxLength: 80 },
);

describe('any plan', () => {
  it('ends every task exactly once, within its concurrency, after its needs, whatever becomes of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans,
        steps,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (tasks, script, places, concurrency, parallel) => {
          const ended = new Map<string, number>();
          const startedAfter = new Map<string, readonly string[]>();
          const { pool, clock, executed, isOver } = begin(
            tasks,
            {
              limits: { concurrency, parallel, budgetMs: 1, deadlineMs: 1e9, timeoutMs: 5_000 },
              told: {
                taskStarted: ({ id }) => startedAfter.set(id, [...ended.keys()]),
                taskEnded: ({ id }) => ended.set(id, (ended.get(id) ?? 0) + 1),
              },
            },
            places,
          );
          await tick();
          for (const step of script) {
            if (isOver()) break;
            act(pool, clock, step);
            if (!step.together) await tick();
          }
          // Whatever is left ends in time: nothing may starve.
          for (let round = 0; round < 4 * tasks.length + 4 && !isOver(); round += 1) {
            for (const run of [...pool.running])
              run.end(run.stopped === undefined ? done(run) : { kind: 'stopped', forced: false });
            await tick();
          }
          expect(isOver()).toBe(true);
          const { records, checks } = await executed;
          expect(clock.pending).toBe(0);
          expect([...ended.values()].every((times) => times === 1)).toBe(true);
          expect(records.map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort());
          expect(checks.map(({ taskId }) => taskId).sort()).toEqual(tasks.map(({ id }) => id).sort());
          expect(pool.most).toBeLessThanOrEqual(parallel ? Math.min(concurrency, places) : 1);
          for (const { id, after } of tasks)
            for (const need of after) if (startedAfter.has(id)) expect(startedAfter.get(id)).toContain(need);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function act(pool: FakePool, clock: FakeClock, { fate, pick }: Step): void {
  const run = pool.running[pick % Math.max(pool.running.length, 1)];
  if (fate === 'time') clock.move(pick * 10);
  if (run === undefined || fate === 'time') return;
  if (run.stopped !== undefined) run.end({ kind: 'stopped', forced: pick % 2 === 0 });
  else if (fate === 'done') run.end(done(run, pick));
  else if (fate === 'errored') run.end(broke(run));
  else if (fate === 'lost') run.end(lost(false));
  else for (const each of pool.running.filter(({ alone }) => !alone).slice(0, 3)) each.end(lost(true));
}

describe('execution', () => {
  it('counts two tasks that end in the same tick', async () => {
    const { pool, executed } = begin([task('t/a'), task('t/b'), task('t/c', { after: ['t/a', 't/b'] })]);
    await tick();
    expect(ids(pool.running)).toEqual(['a', 'b']);
    const [a, b] = [...pool.running];
    a?.end(done(a));
    b?.end(done(b));
    await tick();
    expect(ids(pool.running)).toEqual(['c']);
    for (const run of [...pool.running]) run.end(done(run));
    expect(outcomes(await executed)).toEqual({ a: 'passed', b: 'passed', c: 'passed' });
  });

  it('without parallel runs one at a time, in plan order', async () => {
    const tasks = ['d', 'a', 'c', 'b'].map((key) => task(`t/${key}`, { lane: key === 'c' ? 'io' : 'cpu' }));
    const { pool, executed } = begin(tasks, {
      limits: { concurrency: 6, parallel: false, budgetMs: 1, deadlineMs: 1e9, timeoutMs: 5_000 },
    });
    for (let round = 0; round < 4; round += 1) {
      await tick();
      expect(pool.running).toHaveLength(1);
      for (const run of [...pool.running]) run.end(done(run));
    }
    await executed;
    expect(ids(pool.started)).toEqual(['d', 'a', 'c', 'b']);
  });

  it('hands a task the data of its needs, and skips it when a need has no answer', async () => {
    const { pool, executed } = begin([
      task('t/source'),
      task('t/broken'),
      task('t/reads', { after: ['t/source'] }),
      task('t/skipped', { after: ['t/broken', 't/source'] }),
      task('t/further', { after: ['t/skipped'] }),
    ]);
    await tick();
    const [source, broken] = [...pool.running];
    source?.end(done(source, 42));
    broken?.end(broke(broken));
    await tick();
    expect(ids(pool.running)).toEqual(['reads']);
    expect(pool.running[0]?.order.needs).toEqual({ 't/reads': { t_source: 42 } });
    for (const run of [...pool.running]) run.end(done(run));
    const result = await executed;
    expect(outcomes(result)).toEqual({
      source: 'passed',
      broken: 'errored threw',
      reads: 'passed',
      skipped: 'skipped need-failed',
      further: 'skipped need-failed',
    });
    const skipped = result.records.find(({ id }) => id === 't/skipped');
    expect(skipped).toMatchObject({
      outcome: { reason: { message: 'It needs t/broken, which ended errored.', data: { need: 't/broken' } } },
      attempts: [],
    });
    expect(skipped).not.toHaveProperty('worker');
  });

  it('lets a task run whose need found something or is degraded', async () => {
    const { pool, executed } = begin([task('t/a'), task('t/b'), task('t/c', { after: ['t/a', 't/b'] })]);
    await tick();
    const [a, b] = [...pool.running];
    const report = { messageId: 'found', data: { what: 'x' }, location: { path: 'p' } };
    a?.listener.message({ type: 'finding', checkId: 't/a', report });
    b?.listener.message({ type: 'degraded', checkId: 't/b', reason: { code: 'partial', message: 'half' } });
    for (const run of [...pool.running]) run.end(done(run));
    await tick();
    for (const run of [...pool.running]) run.end(done(run));
    expect(outcomes(await executed)).toEqual({ a: 'failed', b: 'degraded partial', c: 'passed' });
  });

  it('stops a task at its timeout, by its own clock, and keeps what it found', async () => {
    const { pool, clock, executed } = begin([
      task('t/slow', { timeoutMs: 7_000 }),
      task('t/next', { after: ['t/slow'] }),
    ]);
    await tick();
    const [slow] = [...pool.running];
    const report = { messageId: 'found', data: { what: 'x' }, location: { path: 'p' } };
    slow?.listener.message({ type: 'finding', checkId: 't/slow', report });
    clock.move(6_999);
    expect(slow?.stopped).toBe(undefined);
    clock.move(1);
    expect(slow?.stopped).toContain('7 s');
    // What it says after the order to stop does not make it pass.
    slow?.end({ kind: 'ended', checks: [{ checkId: 't/slow', end: 'done' }] });
    const result = await executed;
    expect(outcomes(result)).toEqual({ slow: 'timed-out timeout', next: 'skipped need-failed' });
    expect(result.checks[0]?.findings).toHaveLength(1);
  });

  it('at its deadline calls the running timed out and the queued skipped', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((key) => task(`t/${key}`, { timeoutMs: 300_000 }));
    const { pool, clock, executed } = begin(tasks, {
      limits: { concurrency: 2, parallel: true, budgetMs: 1, deadlineMs: 60_000, timeoutMs: 5_000 },
    });
    await tick();
    clock.move(60_000);
    expect(pool.running.map(({ stopped }) => stopped)).toEqual(Array(2).fill(expect.stringContaining('60000 ms')));
    for (const run of [...pool.running]) run.end({ kind: 'stopped', forced: true });
    expect(outcomes(await executed)).toEqual({
      a: 'timed-out deadline',
      b: 'timed-out deadline',
      c: 'skipped deadline',
      d: 'skipped deadline',
    });
    expect(pool.started).toHaveLength(2);
  });

  it('when cancelled calls everything that has not ended cancelled', async () => {
    const controller = new AbortController();
    const tasks = ['a', 'b', 'c'].map((key) => task(`t/${key}`));
    const { pool, executed } = begin(tasks, {
      signal: controller.signal,
      limits: { concurrency: 2, parallel: true, budgetMs: 1, deadlineMs: 1e9, timeoutMs: 5_000 },
    });
    await tick();
    const [a] = [...pool.running];
    a?.end(done(a));
    await tick();
    controller.abort(new Error('somebody said so'));
    for (const run of [...pool.running]) run.end({ kind: 'stopped', forced: false });
    const result = await executed;
    expect(outcomes(result)).toEqual({ a: 'passed', b: 'cancelled interrupted', c: 'cancelled interrupted' });
    expect(result.records[1]?.outcome).toMatchObject({ reason: { message: 'somebody said so' } });
  });

  it('that is cancelled before it begins starts nothing', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    const { pool, executed } = begin([task('t/a'), task('t/b')], { signal });
    expect(outcomes(await executed)).toEqual({ a: 'cancelled interrupted', b: 'cancelled interrupted' });
    expect(pool.started).toEqual([]);
  });

  it('ends early when a critical task does not pass, also by findings', async () => {
    for (const how of ['errored', 'found'] as const) {
      const { pool, executed } = begin([task('t/critical', { critical: true }), task('t/beside'), task('t/waits')], {
        limits: { concurrency: 2, parallel: true, budgetMs: 1, deadlineMs: 1e9, timeoutMs: 5_000 },
      });
      await tick();
      const [critical] = [...pool.running];
      const report = { messageId: 'found', data: { what: 'x' }, location: { path: 'p' } };
      if (how === 'found') critical?.listener.message({ type: 'finding', checkId: 't/critical', report });
      if (critical) critical.end(how === 'found' ? done(critical) : broke(critical));
      await tick();
      for (const run of [...pool.running]) run.end({ kind: 'stopped', forced: false });
      const result = await executed;
      expect(outcomes(result)).toEqual({
        critical: how === 'found' ? 'failed' : 'errored threw',
        beside: 'cancelled aborted',
        waits: 'skipped aborted',
      });
      const waits = result.records.find(({ id }) => id === 't/waits');
      expect(waits?.outcome).toMatchObject({
        reason: { message: expect.stringContaining('the critical check t/critical') },
      });
    }
  });

  it('goes on when a critical task passes', async () => {
    const { pool, executed } = begin([task('t/critical', { critical: true }), task('t/b', { after: ['t/critical'] })]);
    for (let round = 0; round < 2; round += 1) {
      await tick();
      for (const run of [...pool.running]) run.end(done(run));
    }
    expect(outcomes(await executed)).toEqual({ critical: 'passed', b: 'passed' });
  });

  it('runs the tasks of a lost thread once more, alone, and counts only that', async () => {
    const discarded: [string, number][] = [];
    const { pool, executed } = begin([task('t/a', { lane: 'io' }), task('t/b', { lane: 'io' })], {
      told: { attemptDiscarded: ({ id }, findings) => discarded.push([id, findings]) },
    });
    await tick();
    const report = (what: string) => ({ messageId: 'found', data: { what }, location: { path: 'p' } });
    pool.running[0]?.listener.message({ type: 'finding', checkId: 't/a', report: report('first') });
    for (const run of [...pool.running]) run.end(lost(true));
    await tick();
    expect(pool.running.map(({ alone, order }) => [alone, order.task.attempt])).toEqual([
      [true, 2],
      [true, 2],
    ]);
    expect(discarded).toEqual([
      ['t/a', 1],
      ['t/b', 0],
    ]);
    // Not ids(): the second attempts may begin in either order.
    const [a, b] = [...pool.running].sort((x, y) => (x.order.task.id < y.order.task.id ? -1 : 1));
    a?.listener.message({ type: 'finding', checkId: 't/a', report: report('second') });
    a?.end(done(a));
    b?.end(lost(false));
    const result = await executed;
    expect(outcomes(result)).toEqual({ a: 'failed', b: 'errored crashed' });
    const found = result.checks.find(({ taskId }) => taskId === 't/a')?.findings;
    expect(found?.map(({ message }) => message)).toEqual(['found second']);
    expect(result.records.map(({ attempts }) => attempts.map(({ attempt }) => attempt))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('does not run a task once more that was told to stop, or after the scan is over', async () => {
    const { pool, clock, executed } = begin([task('t/a', { lane: 'io' })]);
    await tick();
    clock.move(5_000);
    pool.running[0]?.end(lost(true));
    expect(outcomes(await executed)).toEqual({ a: 'timed-out timeout' });
    expect(pool.started).toHaveLength(1);
  });

  it('tells when each task was ready, started and ended', async () => {
    const { pool, clock, executed } = begin([task('t/a'), task('t/b', { after: ['t/a'] })]);
    await tick();
    clock.move(100);
    for (const run of [...pool.running]) run.end({ ...done(run), loadMs: 30 } as RunEnd);
    await tick();
    clock.move(11);
    for (const run of [...pool.running]) run.end(done(run));
    const { records, wallMs } = await executed;
    expect(records.map(({ timing }) => timing)).toEqual([
      { queuedAtMs: 0, startedAtMs: 0, loadedAtMs: 30, endedAtMs: 100 },
      { queuedAtMs: 100, startedAtMs: 100, endedAtMs: 111 },
    ]);
    expect(wallMs).toBe(111);
  });
});
