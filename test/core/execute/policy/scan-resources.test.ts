import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../core/execute/policy/classify.js';
import { policyFor, type ResourceEvent, ScanResources } from '../../../../core/execute/policy/scan-resources.js';
import { ResourceStore } from '../../../../core/execute/policy/store.js';
import { DEFAULT_POLICY, type PolicySettings } from '../../../../core/model/resource.js';
import { drive, SteppedClock, settle } from '../../../support/drive.js';

const failed = (over: Partial<Extract<Verdict, { failed: true }>> = {}): Verdict => ({
  failed: true,
  retry: true,
  overload: false,
  cause: 'HTTP 500',
  ...over,
});
const ok: Verdict = { failed: false };

interface World {
  readonly clock: SteppedClock;
  readonly store: ResourceStore;
}

function world(chance = 0.5): World {
  const clock = new SteppedClock();
  return { clock, store: new ResourceStore(clock, () => chance) };
}

/** A scan in a world, that asks `host` and gets these verdicts one after another; the last one stays. */
function scanIn({ clock, store }: World, settings: Record<string, PolicySettings> = {}) {
  const events: ResourceEvent[] = [];
  const resources = new ScanResources(store, new Map(Object.entries(settings)), clock.now(), (event) =>
    events.push(event),
  );
  const sentAt: number[] = [];
  const ask = (verdicts: readonly Verdict[], over: { remainingMs?: number; signal?: AbortSignal } = {}) => {
    const until = clock.now() + (over.remainingMs ?? 100_000);
    const left = [...verdicts];
    return resources.call<string>({
      resource: 'host',
      taskId: 'task',
      signal: over.signal ?? new AbortController().signal,
      remainingMs: () => until - clock.now(),
      timeoutMs: (policy) => policy.timeoutMs,
      attempt: () => {
        sentAt.push(clock.now());
        return Promise.resolve('answer');
      },
      judge: () => (left.length > 1 ? left.shift() : left[0]) ?? ok,
    });
  };
  return { resources, events, sentAt, ask };
}

describe('a request under a policy', () => {
  it('is tried again after growing waits, and gives the last answer', async () => {
    const here = world(0.999_999);
    const { ask, events, resources, sentAt } = scanIn(here, { host: { retries: 3 } });
    expect(await drive(here.clock, ask([failed()]))).toBe('answer');
    expect(sentAt).toEqual([0, 250, 750, 1_750]);
    expect(events.map((event) => 'waitMs' in event && [event.retry, event.waitMs, event.cause])).toEqual([
      [1, 250, 'HTTP 500'],
      [2, 500, 'HTTP 500'],
      [3, 1_000, 'HTTP 500'],
    ]);
    expect(resources.report()).toEqual([
      {
        name: 'host',
        state: 'closed',
        calls: 4,
        failures: 4,
        retries: 3,
        refused: 0,
        rateLimitedMs: 0,
        concurrency: 10,
        lowestConcurrency: 10,
        transitions: [],
      },
    ]);
  });

  it('is made once when it succeeds, when trying again is no use, and when it may not be', async () => {
    const here = world();
    const { ask, sentAt } = scanIn(here);
    await drive(here.clock, ask([ok]));
    await drive(here.clock, ask([failed({ retry: false })]));
    expect(sentAt).toHaveLength(2);
    const none = scanIn(here, { host: { retries: 0 } });
    await drive(here.clock, none.ask([failed()]));
    expect(none.sentAt).toHaveLength(1);
  });

  it('waits as long as the resource asks, and so does everyone else', async () => {
    const here = world();
    const { ask, sentAt, resources } = scanIn(here);
    const first = ask([failed({ retryAfterMs: 7_000, overload: true }), ok]);
    await settle();
    const second = ask([ok]);
    await drive(here.clock, Promise.all([first, second]));
    expect(sentAt).toEqual([0, 7_000, 7_000]);
    expect(resources.report()[0]).toMatchObject({ rateLimitedMs: 7_000, concurrency: 5, calls: 3 });
  });

  it('does not wait past the deadline: what the resource asks for is then the rate limit', async () => {
    const here = world();
    const { ask, sentAt } = scanIn(here);
    const asked = ask([failed({ retryAfterMs: 60_000 })], { remainingMs: 20_000 });
    await expect(drive(here.clock, asked)).rejects.toMatchObject({
      code: 'SR_RATE_LIMIT',
      message: 'host takes no more requests in the 20 s that are left.',
    });
    // The next one does not even ask.
    await expect(drive(here.clock, ask([ok], { remainingMs: 59_000 }))).rejects.toMatchObject({
      code: 'SR_RATE_LIMIT',
    });
    expect([here.clock.now(), sentAt]).toEqual([0, [0]]);
    // A backoff that does not fit leaves the answer as it is.
    const other = scanIn(world());
    expect(await other.ask([failed()], { remainingMs: 50 })).toBe('answer');
  });

  it('takes its turn in the rate limit with every try', async () => {
    const here = world(0);
    const { ask, sentAt, resources } = scanIn(here, { host: { rateLimit: { requests: 2, intervalMs: 1_000 } } });
    await drive(here.clock, Promise.all([ask([failed(), ok]), ask([failed(), ok]), ask([ok])]));
    expect(sentAt).toEqual([0, 0, 1_000, 1_000, 2_000]);
    expect(resources.report()[0]).toMatchObject({ calls: 5, retries: 2, rateLimitedMs: 4_000 });
  });

  it('ends when the task does, in whatever it waits for, and counts for nothing', async () => {
    const here = world();
    const { ask, sentAt, resources } = scanIn(here, { host: { concurrency: 1 } });
    const abort = new AbortController();
    const waits = ask([failed({ retryAfterMs: 5_000 })], { signal: abort.signal });
    await settle();
    abort.abort(new Error('the task ended'));
    await expect(waits).rejects.toThrow('the task ended');
    await expect(ask([ok], { signal: abort.signal })).rejects.toThrow('the task ended');
    expect(sentAt).toEqual([0]);
    expect(here.clock.pending).toBe(0);
    expect(resources.report()[0]).toMatchObject({ calls: 1, failures: 1 });
  });

  it('is given up after its time, once for each try', async () => {
    const here = world(0);
    const { resources } = scanIn(here, { host: { retries: 1, timeoutMs: 2_000 } });
    const reasons: string[] = [];
    const call = resources.call({
      resource: 'host',
      taskId: 'task',
      signal: new AbortController().signal,
      remainingMs: () => 100_000 - here.clock.now(),
      timeoutMs: (policy) => policy.timeoutMs,
      attempt: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(`${here.clock.now()} ${(signal.reason as Error).name}`);
            reject(signal.reason);
          });
        }),
      judge: (end) => ('error' in end ? failed({ overload: true, cause: 'ETIMEDOUT' }) : ok),
    });
    await expect(drive(here.clock, call)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(reasons).toEqual(['2000 TimeoutError', '4000 TimeoutError']);
    expect(resources.report()[0]).toMatchObject({ calls: 2, failures: 2, concurrency: 2 });
  });
});

describe('the scans of a runtime', () => {
  it('share a limit and a breaker, and count for themselves', async () => {
    const here = world(0);
    const settings = {
      host: {
        retries: 0,
        rateLimit: { requests: 1, intervalMs: 1_000 },
        breaker: { minimumCalls: 2, halfOpenAfterMs: 5_000 },
      },
    };
    const [one, two] = [scanIn(here, settings), scanIn(here, settings)];
    await drive(here.clock, Promise.all([one.ask([failed()]), two.ask([failed()])]));
    expect([one.sentAt, two.sentAt]).toEqual([[0], [1_000]]);
    await expect(drive(here.clock, one.ask([ok]))).rejects.toMatchObject({ code: 'SR_BREAKER_OPEN' });
    const opened = [{ at: 1_000, from: 'closed', to: 'open' }];
    expect(one.resources.report()[0]).toMatchObject({ state: 'open', calls: 1, refused: 1, transitions: opened });
    expect(two.resources.report()[0]).toMatchObject({ state: 'open', calls: 1, refused: 0, transitions: opened });
    two.resources.close();
    here.clock.move(5_000);
    await drive(here.clock, one.ask([ok]));
    expect(one.resources.report()[0]?.transitions.map(({ to }) => to)).toEqual(['open', 'half-open', 'closed']);
    expect(two.resources.report()[0]?.transitions).toHaveLength(1);
  });

  it('go by the settings of the one that came last', async () => {
    const here = world();
    const strict = scanIn(here, { host: { rateLimit: { requests: 1, intervalMs: 1_000 } } });
    await drive(here.clock, strict.ask([ok]));
    const loose = scanIn(here, { host: { rateLimit: null } });
    await drive(here.clock, Promise.all([loose.ask([ok]), loose.ask([ok]), strict.ask([ok])]));
    expect(here.clock.now()).toBe(0);
  });
});

describe('policyFor', () => {
  const settings = new Map<string, PolicySettings>([
    ['registry.npmjs.org', { retries: 5, breaker: null }],
    ['*', { retries: 0, concurrency: 3, rateLimit: { requests: 1, intervalMs: 10 } }],
    ['*.npmjs.org', { retries: 1, timeoutMs: 1_000, backoff: { maxMs: 99 } }],
    ['localhost', { timeoutMs: 2_000 }],
    ['localhost:8080', { timeoutMs: 3_000 }],
  ]);

  it('lays what matches more exactly over what matches less, field by field', () => {
    expect(policyFor('registry.npmjs.org', settings)).toEqual({
      retries: 5,
      concurrency: 3,
      timeoutMs: 1_000,
      rateLimit: { requests: 1, intervalMs: 10 },
      breaker: undefined,
      backoff: { ...DEFAULT_POLICY.backoff, maxMs: 99 },
    });
    expect(policyFor('a.b.npmjs.org', settings).retries).toBe(1);
    expect(policyFor('npmjs.org', settings).retries).toBe(0);
    expect(policyFor('npmjs.org.example', settings).timeoutMs).toBe(30_000);
    expect(policyFor('provider/eu', settings).concurrency).toBe(3);
  });

  it('lets a host with a port answer to the host alone', () => {
    expect(policyFor('localhost:9090', settings).timeoutMs).toBe(2_000);
    expect(policyFor('localhost:8080', settings).timeoutMs).toBe(3_000);
    expect(policyFor('x.npmjs.org:444', settings).retries).toBe(1);
  });

  it('is the default where nothing is said', () => {
    expect(policyFor('host', new Map())).toEqual(DEFAULT_POLICY);
    expect(DEFAULT_POLICY).toMatchObject({
      retries: 2,
      timeoutMs: 30_000,
      breaker: { window: 100, minimumCalls: 10, errorRatio: 0.5, halfOpenAfterMs: 30_000 },
    });
  });
});
