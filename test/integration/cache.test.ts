// The cache of the built command: killed, shared, damaged, on a full disk, and told about.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { addChecks } from '../support/check-projects.js';
import { fill, killedAfter, mounted } from '../support/faults.js';
import { commitAll, folder, write } from '../support/folders.js';
import { type Ended, scanrun, startScanrun } from '../support/processes.js';
import { canonicalAnswer } from '../support/run-scan.js';

const FILES = 1_500;
/** The user's folder, outside of what is scanned. */
const env = { HOME: folder(), SCANRUN_CACHE_KEY: 'a key that is long enough' };
const run = (cwd: string, ...args: string[]): Promise<Ended> => scanrun(args, { cwd, env, by: killedAfter(60) });
const parsed = ({ stdout }: Ended): RunResult => JSON.parse(stdout) as RunResult;
/** The answer, whatever is told of the cache. */
const answerOf = (ended: Ended): string => canonicalAnswer({ ...parsed(ended), notices: [] });
const cacheOf = (ended: Ended) => parsed(ended).statistics.cache;
const codes = (ended: Ended) => parsed(ended).notices.map(({ code }) => code);
const answers = (root: string): string => join(root, '.scanrun/cache/answers');
const path = (index: number): string => `src/${index % 40}/file-${index}-${'long-name-'.repeat(8)}.txt`;

/** A committed project whose check finds something in every third file. */
function project(files = FILES): string {
  const root = folder({ '.gitignore': 'node_modules/\n.scanrun/\n' });
  addChecks(root, {
    words: {
      visit: "if (file.text.includes('bad')) report(c, file.text.trim(), { path: file.path, startLine: 1 });",
      meta: { files: ['src/**'] },
    },
    sums: {
      run: "let n = 0; for await (const f of c.files('src/1/**')) n += f.sizeBytes; report(c, 'sum ' + n);",
      meta: { cache: true, inputs: { files: ['src/1/**'] } },
    },
  });
  for (let index = 0; index < files; index += 1) write(root, { [path(index)]: index % 3 === 0 ? 'bad\n' : 'good\n' });
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'] } });
  commitAll(root);
  return root;
}

/** Another content for many files, so that there is much to write. */
function edit(root: string, round: number): void {
  for (let index = round % 2; index < FILES; index += 2)
    write(root, { [path(index)]: (index + round) % 5 === 0 ? `bad ${round}\n` : `good ${round}\n` });
}

describe('a scan that is killed while it writes the cache', () => {
  it('twenty times leaves an answer that is right', async () => {
    const root = project();
    await run(root);
    let caught = 0;
    for (let round = 1; round <= 20; round += 1) {
      edit(root, round);
      const { child, ended } = startScanrun([], { cwd: root, env });
      const folders = readdirSync(answers(root)).map((name) => join(answers(root), name));
      const isWriting = (): boolean =>
        folders.some((at) => readdirSync(at).some((name) => name.endsWith('.tmp') || name.endsWith('.lock')));
      while (child.exitCode === null && !isWriting()) await new Promise((done) => setImmediate(done));
      if (child.exitCode === null) caught += 1;
      // A little later each time: in the middle of the table, at its renaming, between it and the next file.
      for (let turn = 0; turn < (round % 5) * 2; turn += 1) await new Promise((done) => setImmediate(done));
      child.kill('SIGKILL');
      await ended;
      if (round % 5 !== 0) continue;
      const warm = await run(root);
      expect(answerOf(warm), `after ${round}`).toBe(answerOf(await run(root, '--no-cache')));
      expect(codes(warm)).toEqual([]);
    }
    // Or nothing was shown.
    expect(caught).toBeGreaterThan(10);
    expect(cacheOf(await run(root))).toMatchObject({ misses: 0, kept: 0 });
  }, 240_000);
});

describe('two scans at once', () => {
  it('give the same answer, and the next knows what either learned', async () => {
    const root = project(400);
    const both = await Promise.all([run(root), run(root, '--check', 'local/words')]);
    for (const ended of both) expect(codes(ended)).toEqual([]);
    expect(answerOf(both[0])).toBe(answerOf(await run(root, '--no-cache')));
    expect(cacheOf(await run(root))).toEqual({ hits: 401, misses: 0, kept: 0 });
  }, 60_000);
});

describe('a cache that cannot be used', () => {
  it('is as good as none where it is damaged, which is said once', async () => {
    const root = project(400);
    const cold = await run(root);
    const [key = ''] = readdirSync(answers(root));
    for (const name of readdirSync(join(answers(root), key))) {
      if (name === 'last.json') continue;
      const file = join(answers(root), key, name);
      const bytes = readFileSync(file);
      // Near the end: the head of the table is whole, what it names is not.
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    }
    const damaged = await run(root);
    expect(codes(damaged)).toEqual(['cache-damaged']);
    expect(parsed(damaged).notices[0]?.level).toBe('warning');
    expect(answerOf(damaged)).toBe(answerOf(cold));
    const after = await run(root);
    expect([codes(after), cacheOf(after)]).toEqual([[], { hits: 401, misses: 0, kept: 0 }]);
  }, 60_000);

  it('costs no answer where there is no room for it', async ({ skip }) => {
    const root = project(400);
    const cold = await run(root, '--no-cache');
    rmSync(join(root, '.scanrun'), { recursive: true });
    const at = join(root, '.scanrun/cache');
    if (!mounted(at)) skip('mounting is not allowed here');
    fill(at, 24_576);
    const ended = await run(root);
    expect([ended.code, answerOf(ended)]).toEqual([cold.code, answerOf(cold)]);
    expect(parsed(ended).notices).toMatchObject([
      { code: 'cache-unwritable', message: expect.stringContaining('ENOSPC') },
    ]);
    const [key = ''] = readdirSync(answers(root));
    expect(readdirSync(join(answers(root), key)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);

  it('is not used, nor made, with --no-cache', async () => {
    const root = project(10);
    const ended = await run(root, '--no-cache');
    expect(cacheOf(ended)).toBeUndefined();
    expect(existsSync(answers(root))).toBe(false);
  }, 30_000);

  it('that a target brings is not believed', async () => {
    const root = project(10);
    const honest = await run(root);
    // Signed by somebody else, who says that all is well.
    const other = { ...env, SCANRUN_CACHE_KEY: 'the key of somebody else' };
    const mine = await scanrun([], { cwd: root, env: other, by: killedAfter(60) });
    expect(cacheOf(mine)).toMatchObject({ hits: 0 });
    expect(answerOf(mine)).toBe(answerOf(honest));
  }, 30_000);
});

describe('scanrun explain', () => {
  const explain = async (root: string, id: string) =>
    JSON.parse((await run(root, 'explain', id, '--json')).stdout).cache;

  it('says of a check whether its answer is known, and what changed', async () => {
    const root = project(30);
    expect(await explain(root, 'local/words')).toMatchObject({
      state: 'miss',
      changes: null,
      files: { wanted: 30, known: 0, missing: [{ reason: 'new', files: 30 }] },
    });
    expect(await explain(root, 'local/sums')).toMatchObject({ state: 'miss', changes: null });
    await run(root);
    expect(await explain(root, 'local/words')).toMatchObject({
      state: 'hit',
      changes: [],
      files: { known: 30, missing: [] },
    });
    expect(await explain(root, 'local/sums')).toMatchObject({ state: 'hit', changes: [] });
    write(root, { [path(1)]: 'changed\n', 'src/1/new.txt': 'new\n' });
    expect(await explain(root, 'local/words')).toMatchObject({
      state: 'partial',
      files: {
        wanted: 31,
        known: 29,
        missing: [
          { reason: 'content', examples: [path(1)] },
          { reason: 'new', examples: ['src/1/new.txt'] },
        ],
      },
    });
    expect(await explain(root, 'local/sums')).toMatchObject({
      state: 'miss',
      changes: [
        { kind: 'file', name: path(1), change: 'changed' },
        { kind: 'file', name: 'src/1/new.txt', change: 'added' },
      ],
    });
    const text = (await run(root, 'explain', 'local/sums')).stdout;
    expect(text).toContain('cache: miss  It would run. Since its last answer:');
    expect(text).toMatch(/file src\/1\/new\.txt +added/);
    expect((await run(root, 'explain', 'local/words')).stdout).toContain('29 of 31 files known, 2 to visit.');
  }, 60_000);
});
