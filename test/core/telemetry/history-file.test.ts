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
import { checkSamples, flakiness, type HistoryRun, trendOf, USUAL } from '../../../core/telemetry/history.js';
import {
  appendRun,
  openHistory,
  pruneHistory,
  readHistory,
  readWholeHistory,
} from '../../../core/telemetry/history-file.js';
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

const idsOf = (root: string): string[] => readWholeHistory(root).runs.map(({ runId }) => runId);

describe('the history of a target', () => {
  it('is empty before the first scan, and nothing is made by reading', () => {
    const root = folder();
    expect(readHistory(root, 'quick')).toEqual({ tier: 'quick', runs: [], notices: [], full: false });
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
    const { runs, notices } = readWholeHistory(root);
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
    const { runs, notices, full } = readWholeHistory(root, Math.round(readFileSync(file).length / 5));
    expect(runs.map(({ runId }) => runId).at(-1)).toBe('run-0049');
    expect(runs).toHaveLength(9);
    expect(notices).toEqual([]);
    expect(full).toBe(true);
  });
});

describe('what a scan reads', () => {
  const rootOf = (lines: readonly (HistoryRun | string)[]): string => {
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    return folder({ '.scanrun/history/history.ndjson': `${texts.join('\n')}\n` });
  };
  const numbers = (root: string): number[] =>
    readHistory(root, 'standard').runs.map(({ runId }) => Number(runId.slice(-4)));
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

  it('is the newest runs of its tier, of whole scans and of parts', () => {
    const parts = range(0, 30).map((number) => pastRun(number, { 'a/x': 1 }, { filtered: true }));
    const whole = range(30, 60).map((number) => pastRun(number, { 'a/x': 1 }));
    const deep = range(60, 90).map((number) => pastRun(number, { 'a/x': 1 }, { tier: 'deep' }));
    const stopped = range(90, 93).map((number) => pastRun(number, { 'a/x': 1 }, { verdict: 'interrupted' }));
    const root = rootOf([...parts, ...whole, ...deep, ...stopped]);
    // An interrupted run is there, and does not take the place of one that ended.
    expect(numbers(root)).toEqual([...range(10, 30), ...range(40, 60), ...range(90, 93)]);
    expect(readHistory(root, 'deep').runs).toHaveLength(20);
    expect(readHistory(root, 'quick').runs).toEqual([]);
  });

  it('is also what was written in another order', () => {
    const { v, tier, ...rest } = pastRun(7, { 'a/x': 5 });
    const root = rootOf([JSON.stringify({ ...rest, tier, v }), JSON.stringify({ tier: 'deep', v, ...rest })]);
    expect(numbers(root)).toEqual([7]);
    expect(readHistory(root, 'standard').notices).toEqual([]);
  });

  it('is not what a torn line had of another tier, which is counted', () => {
    const line = JSON.stringify(pastRun(1, { 'a/x': 1 }, { tier: 'deep' }));
    const root = rootOf([line.slice(0, -5), line, '{"v":1,"runId":"x","startedAt":"x","tier":"standard"}']);
    const { runs, notices } = readHistory(root, 'standard');
    expect(runs).toEqual([]);
    expect(notices).toMatchObject([{ message: expect.stringContaining('2 lines of the history') }]);
  });

  it('believes nothing of a check that is not as it should be', () => {
    const nonsense: unknown[] = [null, 'x', 7, [], { ms: '5' }, { ms: -5 }, { ms: null }, { ms: {} }];
    const esc = '\u001b[2J';
    const now = { outcome: 'passed', findings: 0, answer: 'a', inputs: 'i' } as const;
    const hostile = [...nonsense, { ...now, answer: esc, outcome: esc }, { ...now, answer: 'b', outcome: ['failed'] }];
    const runs = hostile.map((check, number) => ({ ...pastRun(number, {}), checks: { 'a/x': check, [esc]: now } }));
    const root = rootOf(runs.map((run) => JSON.stringify(run)));
    const history = readHistory(root, 'standard');
    expect(history.runs).toHaveLength(hostile.length);
    expect(checkSamples(history, 'a/x')).toEqual([]);
    expect(flakiness(history, 'a/x', now)).toBeUndefined();
    const trend = trendOf(history, pastRun(50, {}), (id) => (id === 'a/x' ? 'c' : undefined));
    expect(trend?.map(({ categoriesMs }) => categoriesMs)).toEqual(Array(hostile.length + 1).fill({}));
    // What lists the checks of runs takes none of these.
    expect(readWholeHistory(root).runs).toEqual([]);
    expect(readWholeHistory(root).notices).toMatchObject([{ message: expect.stringContaining('10 lines') }]);
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
    expect(readWholeHistory(directory).notices).toMatchObject([{ code: 'history-unread' }]);
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

describe('a line', () => {
  it('leaves out what is usual, and is read as what was written', () => {
    const root = folder({ '.scanrun/history/history.ndjson': '' });
    const usual = { outcome: 'passed', findings: 0, answer: USUAL.answer, inputs: 'i' } as const;
    const failed = { ...usual, outcome: 'failed', findings: 2, answer: 'other' } as const;
    const checks = {
      'a/timed': { ...usual, ms: 1.5 },
      'a/untimed': usual,
      'a/failed': { ...failed, ms: 2 },
      'a/passed-otherwise': { ...usual, answer: 'other' },
      'a/packages': { ...usual, ms: 3, packagesMs: { one: 1, two: 2 } },
      'a/all': { ...failed, ms: 4, packagesMs: { one: 4 } },
    };
    const run = { ...pastRun(1, {}), checks };
    appendRun(fileOf(root), run);
    const line = readFileSync(fileOf(root), 'utf8');
    expect(line).toContain('"a/timed":{"ms":1.5,"inputs":"i"},"a/untimed":{"inputs":"i"}');
    expect(readWholeHistory(root).runs).toEqual([run]);
    const { runs, tier } = readHistory(root, run.tier);
    // A check that passed as usual is known as such.
    expect(flakiness({ runs, tier }, 'a/untimed', usual)).toBeUndefined();
    expect(flakiness({ runs, tier }, 'a/untimed', failed)).toEqual({ runs: 2, different: 1, others: ['passed'] });
    expect(flakiness({ runs, tier }, 'a/failed', usual)).toEqual({ runs: 2, different: 1, others: ['failed'] });
  });
});

describe('pruning', () => {
  it('is asked for beyond 220 runs and 90 days', () => {
    expect(readHistory(withRuns(210).root, 'standard').full).toBe(false);
    expect(readHistory(withRuns(230).root, 'standard').full).toBe(true);
    expect(readHistory(withRuns(2, { startedAt: daysAgo(91) }).root, 'standard').full).toBe(true);
    expect(readHistory(withRuns(2, { startedAt: daysAgo(89) }).root, 'standard').full).toBe(false);
  });

  it('keeps the newest 200 of the last 90 days', () => {
    const { root, file } = withRuns(230);
    appendRun(file, pastRun(500, {}, { startedAt: daysAgo(100) }));
    appendFileSync(file, 'torn');
    pruneHistory(file);
    const ids = idsOf(root);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 'run-0030', 'run-0229']);
    expect(readWholeHistory(root).notices).toEqual([]);
    expect(readdirSync(join(root, '.scanrun/history'))).toEqual(['history.ndjson']);
  });

  it('drops what is no run, however it ends, and keeps a run once', () => {
    const { root, file } = withRuns(3);
    const line = JSON.stringify(pastRun(7, { 'a/x': 1, 'a/y': 2 }));
    const torn = line.slice(0, line.indexOf('},"a/y"') + 1);
    expect(torn.endsWith('}')).toBe(true);
    // Another order of the fields is a run all the same.
    const { v, ...rest } = pastRun(8, { 'a/x': 1 });
    appendFileSync(file, `${[torn, line, line, '{}}}', JSON.stringify({ ...rest, v })].join('\n')}\n`);
    pruneHistory(file);
    expect(idsOf(root)).toEqual(['run-0000', 'run-0001', 'run-0002', 'run-0007', 'run-0008']);
    expect(readWholeHistory(root).notices).toEqual([]);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(5);
  });

  it('keeps a file of large runs small enough to be read at each scan', () => {
    const root = folder();
    const checks = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`a/check-${index}`, 1]));
    const lines = Array.from({ length: 60 }, (_, index) => `${JSON.stringify(pastRun(index, checks))}\n`);
    write(root, { '.scanrun/history/history.ndjson': lines.join('') });
    expect(readHistory(root, 'standard').full).toBe(true);
    pruneHistory(fileOf(root));
    expect(readHistory(root, 'standard').full).toBe(false);
    const ids = idsOf(root);
    expect(ids.length).toBeGreaterThan(15);
    expect(ids.at(-1)).toBe('run-0059');
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
    const { runs, notices } = readWholeHistory(root);
    expect(notices).toEqual([]);
    const own = runs.filter(({ runId }) => /^[abcd]-\d+$/.test(runId));
    expect(own).toHaveLength(160);
    expect(runs).toHaveLength(170);
  });
});
