import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveLimit, type Load, type Slot } from '../../../../core/execute/policy/adaptive-limit.js';
import { backoffMs } from '../../../../core/execute/policy/backoff.js';
import { TokenBucket } from '../../../../core/execute/policy/token-bucket.js';
import { SteppedClock } from '../../../support/drive.js';

const never = new AbortController().signal;
const turn = () => new Promise((done) => setImmediate(done));

describe('backoff', () => {
  it('is anything from nothing to the longest wait, which grows up to its maximum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.record({
          initialMs: fc.integer({ min: 10, max: 60_000 }),
          maxMs: fc.integer({ min: 10, max: 120_000 }),
          factor: fc.double({ min: 1, max: 10, noNaN: true }),
        }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, backoff, chance) => {
          const ms = backoffMs(retry, backoff, () => chance);
          const longest = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** (retry - 1));
          expect(Number.isInteger(ms)).toBe(true);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(longest);
          expect(backoffMs(retry, backoff, () => 0)).toBe(0);
          expect(backoffMs(retry, backoff, () => 1 - 1e-12)).toBeGreaterThan(longest - 1 - 1e-6);
        },
      ),
    );
  });
});

describe('TokenBucket', () => {
  it('never gives more than the limit in any interval, and all that is asked for in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 10, max: 1_000 }),
        fc.array(fc.record({ gapMs: fc.nat(700), pauseMs: fc.option(fc.nat(300), { freq: 6 }) }), { maxLength: 30 }),
        async (requests, intervalMs, asks) => {
          const clock = new SteppedClock();
          const bucket = new TokenBucket(clock, { requests, intervalMs });
          const given: number[] = [];
          let pausedUntil = 0;
          for (const { gapMs, pauseMs } of asks) {
            await clock.pass(gapMs);
            if (pauseMs !== null) {
              bucket.pause(pauseMs);
              pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
            }
            const until = pausedUntil;
            void bucket.take(Number.POSITIVE_INFINITY, never).then(() => {
              given.push(clock.now());
              expect(clock.now()).toBeGreaterThanOrEqual(until);
            });
            await Promise.resolve();
          }
          while (clock.step()) await Promise.resolve();
          await turn();
          expect(given).toHaveLength(asks.length);
          for (const [index, at] of given.entries()) {
            const earlier = given[index - requests];
            if (earlier !== undefined) expect(at - earlier).toBeGreaterThanOrEqual(intervalMs);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('uses what it has: as many at once as the limit, the next when the first token is back', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, { requests: 3, intervalMs: 1_000 });
    const at: number[] = [];
    for (let ask = 0; ask < 7; ask += 1) void bucket.take(60_000, never).then(() => at.push(clock.now()));
    await turn();
    while (clock.step()) await turn();
    expect(at).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000]);
  });

  it('refuses at once what would come too late, and takes no token for it', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, { requests: 1, intervalMs: 1_000 });
    expect(await bucket.take(0, never)).toBe(true);
    expect(await bucket.take(999, never)).toBe(false);
    const second = bucket.take(1_000, never);
    // The one in front will have the token of the first interval.
    expect(await bucket.take(1_999, never)).toBe(false);
    clock.move(1_000);
    expect(await second).toBe(true);
    expect(clock.now()).toBe(1_000);
  });

  it('refuses who waits when a pause takes the time away', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, { requests: 1, intervalMs: 100 });
    expect(await bucket.take(0, never)).toBe(true);
    const waiting = bucket.take(200, never);
    bucket.pause(5_000);
    expect(await waiting).toBe(false);
    expect(await bucket.take(4_999, never)).toBe(false);
    const patient = bucket.take(5_000, never);
    clock.move(5_000);
    expect(await patient).toBe(true);
  });

  it('forgets who gives up, and whoever is behind moves on', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, { requests: 1, intervalMs: 100 });
    await bucket.take(0, never);
    const abort = new AbortController();
    const quits = bucket.take(1_000, abort.signal);
    const stays = bucket.take(1_000, never);
    abort.abort();
    expect(await quits).toBe(false);
    clock.move(100);
    expect(await stays).toBe(true);
    expect(await bucket.take(1_000, abort.signal)).toBe(false);
  });

  it('has no limit without one, but keeps a pause', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, undefined);
    for (let ask = 0; ask < 1_000; ask += 1) expect(await bucket.take(0, never)).toBe(true);
    bucket.pause(50);
    expect(await bucket.take(49, never)).toBe(false);
    clock.move(50);
    expect(await bucket.take(0, never)).toBe(true);
  });

  it('keeps what was taken when the limit changes', async () => {
    const clock = new SteppedClock();
    const bucket = new TokenBucket(clock, { requests: 5, intervalMs: 1_000 });
    for (let ask = 0; ask < 5; ask += 1) await bucket.take(0, never);
    bucket.configure({ requests: 2, intervalMs: 1_000 });
    expect(await bucket.take(999, never)).toBe(false);
    expect(await bucket.take(0, never)).toBe(false);
    clock.move(1_000);
    expect(await bucket.take(0, never)).toBe(true);
  });
});

describe('AdaptiveLimit', () => {
  it('stays between 1 and its maximum, lets no more in, and loses no one', async () => {
    const step = fc.oneof(
      fc.constant('ask' as const),
      fc.record({ load: fc.constantFrom<Load>('ok', 'overload', 'neither'), pick: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 80 }), async (max, steps) => {
        const limit = new AdaptiveLimit(max);
        const held: Slot[] = [];
        let asked = 0;
        let entered = 0;
        for (const one of steps) {
          const before = limit.limit;
          if (one === 'ask') {
            asked += 1;
            void limit.acquire(never).then((slot) => {
              entered += 1;
              held.push(slot as Slot);
            });
          } else held.splice(one.pick % Math.max(1, held.length), 1)[0]?.release(one.load);
          await Promise.resolve();
          await Promise.resolve();
          expect(limit.limit).toBeGreaterThanOrEqual(1);
          expect(limit.limit).toBeLessThanOrEqual(max);
          expect(limit.limit).toBeLessThanOrEqual(before + 1);
          expect(limit.limit).toBeGreaterThanOrEqual(Math.max(1, Math.floor(before / 2)));
          expect(limit.inFlight).toBeLessThanOrEqual(max);
          expect(limit.lowest).toBeLessThanOrEqual(limit.limit);
          // Whoever waits does so for a reason.
          if (entered < asked) expect(limit.inFlight).toBeGreaterThanOrEqual(limit.limit);
        }
        while (held.length > 0) {
          held.pop()?.release('neither');
          await turn();
        }
        expect(entered).toBe(asked);
        expect(limit.inFlight).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  const all = (limit: AdaptiveLimit, count: number) =>
    Promise.all(Array.from({ length: count }, () => limit.acquire(never))) as Promise<Slot[]>;

  it('halves once for requests that were sent together', async () => {
    const limit = new AdaptiveLimit(8);
    for (const slot of await all(limit, 8)) slot.release('overload');
    expect(limit.limit).toBe(4);
    for (const slot of await all(limit, 4)) slot.release('overload');
    expect(limit.limit).toBe(2);
    for (let round = 0; round < 5; round += 1) for (const slot of await all(limit, 1)) slot.release('overload');
    expect([limit.limit, limit.lowest]).toEqual([1, 1]);
  });

  it('grows by one after as many successes as there are places', async () => {
    const limit = new AdaptiveLimit(4);
    for (const slot of await all(limit, 2)) slot.release('overload');
    expect(limit.limit).toBe(2);
    const succeed = async (count: number) => {
      for (let one = 0; one < count; one += 1) for (const slot of await all(limit, 1)) slot.release('ok');
    };
    await succeed(1);
    expect(limit.limit).toBe(2);
    await succeed(1);
    expect(limit.limit).toBe(3);
    await succeed(3);
    expect(limit.limit).toBe(4);
    await succeed(50);
    expect([limit.limit, limit.lowest]).toEqual([4, 2]);
  });

  it('gives a place back once, and none to who has left', async () => {
    const limit = new AdaptiveLimit(1);
    const [first] = await all(limit, 1);
    const abort = new AbortController();
    const left = limit.acquire(abort.signal);
    const next = limit.acquire(never);
    abort.abort();
    expect(await left).toBeUndefined();
    first?.release('ok');
    first?.release('ok');
    await next;
    expect(limit.inFlight).toBe(1);
    expect(await limit.acquire(abort.signal)).toBeUndefined();
  });
});
