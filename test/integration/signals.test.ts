// Interrupting the built command, and what is left of it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { write } from '../support/folders.js';
import { alive, endAll, startScanrun, uniqueArgument } from '../support/processes.js';
import { ends } from '../support/run-scan.js';

/** A project whose check starts a process that ignores every request to end, in a session of its own. */
function stubborn(mark: string, meta: object = {}): string {
  const deaf = 'process.on("SIGTERM", () => {}); process.on("SIGINT", () => {}); setInterval(() => {}, 1e5)';
  const text = `require("child_process").spawn("setsid", [process.execPath, "-e", ${JSON.stringify(deaf)}, "${mark}"], { detached: true, stdio: "ignore" }); ${deaf}`;
  const root = checkProject({
    'a-first': "report(c, 'was done');",
    starts: {
      run: `report(c, 'begun'); c.log.warn('it runs'); await c.exec(['node', '-e', ${JSON.stringify(text)}, '${mark}']);`,
      meta: { lane: 'process', ...meta },
    },
    spins: "c.log.warn('it spins'); for (;;) {}",
    zlast: { run: '', meta: { priority: -10 } },
  });
  write(root, {
    'scan.config.json': {
      plugins: ['./plugin.mjs'],
      reporters: [{ reporter: 'json', output: 'out.json' }],
      governor: 'off',
      tiers: { standard: { concurrency: 3 } },
    },
  });
  return root;
}

const resultOf = (root: string) => JSON.parse(readFileSync(join(root, 'out.json'), 'utf8')) as RunResult;

/** A scan whose commands run and do not want to end. */
async function begun({ expect, onTestFinished }: TestContext) {
  const mark = uniqueArgument();
  onTestFinished(() => endAll(mark));
  const root = stubborn(mark, { timeout: '60s' });
  const scan = startScanrun(['--verbose'], { cwd: root });
  await scan.stderrHas('warn local/starts: it runs');
  await expect.poll(() => alive(mark).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  return { mark, root, scan };
}

describe.concurrent('a signal', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the scan softly: the report of what was done, 130, and no process left',
    async (signal, context) => {
      const { mark, root, scan } = await begun(context);
      const { expect } = context;
      const sent = Date.now();
      scan.child.kill(signal);
      const { code, signal: by, stderr } = await scan.ended;
      // Half a second for the processes, a second for the threads, and the report.
      expect(Date.now() - sent).toBeLessThan(5_000);
      expect([code, by]).toEqual([130, null]);
      expect(stderr).toContain(`${signal}, ending softly`);
      expect(alive(mark)).toEqual([]);
      const result = resultOf(root);
      expect(ends(result)).toMatchObject({ 'a-first': 'failed', starts: 'cancelled interrupted' });
      expect(result.verdict).toMatchObject({ status: 'interrupted', gateExitCode: 130 });
      expect(result.checks.find(({ checkId }) => checkId === 'local/starts')?.findings).toHaveLength(1);
    },
  );

  it('a second time ends at once, and leaves no process either', async (context) => {
    const { mark, root, scan } = await begun(context);
    const { expect } = context;
    scan.child.kill('SIGINT');
    await scan.stderrHas('ending softly');
    scan.child.kill('SIGINT');
    const { code } = await scan.ended;
    expect(code).toBe(130);
    expect(existsSync(join(root, 'out.json'))).toBe(false);
    await expect.poll(() => alive(mark), { timeout: 2_000 }).toEqual([]);
  });
});

describe.concurrent('a timeout', () => {
  it('of a check ends all of its processes', async ({ expect, onTestFinished }) => {
    const mark = uniqueArgument();
    onTestFinished(() => endAll(mark));
    const root = stubborn(mark, { timeout: '5s' });
    const scan = startScanrun([], { cwd: root });
    await expect.poll(() => alive(mark).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    const { code } = await scan.ended;
    expect(code).toBe(3);
    expect(ends(resultOf(root))).toEqual({
      'a-first': 'failed',
      starts: 'timed-out timeout',
      spins: 'timed-out timeout',
      zlast: 'passed',
    });
    expect(alive(mark)).toEqual([]);
  });

  it('of the whole scan stops what runs and skips what waits', async ({ expect, onTestFinished }) => {
    const mark = uniqueArgument();
    onTestFinished(() => endAll(mark));
    const root = stubborn(mark, { timeout: '60s' });
    write(root, {
      'scan.config.json': {
        plugins: ['./plugin.mjs'],
        reporters: [{ reporter: 'json', output: 'out.json' }],
        governor: 'off',
        tiers: { standard: { concurrency: 2, budget: '1s', deadline: '4s' } },
      },
    });
    const { code, timeMs } = await startScanrun([], { cwd: root }).ended;
    expect(code).toBe(3);
    // Long before the commands would end; how long it takes to end them is the machine's.
    expect(timeMs).toBeLessThan(30_000);
    expect(ends(resultOf(root))).toMatchObject({
      spins: 'timed-out deadline',
      starts: 'timed-out deadline',
      zlast: 'skipped deadline',
    });
    expect(alive(mark)).toEqual([]);
  });
});
