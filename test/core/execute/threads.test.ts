import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProject } from '../../support/check-projects.js';
import { checkOf, ends, runScan } from '../../support/run-scan.js';

const OOM = 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));';
const ON_IO = { lane: 'io' };
/** For what must not end by its timeout on a busy machine. */
const PATIENT = { lane: 'io', timeout: '60s' };
const FOREVER = 'await new Promise(() => {});';
/** Waits for a global of the thread, looking every few milliseconds: how tasks of one thread wait for each other. */
const WAIT_FOR = (name: string) => `while (!globalThis.${name}) await new Promise((done) => setTimeout(done, 5));`;

// The long ones wait for timeouts, not for cores: they run at the same time.
describe.concurrent('a check that misbehaves', () => {
  it('has an outcome of its own, and harms nothing beside it', async ({ expect }) => {
    const bad = {
      throws: "throw new Error('boom');",
      rejects: "await Promise.reject(new TypeError('late boom'));",
      'throws-text': "throw 'just text';",
      spins: "report(c, 'before the kill'); for (;;) {}",
      exits: "report(c, 'before the exit'); process.exit(0);",
      'exits-later': `setTimeout(() => process.exit(0), 5); ${FOREVER}`,
      'really-exits': 'process.reallyExit(0);',
      'kills-us': 'process.kill(process.pid, "SIGKILL");',
      'returns-function': 'return { deep: [{ f: () => 1 }] };',
      'returns-circle': 'const a = {}; a.a = a; return a;',
      'reports-function': "c.report({ messageId: 'found', data: { what: () => 1 }, location: { path: 'a' } });",
      'reports-unknown': "c.report({ messageId: 'foundd', data: {}, location: { path: 'a' } });",
      'reports-outside': "report(c, 'x', { path: '../a' });",
      'asks-uncloneable': "await c.exec(['true', () => 1]);",
      'out-of-memory': { run: `report(c, 'before the end'); ${OOM}`, meta: { timeout: '60s' } },
      timer: `report(c, 'before the timer'); setTimeout(() => { throw new Error('in a timer'); }, 5); ${FOREVER}`,
      rejection: `void Promise.reject(new Error('nobody caught')); ${FOREVER}`,
      hangs: `report(c, 'before the hang'); ${FOREVER}`,
    };
    const good = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [`good-${key}`, `report(c, '${key}');`]));
    const root = checkProject({ ...bad, ...good });
    const started = Date.now();
    const { result, events } = await runScan(root, { config: { tier: 'deep', concurrency: 24 } });
    expect(ends(result)).toEqual({
      throws: 'errored threw',
      rejects: 'errored threw',
      'throws-text': 'errored threw',
      spins: 'timed-out timeout',
      exits: 'errored exited',
      'exits-later': 'errored exited',
      'really-exits': 'errored exited',
      'kills-us': 'errored exited',
      'returns-function': 'errored uncloneable',
      'returns-circle': 'errored uncloneable',
      'reports-function': 'errored invalid-report',
      'reports-unknown': 'errored invalid-report',
      'reports-outside': 'errored invalid-report',
      'asks-uncloneable': 'errored threw',
      'out-of-memory': 'errored out-of-memory',
      timer: 'errored threw',
      rejection: 'errored threw',
      hangs: 'timed-out timeout',
      ...Object.fromEntries(Object.keys(good).map((key) => [key, 'failed'])),
    });
    // Two that spin or wait for their 5 s may come one after the other on few cores; nothing takes longer than that.
    expect(Date.now() - started).toBeLessThan(20_000);
    for (const [id, what] of [
      ['spins', 'before the kill'],
      ['exits', 'before the exit'],
      ['out-of-memory', 'before the end'],
      ['timer', 'before the timer'],
      ['hangs', 'before the hang'],
      ['good-e', 'e'],
    ]) {
      const { findings } = checkOf(result, `local/${id}`);
      expect(findings.map(({ message }) => message)).toEqual([`found ${what}`]);
    }
    expect(checkOf(result, 'local/returns-function').outcome).toMatchObject({
      reason: { message: expect.stringContaining('data.deep[0].f (a function)') },
    });
    expect(checkOf(result, 'local/reports-unknown').outcome).toMatchObject({
      reason: { message: expect.stringContaining("did you mean 'found'") },
    });
    expect(result.verdict).toMatchObject({ status: 'incomplete', gateExitCode: 3, coverage: 5 / 23 });
    const started1 = events.filter(({ type }) => type === 'taskStarted');
    const ended = events.filter(({ type }) => type === 'taskEnded');
    expect([started1.length, ended.length]).toEqual([23, 23]);
    expect(result.tasks.every(({ attempts }) => attempts.length === 1)).toBe(true);
  });

  it('cannot print: what it writes becomes lines of the log', async ({ expect }) => {
    const print = `console.log('by console'); console.error('by console.error');
      await new Promise((done) => process.stdout.write('by stdout', done)); process.stderr.write(Buffer.from('by stderr'));`;
    const root = checkProject({ cpu: print, io: { run: print, meta: ON_IO } });
    const { events, stdout, result } = await runScan(root);
    expect(ends(result)).toEqual({ cpu: 'passed', io: 'passed' });
    expect(stdout).toBe('');
    const lines = events.flatMap((event) =>
      event.type === 'log' ? [`${event.taskId} ${event.level} ${event.message}`] : [],
    );
    const expected = ['info by console', 'info by stdout', 'warn by console.error', 'warn by stderr'];
    expect(lines.sort()).toEqual(['local/cpu', 'local/io'].flatMap((id) => expected.map((line) => `${id} ${line}`)));
  });

  it('that says something after its end is not heard', async ({ expect }) => {
    const root = checkProject({
      late: {
        run: `globalThis.late = c; setTimeout(() => { try { report(c, 'too late'); } finally { globalThis.said = true; } }, 20);`,
        meta: ON_IO,
      },
      waits: {
        run: `${WAIT_FOR('said')} const told = await globalThis.late.readFile('package.json').catch((e) => e.message); report(c, told);`,
        meta: ON_IO,
      },
    });
    const { result, events } = await runScan(root);
    expect(checkOf(result, 'local/late')).toMatchObject({ outcome: { status: 'passed' }, findings: [] });
    expect(events.filter(({ type }) => type === 'finding')).toHaveLength(1);
    expect(checkOf(result, 'local/waits').findings[0]?.message).toContain('The check has ended');
  });

  it('that cannot be loaded in its thread says so', async ({ expect }) => {
    const root = checkProject({
      'fails-there': {
        top: "import { isMainThread } from 'node:worker_threads'; if (!isMainThread) throw new Error('not in a thread');",
      },
      good: '',
    });
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ 'fails-there': 'errored load-failed', good: 'passed' });
    expect(checkOf(result, 'local/fails-there').outcome).toMatchObject({
      reason: { message: expect.stringContaining('not in a thread') },
    });
  });

  it('whose error reaches nobody, after every check has ended, leaves a notice', async ({ expect }) => {
    const root = checkProject({
      leaves: { run: "setTimeout(() => { globalThis.thrown = true; throw new Error('stray'); }, 20);", meta: ON_IO },
      // Ends well after the error has travelled.
      stays: {
        run: `${WAIT_FOR('thrown')} await c.readFile('package.json'); await c.readFile('package.json');`,
        meta: ON_IO,
      },
    });
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ leaves: 'passed', stays: 'passed' });
    expect(result.notices).toMatchObject([{ code: 'stray-error', message: expect.stringContaining('stray') }]);
  });

  it('whose error comes late, when nothing runs on its thread any more, leaves a notice while the scan runs', async ({
    expect,
  }) => {
    const root = checkProject({
      leaves: "setTimeout(() => { throw new Error('late'); }, 5); return {};",
      // On another thread; lets the scan end only when the test has heard of the error.
      waits: {
        run: `const { existsSync } = await import('node:fs');
          while (!existsSync(c.target.root + '/heard')) await new Promise((done) => setTimeout(done, 5));`,
        meta: ON_IO,
        needs: ['leaves'],
      },
    });
    const { result } = await runScan(root, {
      started: async ({ events }) => {
        for await (const event of events)
          if (event.type === 'notice' && event.notice.message.includes('late')) writeFileSync(join(root, 'heard'), '');
      },
    });
    expect(ends(result)).toEqual({ leaves: 'passed', waits: 'passed' });
    expect(result.tasks.map(({ worker }) => worker)).toEqual(['cpu-1', 'io-1']);
    expect(result.notices).toMatchObject([{ code: 'stray-error', message: expect.stringContaining('late') }]);
  });
});

describe.concurrent('the thread that I/O tasks share', () => {
  it('keeps the error of one task from the others', async ({ expect }) => {
    const root = checkProject({
      timer: {
        run: `setTimeout(() => { globalThis.fired = true; throw new Error('mine'); }, 5); ${FOREVER}`,
        meta: ON_IO,
      },
      rejection: { run: `setImmediate(() => Promise.reject(new Error('mine too'))); ${FOREVER}`, meta: ON_IO },
      exits: { run: `await new Promise((d) => setTimeout(d, 1)); process.exit(1);`, meta: ON_IO },
      good: { run: `${WAIT_FOR('fired')} report(c, 'alive');`, meta: ON_IO },
    });
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({
      timer: 'errored threw',
      rejection: 'errored threw',
      exits: 'errored exited',
      good: 'failed',
    });
    expect(new Set(result.tasks.map(({ worker }) => worker))).toEqual(new Set(['io-1']));
  });

  it('when one kills it, lets the innocent run once more, alone, and keeps only what they say then', async ({
    expect,
  }) => {
    // Attempts cannot see each other except on disk: in the first, the others wait for the culprit, and it for them.
    const first = "const fs = await import('node:fs'); const flag = c.target.root + '/killed';";
    const good = (key: string) => ({
      run: `${first} report(c, '${key}'); globalThis.seen = (globalThis.seen ?? 0) + 1; if (!fs.existsSync(flag)) ${FOREVER}`,
      meta: PATIENT,
    });
    const culprit = `${first} report(c, 'culprit'); if (!fs.existsSync(flag)) {
      while ((globalThis.seen ?? 0) < 3) await new Promise((done) => setTimeout(done, 5));
      fs.writeFileSync(flag, '');
    } ${OOM}`;
    const root = checkProject({ culprit: { run: culprit, meta: PATIENT }, b: good('b'), c: good('c'), d: good('d') });
    const { result, events } = await runScan(root, { config: { tier: 'deep', concurrency: 8 } });
    expect(ends(result)).toEqual({ culprit: 'errored out-of-memory', b: 'failed', c: 'failed', d: 'failed' });
    const records = Object.fromEntries(result.tasks.map((record) => [record.id.slice(6), record]));
    for (const key of ['b', 'c', 'd', 'culprit']) {
      expect(records[key]?.attempts.map(({ attempt, outcome }) => [attempt, outcome.status])).toEqual([
        [1, 'errored'],
        [2, key === 'culprit' ? 'errored' : 'failed'],
      ]);
      expect(records[key]?.worker).toMatch(/^alone-/);
      expect(checkOf(result, `local/${key}`).findings).toHaveLength(1);
    }
    const discarded = events.filter(({ type }) => type === 'attemptDiscarded');
    expect(discarded).toHaveLength(4);
    expect(discarded.every((event) => event.type === 'attemptDiscarded' && event.findings === 1)).toBe(true);
    // Findings of both attempts were told; only the last counts.
    const told = events.filter((event) => event.type === 'finding' && event.taskId === 'local/b');
    expect(told.map((event) => event.type === 'finding' && event.attempt)).toEqual([1, 2]);
  });

  it('abandons a task that ignores its signal, and is replaced when the others have ended', async ({ expect }) => {
    const root = checkProject({
      deaf: { run: `globalThis.deaf = true; ${FOREVER}`, meta: { ...ON_IO, priority: 10 } },
      polite: {
        run: `await new Promise((_, no) => c.signal.addEventListener('abort', () => no(c.signal.reason)));`,
        meta: ON_IO,
      },
      // Outlives the deaf one's timeout and grace on the same thread.
      long: {
        run: `await new Promise((done) => setTimeout(done, 6500)); report(c, 'was left alone');`,
        meta: { ...ON_IO, timeout: '20s' },
      },
      // Starts after the deaf task was abandoned: on a new thread.
      after: { run: `report(c, 'deaf: ' + String(globalThis.deaf));`, meta: ON_IO, needs: ['polite2'] },
      polite2: {
        run: `await new Promise((done) => setTimeout(done, 6200)); return 1;`,
        meta: { ...ON_IO, timeout: '20s' },
      },
    });
    const { result } = await runScan(root, { config: { tier: 'deep' } });
    expect(ends(result)).toEqual({
      deaf: 'timed-out timeout',
      polite: 'timed-out timeout',
      long: 'failed',
      polite2: 'passed',
      after: 'failed',
    });
    const workers = Object.fromEntries(result.tasks.map(({ id, worker }) => [id, worker]));
    expect(workers['local/long']).toBe('io-1');
    expect(workers['local/after']).toBe('io-2');
    expect(checkOf(result, 'local/after').findings[0]?.message).toBe('found deaf: undefined');
    const deaf = result.tasks.find(({ id }) => id === 'local/deaf');
    const ran = (deaf?.timing.endedAtMs ?? 0) - (deaf?.timing.startedAtMs ?? 0);
    expect(ran).toBeGreaterThanOrEqual(5_900);
    expect(ran).toBeLessThan(7_500);
  });
});

describe('a thread whose heap is full', () => {
  it.for(['cpu', 'io'] as const)('in the lane %s gets no more tasks: the next has a fresh one', async (lane) => {
    const root = checkProject({
      'a-leaks': {
        // 360 of the 512 MB; what is left over is the next check's trouble, unless the thread goes.
        run: 'globalThis.kept = Array.from({ length: 45 }, () => new Array(1e6).fill(1.5));',
        meta: { lane, priority: 9, timeout: '60s' },
      },
      'b-next': { run: 'return { kept: globalThis.kept !== undefined };', meta: { lane, priority: 5 } },
      'c-same': { run: 'globalThis.mine = true; return {};', meta: { lane, priority: 4 } },
      'd-same': { run: 'return { mine: globalThis.mine === true };', meta: { lane, priority: 3 } },
    });
    const { result } = await runScan(root, { config: { concurrency: 1 } });
    expect(checkOf(result, 'local/b-next').data).toEqual({ kept: false });
    expect(checkOf(result, 'local/d-same').data).toEqual({ mine: true });
    expect(result.verdict.status).toBe('clean');
  });
});
