// Limits of the system that the built command reaches: open files, memory.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { type CheckText, checkProject } from '../support/check-projects.js';
import { killedAfter, openFiles } from '../support/faults.js';
import { write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { checkOf, ends } from '../support/run-scan.js';
import { serve, status } from '../support/server.js';

const io = (priority = 0) => ({ lane: 'io', priority });
const visit = "if (file.path === 'a.txt') report(c, 'seen', { path: file.path });";

/** Checks that ask for a file, a process, or a connection, all on the one thread that waits. */
const askers = (url: string): Record<string, CheckText> => ({
  texts: { visit, meta: io() },
  bytes: { visit, meta: { ...io(), reads: 'bytes' } },
  streams: { visit: 'for await (const _ of file.stream()) {}', meta: { ...io(), reads: 'stream' } },
  names: { visit, meta: { ...io(), reads: 'none' } },
  reads: { run: "report(c, 'before'); await c.readFile('a.txt');", meta: io() },
  execs: { run: "await c.exec(['true']);", meta: io() },
  fetches: { run: `await c.fetch('${url}')`, meta: io() },
});

describe('no more files can be opened', () => {
  it('because a check keeps them all: what could not look has no answer, and says why', async () => {
    // Each answer ends its connection, or the next would need none.
    const { url } = await serve((_, response) => status(response, 200, { connection: 'close' }));
    const asking = askers(url);
    const root = checkProject(
      {
        // Whatever scanrun loads when it first needs it is loaded before: this is about what the checks ask for.
        'a-before': {
          run: `await c.fetch('${url}'); await c.exec(['true']); report(c, 'before');`,
          meta: io(100),
          top: [...Object.keys(asking), 'z-frees'].map((key) => `import './${key}.mjs';`).join(' '),
        },
        hoards: {
          top: "import { openSync } from 'node:fs'; globalThis.hoard = [];",
          run: "try { for (;;) globalThis.hoard.push(openSync('/dev/null', 'r')); } catch (error) { return error.code; }",
          meta: io(50),
        },
        ...asking,
        // Or no report could be made.
        'z-frees': {
          top: "import { closeSync } from 'node:fs';",
          run: 'for (const file of globalThis.hoard) closeSync(file);',
          meta: io(-100),
        },
      },
      { 'a.txt': 'a\n' },
    );
    write(root, {
      'scan.config.json': { plugins: ['./plugin.mjs', 'secrets'], reporters: ['json'] },
    });
    const by = [...killedAfter(25), ...openFiles(128)];
    const { code, stdout, stderr } = await scanrun(['--no-parallel'], { cwd: root, by });
    expect([code, stderr]).toEqual([3, expect.not.stringMatching(/SR_|\n {4}at /)]);
    const result = JSON.parse(stdout) as RunResult;
    expect(checkOf(result, 'local/hoards').data).toBe('EMFILE');
    expect(ends(result)).toEqual({
      'a-before': 'failed',
      hoards: 'passed',
      texts: 'degraded unreadable',
      bytes: 'degraded unreadable',
      streams: 'errored threw',
      // It asked for nothing but the list, which was there.
      names: 'failed',
      reads: 'errored threw',
      execs: 'errored threw',
      fetches: 'errored threw',
      'secrets/credentials': 'degraded unreadable',
      'secrets/private-keys': 'degraded unreadable',
      'z-frees': 'passed',
    });
    for (const { outcome } of result.checks)
      if ('reason' in outcome) expect(outcome.reason.message).toContain('EMFILE');
    expect(checkOf(result, 'local/reads').findings).toHaveLength(1);
  });

  it.fails('so that threads cannot start: their checks have no answer, whatever else there is has one', async () => {
    const root = checkProject({ one: { visit }, two: { visit }, three: { visit } }, { 'a.txt': 'a\n' });
    write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'] } });
    // Which of them is too few depends on node; some of them let a scan begin and are too few for threads.
    for (const limit of [24, 26, 28, 30, 32, 36, 40, 64]) {
      const out = `out-${limit}.json`;
      const by = [...killedAfter(25), ...openFiles(limit)];
      const { code, stderr } = await scanrun(['--reporter', `json=${out}`], { cwd: root, by });
      expect([limit, stderr]).toEqual([limit, expect.not.stringMatching(/SR_INTERNAL|\n {4}at |timed-out/)]);
      expect([limit, code]).toEqual([limit, existsSync(join(root, out)) ? codeIn(join(root, out)) : 3]);
    }
  });
});

/** The exit code that a result asks for; it has an answer from each check or is incomplete. */
function codeIn(file: string): number {
  const result = JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  const complete = Object.values(ends(result)).every((end) => end === 'failed');
  expect(result.verdict.status).toBe(complete ? 'clean' : 'incomplete');
  return complete ? 0 : 3;
}

describe('a check that runs out of memory', () => {
  const ooms = 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));';
  // It lets the others of its thread begin first.
  const later = 'await new Promise((done) => setTimeout(done, 300));';
  // The first time it waits until the thread dies; the second time it comes to an end.
  const patient = `report(c, 'begun');
    const mark = c.target.root + '/begun-' + c.options.key;
    if (!existsSync(mark)) { writeFileSync(mark, ''); await new Promise(() => {}); }`;

  it('harms nobody else, neither beside its thread nor on the one that it shares', async () => {
    const long = { timeout: '60s' };
    const options = (key: string) => ({ options: { key: { type: 'string', default: key } } });
    const root = checkProject({
      'cpu-one': "report(c, 'begun');",
      'cpu-two': "report(c, 'begun');",
      'cpu-ooms': { run: ooms, meta: long },
      ...Object.fromEntries(
        ['io-one', 'io-two', 'io-three'].map((key): [string, CheckText] => [
          key,
          {
            top: "import { existsSync, writeFileSync } from 'node:fs';",
            run: patient,
            meta: { ...long, lane: 'io', ...options(key) },
          },
        ]),
      ),
      'io-ooms': { run: `${later} ${ooms}`, meta: { ...long, lane: 'io' } },
    });
    write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'], concurrency: 8 } });
    const { code, stdout } = await scanrun([], { cwd: root, by: killedAfter(60) });
    const result = JSON.parse(stdout) as RunResult;
    expect([code, ends(result)]).toEqual([
      3,
      {
        'cpu-one': 'failed',
        'cpu-two': 'failed',
        'cpu-ooms': 'errored out-of-memory',
        'io-one': 'failed',
        'io-two': 'failed',
        'io-three': 'failed',
        'io-ooms': 'errored out-of-memory',
      },
    ]);
    for (const { checkId, findings } of result.checks)
      expect([checkId, findings.length]).toEqual([checkId, checkId.endsWith('ooms') ? 0 : 1]);
    const attempts = Object.fromEntries(result.tasks.map((task) => [task.id.slice(6), task.attempts.length]));
    expect(attempts).toMatchObject({
      'cpu-one': 1,
      'cpu-two': 1,
      'cpu-ooms': 1,
      'io-one': 2,
      'io-two': 2,
      'io-three': 2,
    });
  }, 60_000);
});
