import { describe, expect, it } from 'vitest';
import { execute } from '../../../../core/execute/execute.js';
import type { RunEnd } from '../../../../core/execute/executor.js';
import { decideAgain } from '../../../../core/execute/policy/again.js';
import type { CheckEnd } from '../../../../core/execute/protocol.js';
import { executeOptions, FakeClock, FakePool, type FakeRun, task } from '../../../support/fake-pool.js';
import { shortly } from '../../../support/run-scan.js';

const tick = () => new Promise((done) => setImmediate(done));
const reason = { code: 'threw' as const, message: 'ECONNRESET' };
const failed: CheckEnd = { checkId: 't/a', end: 'errored', reason, transient: true };
const broke: CheckEnd = { checkId: 't/b', end: 'errored', reason };
const done: CheckEnd = { checkId: 't/c', end: 'done' };
const input = {
  before: undefined,
  retries: 2,
  ends: [failed],
  nowMs: 1_000,
  untilMs: 60_000,
  deadlineMs: 90_000,
  random: () => 0.999_999,
};

describe('decideAgain', () => {
  it('waits longer each time, as often as it may', () => {
    const first = decideAgain(input);
    expect(first).toEqual({ retries: 1, left: 1, notBeforeMs: 1_250, untilMs: 60_000 });
    const second = decideAgain({ ...input, before: first, nowMs: 2_000 });
    expect(second).toEqual({ retries: 2, left: 0, notBeforeMs: 2_500, untilMs: 60_000 });
    expect(decideAgain({ ...input, before: second })).toBeUndefined();
    expect(decideAgain({ ...input, retries: 0 })).toBeUndefined();
  });

  it('runs nothing again in which something else broke, or nothing did', () => {
    for (const ends of [[], [done], [broke], [failed, broke]]) expect(decideAgain({ ...input, ends })).toBeUndefined();
    expect(decideAgain({ ...input, ends: [failed, done] })).toMatchObject({ retries: 1 });
  });

  it('runs at once and for the last time when the wait does not fit', () => {
    for (const end of [{ untilMs: 1_200 }, { deadlineMs: 1_200 }])
      expect(decideAgain({ ...input, ...end })).toMatchObject({ left: 0, notBeforeMs: 1_000 });
  });
});

describe('execution', () => {
  const begin = (timeoutMs: number, deadlineMs = 1e9, signal = new AbortController().signal) => {
    const pool = new FakePool(4);
    const clock = new FakeClock();
    const limits = { concurrency: 4, parallel: true, budgetMs: 1, deadlineMs, timeoutMs };
    const options = executeOptions([task('t/a', { retries: 2, timeoutMs })], pool, clock, {
      limits,
      signal,
      random: () => 0.999_999,
    });
    return { pool, clock, executed: execute(options) };
  };
  const fail = (run: FakeRun | undefined): void => run?.end({ kind: 'ended', checks: [failed] } satisfies RunEnd);

  it('runs a task again after its wait, and tells it how often it still may', async () => {
    const { pool, clock, executed } = begin(5_000);
    await tick();
    fail(pool.running[0]);
    await tick();
    clock.move(249);
    expect(pool.started).toHaveLength(1);
    clock.move(1);
    expect(pool.started).toHaveLength(2);
    fail(pool.running[0]);
    await tick();
    clock.move(500);
    expect(pool.started.map(({ order }) => [order.task.attempt, order.retriesLeft])).toEqual([
      [1, 2],
      [2, 1],
      [3, undefined],
    ]);
    fail(pool.running[0]);
    const { records } = await executed;
    expect(records[0]?.attempts.map(({ startedAtMs, outcome }) => [startedAtMs, shortly(outcome)])).toEqual([
      [0, 'errored threw'],
      [250, 'errored threw'],
      [750, 'errored threw'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('gives all attempts together the time of the task', async () => {
    const { pool, clock, executed } = begin(5_000);
    await tick();
    clock.move(4_000);
    fail(pool.running[0]);
    await tick();
    clock.move(250);
    expect(pool.running).toHaveLength(1);
    clock.move(749);
    expect(pool.running[0]?.stopped).toBeUndefined();
    clock.move(1);
    expect(pool.running[0]?.stopped).toContain('within its 5 s');
    pool.running[0]?.end({ kind: 'stopped', forced: true });
    expect((await executed).records.map(({ outcome }) => shortly(outcome))).toEqual(['timed-out timeout']);
  });

  it('ends a task that waits to run again when the scan does, with the attempts it had', async () => {
    const abort = new AbortController();
    const { pool, clock, executed } = begin(5_000, 1e9, abort.signal);
    await tick();
    fail(pool.running[0]);
    await tick();
    abort.abort(new Error('Ctrl-C'));
    const { records } = await executed;
    expect(records.map(({ outcome, attempts, worker }) => [shortly(outcome), attempts.length, worker])).toEqual([
      ['cancelled interrupted', 1, 'fake-1'],
    ]);
    // No timer keeps the process.
    expect(clock.pending).toBe(0);
    expect(pool.started).toHaveLength(1);
  });
});
