// The PDF by the built command: among other reports, and where no browser is to be had.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { findChromium } from '../reporters/browser.js';
import { checkProject } from '../support/check-projects.js';
import { write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';

const REPORTS = ['terminal', 'pdf', 'html', 'json=reports/scan.json'].flatMap((name) => ['--reporter', name]);

/** A project with one check. */
function project(found = false): string {
  const root = checkProject({ one: { run: found ? "report(c, 'one');" : '', meta: { severity: 'error' } } });
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'] } });
  return root;
}

describe('the pdf reporter', () => {
  it('harms no other report where there is no browser, and says what gives one', async () => {
    for (const [found, code] of [
      [false, 3],
      [true, 1],
    ] as const) {
      const root = project(found);
      const ended = await scanrun(REPORTS, { cwd: root, env: { SCANRUN_CHROMIUM: '/nowhere/chromium' } });
      expect([ended.code, ended.stdout + ended.stderr]).toEqual([
        code,
        expect.stringContaining('SR_BROWSER_NOT_FOUND'),
      ]);
      expect(ended.stdout + ended.stderr).toContain('SCANRUN_CHROMIUM names /nowhere/chromium');
      expect(existsSync(join(root, 'reports/scan.pdf'))).toBe(false);
      expect(statSync(join(root, 'reports/scan.html')).size).toBeGreaterThan(10_000);
      const result = JSON.parse(readFileSync(join(root, 'reports/scan.json'), 'utf8')) as RunResult;
      expect(result.verdict.gateExitCode).toBe(found ? 1 : 0);
    }
  });

  it('writes its file with the others, and again from the result', async (ctx) => {
    const browser = findChromium();
    if (browser === undefined) return ctx.skip('no chromium on this machine');
    const root = project();
    const env = { SCANRUN_CHROMIUM: browser };
    const scanned = await scanrun(REPORTS, { cwd: root, env });
    expect([scanned.code, scanned.stderr]).toEqual([0, expect.not.stringContaining('SR_')]);
    expect(scanned.stdout).toContain('Clean');
    const again = await scanrun(['report', 'reports/scan.json', '--reporter', 'pdf=again.pdf'], { cwd: root, env });
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('SR_')]);
    for (const file of ['reports/scan.pdf', 'again.pdf'])
      expect(readFileSync(join(root, file)).subarray(0, 5).toString()).toBe('%PDF-');
  }, 120_000);
});
