import { describe, expect, it } from 'vitest';
import { definePlugin, type Plugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import { ScanError } from '../../../core/errors.js';
import { createHooks, type ScanHooks } from '../../../core/hooks.js';
import type { Notice, RunResult } from '../../../core/model/result.js';
import type { Plan } from '../../../core/model/task.js';
import { FakeClock, task } from '../../support/fake-pool.js';

const plan: Plan = { schemaVersion: 1, tasks: [], notPlanned: [] };
const plugin = (name: string, apply: (hooks: ScanHooks) => void): Plugin =>
  definePlugin({ name, checks: {}, apply }) as Plugin;

async function hooksOf(...plugins: Plugin[]) {
  const notices: Notice[] = [];
  const clock = new FakeClock();
  return { hooks: await createHooks(plugins, clock, (notice) => notices.push(notice)), notices, clock };
}

async function failure(work: Promise<unknown>): Promise<ScanError> {
  const thrown = await work.catch((error: unknown) => error);
  if (thrown instanceof ScanError) return thrown;
  throw new Error(`no ScanError: ${String(thrown)}`);
}

describe('a tap that fails', () => {
  it('becomes a notice that names plugin and hook, however it fails, and the others still run', async () => {
    const called: string[] = [];
    const bad = plugin('bad', (hooks) => {
      hooks.plan.tap('a', () => {
        throw new Error('sync in async');
      });
      hooks.plan.tapPromise('b', async () => {
        throw new Error('by promise');
      });
      hooks.plan.tapPromise('b2', () => {
        throw new Error('before the promise');
      });
      hooks.plan.tapAsync('c', (_, done) => done(new Error('by callback')));
      hooks.plan.tapAsync('d', () => {
        throw new Error('before the callback');
      });
      hooks.taskStart.tap('e', () => {
        throw new Error('sync');
      });
      hooks.close.tap('f', () => {
        throw 'only text';
      });
    });
    const good = plugin('good', (hooks) => {
      hooks.plan.tap('x', () => called.push('plan'));
      hooks.taskStart.tap('x', () => called.push('taskStart'));
      hooks.close.tapPromise('x', async () => {
        called.push('close');
      });
    });
    const { hooks, notices } = await hooksOf(bad, good);
    await hooks.promise('plan', plan);
    hooks.call('taskStart', task('t/a'));
    await hooks.promise('close');
    expect(called).toEqual(['plan', 'taskStart', 'close']);
    expect(notices.map(({ message }) => message)).toEqual([
      "The plugin 'bad' failed in the hook 'plan': sync in async",
      "The plugin 'bad' failed in the hook 'plan': by promise",
      "The plugin 'bad' failed in the hook 'plan': before the promise",
      "The plugin 'bad' failed in the hook 'plan': by callback",
      "The plugin 'bad' failed in the hook 'plan': before the callback",
      "The plugin 'bad' failed in the hook 'taskStart': sync",
      "The plugin 'bad' failed in the hook 'close': only text",
    ]);
    expect(new Set(notices.map((notice) => `${notice.code} ${notice.level} ${notice.plugin}`))).toEqual(
      new Set(['SR_HOOK_FAILED error bad']),
    );
  });

  it('by calling back and then throwing, or calling back twice, ends its turn once', async () => {
    const order: string[] = [];
    const { hooks, notices } = await hooksOf(
      plugin('twice', (taps) => {
        taps.plan.tapAsync('a', (_, done) => {
          done();
          throw new Error('after its callback');
        });
        taps.plan.tapAsync('b', (_, done) => {
          done();
          done();
        });
        taps.plan.tap('c', () => order.push('c'));
      }),
    );
    await hooks.promise('plan', plan);
    expect(order).toEqual(['c']);
    expect(notices.map(({ message }) => message)).toEqual([
      "The plugin 'twice' failed in the hook 'plan': after its callback",
    ]);
  });
});

describe('a tap that does not end', () => {
  const LIMIT_MS = 30_000;
  /** Once what was resolved is heard. */
  const heard = () => new Promise((done) => setImmediate(done));

  it.each([
    ['a promise that never settles', (taps: ScanHooks) => taps.plan.tapPromise('a', () => new Promise<void>(() => {}))],
    ['a callback that never comes', (taps: ScanHooks) => taps.plan.tapAsync('a', () => {})],
  ])('is waited for for half a minute: %s', async (_, tap) => {
    const order: string[] = [];
    const { hooks, notices, clock } = await hooksOf(
      plugin('stuck', tap),
      plugin('next', (taps) => taps.plan.tap('b', () => order.push('next'))),
    );
    const over = hooks.promise('plan', plan).then(() => order.push('over'));
    clock.move(LIMIT_MS - 1);
    await heard();
    expect([order, notices, clock.pending]).toEqual([[], [], 1]);
    clock.move(1);
    await over;
    expect(order).toEqual(['next', 'over']);
    const message = "The plugin 'stuck' did not end in the hook 'plan' within 30 s";
    expect(notices).toEqual([{ code: 'SR_HOOK_FAILED', level: 'error', plugin: 'stuck', message }]);
    expect(hooks.times()[0]).toEqual({ plugin: 'stuck', hook: 'plan', calls: 1, timeMs: LIMIT_MS });
  });

  it('and fails later is told of again, and runs nothing twice', async () => {
    const late: ((error: Error) => void)[] = [];
    const order: string[] = [];
    const { hooks, notices, clock } = await hooksOf(
      plugin('late', (taps) => {
        taps.close.tapPromise('a', () => new Promise((_, reject) => late.push(reject)));
        taps.close.tapAsync('b', (done) => late.push(done));
        taps.close.tap('c', () => order.push('c'));
      }),
    );
    const over = hooks.promise('close');
    for (const _ of [1, 2]) {
      clock.move(LIMIT_MS);
      await heard();
    }
    await over;
    for (const fail of late) fail(new Error('too late'));
    await heard();
    expect(order).toEqual(['c']);
    expect(hooks.times()).toEqual([{ plugin: 'late', hook: 'close', calls: 3, timeMs: 2 * LIMIT_MS }]);
    expect(notices.map(({ message }) => message.replace("The plugin 'late' ", ''))).toEqual([
      "did not end in the hook 'close' within 30 s",
      "did not end in the hook 'close' within 30 s",
      "failed in the hook 'close': too late",
      "failed in the hook 'close': too late",
    ]);
  });

  it('holds no timer once it has ended', async () => {
    const { hooks, clock } = await hooksOf(
      plugin('quick', (taps) => {
        taps.plan.tapPromise('a', async () => {});
        taps.plan.tapAsync('b', (_, done) => done());
        taps.plan.tapPromise('c', () => Promise.reject(new Error('broken')));
      }),
    );
    await hooks.promise('plan', plan);
    expect(clock.pending).toBe(0);
  });
});

describe('taps', () => {
  it('run in the order of the plugins, one after another', async () => {
    const order: string[] = [];
    const slow = (name: string) =>
      plugin(name, (taps) => {
        taps.plan.tapPromise('slow', async () => {
          order.push(`${name} begins`);
          await new Promise((done) => setImmediate(done));
          order.push(`${name} ends`);
        });
      });
    const { hooks } = await hooksOf(slow('first'), slow('second'));
    await hooks.promise('plan', plan);
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('are timed and attributed to their plugin, whatever name they give', async () => {
    const { hooks, clock } = await hooksOf(
      plugin('one', (taps) => {
        taps.plan.tapPromise('two', async () => clock.move(30));
        taps.plan.tapAsync('two', (_, done) => {
          clock.move(20);
          done();
        });
        taps.taskStart.tap('two', () => clock.move(4));
      }),
      plugin('idle', () => {}),
    );
    await hooks.promise('plan', plan);
    hooks.call('taskStart', task('t/a'));
    hooks.call('taskStart', task('t/b'));
    expect(hooks.times()).toEqual([
      { plugin: 'one', hook: 'plan', calls: 2, timeMs: 50 },
      { plugin: 'one', hook: 'taskStart', calls: 2, timeMs: 8 },
    ]);
  });

  it('after apply has returned are refused, with the name of the hook', async () => {
    let kept: ScanHooks | undefined;
    const { hooks } = await hooksOf(
      plugin('late', (taps) => {
        kept = taps;
      }),
    );
    expect(() => kept?.result.tap('later', () => {})).toThrow("'later' tapped the hook 'result' after apply returned");
    await hooks.promise('result', {} as RunResult);
  });

  it('that are no functions, and an apply that throws, are mistakes of the plugin', async () => {
    const text = plugin('text', (taps) => taps.plan.tap('x', 'not a function' as never));
    expect(await failure(hooksOf(text))).toMatchObject({
      code: 'SR_PLUGIN_TAP',
      message: expect.stringContaining("'text'"),
    });
    const throws = plugin('throws', () => {
      throw new Error('no config');
    });
    expect(await failure(hooksOf(throws))).toMatchObject({
      code: 'SR_PLUGIN_TAP',
      message: "The plugin 'throws' failed while tapping hooks: no config",
    });
  });

  it('cannot add or replace a hook', async () => {
    await hooksOf(
      plugin('greedy', (taps) => {
        expect(() => Object.assign(taps, { plan: taps.result })).toThrow(TypeError);
        expect(() => Object.assign(taps, { extra: taps.result })).toThrow(TypeError);
      }),
    );
  });

  it('cost nothing where no plugin has any', async () => {
    const { hooks, notices } = await hooksOf(definePlugin({ name: 'none', checks: {} }) as Plugin);
    await hooks.promise('plan', plan);
    hooks.call('taskStart', task('t/a'));
    expect([hooks.times(), notices]).toEqual([[], []]);
  });
});

describe('two plugins of one name', () => {
  it('are refused: nobody could tell their taps and checks apart', () => {
    expect(() => createRegistry([plugin('same', () => {}), plugin('same', () => {})])).toThrow(
      expect.objectContaining({ code: 'SR_PLUGIN_DUPLICATE', message: "Two plugins are named 'same'." }),
    );
  });
});
