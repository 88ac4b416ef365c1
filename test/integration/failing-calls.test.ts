// Calls of the system that fail while the built command runs: a disk that breaks, not one that is full.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { canTrace, type FailingCall, failing, killedAfter } from '../support/faults.js';
import { write } from '../support/folders.js';
import { type Ended, scanrun } from '../support/processes.js';
import { canonical, checkOf, ends } from '../support/run-scan.js';

const CHECKS = 8;
const keys = Array.from({ length: CHECKS }, (_, index) => `c${index + 1}`);

function project(): string {
  const find = "report(c, 'one', { startLine: 1 }); report(c, 'two'); return 'data of it';";
  const root = checkProject(Object.fromEntries(keys.map((key) => [key, find])));
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'] } });
  return root;
}

const run = (cwd: string, args: readonly string[], fault?: FailingCall): Promise<Ended> =>
  scanrun(args, { cwd, by: [...killedAfter(25), ...(fault === undefined ? [] : failing(fault))] });
const parsed = (text: string): RunResult => JSON.parse(text) as RunResult;

describe.skipIf(!canTrace())('a call that fails (needs strace, and that it may trace)', () => {
  it('when the record is written: the scan goes on, says it once, and can be resumed from what was written', async () => {
    const root = project();
    const whole = await run(root, []);
    const [id = ''] = readdirSync(join(root, '.scanrun/runs'));
    const journal = join(root, '.scanrun/runs', id, 'journal.ndjson');
    // The first two tasks have ended.
    const lines = readFileSync(journal, 'utf8').split('\n');
    const second = lines.flatMap((line, index) => (line.includes('"taskEnded"') ? [index] : []))[1] ?? 0;
    const begun = `${lines.slice(0, second + 1).join('\n')}\n`;
    for (const [error, when] of [
      ['EIO', '1'],
      ['EIO', '3'],
      ['ENOSPC', '5+'],
    ] as const) {
      writeFileSync(journal, begun);
      const broken = await run(root, ['resume', id], { call: 'write', error, when, path: journal });
      expect([error, broken.code]).toEqual([error, 0]);
      const notices = parsed(broken.stdout).notices.filter(({ code }) => code === 'not-recorded');
      expect(notices).toEqual([
        {
          code: 'not-recorded',
          level: 'warning',
          message: expect.stringMatching(
            new RegExp(`^The record of the run broke off, .*${error}.*Make room in .*${id}`),
          ),
        },
      ]);
      expect(canonical({ ...parsed(broken.stdout), notices: [] })).toBe(canonical(parsed(whole.stdout)));
      const ended = readFileSync(journal, 'utf8').split('"taskEnded"').length - 1;
      expect(ended).toBe(2 + Number.parseInt(when, 10) - 1);
      const again = await run(root, ['resume', id]);
      expect([again.code, canonical(parsed(again.stdout))]).toEqual([0, canonical(parsed(whole.stdout))]);
    }
  });

  it.for([
    ['rename,renameat,renameat2', 'EIO'],
    ['fsync', 'EIO'],
    ['rename,renameat,renameat2', 'EPERM'],
  ] as const)(
    '%s with %s when a report is put in its place: the old one stays, and it is not clean',
    async ([call, error]) => {
      const root = project();
      write(root, { 'reports/scan.json': 'yesterday' });
      const args = ['--reporter', 'json=reports/scan.json', '--reporter', 'terminal'];
      const { code, stdout, stderr } = await run(root, args, { call, error });
      expect([code, stdout]).toEqual([3, expect.stringContaining('found one')]);
      expect(stderr).toMatch(
        new RegExp(`the reporter json failed: SR_REPORT_WRITE: .*scan\\.json could not be written: ${error}`),
      );
      expect(readdirSync(join(root, 'reports'))).toEqual(['scan.json']);
      expect(readFileSync(join(root, 'reports/scan.json'), 'utf8')).toBe('yesterday');
    },
  );

  it('when events are written: what was written is whole lines, and the scan is not clean', async () => {
    const root = project();
    const events = join(root, 'events.ndjson');
    const fault = { call: 'write', error: 'EIO', when: '6', path: events };
    const { code, stdout, stderr } = await run(root, ['--events', 'events.ndjson'], fault);
    expect(code).toBe(3);
    expect(
      stderr.match(/the events failed: SR_REPORT_WRITE: .*events\.ndjson could not be written: EIO/g),
    ).toHaveLength(1);
    expect(Object.values(ends(parsed(stdout)))).toEqual(keys.map(() => 'failed'));
    const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type).slice(0, 2)).toEqual([
      'scanStarted',
      'planned',
    ]);
    expect(lines).toHaveLength(5);
  });

  it('when a file is read: no check that should have read it passes', async () => {
    const visit = "if (file.text.includes('x')) report(c, file.path, { path: file.path });";
    const root = checkProject(
      { texts: { visit }, reads: "await c.readFile('bad.txt');" },
      { 'a.txt': 'x', 'bad.txt': 'x' },
    );
    write(root, {
      'scan.config.json': {
        plugins: ['./plugin.mjs', 'secrets'],
        reporters: ['json'],
        exclude: ['**/*.mjs', '*.json'],
      },
    });
    const fault = { call: 'read,pread64', error: 'EIO', path: join(root, 'bad.txt') };
    const { code, stdout } = await run(root, [], fault);
    const result = parsed(stdout);
    expect([code, ends(result)]).toEqual([
      3,
      {
        texts: 'degraded unreadable',
        reads: 'errored threw',
        'secrets/credentials': 'degraded unreadable',
        'secrets/private-keys': 'degraded unreadable',
      },
    ]);
    for (const { outcome } of result.checks) expect('reason' in outcome && outcome.reason.message).toContain('EIO');
    expect(checkOf(result, 'local/texts').findings.map(({ message }) => message)).toEqual(['found a.txt']);
  });
});
