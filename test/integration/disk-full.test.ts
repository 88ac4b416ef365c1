// A disk that is full, at every place that the built command writes to.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { fill, killedAfter, mounted, redirected, unfill } from '../support/faults.js';
import { write } from '../support/folders.js';
import { type Ended, scanrun } from '../support/processes.js';
import { canonical } from '../support/run-scan.js';

const CHECKS = 12;
/** What to do about a file that cannot be written. */
const NEXT = 'Check that the folder exists, is writable and has space.';

/** A project whose checks find three things each. */
function project(config: object = {}): string {
  const keys = Array.from({ length: CHECKS }, (_, index) => `c${String(index + 1).padStart(2, '0')}`);
  const find = "for (const what of ['one', 'two', 'three']) report(c, what + ' ' + 'x'.repeat(200), { startLine: 1 });";
  const root = checkProject(Object.fromEntries(keys.map((key) => [key, find])));
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'], ...config } });
  return root;
}

const run = (cwd: string, args: readonly string[] = [], by: readonly string[] = []): Promise<Ended> =>
  scanrun(args, { cwd, by: [...killedAfter(25), ...by] });
const parsed = (text: string): RunResult => JSON.parse(text) as RunResult;
/** The result but for what it says of the record and the history. */
const answerOf = (text: string): string => canonical({ ...parsed(text), notices: [] });
const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** The run's folder: the only one. */
function runFolder(root: string): string {
  const [id, ...others] = namesIn(join(root, '.scanrun/runs'));
  expect(others).toEqual([]);
  return join(root, '.scanrun/runs', id ?? expect.unreachable('there is no run'));
}

describe('a full disk under the state folder', () => {
  it('costs no finding: the scan says what it could not keep, and leaves nothing half written', async ({ skip }) => {
    const root = project({ gate: { failOn: 'warning' } });
    const expected = answerOf((await run(root)).stdout);
    // What a file takes in memory: whole pages.
    const pages = (name: string): number => Math.ceil(statSync(join(runFolder(root), name)).size / 4_096) * 4_096;
    const upToPlan = 4_096 + pages('plan.json');
    const cases: [number, RegExp][] = [
      [0, /This run is not recorded, so it cannot be resumed: no folder can be made in .*\.scanrun\/runs/],
      [4_096, /The run could not be recorded, so it cannot be resumed: ENOSPC/],
      [upToPlan, /The record of the run broke off, .*: ENOSPC/],
      [upToPlan + pages('journal.ndjson') / 2, /The record of the run broke off, .*: ENOSPC/],
      [upToPlan + pages('journal.ndjson') + 4_096, /The result could not be kept: ENOSPC/],
    ];
    const state = join(root, '.scanrun');
    if (!mounted(state)) skip('mounting is not allowed here');
    for (const [room, problem] of cases) {
      fill(state, room);
      const { code, stdout, stderr } = await run(root);
      expect([room, code]).toEqual([room, 1]);
      expect(answerOf(stdout)).toBe(expected);
      // What is known before the result is made is in it; the rest is on standard error.
      const told = parsed(stdout).notices.map(({ code: what, message }) => `${what} ${message}`);
      const notRecorded = [...told, ...stderr.split('\n')].filter((line) => line.includes('not-recorded'));
      expect(notRecorded).toEqual([expect.stringMatching(problem)]);
      if (room > 0) expect(notRecorded[0]).toMatch(/Make room in .*\.scanrun\/runs\/.*, or make it writable/);
      // Where there was no room for the result there is for a line of the history.
      if (room > 0 && !problem.source.includes('result'))
        expect(stderr).toMatch(/history-unwritable .*history\.ndjson cannot be written \(ENOSPC\)/);
      expectNothingHalf(state);
      for (const name of readdirSync(state)) rmSync(join(state, name), { recursive: true });
    }
  });

  it('in the middle of a scan breaks off the record only: resumed, it gives the same result', async ({ skip }) => {
    const root = project();
    const whole = await run(root, ['--no-parallel']);
    const room =
      statSync(join(runFolder(root), 'plan.json')).size + statSync(join(runFolder(root), 'journal.ndjson')).size / 2;
    const state = join(root, '.scanrun');
    if (!mounted(state)) skip('mounting is not allowed here');
    fill(state, 8_192 + Math.ceil(room / 4_096) * 4_096);
    const torn = await run(root, ['--no-parallel']);
    expect([torn.code, answerOf(torn.stdout)]).toEqual([0, answerOf(whole.stdout)]);
    const ended = readFileSync(join(runFolder(root), 'journal.ndjson'), 'utf8').split('"taskEnded"').length - 1;
    // Or there would be nothing to take over, or nothing to do.
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(CHECKS);
    unfill(state);
    const resumed = await run(root, ['resume', runFolder(root).split('/').at(-1) ?? '']);
    expect(resumed.code).toBe(0);
    expect(canonical(parsed(resumed.stdout))).toBe(canonical(parsed(whole.stdout)));
  });
});

/** A file of the state folder is there whole or not at all. */
function expectNothingHalf(state: string): void {
  const files = readdirSync(state, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  if (files.some(({ name }) => name === '.gitignore'))
    expect(readFileSync(join(state, '.gitignore'), 'utf8')).toBe('*\n');
  // Without its ignore file nothing else is there: git would take it for a part of the project.
  else expect(namesIn(state)).toEqual(['ballast']);
  for (const id of namesIn(join(state, 'runs'))) {
    const { plan } = JSON.parse(readFileSync(join(state, 'runs', id, 'plan.json'), 'utf8')) as {
      plan: { tasks: object[] };
    };
    expect(plan.tasks).toHaveLength(CHECKS);
  }
}

describe('a full disk under the reports', () => {
  it('keeps the old reports, writes no half one, tells the findings, and is not clean', async ({ skip }) => {
    const root = project({
      reporters: [
        'terminal',
        { reporter: 'html', output: 'reports/scan.html' },
        { reporter: 'json', output: 'reports/scan.json' },
      ],
    });
    const reports = join(root, 'reports');
    if (!mounted(reports)) skip('mounting is not allowed here');
    write(root, { 'reports/scan.html': 'yesterday' });
    fill(reports, 8_192);
    const { code, stdout, stderr } = await run(root);
    expect(code).toBe(3);
    for (const name of ['html', 'json'])
      expect(stderr).toMatch(
        new RegExp(
          `the reporter ${name} failed: SR_REPORT_WRITE: .*reports/scan\\.${name} could not be written: ENOSPC.*\\. ${NEXT}`,
        ),
      );
    expect(namesIn(reports)).toEqual(['ballast', 'scan.html']);
    expect(readFileSync(join(reports, 'scan.html'), 'utf8')).toBe('yesterday');
    expect(stdout).toContain('found one');
    expect(stdout).toContain('nothing at the gate');
  });

  it('does not hide that there are findings at the gate', async () => {
    const root = project({ gate: { failOn: 'warning' } });
    const { code, stderr } = await run(root, ['--reporter', 'json=/dev/full']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(NEXT)]);
  });
});

describe('a full disk under a log or the events', () => {
  it.for(['--log-file', '--events'])('%s: the scan goes on, says it once, and is not clean', async (flag) => {
    const root = project();
    const { code, stderr } = await run(root, [flag, '/dev/full', '--reporter', 'json=out.json']);
    expect(code).toBe(3);
    const said = stderr.split('\n').filter((line) => line.includes('/dev/full'));
    expect(said).toEqual([expect.stringMatching(/SR_REPORT_WRITE: \/dev\/full could not be written: ENOSPC/)]);
    expect(said[0]).toContain(NEXT);
    const result = parsed(readFileSync(join(root, 'out.json'), 'utf8'));
    expect(result.verdict.status).toBe('clean');
    expect(result.checks.flatMap(({ findings }) => findings)).toHaveLength(3 * CHECKS);
  });
});

describe('a full disk under standard output', () => {
  it.for([
    [['--json'], 'the reporter json failed'],
    [['--reporter', 'terminal'], 'the reporter terminal failed'],
    [['--events', '-', '--reporter', 'json=out.json'], 'the events failed'],
    [['plan'], 'SR_REPORT_WRITE'],
    [['list', '--json'], 'SR_REPORT_WRITE'],
  ] as const)('%j ends with 3 and says what it could not write', async ([args, what]) => {
    const { code, stderr } = await run(project(), args, redirected('>/dev/full'));
    expect(code).toBe(3);
    expect(stderr).toContain(what);
    expect(stderr.match(/Standard output could not be written: ENOSPC/g)).toHaveLength(1);
    expect(stderr).toMatch(/Check that where it goes has space, and run the command again/);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it('that takes a part of a report is no success', async ({ skip }) => {
    const root = project();
    const out = join(root, 'out');
    if (!mounted(out)) skip('mounting is not allowed here');
    fill(out, 8_192);
    const { code, stderr } = await run(root, ['--json'], redirected(`>${join(out, 'scan.json')}`));
    expect([code, stderr]).toEqual([3, expect.stringContaining('Standard output could not be written: ENOSPC')]);
    // With more room it is whole, by the same way.
    unfill(out);
    const again = await run(root, ['--json'], redirected(`>${join(out, 'scan.json')}`));
    expect(again.code).toBe(0);
    expect(parsed(readFileSync(join(out, 'scan.json'), 'utf8')).checks).toHaveLength(CHECKS);
  });
});

describe('standard error', () => {
  it.for([
    ['that is full', '2>/dev/full'],
    ['whose reader went away', '2> >(exec true)'],
  ] as const)('%s changes nothing about the answer', async ([, to]) => {
    const root = project({ gate: { failOn: 'warning' } });
    const [verbose, usage] = await Promise.all([
      run(root, ['--verbose', '--reporter', 'json=out.json'], redirected(to)),
      run(root, ['--teir'], redirected(to)),
    ]);
    expect([verbose.code, usage.code]).toEqual([1, 2]);
    expect(parsed(readFileSync(join(root, 'out.json'), 'utf8')).checks).toHaveLength(CHECKS);
  });
});
