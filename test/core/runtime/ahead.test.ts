// One task at a time: the thread knows what comes next, and yet nothing runs too early, twice or not at all.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import { Thread } from '../../../core/execute/thread.js';
import { createRuntime } from '../../../core/runtime.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';
import { checkOf, runScan } from '../../support/run-scan.js';

const top = "import { appendFileSync } from 'node:fs';";
const meta = { lane: 'cpu' };
const log = (word: string): string => `appendFileSync(c.target.root + '/log.txt', ${JSON.stringify(`${word} `)});`;
/** A check that says when it begins and when it ends. */
const noting = (key: string, body = ''): CheckText => ({
  top,
  meta,
  run: `${log(`${key}+`)} ${body} ${log(`${key}-`)}`,
});
const logOf = (root: string): string[] => {
  const file = join(root, 'log.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : [];
};
const sequential = { overrides: { parallel: false } };

describe('one task at a time', () => {
  it('never begins one before the last has ended, and keeps the order of the plan', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    const wait = 'await new Promise((done) => setTimeout(done, 5));';
    const root = checkProject(Object.fromEntries(keys.map((key) => [key, noting(key, wait)])));
    const { result, events } = await runScan(root, sequential);
    expect(result.checks.map(({ outcome }) => outcome.status)).toEqual(keys.map(() => 'passed'));
    expect(logOf(root)).toEqual(keys.flatMap((key) => [`${key}+`, `${key}-`]));
    const told = events.flatMap((event) =>
      event.type === 'taskStarted' ? [event.taskId] : event.type === 'taskEnded' ? [event.task.id] : [],
    );
    expect(told).toEqual(keys.flatMap((key) => [`local/${key}`, `local/${key}`]));
  });

  it('hands data on to the check that needs it', async () => {
    const root = checkProject({
      first: { meta, run: 'return { answer: 42 };' },
      second: { meta, needs: ['first'], run: "report(c, String(c.needs.first.answer), { path: 'package.json' });" },
      third: { meta, run: '' },
    });
    const { result } = await runScan(root, sequential);
    expect(checkOf(result, 'local/second').findings.map(({ data }) => data)).toEqual([{ what: '42' }]);
  });

  it('runs the next once and in full after one that is killed, crashes, or is stopped in time', async () => {
    const root = checkProject({
      a: noting('a', 'for (;;) {}'),
      b: noting('b', 'process.exit(1);'),
      c: noting(
        'c',
        'await new Promise((_, fail) => c.signal.addEventListener("abort", () => fail(new Error("told"))));',
      ),
      d: noting('d'),
      e: noting('e'),
    });
    const checks = { 'local/a': { timeout: '5s' }, 'local/c': { timeout: '5s' } };
    const { result } = await runScan(root, { ...sequential, config: { checks } as Config });
    const ends = result.checks.map(({ checkId, outcome }) => [checkId, outcome.status]);
    expect(Object.fromEntries(ends)).toEqual({
      'local/a': 'timed-out',
      'local/b': 'errored',
      'local/c': 'timed-out',
      'local/d': 'passed',
      'local/e': 'passed',
    });
    expect(logOf(root)).toEqual(['a+', 'b+', 'c+', 'd+', 'd-', 'e+', 'e-']);
  });

  describe('where a finding may end the scan', () => {
    afterEach(() => vi.restoreAllMocks());
    const scanned = async (settings: object, checks: object) => {
      // What the thread was told, and not what it made of it: whether it began before it was ended is chance.
      const told = vi.spyOn(Thread.prototype, 'tellNext');
      const root = checkProject({
        a: { ...noting('a', "report(c, 'bad', { path: 'package.json' });"), meta: { ...meta, severity: 'error' } },
        b: noting('b'),
      });
      const { result } = await runScan(root, { ...sequential, ...settings, config: { checks } as Config });
      const next = told.mock.calls.map(([{ task }]) => task.id);
      return { next, second: checkOf(result, 'local/b').outcome.status, log: logOf(root) };
    };

    it.each([
      ['fail-fast', { overrides: { parallel: false, failFast: true } }, {}],
      ['a critical check', {}, { 'local/a': { critical: true } }],
    ])('tells no thread what comes next, and begins nothing more: %s', async (_, settings, checks) => {
      expect(await scanned(settings, checks)).toEqual({ next: [], second: 'skipped', log: ['a+', 'a-'] });
    });

    it('tells it where neither is asked for', async () => {
      const all = { next: ['local/b'], second: 'passed', log: ['a+', 'a-', 'b+', 'b-'] };
      expect(await scanned({}, {})).toEqual(all);
    });
  });

  it('shares its threads with another scan of the same runtime', async () => {
    const runtime = createRuntime({ cores: 1 });
    onTestFinished(() => runtime.close());
    const roots = ['x', 'y'].map((name) =>
      checkProject(
        Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${name}${index}`, noting(`${name}${index}`)])),
      ),
    );
    const scans = await Promise.all(roots.map((root) => runScan(root, { ...sequential, runtime })));
    for (const [index, { result }] of scans.entries()) {
      expect(result.checks.map(({ outcome }) => outcome.status)).toEqual(Array(8).fill('passed'));
      // Who was told to come next and had to give way begins again, and ends once.
      const ends = logOf(roots[index] as string).filter((word) => word.endsWith('-'));
      expect(new Set(ends).size).toBe(8);
    }
  });
});
