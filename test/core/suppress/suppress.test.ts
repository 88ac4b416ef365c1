import { describe, expect, it } from 'vitest';
import { findDirectives } from '../../../core/check/directives.js';
import type { Finding } from '../../../core/model/finding.js';
import type { CheckResult } from '../../../core/model/result.js';
import type { Waiver } from '../../../core/model/suppression.js';
import type { KnownFindings } from '../../../core/suppress/known.js';
import { type SuppressInput, suppress } from '../../../core/suppress/suppress.js';
import { checkWith, finding, hex, known, registered } from './made.js';

const IDS = ['a/one', 'a/two', 'b/one'];
// In two parts, or this file would hold directives itself.
const NEXT = ['scanrun-ignore', '-next-line'].join('');

function run(checks: readonly CheckResult[], over: Partial<SuppressInput> = {}) {
  return suppress({ checks, planned: [], known: registered(...IDS), waivers: [], today: '2026-11-21', ...over });
}

const all = (checks: readonly CheckResult[]): Finding[] => checks.flatMap(({ findings }) => findings);
const kinds = (checks: readonly CheckResult[]) => all(checks).map(({ suppressedBy }) => suppressedBy?.kind);

function waiver(over: Partial<Waiver> = {}): Waiver {
  return { place: 'scan.config.ts: waivers[0]', check: 'a/one', checkIds: ['a/one'], reason: 'vendor code', ...over };
}

function comments(files: Readonly<Record<string, string>>, read = true) {
  const found = new Map(Object.entries(files).map(([path, text]) => [path, findDirectives(text, path)]));
  return { read: read ? found : new Map(), find: (path: string) => (read ? [] : (found.get(path) ?? [])) };
}

describe('a waiver', () => {
  const cases: readonly (readonly [string, Partial<Waiver>, Finding, boolean])[] = [
    ['its checks', {}, finding('a/one', 'x'), true],
    ['no other check', {}, finding('a/two', 'x'), false],
    ['its path', { path: 'src/**' }, finding('a/one', 'x'), true],
    ['no other path', { path: 'docs/**' }, finding('a/one', 'x'), false],
    ['its fingerprint', { fingerprint: `${hex('x')}:1` }, finding('a/one', 'x'), true],
    ['all that are equal', { fingerprint: hex('x') }, finding('a/one', 'x', {}, 2), true],
    ['no other number', { fingerprint: `${hex('x')}:1` }, finding('a/one', 'x', {}, 2), false],
    ['a finding without a line', {}, finding('a/one', 'x', { location: { path: 'README.md' } }), true],
    ['its last day', { expires: '2026-11-21' }, finding('a/one', 'x'), true],
    ['not the day after', { expires: '2026-11-20' }, finding('a/one', 'x'), false],
  ];

  it.each(cases)('covers %s', (_, over, one, covered) => {
    const { checks } = run([checkWith(one.checkId, [one])], { waivers: [waiver(over)] });
    expect(kinds(checks)).toEqual([covered ? 'waiver' : undefined]);
  });

  it('gives its reason, owner, last day and place, and takes nothing away', () => {
    const { checks } = run([checkWith('a/one', [finding('a/one', 'x')])], {
      waivers: [waiver({ owner: 'ann', expires: '2027-01-31' }), waiver({ reason: 'another' })],
    });
    expect(checks[0]?.outcome).toEqual({ status: 'failed' });
    expect(all(checks)[0]).toEqual({
      ...finding('a/one', 'x'),
      suppressedBy: {
        kind: 'waiver',
        reason: 'vendor code',
        owner: 'ann',
        expires: '2027-01-31',
        place: 'scan.config.ts: waivers[0]',
      },
    });
  });

  it('that has ended says how many findings count again', () => {
    const two = [finding('a/one', 'x'), finding('a/one', 'y')];
    const ended = waiver({ expires: '2026-11-20', owner: 'ann' });
    const { notices } = run([checkWith('a/one', two)], { waivers: [ended] });
    expect(notices).toEqual([
      {
        code: 'waiver-expired',
        level: 'warning',
        message:
          'The waiver scan.config.ts: waivers[0] (a/one, owner ann: vendor code) ended on 2026-11-20; 2 findings that it covered count again: mend them, or decide anew.',
      },
    ]);
    expect(run([checkWith('a/one')], { waivers: [ended] }).notices[0]?.message).toContain(
      'it fits no finding: remove it',
    );
    // Another one that still holds covers them.
    const done = run([checkWith('a/one', two)], { waivers: [ended, waiver({ place: 'second' })] });
    expect(kinds(done.checks)).toEqual(['waiver', 'waiver']);
    expect(done.notices.map(({ message }) => message)).toEqual([
      expect.stringContaining('what it covered has another reason not to count: remove it'),
    ]);
  });

  it('that fits nothing is told, but only when all of its checks have an answer', () => {
    const waivers = [waiver({ checkIds: ['a/one', 'a/two'], check: 'a' }), waiver({ path: 'none', place: 'second' })];
    const told = (checks: CheckResult[], over: Partial<SuppressInput> = {}) =>
      run(checks, { waivers, ...over }).notices.map(({ message }) => message);
    expect(told([checkWith('a/one'), checkWith('a/two')])).toEqual([
      '2 waivers fit no finding: scan.config.ts: waivers[0] (a); second (a/one). Remove what is not needed any more.',
    ]);
    expect(told([checkWith('a/one'), checkWith('a/two', [], 'errored')])).toEqual([
      '1 waiver fits no finding: second (a/one). Remove what is not needed any more.',
    ]);
    expect(told([checkWith('a/two')])).toEqual([]);
    // A scan that only looked at some files knows nothing of the others.
    expect(told([checkWith('a/one'), checkWith('a/two')], { within: () => true })).toEqual([]);
  });
});

describe('a comment', () => {
  const line = (number: number, checkId = 'a/one') =>
    finding(checkId, `l${number}`, { location: { path: 'src/a.ts', startLine: number } });

  it('covers what its checks find on its line, read by a check or not', () => {
    const text = `// ${NEXT} a/one, b: generated\nx\n// ${NEXT} a/*: why\ny\n`;
    const checks = [
      checkWith('a/one', [line(2), line(3), line(4)]),
      checkWith('a/two', [line(2, 'a/two'), line(4, 'a/two')]),
      checkWith('b/one', [line(2, 'b/one')]),
    ];
    for (const read of [true, false]) {
      const done = run(checks, { comments: comments({ 'src/a.ts': text }, read) });
      expect(kinds(done.checks)).toEqual(['inline', undefined, 'inline', undefined, 'inline', 'inline']);
      expect(all(done.checks)[0]?.suppressedBy).toEqual({ kind: 'inline', reason: 'generated', place: 'src/a.ts:1' });
      expect(done.notices).toEqual([]);
    }
    expect(kinds(run(checks).checks).every((kind) => kind === undefined)).toBe(true);
  });

  it('has no effect without a reason, or with a name that no check has, and is told', () => {
    const text = `// ${NEXT} a/one\nx\n# ${NEXT} a/oen: typo\ny\n# ${NEXT} a/one, nope: partly\nz\n# ${NEXT} x: c`;
    const done = run([checkWith('a/one', [line(2), line(4), line(6)])], { comments: comments({ 'src/a.ts': text }) });
    expect(kinds(done.checks)).toEqual([undefined, undefined, undefined]);
    expect(done.notices).toEqual([
      {
        code: 'ignore-invalid',
        level: 'warning',
        message:
          "4 scanrun-ignore comments have no effect: src/a.ts:1 gives no reason: write it behind a colon; src/a.ts:3 names 'a/oen', which matches no check: did you mean 'a/one'?; src/a.ts:5 names 'nope', which matches no check: known are a, b; src/a.ts:7 names 'x', which matches no check: did you mean 'a'. Mend them.",
      },
    ]);
  });

  it('that fits nothing is told, but only where its check has an answer and looked at the file', () => {
    const files = { 'src/a.ts': `// ${NEXT} a/one, a/two: why\nx`, 'docs/b.ts': `// ${NEXT} b/one: why\nx` };
    const told = (checks: CheckResult[], over: Partial<SuppressInput> = {}) =>
      run(checks, { comments: comments(files), ...over }).notices.map(({ message }) => message);
    expect(told([checkWith('a/one', [line(2)]), checkWith('a/two'), checkWith('b/one')])).toEqual([
      '2 scanrun-ignore comments fit no finding: src/a.ts:1 (a/two); docs/b.ts:1 (b/one). Remove them.',
    ]);
    expect(told([checkWith('a/one', [line(2)]), checkWith('a/two', [], 'timed-out')])).toEqual([]);
    const planned = ['a/one', 'a/two', 'b/one'].map((id) => ({
      ...{ id, module: '', options: {}, needs: {} },
      files: ['**'],
      exclude: ['src/**'],
    }));
    expect(told([checkWith('a/one'), checkWith('a/two'), checkWith('b/one')], { planned })).toEqual([
      '1 scanrun-ignore comment fits no finding: docs/b.ts:1 (b/one). Remove it.',
    ]);
    expect(told([checkWith('b/one')], { within: (path) => path.startsWith('src/') })).toEqual([]);
  });

  it('is told five times at most, and counted', () => {
    const text = `// ${NEXT} a/one\nx\n`.repeat(9);
    const [told] = run([checkWith('a/one')], { comments: comments({ 'src/a.ts': text }) }).notices;
    expect(told?.message).toMatch(/^9 scanrun-ignore comments have no effect: .*; and 4 more\. Mend them\.$/);
  });
});

describe('known findings', () => {
  const compare = (findings: KnownFindings['findings'], over: Partial<KnownFindings> = {}): KnownFindings => ({
    from: { kind: 'baseline', name: '.scanrun-baseline.json' },
    findings,
    ...over,
  });

  it('of a baseline do not count, as many as are known, and the rest is new', () => {
    const found = [1, 2, 3].map((number) => finding('a/one', 'x', {}, number));
    const done = run([checkWith('a/one', [...found, finding('a/one', 'y')])], {
      compare: compare([known('a/one', 'x', 2)]),
    });
    expect(all(done.checks).map(({ state }) => state)).toEqual(['unchanged', 'unchanged', 'new', 'new']);
    expect(kinds(done.checks)).toEqual(['baseline', 'baseline', undefined, undefined]);
    expect(all(done.checks)[0]?.suppressedBy).toEqual({ kind: 'baseline', place: '.scanrun-baseline.json' });
    expect(done.comparison).toEqual({
      with: { kind: 'baseline', name: '.scanrun-baseline.json' },
      new: 2,
      unchanged: 2,
      fixed: 0,
      unknown: 0,
      fixedFindings: [],
    });
  });

  it('are fixed only where their check has an answer', () => {
    const findings = [known('a/one', 'x', 3), known('a/two', 'y'), known('b/one', 'z'), known('gone/check', 'w')];
    const checks = [checkWith('a/one', [finding('a/one', 'x')]), checkWith('a/two'), checkWith('b/one', [], 'errored')];
    const done = run(checks, { compare: compare(findings) });
    expect(done.comparison).toMatchObject({ new: 0, unchanged: 1, fixed: 3, unknown: 2 });
    expect(done.comparison?.fixedFindings).toEqual([known('a/one', 'x', 2), known('a/two', 'y')]);
    expect(done.notices).toEqual([
      {
        code: 'baseline-fixed',
        level: 'info',
        message:
          '3 findings of the baseline .scanrun-baseline.json are there no more: `scanrun baseline prune` takes them out.',
      },
    ]);
    const partly = (within: SuppressInput['within']) => run(checks, { compare: compare(findings), within }).comparison;
    expect(partly((_, path) => path === 'src/b.ts')).toMatchObject({ fixed: 0, unknown: 5 });
    expect(partly((checkId) => checkId === 'a/one')).toMatchObject({ fixed: 2, unknown: 3 });
  });

  it('of the run before still count, and nobody knows where that run had no answer', () => {
    const from = { kind: 'run', name: '20261120-1', startedAt: '2026-11-20T00:00:00.000Z' } as const;
    const before = compare([known('a/one', 'x'), known('a/two', 'p')], { from, answered: new Set(['a/one']) });
    const checks = [
      checkWith('a/one', [finding('a/one', 'x'), finding('a/one', 'y')]),
      checkWith('a/two', [finding('a/two', 'p'), finding('a/two', 'q')]),
    ];
    const done = run(checks, { compare: before });
    expect(all(done.checks).map(({ state }) => state)).toEqual(['unchanged', 'new', 'unchanged', undefined]);
    expect(kinds(done.checks)).toEqual([undefined, undefined, undefined, undefined]);
    expect(done.comparison).toMatchObject({ with: from, new: 1, unchanged: 2, fixed: 0 });
    expect(done.notices).toEqual([]);
  });

  it('that are also waived or ignored have that reason', () => {
    const one = finding('a/one', 'x', { location: { path: 'src/a.ts', startLine: 2 } });
    const files = comments({ 'src/a.ts': `// ${NEXT} a/one: inline\nx` });
    const given = { compare: compare([known('a/one', 'x')]), waivers: [waiver()] };
    expect(all(run([checkWith('a/one', [one])], given).checks)[0]).toMatchObject({
      state: 'unchanged',
      suppressedBy: { kind: 'waiver' },
    });
    const done = run([checkWith('a/one', [one])], { ...given, comments: files });
    expect(all(done.checks)[0]).toMatchObject({ state: 'unchanged', suppressedBy: { kind: 'inline' } });
    // The waiver fits as well: it is not idle.
    expect(done.notices).toEqual([]);
  });
});
