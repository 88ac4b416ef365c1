import * as cockatiel from 'cockatiel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Attempt, Breaker } from '../../../../core/execute/policy/breaker.js';
import type { BreakerLimits, BreakerState } from '../../../../core/model/resource.js';
import { FakeClock } from '../../../support/fake-pool.js';

const good: Attempt<string> = { end: { value: 'yes' }, verdict: { failed: false } };
const bad: Attempt<string> = {
  end: { value: 'no' },
  verdict: { failed: true, retry: true, overload: false, cause: 'HTTP 500' },
};

function makeBreaker(limits: BreakerLimits) {
  const clock = new FakeClock();
  const changes: string[] = [];
  const changed = (from: BreakerState, to: BreakerState) => {
    changes.push(`${clock.now()} ${from} ${to}`);
  };
  return { clock, changes, breaker: new Breaker({ cockatiel, resource: 'host', limits, clock, changed }) };
}

/** What the breaker should do, written out. */
class Model {
  state: BreakerState = 'closed';
  readonly #limits: BreakerLimits;
  #calls: boolean[] = [];
  #openedAt = 0;

  constructor(limits: BreakerLimits) {
    this.#limits = limits;
  }

  call(ok: boolean, now: number): 'refused' | 'let through' {
    if (this.state === 'open') {
      if (now - this.#openedAt < this.#limits.halfOpenAfterMs) return 'refused';
      if (ok) {
        this.state = 'closed';
        this.#calls = [true];
      } else {
        this.#openedAt = now;
        this.#calls.push(false);
      }
      return 'let through';
    }
    this.#calls = [...this.#calls, ok].slice(-this.#limits.window);
    const failed = this.#calls.filter((one) => !one).length;
    if (
      !ok &&
      this.#calls.length >= this.#limits.minimumCalls &&
      failed >= this.#limits.errorRatio * this.#calls.length
    ) {
      this.state = 'open';
      this.#openedAt = now;
    }
    return 'let through';
  }
}

describe('Breaker', () => {
  it('does what its model does', async () => {
    const limits = fc
      .record({
        window: fc.integer({ min: 1, max: 30 }),
        minimumCalls: fc.integer({ min: 1, max: 30 }),
        errorRatio: fc.constantFrom(0.01, 0.2, 0.25, 0.5, 0.75, 1),
        halfOpenAfterMs: fc.integer({ min: 100, max: 1_000 }),
      })
      .map((one) => ({ ...one, minimumCalls: Math.min(one.minimumCalls, one.window) }));
    const calls = fc.array(fc.record({ ok: fc.boolean(), gapMs: fc.constantFrom(0, 1, 99, 100, 500, 1_000) }), {
      maxLength: 120,
    });
    await fc.assert(
      fc.asyncProperty(limits, calls, async (own, steps) => {
        const { breaker, clock } = makeBreaker(own);
        const model = new Model(own);
        for (const { ok, gapMs } of steps) {
          clock.move(gapMs);
          const wanted = model.call(ok, clock.now());
          const end = await breaker
            .run(() => Promise.resolve(ok ? good : bad))
            .then(
              () => 'let through',
              (error: { code: string }) => (error.code === 'SR_BREAKER_OPEN' ? 'refused' : error),
            );
          expect(end).toBe(wanted);
          expect(breaker.state).toBe(model.state);
        }
      }),
      { numRuns: 300 },
    );
  });

  const standard = { window: 100, minimumCalls: 10, errorRatio: 0.5, halfOpenAfterMs: 30_000 };

  it('opens at half of ten calls, lets one through after 30 s, and closes when that one succeeds', async () => {
    const { breaker, changes, clock } = makeBreaker(standard);
    for (let call = 0; call < 10; call += 1) await breaker.run(() => Promise.resolve(call % 2 === 0 ? good : bad));
    expect(breaker.state).toBe('open');
    clock.move(29_999);
    await expect(breaker.run(() => Promise.resolve(good))).rejects.toMatchObject({
      code: 'SR_BREAKER_OPEN',
      message: 'host failed too often, so it is left alone; the next call may go out in 1 s.',
    });
    expect(breaker.refuses).toBe(true);
    clock.move(1);
    expect(breaker.refuses).toBe(false);
    await breaker.run(() => Promise.resolve(bad));
    clock.move(30_000);
    await breaker.run(() => Promise.resolve(good));
    // What failed before it opened is forgotten: nine more failures are too few to conclude anything but 9 of 10.
    for (let call = 0; call < 8; call += 1) await breaker.run(() => Promise.resolve(bad));
    expect(breaker.state).toBe('closed');
    expect(changes).toEqual([
      '0 closed open',
      '30000 open half-open',
      '30000 half-open open',
      '60000 open half-open',
      '60000 half-open closed',
    ]);
  });

  it('lets the others wait for the one that shows, and refuses them when it fails', async () => {
    const { breaker, clock } = makeBreaker({ ...standard, minimumCalls: 1, errorRatio: 1 });
    await breaker.run(() => Promise.resolve(bad));
    clock.move(30_000);
    let answer: (attempt: Attempt<string>) => void = () => {};
    const probe = breaker.run(() => new Promise<Attempt<string>>((resolve) => (answer = resolve)));
    let sent = 0;
    const others = [1, 2, 3].map(() =>
      breaker.run(() => {
        sent += 1;
        return Promise.resolve(good);
      }),
    );
    await new Promise((done) => setImmediate(done));
    expect([breaker.state, sent]).toEqual(['half-open', 0]);
    answer(bad);
    expect(await probe).toBe(bad);
    for (const other of others) await expect(other).rejects.toMatchObject({ code: 'SR_BREAKER_OPEN' });
    expect(sent).toBe(0);
  });

  it('concludes from a window that is smaller than the calls it should wait for', async () => {
    const { breaker } = makeBreaker({ ...standard, window: 3 });
    for (let call = 0; call < 3; call += 1) await breaker.run(() => Promise.resolve(bad));
    expect(breaker.state).toBe('open');
  });

  it('takes a call that broke off for nothing, but not for the sign that the resource is back', async () => {
    const { breaker, clock } = makeBreaker({ ...standard, minimumCalls: 2, errorRatio: 1, window: 2 });
    const gone = () => Promise.reject(new Error('the task ended'));
    for (let call = 0; call < 20; call += 1) await expect(breaker.run(gone)).rejects.toThrow('the task ended');
    expect(breaker.state).toBe('closed');
    await breaker.run(() => Promise.resolve(bad));
    await breaker.run(() => Promise.resolve(bad));
    clock.move(30_000);
    await expect(breaker.run(gone)).rejects.toThrow('the task ended');
    expect(breaker.state).toBe('open');
  });
});
