// A cache that is damaged, cut, written by several at once, or by somebody who is killed: it may know less, never wrong.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileCheckKey } from '../../../core/cache/file-lookup.js';
import { codeOf } from '../../../core/errors.js';
import { folder } from '../../support/folders.js';
import { answers, check, file, manyFiles, plain, scanFiles, scanOnce, TODAY } from './made.js';

const [a, b] = [check('a'), check('b')];
const tableOf = (root: string): string => join(root, 'files');

describe('a table with damage', () => {
  it('at any byte gives no wrong answer, loses little, and says it once', async () => {
    const root = folder();
    const files = manyFiles(2_000);
    await scanOnce(root, [a, b], files);
    const whole = readFileSync(tableOf(root));
    const places = Array.from({ length: 60 }, (_, index) => Math.floor((index * whole.length) / 60) + (index % 7));
    for (const at of places) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      writeFileSync(tableOf(root), bytes);
      const session = answers(root, [a, b]);
      const { visited, wrong } = scanFiles(session, [a, b], files);
      expect(wrong).toEqual([]);
      expect(session.damaged).toBe(1);
      expect(visited.length).toBeGreaterThan(0);
    }
    // Behind the head only the chunk is lost in which the damage lies.
    const { visited } = await scanOnce(root, [a, b], files);
    expect(visited.length).toBeLessThan(1_000);
    expect(await scanOnce(root, [a, b], files)).toMatchObject({ visited: [], wrong: [], session: { damaged: 0 } });
  });

  it('cut anywhere gives no wrong answer', async () => {
    const root = folder();
    const files = manyFiles(1_500);
    await scanOnce(root, [a], files);
    const whole = readFileSync(tableOf(root));
    for (let part = 0; part < 40; part += 1) {
      writeFileSync(tableOf(root), whole.subarray(0, Math.floor((whole.length * part) / 40)));
      expect(scanFiles(answers(root, [a]), [a], files).wrong).toEqual([]);
    }
  });

  it('put together of two tables gives no wrong answer', async () => {
    const root = folder();
    await scanOnce(root, [b, a], manyFiles(900));
    const one = readFileSync(tableOf(root));
    rmSync(tableOf(root));
    await scanOnce(root, [a, b], manyFiles(900));
    const other = readFileSync(tableOf(root));
    const size = Math.min(one.length, other.length);
    for (let part = 1; part < 40; part += 1) {
      const at = Math.floor((size * part) / 40);
      writeFileSync(tableOf(root), Buffer.concat([one.subarray(0, at), other.subarray(at)]));
      expect(scanFiles(answers(root, [a, b]), [a, b], manyFiles(900)).wrong).toEqual([]);
    }
  });
});

/** What may happen to a cache. */
type Step =
  | {
      readonly do: 'scan';
      readonly files: readonly number[];
      readonly checks: readonly number[];
      readonly days: number;
      readonly refresh: boolean;
      readonly maxBytes: number;
    }
  | { readonly do: 'tidy' | 'restore' | 'backup'; readonly days: number }
  | { readonly do: 'truncate' | 'flip'; readonly at: number };

const day = fc.integer({ min: 0, max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('scan' as const),
    files: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
    checks: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    days: day,
    refresh: fc.boolean(),
    maxBytes: fc.constantFrom(600, 3_000, 10_000_000),
  }),
  fc.record({ do: fc.constantFrom('tidy' as const, 'restore' as const, 'backup' as const), days: day }),
  fc.record({
    do: fc.constantFrom('truncate' as const, 'flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

const CHECKS: readonly FileCheckKey[] = ['a', 'b', 'c'].flatMap((name) => [check(name), check(name, '2')]);
/** Eight paths with five contents each, among them paths that begin with each other. */
const FILES = Array.from({ length: 41 }, (_, index) =>
  file(`d/${'x'.repeat(index % 4)}${index % 8}`, `content ${index % 5}`),
);

it('any sequence of scans, losses and damage never gives a wrong answer', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const root = folder();
      const backup = folder();
      let today = TODAY;
      for (const one of steps) {
        const bytes = readdirSync(root).includes('files') ? readFileSync(tableOf(root)) : undefined;
        if ('days' in one) today += one.days;
        if (one.do === 'scan') {
          const checks = one.checks.map((index) => CHECKS[index] as FileCheckKey);
          const files = one.files.map((index) => FILES[index] as (typeof FILES)[number]);
          const { refresh, maxBytes } = one;
          expect((await scanOnce(root, checks, files, { today, refresh, maxBytes })).wrong).toEqual([]);
          // What was written is found, where there was room for it.
          const again = scanFiles(answers(root, checks, { today }), checks, files);
          expect(again.wrong).toEqual([]);
          if (maxBytes > 1e6 && new Set(files.map(({ path }) => path)).size === new Set(files).size)
            expect(again.visited).toEqual([]);
        } else if (one.do === 'tidy') answers(root, [], { today }).tidy();
        else if (one.do === 'backup') cpSync(root, backup, { recursive: true });
        else if (one.do === 'restore') cpSync(backup, root, { recursive: true });
        else if ('at' in one && bytes !== undefined && bytes.length > 0) {
          const at = Math.floor(one.at * (bytes.length - 1));
          if (one.do === 'truncate') truncateSync(tableOf(root), at);
          else {
            bytes[at] = (bytes[at] as number) ^ 0x10;
            writeFileSync(tableOf(root), bytes);
          }
        }
      }
      expect(scanFiles(answers(root, CHECKS, { today }), CHECKS, FILES.slice(0, 8)).wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

/** The helpers of `made.ts` as one module, which a process loads in no time. */
const helpers = join(mkdtempSync(join(tmpdir(), 'scanrun-cache-')), 'made.mjs');

beforeAll(() => {
  const entryPoints = [fileURLToPath(new URL('./made.ts', import.meta.url))];
  buildSync({ entryPoints, outfile: helpers, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
});

afterAll(() => rmSync(dirname(helpers), { recursive: true, force: true }));

/** Starts a process that has the helpers in scope. */
function start(script: string, ...args: string[]): ChildProcess {
  const names = 'answers, check, file, manyFiles, scanOnce, scanFiles, plain';
  const text = `import { ${names} } from ${JSON.stringify(pathToFileURL(helpers).href)};
    const args = process.argv.slice(1);
    ${script}`;
  const flags = ['--input-type=module', '-e', text, ...args];
  return spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('several processes at once', () => {
  it('lose nothing of what each learned', async () => {
    const root = folder();
    const script = `const [root, name] = args;
      for (let n = 0; n < 12; n += 1) {
        const files = Array.from({ length: 40 }, (_, i) => file(name + '/' + n + '-' + i)).sort((x, y) => (x.path < y.path ? -1 : 1));
        const { wrong } = await scanOnce(root, [check('a'), check(name)], [...files]);
        if (wrong.length > 0) throw new Error(wrong[0]);
      }`;
    const names = ['p', 'q', 'r'];
    const codes = await Promise.all(
      names.map(async (name) => ((await once(start(script, root, name), 'exit')) as [number])[0]),
    );
    expect(codes).toEqual([0, 0, 0]);
    for (const name of names) {
      const checks = [a, check(name)];
      const files = Array.from({ length: 480 }, (_, i) => file(`${name}/${Math.floor(i / 40)}-${i % 40}`));
      const sorted = files.sort((x, y) => (x.path < y.path ? -1 : 1));
      expect(scanFiles(answers(root, checks), checks, sorted)).toEqual({ visited: [], wrong: [] });
    }
    expect(readdirSync(root)).toEqual(['files']);
  });
});

it('a process that is killed while it writes, twenty times, leaves no wrong answer', { timeout: 120_000 }, async () => {
  const root = folder();
  const script = `const [root, seed] = args;
    for (let n = 0; ; n += 1) {
      console.log('scan', n);
      const files = manyFiles(1_500).map((one, i) => (i % 5 === n % 5 ? file(one.path, seed + '-' + n) : one));
      await scanOnce(root, [check('a'), check('b')], files);
    }`;
  const files = manyFiles(1_500);
  await scanOnce(root, [a, b], files);
  for (let kill = 0; kill < 20; kill += 1) {
    const child = start(script, root, String(kill));
    const output = child.stdout as NonNullable<typeof child.stdout>;
    let text = '';
    // A scan is over, and so it is known that it writes.
    while (!text.includes('scan 1')) text += String((await once(output, 'data'))[0]);
    // Not to wait for something: to hit it at another place each time.
    await new Promise((done) => setTimeout(done, (kill * 13) % 100));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const session = answers(root, [a, b]);
    expect(scanFiles(session, [a, b], files)).toEqual({ visited: [], wrong: [] });
    // What lies in the place of the table is a table.
    expect(session.damaged).toBe(0);
    expect(session.whyMissing(file(files[0]?.path ?? '', `${kill}-0`), 0)).toBeUndefined();
  }
  await scanOnce(root, [a, b], [file('one-more')]);
  expect(await scanOnce(root, [a, b], files)).toMatchObject({ visited: [], wrong: [] });
});

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

describe.skipIf(!isRoot)('a disk that is full (needs root to mount one)', () => {
  it('leaves what was there and says so', async () => {
    const root = folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root]);
    try {
      const files = manyFiles(3_000);
      await scanOnce(root, [a], files);
      const session = answers(root, [a, b]);
      scanFiles(session, [a, b], manyFiles(30_000));
      await expect(session.save(plain)).rejects.toSatisfy((error) => codeOf(error) === 'ENOSPC');
      // Nothing half-written is left to fill it.
      expect(readdirSync(root)).toEqual(['files']);
      expect(await scanOnce(root, [a], files)).toMatchObject({ visited: [], wrong: [], session: { damaged: 0 } });
    } finally {
      execFileSync('umount', [root]);
    }
  });

  it('that may only be read is read', async () => {
    const root = folder();
    mkdirSync(join(root, 'disk'));
    const disk = join(root, 'disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    try {
      await scanOnce(disk, [a], manyFiles(50));
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await scanOnce(disk, [a], manyFiles(50))).toMatchObject({ visited: [], wrong: [] });
      await expect(scanOnce(disk, [a], [file('new')])).rejects.toSatisfy((error) => codeOf(error) === 'EROFS');
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
