// Passes over files, with real threads: what one visit may cost.
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../../../core/runtime.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';
import { checkOf, ends, runScan } from '../../support/run-scan.js';

const SAY = 'report(c, file.path, { path: file.path });';
const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`src/f${index}.txt`, `text ${index}`]));
const bad = (what: string, meta: object = {}): CheckText => ({
  visit: `${SAY} if (file.path === 'src/f3.txt') { ${what} }`,
  meta: { files: ['src/**'], ...meta },
});
const good: CheckText = { visit: SAY, meta: { files: ['src/**'] } };
const seen = (result: Parameters<typeof checkOf>[0], key: string) =>
  checkOf(result, `local/${key}`).findings.map(({ location }) => location.path);
const all = Object.keys(files);

describe('a visit', () => {
  it.for([
    ['hangs and never yields', 'for (;;) {}', 'errored timeout', {}],
    ['waits for ever', 'await new Promise(() => {});', 'errored timeout', {}],
    [
      'uses up the memory',
      'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));',
      'errored out-of-memory',
      { timeout: '300s' },
    ],
    ['throws', "throw new Error('boom');", 'errored threw', {}],
    ['ends the thread', 'process.exit(1);', 'errored exited', {}],
  ] as const)('that %s costs its check that file, and nothing else', async ([, what, end, meta]) => {
    const root = checkProject(
      {
        a: { ...good, meta: { ...good.meta, ...meta } },
        bad: bad(what, meta),
        c: { ...good, meta: { ...good.meta, ...meta } },
      },
      files,
    );
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ a: 'failed', bad: end, c: 'failed' });
    expect(result.tasks).toHaveLength(1);
    expect([seen(result, 'a'), seen(result, 'c')]).toEqual([all, all]);
    // What it said before it was lost survives, and so do all the other files.
    expect(seen(result, 'bad')).toEqual(all);
    expect(checkOf(result, 'local/bad').outcome).toMatchObject({
      reason: { message: expect.stringContaining('Visiting src/f3.txt failed: '), data: { files: ['src/f3.txt'] } },
    });
  });

  it('that hangs again and again costs each of its files, and the check all when they are too many', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`src/f${index}.txt`, 'x']));
    const root = checkProject({ exits: { visit: 'process.reallyExit(0);', meta: { files: ['src/**'] } }, good }, many);
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ exits: 'errored exited', good: 'failed' });
    const { outcome } = checkOf(result, 'local/exits');
    expect('reason' in outcome && outcome.reason.data?.files).toHaveLength(30);
  });

  it('takes its time from its own check: one that is slow everywhere times out alone', async () => {
    const root = checkProject(
      {
        slow: {
          visit: `${SAY} const until = Date.now() + 400; while (Date.now() < until);`,
          meta: { files: ['src/**'], timeout: '5s' },
        },
        good: { ...good, meta: { files: ['src/**'], timeout: '5s' } },
      },
      Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`src/f${index}.txt`, 'x'])),
    );
    const { result } = await runScan(root);
    expect(ends(result)).toEqual({ slow: 'timed-out timeout', good: 'failed' });
    expect(seen(result, 'good')).toHaveLength(16);
    expect(checkOf(result, 'local/slow').timeMs).toBeGreaterThan(4_900);
    expect(checkOf(result, 'local/good').timeMs).toBeLessThan(1_000);
  });

  it('gives the same answers in one part and in many', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`src/${index % 7}/f${index}.txt`, `${index} `.repeat(5_000)]),
    );
    const root = checkProject(
      {
        counts: {
          visit:
            'if (file.text.length % 3 === 0) report(c, String(file.text.length), { path: file.path, startLine: 1 });',
          meta: { files: ['src/**'] },
        },
        bytes: {
          visit: 'if (file.bytes.length % 2 === 0) report(c, String(file.bytes.length), { path: file.path });',
          meta: { reads: 'bytes' },
        },
        none: {
          visit: "if (file.path.endsWith('7.txt')) report(c, file.path, { path: file.path });",
          meta: { reads: 'none' },
        },
        user: { run: "report(c, 'after');", needs: ['counts'] },
      },
      large,
    );
    const runtime = createRuntime({ cores: 4 });
    try {
      const [many, one] = [
        await runScan(root, { runtime, config: { concurrency: 4 } }),
        await runScan(root, { runtime, config: { tiers: { standard: { parallel: false } } } }),
      ];
      expect(many.result.tasks.filter(({ id }) => id.startsWith('files')).length).toBeGreaterThan(1);
      expect(one.result.tasks.filter(({ id }) => id.startsWith('files'))).toHaveLength(1);
      const answers = ({ result }: typeof many) =>
        result.checks.map(({ checkId, outcome, findings }) => ({ checkId, outcome, findings }));
      expect(answers(many)).toEqual(answers(one));
      expect(many.result.checks.map(({ findings }) => findings.length).every((count) => count > 0)).toBe(true);
    } finally {
      await runtime.close();
    }
  });
});
