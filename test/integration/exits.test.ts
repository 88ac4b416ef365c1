// How the built command ends: with all that it printed, with the right code, and with nothing half written left behind.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { addChecks, type CheckText, checkProject } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { command, scanrun, startScanrun } from '../support/processes.js';

/** How much longer a slow reader takes than the second for which a forgotten handle keeps the process. */
const PAUSE_MS = 40;

/** What keeps a process from ending by itself. */
const LEAK = 'setInterval(() => {}, 1_000);';

/** A project whose plugin leaves a timer behind. */
function leaky(checks: Readonly<Record<string, string | CheckText>>, config: object = {}): string {
  const root = folder();
  addChecks(root, checks, `apply(hooks) { hooks.plan.tap('x', () => { ${LEAK} }); }`);
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['terminal'], ...config } });
  return root;
}

/** All that a stream gives to a reader that takes at most 64 KB at a time, and its time over each. */
async function slowly(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part as Buffer);
    await pause(PAUSE_MS);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Runs the built command and reads what it prints slowly. */
async function read(args: readonly string[], cwd: string) {
  const env = { PATH: process.env.PATH, HOME: cwd };
  const child: ChildProcess = spawn(process.execPath, [command, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([slowly(child.stdout as Readable), slowly(child.stderr as Readable)]);
  return { stdout, stderr, code: await closed };
}

describe.concurrent('a slow reader', { timeout: 60_000 }, () => {
  const MANY =
    "for (let i = 0; i < 4_000; i += 1) report(c, 'finding ' + i + ' ' + 'x'.repeat(600), { startLine: 1 });";

  it('of the report gets all of it, and the exit code is that of the gate', async () => {
    const root = leaky({ many: { run: MANY, meta: { severity: 'error' } } });
    const { stdout, stderr, code } = await read(['--reporter', 'json=-', '--quiet'], root);
    const { checks } = JSON.parse(stdout) as RunResult;
    expect(checks.map(({ findings }) => findings.length)).toEqual([4_000]);
    expect(code).toBe(1);
    expect(stderr).toContain('something that a plugin opened is still open');
  });

  const SAYS = "for (let i = 0; i < 4_000; i += 1) c.log.warn('line ' + i + ' ' + 'x'.repeat(600));";
  const LINES = /^warn local\/says: line \d+ x{600}$/gm;

  it('of what is said beside it gets all of it, though something keeps the process from ending', async () => {
    const { stderr, code } = await read(['--verbose'], leaky({ says: SAYS }));
    expect(stderr.match(LINES)).toHaveLength(4_000);
    expect(stderr.trimEnd()).toMatch(/something that a plugin opened is still open \(.*\); ending anyway$/);
    expect(code).toBe(0);
  });

  it('is not taken for something that a plugin left open', async () => {
    const root = checkProject({ says: SAYS }, { 'scan.config.json': { plugins: ['./plugin.mjs'] } });
    const { stderr, code } = await read(['--verbose'], root);
    expect(stderr.match(LINES)).toHaveLength(4_000);
    expect(stderr).not.toContain('still open');
    expect(code).toBe(0);
  });
});

describe.concurrent('a reader that goes away', () => {
  it('changes nothing about the exit code', () => {
    const root = leaky({
      finds: { run: "for (let i = 0; i < 4_000; i += 1) report(c, 'x'.repeat(600));", meta: { severity: 'error' } },
    });
    for (const flags of ['--json', '--events -']) {
      const pipeline = `"$0" "$1" ${flags} 2>err | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`;
      const env = { PATH: process.env.PATH, HOME: root };
      const { stdout } = spawnSync('bash', ['-c', pipeline, process.execPath, command], {
        cwd: root,
        encoding: 'utf8',
        env,
      });
      expect([flags, stdout]).toEqual([flags, '1\n']);
      expect(readFileSync(join(root, 'err'), 'utf8')).not.toMatch(/EPIPE|SR_/);
    }
  });
});

describe.concurrent('a report that is being written', { timeout: 60_000 }, () => {
  /** A project whose reporter has written a part and does not go on, or breaks. */
  const writing = (then: string): string =>
    checkProject(
      { fine: '' },
      {
        'scan.config.json': { plugins: ['./plugin.mjs'] },
        'slow.mjs': `import { defineReporter } from 'scanrun';
export default defineReporter({ name: 'slow', output: 'reports/slow.txt', async *render() {
  yield 'new '.repeat(1_000_000);
  process.stderr.write('a part is written');
  ${then}
  await new Promise(() => setInterval(() => {}, 1_000));
} });`,
        'reports/slow.txt': 'yesterday',
      },
    );
  const left = (root: string) => ({
    names: readdirSync(join(root, 'reports')),
    text: readFileSync(join(root, 'reports/slow.txt'), 'utf8'),
  });
  const asBefore = { names: ['slow.txt'], text: 'yesterday' };
  const SLOW = ['--reporter', './slow.mjs'];

  it('leaves nothing beside the old one when a second Ctrl-C ends the process', async () => {
    const root = writing('');
    const { child, ended, stderrHas } = startScanrun(SLOW, { cwd: root });
    await stderrHas('a part is written');
    expect(left(root).names).toHaveLength(2);
    child.kill('SIGINT');
    await stderrHas('ending softly');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(left(root)).toEqual(asBefore);
  });

  it('leaves nothing when an error that nobody caught ends it', async () => {
    const root = writing("setImmediate(() => { throw new Error('stray'); });");
    const { code, stderr } = await scanrun(SLOW, { cwd: root });
    expect([code, stderr]).toEqual([3, expect.stringContaining('stray')]);
    expect(left(root)).toEqual(asBefore);
  });

  it('leaves nothing when it is made again from a result, and a signal or an error ends that', async () => {
    const root = writing('');
    expect((await scanrun(['--json'], { cwd: root })).code).toBe(0);
    const { child, ended, stderrHas } = startScanrun(['report', 'last', ...SLOW], { cwd: root });
    await stderrHas('a part is written');
    expect(left(root).names).toHaveLength(2);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
    expect(left(root)).toEqual(asBefore);
    const stray = writing("setImmediate(() => { throw new Error('stray'); });");
    write(root, { 'slow.mjs': readFileSync(join(stray, 'slow.mjs'), 'utf8') });
    expect((await scanrun(['report', 'last', ...SLOW], { cwd: root })).code).toBe(3);
    expect(left(root)).toEqual(asBefore);
  });
});

describe.concurrent('a command that loads plugins and scans nothing', () => {
  it.for(['list', 'plan', 'explain local/fine'])('ends though one of them leaves something open: %s', async (args) => {
    const root = checkProject({ fine: { top: LEAK, run: '' } }, { 'scan.config.json': { plugins: ['./plugin.mjs'] } });
    const { code, stdout, stderr } = await scanrun(args.split(' '), { cwd: root });
    expect([code, stdout]).toEqual([0, expect.stringContaining('local/fine')]);
    expect(stderr).toMatch(/something that a plugin opened is still open \(.*Timeout.*\); ending anyway/);
  });

  it('does not end as if it had found something when one of them breaks', async () => {
    const top = "setImmediate(() => { throw new Error('stray'); });";
    const root = checkProject({ fine: { top, run: '' } }, { 'scan.config.json': { plugins: ['./plugin.mjs'] } });
    const { code, stderr } = await scanrun(['list'], { cwd: root });
    expect([code, stderr]).toEqual([3, expect.stringContaining('stray')]);
  });
});
