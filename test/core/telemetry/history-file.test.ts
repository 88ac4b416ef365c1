import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../core/model/result.js';
import { appendRun, openHistory, pruneHistory, readHistory } from '../../../core/telemetry/history-file.js';
import { folder, write } from '../../support/folders.js';
import { pastRun } from './made.js';

const fileOf = (root: string): string => join(root, '.scanrun/history/history.ndjson');

/** A folder with a history of these runs, and its file. */
function withRuns(count: number, over: Parameters<typeof pastRun>[2] = {}): { root: string; file: string } {
  const root = folder();
  const lines = Array.from({ length: count }, (_, index) => `${JSON.stringify(pastRun(index, { 'a/x': 1 }, over))}\n`);
  write(root, { '.scanrun/history/history.ndjson': lines.join('') });
  return { root, file: fileOf(root) };
}

function opened(root: string): { keep: ReturnType<typeof openHistory>; notices: Notice[] } {
  const notices: Notice[] = [];
  return { keep: openHistory(root, false, (notice) => notices.push(notice)), notices };
}

const idsOf = (root: string): string[] => readHistory(root).runs.map(({ runId }) => runId);

describe('the history of a target', () => {
  it('is empty before the first scan, and nothing is made by reading', () => {
    const root = folder();
    expect(readHistory(root, 'quick')).toEqual({ runs: [], notices: [], full: false });
    expect(readdirSync(root)).toEqual([]);
  });

  it('has what was kept, and git ignores it', () => {
    const root = folder();
    const run = pastRun(1, { 'a/x': 5 });
    opened(root).keep(run);
    opened(root).keep(pastRun(2, {}));
    expect(readHistory(root, 'standard')).toMatchObject({
      tier: 'standard',
      runs: [run, { runId: 'run-0002' }],
      notices: [],
    });
    expect(readFileSync(join(root, '.scanrun/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('leaves out torn and corrupt lines and counts them', () => {
    const { root, file } = withRuns(2);
    appendFileSync(file, 'not json\n{"v":1}\n{"v":1,"runId":"to');
    const { runs, notices } = readHistory(root);
    expect(runs).toHaveLength(2);
    expect(notices).toEqual([
      {
        code: 'history-corrupt',
        level: 'info',
        message: expect.stringContaining('3 lines of the history could not be read'),
      },
    ]);
    // What is appended after a torn line is not lost with it.
    opened(root).keep(pastRun(7, {}));
    expect(idsOf(root)).toEqual(['run-0000', 'run-0001', 'run-0007']);
  });

  it('counts a run once, also when it was written twice', () => {
    const { root, file } = withRuns(1);
    appendFileSync(file, readFileSync(file));
    expect(idsOf(root)).toEqual(['run-0000']);
  });

  it('is read from the end where it is long', () => {
    const { root, file } = withRuns(50);
    const { runs, notices, full } = readHistory(root, undefined, Math.round(readFileSync(file).length / 5));
    expect(runs.map(({ runId }) => runId).at(-1)).toBe('run-0049');
    expect(runs).toHaveLength(9);
    expect(notices).toEqual([]);
    expect(full).toBe(true);
  });
});

describe('what cannot be kept', () => {
  it('is said, and nothing fails', () => {
    const blocked = folder({ '.scanrun': 'a file' });
    expect(opened(blocked).notices).toEqual([
      { code: 'history-unwritable', level: 'info', message: expect.stringContaining('cannot be made') },
    ]);
    const directory = folder({ '.scanrun/history/history.ndjson/x': '' });
    const { keep, notices } = opened(directory);
    expect(notices[0]?.message).toMatch(/cannot be written \((EISDIR|EINVAL)\)/);
    keep(pastRun(1, {}));
    expect(readHistory(directory).notices).toMatchObject([{ code: 'history-unread' }]);
  });

  it('is said also when the writing itself fails', () => {
    const root = folder();
    const { keep, notices } = opened(root);
    // Between the opening and the keeping, the file became a link.
    write(root, { outside: 'precious\n' });
    rmSync(fileOf(root));
    symlinkSync(join(root, 'outside'), fileOf(root));
    keep(pastRun(1, {}));
    expect(notices).toMatchObject([{ code: 'history-unwritable', level: 'warning' }]);
    expect(readFileSync(join(root, 'outside'), 'utf8')).toBe('precious\n');
  });

  it.each(['.scanrun', '.scanrun/history', '.scanrun/history/history.ndjson'])(
    'is not written through a link at %s that a target brings',
    (link) => {
      const outside = folder({ 'history/history.ndjson': '', 'history.ndjson': '', file: 'precious\n' });
      const root = folder();
      mkdirSync(join(root, link, '..'), { recursive: true });
      symlinkSync(link.endsWith('.ndjson') ? join(outside, 'file') : outside, join(root, link));
      const { keep, notices } = opened(root);
      keep(pastRun(1, {}));
      expect(notices).toMatchObject([{ code: 'history-unwritable' }]);
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('precious\n');
      expect(readFileSync(join(outside, 'history.ndjson'), 'utf8')).toBe('');
      expect(existsSync(join(outside, '.gitignore'))).toBe(false);
    },
  );
});

describe('pruning', () => {
  it('is asked for beyond 220 runs and 90 days', () => {
    expect(readHistory(withRuns(210).root).full).toBe(false);
    expect(readHistory(withRuns(230).root).full).toBe(true);
    expect(readHistory(withRuns(2, { startedAt: daysAgo(91) }).root).full).toBe(true);
    expect(readHistory(withRuns(2, { startedAt: daysAgo(89) }).root).full).toBe(false);
  });

  it('keeps the newest 200 of the last 90 days', () => {
    const { root, file } = withRuns(230);
    appendRun(file, pastRun(500, {}, { startedAt: daysAgo(100) }));
    appendFileSync(file, 'torn');
    pruneHistory(file);
    const ids = idsOf(root);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 'run-0030', 'run-0229']);
    expect(readHistory(root).notices).toEqual([]);
    expect(readdirSync(join(root, '.scanrun/history'))).toEqual(['history.ndjson']);
  });

  it('keeps a file of large runs small enough to be read at each scan', () => {
    const root = folder();
    const checks = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`a/check-${index}`, 1]));
    const lines = Array.from({ length: 60 }, (_, index) => `${JSON.stringify(pastRun(index, checks))}\n`);
    write(root, { '.scanrun/history/history.ndjson': lines.join('') });
    expect(readHistory(root).full).toBe(true);
    pruneHistory(fileOf(root));
    const { full, runs } = readHistory(root);
    expect(full).toBe(false);
    expect(runs.length).toBeGreaterThan(15);
    expect(runs.at(-1)?.runId).toBe('run-0059');
  });

  it('leaves it to another that holds the lock, unless that one died', () => {
    const { root, file } = withRuns(230);
    writeFileSync(`${file}.lock`, '');
    pruneHistory(file);
    expect(idsOf(root)).toHaveLength(230);
    expect(existsSync(`${file}.lock`)).toBe(true);
    const old = new Date(Date.now() - 11_000);
    utimesSync(`${file}.lock`, old, old);
    pruneHistory(file);
    expect(idsOf(root)).toHaveLength(200);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

describe('several processes at once', () => {
  it('lose nothing, while one of them prunes all the time', async () => {
    const { root, file } = withRuns(10);
    const module = fileURLToPath(new URL('../../../core/telemetry/history-file.ts', import.meta.url));
    const script = `
      const { createJiti } = await import('jiti');
      const { appendRun, pruneHistory } = await createJiti(process.cwd()).import(${JSON.stringify(module)});
      const [, file, name, line] = process.argv;
      const run = JSON.parse(line);
      for (let n = 0; n < 40; n += 1) {
        appendRun(file, { ...run, runId: name + '-' + n });
        if (name === 'b' || n % 10 === 0) pruneHistory(file);
      }`;
    const line = JSON.stringify(pastRun(600, { 'a/x': 1 }));
    const ends = ['a', 'b', 'c', 'd'].map(async (name) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, file, name, line], {
        cwd: fileURLToPath(new URL('../../../', import.meta.url)),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
    const { runs, notices } = readHistory(root);
    expect(notices).toEqual([]);
    const own = runs.filter(({ runId }) => /^[abcd]-\d+$/.test(runId));
    expect(own).toHaveLength(160);
    expect(runs).toHaveLength(170);
  });
});
