import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import { defineReporter, use } from '../../../core/check/reporter.js';
import { ScanError } from '../../../core/errors.js';
import type { ScanHooks } from '../../../core/hooks.js';
import type { ScanEvent } from '../../../core/model/event.js';
import { createRuntime } from '../../../core/runtime.js';
import { scan } from '../../../core/scan.js';
import { checkProject } from '../../support/check-projects.js';
import { folder, write } from '../../support/folders.js';
import { checkOf, ends, runScan, shortly } from '../../support/run-scan.js';

const built = fileURLToPath(new URL('../../../dist/core/index.js', import.meta.url));
const SECRET = 'correct-horse-"battery"-staple';

const frozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));

describe('hooks of a scan', () => {
  it('are called in order, with arguments that cannot be changed', async () => {
    const root = checkProject({ finds: "report(c, 'x');" });
    const seen: string[] = [];
    const watcher = definePlugin({
      name: 'watcher',
      checks: {},
      apply(hooks: ScanHooks) {
        for (const name of Object.keys(hooks) as (keyof ScanHooks)[])
          hooks[name].tap('w', (...args: unknown[]) => {
            seen.push(`${name} ${args.length} ${args.every(frozen)}`);
          });
      },
    });
    const { result } = await runScan(root, { config: { plugins: ['./plugin.mjs', watcher], reporters: ['json'] } });
    // The time of those before the result is in it.
    const times = result.statistics.hooks.map(({ plugin, hook, calls }) => `${plugin} ${hook} ${calls}`);
    expect(times).toEqual(['watcher plan 1', 'watcher taskStart 1', 'watcher finding 1', 'watcher taskEnd 1']);
    expect(seen).toEqual([
      'plan 1 true',
      'taskStart 1 true',
      'finding 2 true',
      'taskEnd 1 true',
      'result 1 true',
      'reported 1 true',
      'close 0 true',
    ]);
  });

  it('that fail leave an error notice, and the verdict is incomplete', async () => {
    const root = checkProject({ fine: '' });
    const failing = definePlugin({
      name: 'failing',
      checks: {},
      apply: (hooks: ScanHooks) =>
        hooks.taskEnd.tap('x', () => {
          throw new Error(`cannot go on with ${SECRET}`);
        }),
    });
    const { result } = await runScan(root, { config: { plugins: ['./plugin.mjs', failing] } });
    expect(ends(result)).toEqual({ fine: 'passed' });
    expect(result.notices).toMatchObject([{ code: 'SR_HOOK_FAILED', level: 'error', plugin: 'failing' }]);
    expect(result.verdict).toMatchObject({ status: 'incomplete', gateExitCode: 3 });
  });

  it('of a late result are told as events, since the result is made', async () => {
    const root = checkProject({ fine: '' });
    const failing = definePlugin({
      name: 'failing',
      checks: {},
      apply: (hooks: ScanHooks) => hooks.reported.tapPromise('x', () => Promise.reject(new Error('upload failed'))),
    });
    const { result, events } = await runScan(root, { config: { plugins: ['./plugin.mjs', failing] } });
    expect(result.verdict.status).toBe('clean');
    expect(events.filter(({ type }) => type === 'notice')).toMatchObject([
      { notice: { message: "The plugin 'failing' failed in the hook 'reported': upload failed" } },
    ]);
  });

  it('that never end are not waited for: the scan goes on and is incomplete', async () => {
    const root = checkProject({ fine: '' });
    const stuck = definePlugin({
      name: 'stuck',
      checks: {},
      apply(hooks: ScanHooks) {
        hooks.plan.tapPromise('x', () => new Promise(() => {}));
        hooks.close.tapAsync('x', () => {});
      },
    });
    // The machine's clock, on which the half minute of a hook is over at once.
    const machine = createRuntime();
    const after = (ms: number, callback: () => void) => machine.clock.after(ms === 30_000 ? 1 : ms, callback);
    const runtime = createRuntime({ clock: { now: machine.clock.now, after } });
    onTestFinished(() => runtime.close());
    const { result, events } = await runScan(root, { runtime, config: { plugins: ['./plugin.mjs', stuck] } });
    expect(ends(result)).toEqual({ fine: 'passed' });
    expect(result.verdict).toMatchObject({ status: 'incomplete', gateExitCode: 3 });
    const told = events.flatMap((event) => (event.type === 'notice' ? [event.notice.message] : []));
    expect(told).toEqual(
      ['plan', 'close'].map((hook) => `The plugin 'stuck' did not end in the hook '${hook}' within 30 s`),
    );
  });

  it('may not have two plugins of one name', async () => {
    const root = checkProject({ fine: '' });
    const local = definePlugin({ name: 'local', checks: {} });
    const thrown = await runScan(root, { config: { plugins: ['./plugin.mjs', local] } }).catch(
      (error: unknown) => error,
    );
    expect(thrown instanceof ScanError && thrown.exitCode).toBe(2);
    expect(String(thrown)).toContain("'local'");
  });
});

describe('a secret', () => {
  it('that a check names is in no event and nowhere in the result, in no form', async () => {
    const root = checkProject(
      {
        leaks: `const s = ${JSON.stringify(SECRET)}; c.redact(s);
          c.log.info('log ' + s, { [s]: s }); console.log('print', s); c.measure('name', 1, 'unit');
          c.degraded('degraded ' + s, { s }); report(c, s, { startLine: 1 });
          report(c, JSON.stringify({ s }), { path: 'holds.txt', startLine: 2 }); report(c, encodeURIComponent(s));
          return { [s]: [s, { url: 'https://u:' + s + '@h/' }] };`,
        throws: `const s = ${JSON.stringify(SECRET)}; c.redact(s); throw new Error('thrown ' + s);`,
        uses: { run: "report(c, 'need ' + JSON.stringify(c.needs.leaks));", needs: ['leaks'] },
      },
      { 'holds.txt': `one\n${SECRET}\nthree\n` },
    );
    const { result, events, stdout } = await runScan(root, { config: { reporters: ['json'] } });
    expect(ends(result)).toEqual({ leaks: 'degraded partial', throws: 'errored threw', uses: 'failed' });
    const everything = JSON.stringify([result, events]) + stdout;
    for (const form of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), 'horse', 'battery'])
      expect(everything.includes(form), form).toBe(false);
    expect(everything).toContain('[redacted]');
    expect(checkOf(result, 'local/leaks').findings).toHaveLength(3);
    expect(
      checkOf(result, 'local/leaks').findings.find(({ location }) => location.path === 'holds.txt')?.snippet,
    ).toEqual({
      startLine: 1,
      lines: ['one', '[redacted]', 'three'],
    });
  });

  it('that the user describes is in nothing either, the configuration included', async () => {
    const root = checkProject({ tells: "report(c, 'of ACME-12345 and ACME-9');" });
    const fails = defineReporter({
      name: 'fails',
      output: '-',
      render: () => Promise.reject(new Error('no access for ACME-77')),
    });
    const { result, events, reports } = await runScan(root, {
      // Not a known variable: a notice of the configuration quotes it.
      environment: { SCANRUN_REDACT: 'ACME-\\d+', 'SCANRUN_ACME-99': 'x' },
      config: { exclude: ['ACME-55/**'], reporters: [fails] },
    });
    expect(checkOf(result, 'local/tells').findings[0]?.message).toBe('found of [redacted] and [redacted]');
    expect(result.notices.map(({ code }) => code)).toEqual(['unknown-variable']);
    expect(reports[0]?.error).toContain('no access for [redacted]');
    expect(JSON.stringify([result, events, reports])).not.toMatch(/ACME-\d/);
  });
});

describe('a runtime', () => {
  it('serves scans at the same time that do not see each other', async () => {
    const runtime = createRuntime({ cores: 2 });
    const roots = ['one', 'two', 'three'].map((name) =>
      checkProject(
        {
          same: `globalThis.count = (globalThis.count ?? 0) + 1; await c.readFile('package.json'); report(c, '${name}');`,
          io: { run: `report(c, '${name} ' + Buffer.from(await c.readFile('own.txt')));`, meta: { lane: 'io' } },
        },
        { 'own.txt': name },
      ),
    );
    const applied: string[] = [];
    const scans = await Promise.all(
      roots.map((root, index) => {
        const plugin = definePlugin({
          name: 'counts',
          checks: {},
          apply: (hooks: ScanHooks) =>
            hooks.finding.tap('x', ({ message }) => void applied.push(`${index} ${message}`)),
        });
        return runScan(root, { runtime, config: { plugins: ['./plugin.mjs', plugin] } });
      }),
    );
    await runtime.close();
    for (const [index, name] of ['one', 'two', 'three'].entries()) {
      const { result, events } = scans[index] ?? expect.fail();
      const messages = result.checks.flatMap(({ findings }) => findings.map(({ message }) => message)).sort();
      expect(messages).toEqual([`found ${name}`, `found ${name} ${name}`]);
      const told = events.flatMap((event) => (event.type === 'finding' ? [event.finding.message] : []));
      expect(told.sort()).toEqual(messages);
      expect(applied.filter((line) => line.startsWith(`${index} `))).toHaveLength(2);
    }
    expect(new Set(scans.map(({ result }) => result.run.id)).size).toBe(3);
  });

  it('keeps the secret of one scan out of another only where it is one: each has its own', async () => {
    const runtime = createRuntime({ cores: 1 });
    const first = checkProject({ hides: "c.redact('shared-word-of-two'); report(c, 'shared-word-of-two');" });
    const second = checkProject({ shows: "report(c, 'shared-word-of-two');" });
    const a = await runScan(first, { runtime });
    const b = await runScan(second, { runtime });
    await runtime.close();
    expect(a.result.checks[0]?.findings[0]?.message).toBe('found [redacted]');
    expect(b.result.checks[0]?.findings[0]?.message).toBe('found shared-word-of-two');
  });

  it('whose signal aborts cancels every scan of it', async () => {
    const controller = new AbortController();
    const runtime = createRuntime({ signal: controller.signal });
    const waits = {
      waits:
        "report(c, 'begun'); await new Promise((_, no) => c.signal.addEventListener('abort', () => no(c.signal.reason)));",
    };
    const scans = [checkProject(waits), checkProject(waits)].map((root) => runScan(root, { runtime, started: watch }));
    let begun = 0;
    function watch({ events }: { events: AsyncIterable<ScanEvent> }) {
      void (async () => {
        for await (const event of events)
          if (event.type === 'finding' && ++begun === 2) controller.abort(new Error('closing'));
      })();
    }
    for (const { result } of await Promise.all(scans)) {
      expect(ends(result)).toEqual({ waits: 'cancelled interrupted' });
      expect(result.verdict).toMatchObject({ status: 'interrupted', gateExitCode: 130 });
      expect(result.checks[0]?.findings).toHaveLength(1);
    }
    await runtime.close();
  });

  it('wants a whole number of cores', () => {
    for (const cores of [0, -1, 1.5, 2_000, Number.NaN]) expect(() => createRuntime({ cores })).toThrow(RangeError);
    expect(createRuntime({ cores: 3 }).cores).toBe(3);
  });
});

describe('a scan without a runtime', () => {
  it('closes its own threads: the process ends by itself', () => {
    const root = checkProject({ cpu: '', io: { run: '', meta: { lane: 'io' } } });
    // The threads of the process, as the system counts them; those of its own pool are there from the start.
    const host = `import { readdirSync } from 'node:fs';
      import { readFile } from 'node:fs/promises';
      import { scan } from ${JSON.stringify(built)};
      const threads = () => readdirSync('/proc/self/task').length;
      await Promise.all(Array.from({ length: 16 }, () => readFile('plugin.mjs')));
      const before = threads();
      const { result, reports } = scan({ cwd: process.cwd(), config: { plugins: ['./plugin.mjs'], reporters: [] } });
      const outcomes = (await result).checks.map((each) => each.outcome.status);
      const during = threads() > before;
      await reports;
      for (let tries = 0; threads() > before && tries < 300; tries += 1) await new Promise((done) => setTimeout(done, 10));
      console.log(JSON.stringify([outcomes, during, threads() - before]));`;
    write(root, { 'host.mjs': host });
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, [join(root, 'host.mjs')], {
      cwd: root,
      timeout: 20_000,
      encoding: 'utf8',
    });
    expect([stdout, stderr, status, signal]).toEqual(['[["passed","passed"],true,0]\n', '', 0, null]);
  });

  it('can be cancelled, and reports what was done', async () => {
    const root = checkProject({
      quick: "report(c, 'done');",
      waits: { run: "report(c, 'begun'); await new Promise(() => {});", needs: ['quick'] },
      queued: { run: '', needs: ['waits'] },
    });
    const { result } = await runScan(root, {
      started: (handle) =>
        void (async () => {
          for await (const event of handle.events)
            if (event.type === 'finding' && event.taskId === 'local/waits') handle.cancel('enough');
        })(),
    });
    expect(ends(result)).toEqual({ quick: 'failed', waits: 'cancelled interrupted', queued: 'cancelled interrupted' });
    expect(checkOf(result, 'local/waits')).toMatchObject({
      outcome: { reason: { message: 'enough' } },
      findings: [{ message: 'found begun' }],
    });
  });

  it('stops reporters when it is cancelled while they write, and not for what came before', async () => {
    const root = checkProject({ fine: '' });
    const aborted: boolean[] = [];
    let cancel = (): void => {};
    const slow = defineReporter({
      name: 'slow',
      output: 'slow.txt',
      render(_result, { signal, cwd, environment }) {
        expect([cwd, environment.SCANRUN_CHROMIUM]).toEqual([root, '/a/browser']);
        aborted.push(signal.aborted);
        cancel();
        aborted.push(signal.aborted);
        return '';
      },
    });
    const config = { plugins: ['./plugin.mjs'], reporters: [use(slow, {})] };
    const environment = { SCANRUN_CHROMIUM: '/a/browser' };
    const during = scan({ cwd: root, config, environment });
    cancel = () => during.cancel('enough');
    await during.reports;
    const before = scan({ cwd: root, config, environment });
    cancel = () => {};
    before.cancel('too late');
    expect((await before.result).verdict.status).toBe('interrupted');
    await before.reports;
    expect(aborted).toEqual([false, true, false, false]);
  });

  it('that cannot begin rejects both promises with the same error, and ends its events', async () => {
    const root = folder({ 'a.txt': 'a' });
    const handle = scan({ cwd: root, config: { plugins: ['./missing.mjs'] } });
    const events: string[] = [];
    const reading = (async () => {
      for await (const { type } of handle.events) events.push(type);
    })();
    const errors = await Promise.all(
      [handle.result, handle.reports].map((each) => each.catch((error: unknown) => error)),
    );
    await reading;
    expect(errors[0]).toBe(errors[1]);
    expect(errors[0]).toMatchObject({ code: 'SR_PLUGIN_LOAD' });
    expect(events).toEqual([]);
  });
});

describe('events', () => {
  it('may be read by several, each from when it began, and end for all', async () => {
    const root = checkProject({ finds: "report(c, 'x');", other: '' });
    const handle = scan({ cwd: root, config: { plugins: ['./plugin.mjs'], reporters: [] } });
    const read = async (until?: string) => {
      const types: string[] = [];
      for await (const { type } of handle.events) {
        types.push(type);
        if (type === until) break;
      }
      return types;
    };
    const [first, second, left] = await Promise.all([read(), read(), read('planned')]);
    expect(first).toEqual(second);
    expect(left).toEqual(['scanStarted', 'planned']);
    expect(first[0]).toBe('scanStarted');
    expect(first.at(-1)).toBe('reported');
    expect(first.filter((type) => type === 'taskEnded')).toHaveLength(2);
    // Whoever comes after the end hears that it is over.
    expect(await read()).toEqual([]);
  });
});

describe('a configuration as an object', () => {
  it('runs checks by priority with their settings, in parallel or one at a time, with the same findings', async () => {
    const root = checkProject({
      a: { run: "report(c, 'a' + c.options.n);", meta: { options: { n: { type: 'integer', default: 1 } } } },
      z: "report(c, 'z');",
      broken: "throw new Error('no answer');",
    });
    const config = {
      checks: {
        'local/z': { priority: 50, severity: 'error' },
        'local/a': { options: { n: 7 }, exclude: ['docs/**'] },
        'local/broken': { optional: true },
      },
    } as const;
    const runs = await Promise.all([true, false].map((parallel) => runScan(root, { config, overrides: { parallel } })));
    for (const { result } of runs) {
      expect(result.tasks.map(({ outcome }) => shortly(outcome)).sort()).toEqual(['errored threw', 'failed', 'failed']);
      expect(result.verdict).toMatchObject({ status: 'findings', gateFindings: 1, coverage: 1 });
      expect(checkOf(result, 'local/a').findings[0]).toMatchObject({ message: 'found a7', severity: 'warning' });
    }
    expect(runs[1]?.result.tasks.map(({ id }) => id)).toEqual(['local/z', 'local/a', 'local/broken']);
    const findings = runs.map(({ result }) => result.checks.map(({ findings: found }) => found));
    expect(findings[0]).toEqual(findings[1]);
    expect(runs[0]?.result.statistics).toMatchObject({ concurrency: 4, files: expect.any(Number) });
    expect(runs[1]?.result.statistics.concurrency).toBe(1);
    expect(existsSync(join(root, 'reports'))).toBe(false);
  });
});
