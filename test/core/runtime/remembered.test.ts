// What the lookups of a pass came to: a scan in which nothing changed asks for no file, and one that differs in anything asks again.
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../../core/model/result.js';
import { createRuntime } from '../../../core/runtime.js';
import { settled, write } from '../../support/folders.js';
import { canonicalAnswer, checkOf, runScan, type ScanSettings } from '../../support/run-scan.js';

const runtime = createRuntime({ cores: 2 });
afterAll(() => runtime.close());

const CONFLICT = '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n';
const KEY = 'repo/merge-conflict-markers';
const FILES = 400;
const config = {
  plugins: ['repo', 'secrets'],
  checks: Object.fromEntries(
    ['broken-symlinks', 'ignored-but-tracked', 'path-case-conflicts', 'required-files', 'windows-names'].map((key) => [
      `repo/${key}`,
      'off',
    ]),
  ),
} as ScanSettings['config'] & object;
const CHECKS = 4;

/** A committed repository in which one of many files has something to report. */
function repository(a: string): string {
  const clean = Array.from({ length: FILES - 2 }, (_, index) => [`src/${index}.txt`, `text ${index}\n`] as const);
  const [root] = settled(1, { '.gitignore': '.scanrun/\n', ...Object.fromEntries(clean), 'src/a.txt': a });
  return root as string;
}

const scan = async (root: string, settings: ScanSettings = {}): Promise<RunResult> =>
  (await runScan(root, { runtime, config, ...settings })).result;

/** The files of the cache by name. */
function cacheFile(root: string, name: string): string {
  const answers = join(root, '.scanrun/cache/answers');
  return join(answers, readdirSync(answers)[0] as string, name);
}

/** Changes bytes of a file and nothing that tells one version from another. */
function damage(file: string): void {
  const { atimeMs, mtimeMs, size } = lstatSync(file);
  const handle = openSync(file, 'r+');
  writeSync(handle, 'x'.repeat(50), size - 60);
  closeSync(handle);
  utimesSync(file, atimeMs / 1_000, mtimeMs / 1_000);
}

/** A repository that was scanned until its lookups were remembered, and whether the table of files is asked again. */
async function remembered(a = CONFLICT) {
  const root = repository(a);
  const first = await scan(root);
  // To the second, so that it can be set again.
  utimesSync(cacheFile(root, 'files'), 1_700_000_000, 1_700_000_000);
  const second = await scan(root);
  expect(second.statistics.cache).toMatchObject({ misses: 0, kept: 0 });
  return { root, first, second };
}

/** Checks of how many files had to visit them. */
const visits = ({ statistics: { cache } }: RunResult): number => (cache?.misses ?? Number.NaN) / CHECKS;
const found = (result: RunResult): string[] =>
  checkOf(result, KEY).findings.map(({ location }) => location?.path ?? '');

describe('a scan in which nothing changed', () => {
  it('gives the same answer and counts the same without asking for each file', async () => {
    const { root, first, second } = await remembered();
    const third = await scan(root);
    expect(canonicalAnswer(third)).toBe(canonicalAnswer(first));
    expect(third.statistics.cache).toEqual(second.statistics.cache);
    expect(checkOf(third, KEY).parts).toEqual(checkOf(second, KEY).parts);
    expect(found(third)).toEqual(['src/a.txt']);
  });

  it('does not even read what is known of files of which there is nothing to say', async () => {
    const { root } = await remembered('fine\n');
    damage(cacheFile(root, 'files'));
    const codes = ({ notices }: RunResult) => notices.map(({ code }) => code);
    const third = await scan(root);
    expect(third.statistics.cache).toMatchObject({ misses: 0 });
    expect(codes(third)).not.toContain('cache-damaged');
    // Else it would be no wonder.
    write(root, { 'src/0.txt': 'another text\n' });
    expect(codes(await scan(root))).toContain('cache-damaged');
  });
});

describe('what was remembered', () => {
  it('tells nothing of a target in which a file changed, came or went', async () => {
    const { root } = await remembered();
    write(root, { 'src/7.txt': CONFLICT });
    const changed = await scan(root);
    expect([visits(changed), found(changed)]).toEqual([1, ['src/7.txt', 'src/a.txt']]);
    write(root, { 'src/new.txt': CONFLICT });
    const more = await scan(root);
    expect([visits(more), found(more)]).toEqual([1, ['src/7.txt', 'src/a.txt', 'src/new.txt']]);
    expect(visits(await scan(root))).toBe(0);
  });

  it('tells nothing of a tracked file of another content, whatever its size and time', async () => {
    const { root } = await remembered();
    const file = join(root, 'src/9.txt');
    const { atimeMs, mtimeMs } = lstatSync(file);
    // As long as before.
    writeFileSync(file, 'next 9\n');
    utimesSync(file, atimeMs / 1_000, mtimeMs / 1_000);
    expect(lstatSync(file).mtimeMs).toBe(mtimeMs);
    expect(visits(await scan(root))).toBe(1);
  });

  it('tells nothing of a file that git does not track: its content is looked at each time', async () => {
    const { root } = await remembered();
    const file = join(root, 'src/untracked.txt');
    const put = (text: string): void => {
      writeFileSync(file, text);
      utimesSync(file, 1_600_000_000, 1_600_000_000);
    };
    put(CONFLICT.replace('<', 'a'));
    expect(visits(await scan(root))).toBe(1);
    expect(visits(await scan(root))).toBe(0);
    expect(found(await scan(root))).toEqual(['src/a.txt']);
    put(CONFLICT);
    const changed = await scan(root);
    expect([visits(changed), found(changed)]).toEqual([1, ['src/a.txt', 'src/untracked.txt']]);
  });

  it('tells nothing of other options, of another selection or when it is told to ask again', async () => {
    const { root } = await remembered();
    const limited = { ...config, checks: { ...config.checks, 'repo/max-file-size': { options: { maxBytes: 10 } } } };
    const other = await scan(root, { config: limited as typeof config });
    expect(other.statistics.cache?.misses).toBe(FILES);
    const excluded = await scan(root, { config: { ...config, exclude: ['src/a.txt'] } as typeof config });
    expect([excluded.statistics.cache?.hits, found(excluded)]).toEqual([(FILES - 1) * CHECKS, []]);
    expect(visits(await scan(root, { overrides: { refreshCache: true } }))).toBe(FILES);
    expect(found(await scan(root))).toEqual(['src/a.txt']);
  });

  it('counts for nothing where somebody else wrote it', async () => {
    const { root, second } = await remembered();
    const memo = cacheFile(root, 'passes');
    const text = readFileSync(memo, 'utf8');
    const rest = text.indexOf('"rest":[[') + '"rest":['.length;
    // Says of the file with the finding that there is nothing to say.
    writeFileSync(memo, `${text.slice(0, rest)}${text.slice(text.indexOf(']]', rest) + 1)}`);
    const third = await scan(root);
    expect(found(third)).toEqual(['src/a.txt']);
    expect(third.statistics.cache).toEqual(second.statistics.cache);
    expect(readFileSync(memo, 'utf8').slice(65)).toBe(text.slice(65));
  });
});

describe('what earlier scans left of a pass', () => {
  const workers = ({ tasks }: RunResult) =>
    new Set(tasks.flatMap(({ worker }) => (worker === undefined ? [] : [worker.replace(/\d/, 'n')])));

  it('is visited in the main thread where it is little, and by threads where it is much', async () => {
    const { root, first } = await remembered();
    expect(workers(first)).toEqual(new Set(['cpu-n']));
    write(root, { 'src/1.txt': 'other\n', 'src/2.txt': CONFLICT });
    const few = await scan(root);
    expect([visits(few), found(few), workers(few)]).toEqual([2, ['src/2.txt', 'src/a.txt'], new Set(['inline'])]);
    write(root, Object.fromEntries(Array.from({ length: 350 }, (_, index) => [`src/${index}.txt`, 'all new\n'])));
    const many = await scan(root);
    expect([visits(many), workers(many)]).toEqual([350, new Set(['cpu-n'])]);
  });
});
