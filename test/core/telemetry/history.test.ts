import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hashTexts } from '../../../core/model/hash.js';
import type { FileEntry } from '../../../core/model/target.js';
import { sparkLine } from '../../../core/model/text.js';
import { checkTrends } from '../../../core/telemetry/check-trend.js';
import {
  expectedMs,
  flakiness,
  flakyText,
  type HistoryCheck,
  parseRun,
  trendOf,
} from '../../../core/telemetry/history.js';
import { answerHash, inputHashes, runInputs, type ScanInputs } from '../../../core/telemetry/inputs.js';
import { historyCheck, historyRun } from '../../../core/telemetry/kept-run.js';
import { folder, write } from '../../support/folders.js';
import { checkOf, pastRun, pastRuns, record, task } from './made.js';

const now = (over: Partial<HistoryCheck> = {}): HistoryCheck => ({
  outcome: 'passed',
  findings: 0,
  answer: 'a',
  inputs: 'i',
  ...over,
});

describe('expectedMs', () => {
  it('is the median of the last ten of the same tier', () => {
    const runs = [
      ...pastRuns(10, 'a/x', 9_000),
      ...Array.from({ length: 10 }, (_, i) => pastRun(20 + i, { 'a/x': i * 10 })),
    ];
    expect(expectedMs({ runs, tier: 'standard' }, 'a/x')).toBe(45);
    expect(expectedMs({ runs: [...runs, pastRun(90, { 'a/x': 7 }, { tier: 'deep' })], tier: 'deep' }, 'a/x')).toBe(7);
    expect(expectedMs({ runs, tier: 'quick' }, 'a/x')).toBeUndefined();
    expect(expectedMs({ runs, tier: 'standard' }, 'a/y')).toBeUndefined();
  });

  it('does not count interrupted runs', () => {
    const runs = [pastRun(1, { 'a/x': 5 }), pastRun(2, { 'a/x': 500 }, { verdict: 'interrupted' })];
    expect(expectedMs({ runs, tier: 'standard' }, 'a/x')).toBe(5);
  });
});

describe('flakiness', () => {
  const runs = [
    pastRun(1, { 'a/x': { answer: 'a' } }),
    pastRun(2, { 'a/x': { answer: 'b', outcome: 'failed' } }),
    pastRun(3, { 'a/x': { answer: 'b', outcome: 'failed', inputs: 'other' } }),
    pastRun(4, { 'a/x': { answer: 'c', outcome: 'cancelled' } }),
  ];

  it('is another answer to the same inputs, and how often', () => {
    expect(flakiness({ runs }, 'a/x', now())).toEqual({ runs: 3, different: 1, others: ['failed'] });
    expect(flakiness({ runs }, 'a/x', now({ answer: 'b', outcome: 'failed' }))).toEqual({
      runs: 3,
      different: 1,
      others: ['passed'],
    });
  });

  it('is not another answer to other inputs, nor what was cancelled', () => {
    expect(flakiness({ runs }, 'a/x', now({ inputs: 'new' }))).toBeUndefined();
    expect(flakiness({ runs: runs.slice(2) }, 'a/x', now())).toBeUndefined();
    expect(flakiness({ runs }, 'a/x', now({ outcome: 'skipped', answer: 'z' }))).toBeUndefined();
  });

  it('is said in words', () => {
    expect(flakyText('a/x', 'failed', { runs: 6, different: 3, others: ['passed'] })).toBe(
      'a/x is flaky: it ended failed now, and passed in 3 of the 5 earlier runs with the same files, commit, options and versions.',
    );
    expect(flakyText('a/x', 'failed', { runs: 2, different: 1, others: ['failed'] })).toContain(
      'and with other findings in 1 of',
    );
  });
});

describe('what is kept of a check', () => {
  const hashes = { answer: 'a', inputs: 'i' };
  const records = new Map([['a/x', record('a/x', 100, 350.26)]]);

  it('is its time where it ran to an end of its own', () => {
    expect(historyCheck(checkOf('a/x'), records, hashes)).toEqual({
      ms: 250.3,
      outcome: 'passed',
      findings: 0,
      ...hashes,
    });
    const outcome = { status: 'timed-out', reason: { code: 'timeout', message: '' } } as const;
    expect(historyCheck(checkOf('a/x', { outcome }), records, hashes)).not.toHaveProperty('ms');
  });

  it('is no time where a part was cached or skipped', () => {
    const part = { taskId: 'a/x', timeMs: 0, outcome: { status: 'passed' } } as const;
    const skipped = { ...part, outcome: { status: 'skipped', reason: { code: 'partial', message: '' } } } as const;
    for (const parts of [[{ ...part, cached: true }], [part, skipped]])
      expect(historyCheck(checkOf('a/x', { parts }), records, hashes)).not.toHaveProperty('ms');
  });
});

describe('what is kept of the categories', () => {
  const kept = (...categories: readonly string[]) => {
    const checks = categories.map((category, index) => {
      const check = checkOf(`a/${index}`);
      return { ...check, meta: { ...check.meta, category } };
    });
    const { checks: past } = pastRun(1, Object.fromEntries(checks.map(({ checkId }) => [checkId, 10.1])));
    const whole = {
      run: { id: 'run-1', startedAt: '2026-01-01T00:00:00.000Z', tier: 'quick' },
      target: { kind: 'directory', name: 't', root: '/t' },
      verdict: { status: 'clean', coverage: 1 },
      statistics: { wallMs: 1, files: 1 },
      checks,
      tasks: [],
      notPlanned: [],
    } as unknown as Parameters<typeof historyRun>[0];
    return historyRun(whole, { bytes: 1, configHash: 'x', checks: past });
  };

  it('is their time, which a trend then shows whatever its checks are called now', () => {
    const run = kept('code', 'docs', 'code');
    expect(run.categoriesMs).toEqual({ code: 20.2, docs: 10.1 });
    expect(parseRun(JSON.stringify(run))).toEqual(run);
    const trend = trendOf({ runs: [run] }, run, () => 'another');
    expect(trend?.map(({ categoriesMs }) => categoriesMs)).toEqual([run.categoriesMs, run.categoriesMs]);
  });

  it('is nothing where a name could not be read back', () => {
    const run = kept('code', 'what it costs');
    expect(run).not.toHaveProperty('categoriesMs');
    expect(parseRun(JSON.stringify(run))).toEqual(run);
    expect(parseRun(JSON.stringify({ ...run, categoriesMs: { a: -1 } }))).toBeUndefined();
  });
});

describe('trend', () => {
  it('has the last runs of the same tier and selection, and this one', () => {
    const runs = [
      ...pastRuns(25, 'a/x', 10),
      pastRun(30, { 'a/x': 1 }, { tier: 'quick' }),
      pastRun(31, { 'a/x': 1 }, { filtered: true }),
      pastRun(32, { 'a/x': 1 }, { verdict: 'interrupted' }),
    ];
    const present = pastRun(40, { 'a/x': 7, 'b/y': 5, 'b/gone': 3 }, { wallMs: 12, findings: 2 });
    const trend = trendOf({ runs }, present, (id) => (id === 'b/gone' ? undefined : id.slice(0, 1)));
    expect(trend).toHaveLength(20);
    expect(trend?.[0]?.runId).toBe('run-0006');
    expect(trend?.at(-1)).toEqual({
      runId: 'run-0040',
      startedAt: present.startedAt,
      wallMs: 12,
      findings: 2,
      verdict: 'clean',
      categoriesMs: { a: 7, b: 5 },
    });
    expect(trendOf({ runs: runs.slice(25) }, present, () => undefined)).toBeUndefined();
  });

  it('takes runs of another profile, or of none, for others', () => {
    const of = (number: number, profile?: string, filtered = true) =>
      pastRun(number, {}, { filtered, ...(profile === undefined ? {} : { profile }) });
    const runs = [of(1, 'docs'), of(2), of(3, 'release'), of(4, 'docs', false), of(5, 'docs')];
    const trend = trendOf({ runs }, of(6, 'docs'), () => undefined);
    expect(trend?.map(({ runId }) => runId)).toEqual(['run-0001', 'run-0005', 'run-0006']);
    const line = JSON.stringify(of(7, 'docs'));
    expect(parseRun(line)?.profile).toBe('docs');
    expect(parseRun(line.replace('"docs"', '"\\u001b[31m"'))).toBeUndefined();
  });

  it('of a check has its times and how often its end changed', () => {
    const runs = [
      pastRun(1, { 'a/x': { ms: 10 } }),
      pastRun(2, { 'a/x': { ms: 30, outcome: 'failed', answer: 'b' } }),
      pastRun(3, { 'a/x': { outcome: 'failed', answer: 'b', inputs: 'j' } }),
      pastRun(4, { 'a/x': { ms: 20, inputs: 'k' } }),
      pastRun(5, { 'a/x': { ms: 9_999 } }, { verdict: 'interrupted' }),
    ];
    expect(checkTrends(runs)).toEqual([
      {
        checkId: 'a/x',
        runs: 4,
        timesMs: [10, 30, null, 20],
        medianMs: 20,
        p95Ms: 29,
        lastMs: 20,
        outcome: 'passed',
        findings: 0,
        outcomeChanges: 2,
        flakyChanges: 1,
      },
    ]);
  });

  it('is a line of bars', () => {
    expect(sparkLine([1, 2, 3, 4, 5, 6, 7, 8])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkLine([5, undefined, 5])).toBe('▄ ▄');
    expect(sparkLine([0, Number.NaN, 10])).toBe('▁ █');
    expect(sparkLine([])).toBe('');
  });
});

describe('hashes', () => {
  const entry = { path: 'a', sizeBytes: 1, modifiedMs: 5, type: 'file', executable: false } as const;
  const target = { kind: 'git', name: 't', root: '/t', commit: 'c1' } as const;
  const contentOf = (...entries: FileEntry[]): string => runInputs({ printable: {} }, { entries }, []).content;
  const base: ScanInputs = { target, content: contentOf(entry), tier: 'quick', versions: { node: '20' } };
  const hash = (over: Partial<ScanInputs> = {}, tasks = [task('a/x')]): string =>
    inputHashes({ ...base, ...over }, tasks)('a/x');

  it('are the same for the same inputs and others for others', () => {
    const withOptions = [
      { ...task('a/x'), checks: task('a/x').checks.map((each) => ({ ...each, options: { max: 2 } })) },
    ];
    const hashes = [
      hash(),
      hash({ content: contentOf({ ...entry, sizeBytes: 2 }) }),
      hash({ content: contentOf({ ...entry, modifiedMs: 6 }) }),
      hash({ content: contentOf({ ...entry, executable: true }) }),
      hash({ content: contentOf({ ...entry, type: 'symlink', linkTarget: 'b' }) }),
      hash({ content: contentOf() }),
      hash({ target: { ...target, commit: 'c2' } }),
      hash({ tier: 'deep' }),
      hash({ versions: { node: '22' } }),
      hash({}, withOptions),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash({ content: contentOf({ ...entry, tracked: true }) })).toBe(hash());
    expect(hash()).toBe(hash());
    // The place of the target does not matter.
    expect(hash({ target: { ...target, root: '/elsewhere' } })).toBe(hash());
  });

  it('tell answers apart', () => {
    const failed = checkOf('a/x', { outcome: { status: 'failed' } });
    const finding = { fingerprint: 'f1' } as (typeof failed.findings)[number];
    const other = { fingerprint: 'f2' } as (typeof failed.findings)[number];
    const hashes = [checkOf('a/x'), failed, { ...failed, findings: [finding] }, { ...failed, findings: [other] }].map(
      answerHash,
    );
    expect(new Set(hashes).size).toBe(4);
    expect(answerHash({ ...failed, findings: [finding, other] })).toBe(
      answerHash({ ...failed, findings: [other, finding] }),
    );
  });

  it('differ for 100,000 texts', () => {
    expect(new Set(Array.from({ length: 100_000 }, (_, index) => hashTexts([`text ${index}`]))).size).toBe(100_000);
  });

  it('tell where a text ends', () => {
    const hashes = [['ab'], ['a', 'b'], ['', 'ab'], ['ab', ''], [], ['']].map(hashTexts);
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const each of hashes) expect(each).toMatch(/^\d{1,16}$/);
  });

  it('of a run tell what changed of it', () => {
    const root = folder({ 'a.mjs': '1', 'config.json': '1' });
    const checkAt = (module: string) => [{ ...task('a/x'), checks: task('a/x').checks.map((c) => ({ ...c, module })) }];
    const file = join(root, 'config.json');
    const now = (
      config: object = {},
      entries: FileEntry[] = [entry],
      module = pathToFileURL(join(root, 'a.mjs')).href,
    ) => runInputs({ printable: {}, file, ...config }, { entries }, checkAt(module));
    const before = now();
    expect(now()).toEqual(before);
    const changed = (after: object): string[] =>
      Object.entries(after).flatMap(([name, value]) => (value === before[name as keyof typeof before] ? [] : [name]));
    expect(changed(now({ printable: { tier: 'deep' } }))).toEqual(['configuration']);
    expect(changed(now({}, [{ ...entry, path: 'b' }]))).toEqual(['content']);
    expect(changed(now({}, [entry], 'file:///gone.mjs'))).toEqual(['plugins']);
    write(root, { 'a.mjs': '2' });
    expect(changed(now())).toEqual(['plugins']);
    write(root, { 'a.mjs': '1', 'config.json': '2' });
    expect(changed(now())).toEqual(['configuration']);
  });
});

describe('parseRun', () => {
  it('takes what was written and nothing else', () => {
    const run = pastRun(1, { 'a/x': 5 });
    expect(parseRun(JSON.stringify(run))).toEqual(run);
    const bad: object[] = [
      { ...run, v: 2 },
      { ...run, runId: 'x\u001b[2J' },
      { ...run, startedAt: 'yesterday' },
      { ...run, tier: 'huge' },
      { ...run, wallMs: -1 },
      { ...run, wallMs: '5' },
      { ...run, commit: '$(rm)' },
      { ...run, checks: null },
      { ...run, checks: { 'a/x': null } },
      { ...run, checks: { 'a/x': { ...run.checks['a/x'], outcome: 'fine' } } },
      { ...run, checks: { 'a\u202e/x': run.checks['a/x'] } },
    ];
    for (const each of bad) expect(parseRun(JSON.stringify(each)), JSON.stringify(each)).toBeUndefined();
    for (const text of ['', 'null', '[]', '"x"', '{', JSON.stringify(run).slice(0, -9)])
      expect(parseRun(text)).toBeUndefined();
  });
});
