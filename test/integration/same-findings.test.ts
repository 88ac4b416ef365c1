// One project, with checks of every kind and many that misbehave: the answer is the same however it was come by.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOURNAL_FILE, PLAN_FILE, type RunHeader } from '../../core/journal/journal.js';
import type { RunResult } from '../../core/model/result.js';
import { addChecks, type CheckText } from '../support/check-projects.js';
import { killedAfter } from '../support/faults.js';
import { commitAll, folder, write } from '../support/folders.js';
import { scanrun, startScanrun } from '../support/processes.js';
import { canonicalAnswer } from '../support/run-scan.js';

const wait = (ms: number): string => `await new Promise((done) => setTimeout(done, ${ms}));`;
/** Tells what it found in another order each time. */
const SHUFFLED =
  'for (const [n] of Array.from({ length: 9 }, (_, n) => [n, Math.random()]).sort((a, b) => a[1] - b[1]))';
const lines = (word: string): string =>
  `for (const [index, line] of file.text.split('\\n').entries()) if (line.includes('${word}')) report(c, '${word}', { path: file.path, startLine: index + 1 });`;
const io = (priority = 0) => ({ lane: 'io', priority });

const checks: Record<string, CheckText | string> = {
  // File checks: the same words in many files, twice in one line, in two checks.
  todo: { visit: lines('TODO') },
  fixme: { visit: `${lines('FIXME')} ${wait(1)}` },
  again: { visit: `${lines('TODO')} ${lines('TODO')}` },
  bytes: { visit: "c.measure('size', file.bytes.length, 'bytes');", meta: { reads: 'bytes' } },
  names: { visit: 'report(c, file.path, { path: file.path });', meta: { reads: 'none', files: ['src/**'] } },
  // Project checks that need each other.
  base: { run: `${wait(30)} report(c, 'base'); return { count: 3, names: ['b', 'a'] };` },
  middle: {
    run: 'for (const name of c.needs.base.names) report(c, name); return c.needs.base.count + 1;',
    needs: ['base'],
  },
  top: { run: 'report(c, String(c.needs.middle + c.needs.base.count));', needs: ['middle', 'base'], meta: io() },
  // What waits.
  waits: { run: `${SHUFFLED} { ${wait(5)} report(c, 'letter ' + 'abcdefghi'[n]); }`, meta: io(5) },
  lists: {
    run: "for await (const file of c.files('src/**')) report(c, file.path, { path: file.path, startLine: 2 });",
    meta: io(),
  },
  reads: {
    run: "const bytes = await c.readFile('src/a1.js'); c.measure('bytes', bytes.length, 'bytes'); return bytes.length;",
    meta: io(),
  },
  execs: {
    run: "const { stdout } = await c.exec(['sort'], { input: 'b\\na\\n' }); for (const line of stdout.trim().split('\\n')) report(c, line);",
    meta: { lane: 'process' },
  },
  computes: `let sum = 0; for (let i = 0; i < 3e7; i += 1) sum = (sum + i) % 7; ${SHUFFLED} report(c, 'letter ' + 'abcdefghi'[n]); return { sum };`,
  masks: "c.redact('opensesame'); report(c, 'the word is opensesame'); return 'opensesame';",
  falls: {
    run: "report(c, 'before'); throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });",
    fallback: "report(c, 'the weaker way');",
  },
  partly: "report(c, 'a part'); c.degraded('only a part');",
  skips: "c.skip('not-applicable', 'nothing here');",
  // What misbehaves.
  throws: "report(c, 'found before'); throw new Error('boom');",
  exits: "report(c, 'found before'); process.exit(0);",
  rejects: `Promise.reject(new Error('caught by nobody')); ${wait(200)}`,
  uncloneable: 'return () => {};',
  invalid: "c.report({ messageId: 'unknown', location: { path: 'package.json' } });",
  outside: "report(c, 'x', { path: '../../etc/passwd' });",
  prints: "console.log('torn apart'); report(c, 'printed');",
  ooms: { run: 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));', meta: { timeout: '60s' } },
  dependent: { run: "report(c, 'never');", needs: ['throws'] },
};
/** Those above, three commands, and those of the plugins repo and secrets. */
const CHECKS = Object.keys(checks).length + 3 + 9;

function project(): string {
  const root = folder({ '.gitignore': 'node_modules/\n.scanrun/\n', 'README.md': '# Same\n' });
  addChecks(root, checks);
  for (let index = 1; index <= 20; index += 1)
    write(root, { [`src/a${index}.js`]: `// TODO ${index}\n// FIXME TODO and TODO\n${'\n'.repeat(index)}// FIXME\n` });
  const token = ['ghp', '_', 'x7Kp2Qm9Vb4Nc8Rt3Ws6Yd1Zf5Gh0Jk4LmAQ'].join('');
  write(root, {
    'src/secret.js': `export const token = '${token}';\n`,
    'src/conflict.js': '<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n',
    'scan.config.mjs': `import { defineConfig } from 'scanrun';
import { commands } from 'scanrun/plugins/command';
import local from './plugin.mjs';
const printed = "for (const n of [3, 1, 2]) console.log('src/a' + n + '.js:' + n + ': said ' + n)";
const tools = commands({
  lint: { title: 'Lints', argv: ['node', '-e', printed], findingCodes: [0], parser: 'regex', pattern: '^(?<path>[^:]+):(?<line>\\\\d+): (?<message>.+)$' },
  breaks: { title: 'Breaks', argv: ['node', '-e', 'console.error("it broke"); process.exit(7)'], parser: 'regex', pattern: '^(?<path>[^:]+): (?<message>.+)$' },
  absent: { title: 'Is absent', argv: ['no-such-program'] },
});
export default defineConfig({ plugins: [local, tools, 'repo', 'secrets'], reporters: ['json'], exclude: ['*.mjs', 'checks/**', 'pad/**'] });
`,
  });
  commitAll(root);
  return root;
}

/** Kills a scan once some of its tasks have ended, and gives its run's id. */
async function killMidway(root: string): Promise<string> {
  const runs = join(root, '.scanrun/runs');
  const known = existsSync(runs) ? readdirSync(runs) : [];
  const { child, ended } = startScanrun([], { cwd: root });
  const run = () => readdirSync(runs).find((name) => !known.includes(name)) ?? 'none';
  const recorded = (): number => {
    const file = join(runs, run(), JOURNAL_FILE);
    return existsSync(file) ? readFileSync(file, 'utf8').split('"taskEnded"').length - 1 : 0;
  };
  await expect.poll(recorded, { timeout: 20_000, interval: 5 }).toBeGreaterThan(10);
  child.kill('SIGKILL');
  await ended;
  const { plan } = JSON.parse(readFileSync(join(runs, run(), PLAN_FILE), 'utf8')) as RunHeader;
  // Or there was nothing left to do.
  expect(recorded()).toBeLessThan(plan.tasks.length);
  return run();
}

describe('the answer is the same, byte for byte', () => {
  const scan = async (root: string, ...args: string[]): Promise<RunResult> => {
    const { stdout, stderr } = await scanrun(args, { cwd: root, by: killedAfter(60) });
    expect(stderr).not.toContain('SR_');
    return JSON.parse(stdout) as RunResult;
  };
  const workersOf = ({ tasks }: RunResult): Set<string | undefined> => new Set(tasks.map(({ worker }) => worker));

  it('one at a time, with 2, 4 and 6 at once, and killed and resumed', async () => {
    const root = project();
    const alone = await scan(root, '--no-parallel');
    expect(alone.checks).toHaveLength(CHECKS);
    expect(alone.checks.flatMap(({ findings }) => findings).length).toBeGreaterThan(200);
    expect(new Set(alone.checks.map(({ outcome }) => outcome.status))).toEqual(
      new Set(['passed', 'failed', 'degraded', 'skipped', 'errored']),
    );
    const expected = canonicalAnswer(alone);
    expect(expected).not.toContain('opensesame');
    for (const concurrency of ['2', '4', '6'])
      expect(canonicalAnswer(await scan(root, '--concurrency', concurrency)), concurrency).toBe(expected);
    expect(canonicalAnswer(await scan(root, 'resume', await killMidway(root))), 'resumed').toBe(expected);
  }, 120_000);

  it('inline and in threads', async () => {
    const root = project();
    const own = ['--check', 'repo', '--check', 'secrets'];
    const inline = await scan(root, ...own);
    expect(workersOf(inline)).toEqual(new Set(['inline']));
    expect(inline.checks.flatMap(({ findings }) => findings).length).toBeGreaterThan(2);
    // So many files that our own checks get threads too.
    write(root, Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`pad/${index}`, ''])));
    for (const args of [['--no-parallel'], ['--concurrency', '2'], ['--concurrency', '6']]) {
      // What is known needs no thread, and what is left of it may be too little for one.
      const threads = await scan(root, '--no-cache', ...own, ...args);
      expect([...workersOf(threads)].filter((worker) => worker === 'inline')).toEqual([]);
      expect(canonicalAnswer(threads), args.join(' ')).toBe(canonicalAnswer(inline));
    }
  }, 60_000);
});
