import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../core/errors.js';
import type { KnownFinding } from '../../../core/model/comparison.js';
import { OUTCOME_ORDER } from '../../../core/model/outcome.js';
import type { CheckResult, Notice } from '../../../core/model/result.js';
import { changeBaseline, formatBaseline, toBaseline } from '../../../core/suppress/baseline.js';
import { parseBaseline, readBaseline, readBaselineFile } from '../../../core/suppress/baseline-file.js';
import { countKnown, sumOf } from '../../../core/suppress/known.js';
import { suppress } from '../../../core/suppress/suppress.js';
import { findings as sampleFindings } from '../../reporters/sample-result.js';
import { folder } from '../../support/folders.js';
import { checkWith, finding, hex, known } from './made.js';

/** Checks with findings of a few names, numbered as the engine does. */
const someChecks = fc
  .array(
    fc.record({
      names: fc.array(fc.constantFrom('p', 'q', 'r'), { maxLength: 6 }),
      status: fc.constantFrom(...OUTCOME_ORDER),
    }),
    { minLength: 3, maxLength: 3 },
  )
  .map((made): CheckResult[] =>
    made.map(({ names, status }, index) => {
      const id = `a/${index}`;
      const seen = new Map<string, number>();
      const findings = names.map((name) => {
        seen.set(name, (seen.get(name) ?? 0) + 1);
        return finding(id, name, {}, seen.get(name));
      });
      return checkWith(id, findings, status);
    }),
  );
const roundTrip = (findings: readonly KnownFinding[]): readonly KnownFinding[] =>
  parseBaseline(JSON.parse(formatBaseline(findings)), 'f').findings;

describe('a baseline', () => {
  it('is a finding a line, in order, and reads as it was written, whatever the paths are', () => {
    const findings = [known('b/x', 'n', 2, 'z'), known('a/y', 'n', 1, 'b'), known('a/y', 'm', 1, 'a"\n\u2028')];
    const text = formatBaseline(findings);
    expect(text).toBe(`{
  "schemaVersion": 1,
  "findings": [
    {"checkId":"a/y","path":"a\\"\\n\u2028","messageId":"found","fingerprint":"${hex('m')}","count":1},
    {"checkId":"a/y","path":"b","messageId":"found","fingerprint":"${hex('n')}","count":1},
    {"checkId":"b/x","path":"z","messageId":"found","fingerprint":"${hex('n')}","count":2}
  ]
}
`);
    expect(formatBaseline(findings.toReversed())).toBe(text);
    expect(roundTrip(findings)).toEqual([findings[2], findings[1], findings[0]]);
    expect(formatBaseline([])).toBe('{\n  "schemaVersion": 1,\n  "findings": []\n}\n');
  });

  it('of a scan covers that scan, and what comes later is new', () => {
    fc.assert(
      fc.property(someChecks, someChecks, (before, after) => {
        const findings = roundTrip(toBaseline(before));
        const compare = { from: { kind: 'baseline', name: 'b' } as const, findings };
        const run = (checks: readonly CheckResult[]) =>
          suppress({ checks, planned: [], known: [], waivers: [], today: '2026-11-21', compare });
        const all = before.reduce((sum, check) => sum + check.findings.length, 0);
        expect(run(before).comparison).toMatchObject({ new: 0, unchanged: all, fixed: 0, unknown: 0 });
        const { comparison } = run(after);
        const now = after.reduce((sum, check) => sum + check.findings.length, 0);
        expect((comparison?.new ?? 0) + (comparison?.unchanged ?? 0)).toBe(now);
        expect((comparison?.unchanged ?? 0) + (comparison?.fixed ?? 0) + (comparison?.unknown ?? 0)).toBe(all);
      }),
      { numRuns: 300 },
    );
  });

  it('after an update covers the scan, and after a prune has nothing that is fixed and nothing more', () => {
    fc.assert(
      fc.property(someChecks, someChecks, (before, after) => {
        const old = toBaseline(before);
        const updated = changeBaseline(old, after, true);
        const pruned = changeBaseline(old, after, false);
        const [oldCounts, updatedCounts, prunedCounts] = [old, updated.findings, pruned.findings].map(countKnown);
        for (const [key, { count }] of countKnown(toBaseline(after)))
          expect(updatedCounts?.get(key)?.count ?? 0).toBeGreaterThanOrEqual(count);
        for (const [key, { count }] of prunedCounts ?? [])
          expect(oldCounts?.get(key)?.count ?? 0).toBeGreaterThanOrEqual(count);
        // What a check without an answer would find now is not known, so nothing of it goes.
        for (const { checkId, count, fingerprint } of old) {
          const status = after.find((check) => check.checkId === checkId)?.outcome.status;
          if (status === 'passed' || status === 'failed') continue;
          const left = pruned.findings.find((each) => each.checkId === checkId && each.fingerprint === fingerprint);
          expect(left?.count).toBe(count);
        }
        for (const { findings, added, removed } of [updated, pruned])
          expect(sumOf(findings)).toBe(sumOf(old) + sumOf(added) - sumOf(removed));
        expect(pruned.added).toEqual([]);
        expect(changeBaseline(updated.findings, after, true)).toMatchObject({ added: [], removed: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('has nothing that a comment or a waiver covers, and an update takes it out', () => {
    const covered = [
      finding('a/one', 'w', { suppressedBy: { kind: 'waiver', reason: 'r' } }),
      finding('a/one', 'i', { suppressedBy: { kind: 'inline', reason: 'r' } }),
      finding('a/one', 'b', { suppressedBy: { kind: 'baseline' } }),
    ];
    expect(toBaseline([checkWith('a/one', covered)])).toEqual([known('a/one', 'b')]);
    const old = [known('a/one', 'w'), known('a/one', 'b')];
    expect(changeBaseline(old, [checkWith('a/one', covered)], true)).toMatchObject({
      findings: [known('a/one', 'b')],
      removed: [known('a/one', 'w')],
      added: [],
    });
    expect(changeBaseline(old, [checkWith('a/one', covered)], false).removed).toEqual([]);
  });

  it('has no text that a finding quotes', () => {
    const text = formatBaseline(toBaseline(sampleFindings().checks));
    const all = sampleFindings().checks.flatMap(({ findings }) => findings);
    expect(all.length).toBeGreaterThan(5);
    for (const { message, snippet } of all) {
      expect(text).not.toContain(message);
      for (const line of snippet?.lines ?? []) if (line.length > 20) expect(text).not.toContain(line.trim());
    }
  });
});

const one = JSON.parse(formatBaseline([known('a/one', 'x')])) as { findings: object[] };

describe('reading a baseline', () => {
  const notices: Notice[] = [];
  const read = (files: Record<string, string | object>, over: { file?: string; foreign?: boolean } = {}) => {
    const root = folder(files);
    const { file, foreign = false } = over;
    const notice = (each: Notice) => void notices.push(each);
    return readBaseline({
      file: file === undefined ? undefined : join(root, file),
      root,
      foreign: () => foreign,
      notice,
    });
  };
  const failure = (files: Record<string, string | object>, over: { file?: string } = {}): ScanError => {
    try {
      read(files, over);
    } catch (error) {
      if (error instanceof ScanError) return error;
      throw error;
    }
    throw new Error('it did not fail');
  };

  it('takes the one in the target, or the one that is named', () => {
    expect(read({ '.scanrun-baseline.json': one })).toEqual({
      from: { kind: 'baseline', name: '.scanrun-baseline.json' },
      findings: [known('a/one', 'x')],
    });
    expect(read({ a: 'x' })).toBe(undefined);
    expect(read({ 'deep/known.json': one }, { file: 'deep/known.json' })?.from.name).toBe('deep/known.json');
  });

  it('does not let somebody else’s project, or a link out of it, decide what counts', () => {
    expect(read({ '.scanrun-baseline.json': one }, { foreign: true })).toBe(undefined);
    expect(notices.at(-1)).toMatchObject({ code: 'baseline-unused', level: 'warning' });
    const outside = folder({ 'b.json': one });
    const root = folder({ a: 'x' });
    symlinkSync(join(outside, 'b.json'), join(root, '.scanrun-baseline.json'));
    const before = notices.length;
    const request = { file: undefined, root, foreign: () => false, notice: (each: Notice) => void notices.push(each) };
    expect(readBaseline(request)).toBe(undefined);
    expect(notices.slice(before)).toMatchObject([{ code: 'baseline-unused' }]);
  });

  it('takes the json report of an earlier scan as well, without what had a reason there', () => {
    const result = sampleFindings();
    const known = read({ 'scan.json': result }, { file: 'scan.json' });
    expect(known?.from).toMatchObject({ kind: 'baseline', name: 'scan.json', startedAt: result.run.startedAt });
    const all = result.checks.flatMap(({ findings }) => findings);
    const decided = all.filter(({ suppressedBy }) => suppressedBy !== undefined && suppressedBy.kind !== 'baseline');
    expect(decided.length).toBeGreaterThan(0);
    expect(sumOf(known?.findings ?? [])).toBe(all.length - decided.length);
    // A report is not to be changed.
    const root = folder({ 'scan.json': result });
    expect(() => readBaselineFile(join(root, 'scan.json'))).toThrow('findings must be a list');
  });

  it('fails with everything that is wrong at once', () => {
    const broken = {
      schemaVersion: 2,
      findings: [
        ...one.findings,
        { checkId: '', path: 3, messageId: null, fingerprint: 'XYZ', count: 0 },
        'no',
        { ...one.findings[0], count: 1.5 },
      ],
    };
    const { code, exitCode, problems } = failure({ '.scanrun-baseline.json': broken });
    expect([code, exitCode]).toEqual(['SR_BASELINE_INVALID', 2]);
    expect(problems.map(({ where, what }) => `${where.replace('.scanrun-baseline.json: ', '')} ${what}`)).toEqual([
      'schemaVersion must be 1; another scanrun wrote it',
      'findings[1].checkId must be the id of a check',
      'findings[1].path must be a path',
      'findings[1].messageId must be the id of a message',
      'findings[1].fingerprint must be 32 hex digits',
      'findings[1].count must be a whole number from 1',
      'findings[2] must be an object',
      'findings[3].count must be a whole number from 1',
    ]);
    const many = { schemaVersion: 1, findings: Array.from({ length: 500 }, () => 1) };
    const error = failure({ '.scanrun-baseline.json': many });
    expect([error.problems.length, error.message.includes('and 400 more')]).toEqual([100, true]);
  });

  it('says what else is the matter', () => {
    const said = (content: string): string => failure({ '.scanrun-baseline.json': content }).message;
    expect(said('')).toContain('is not valid JSON');
    expect(said('[]')).toContain('is no object');
    expect(said('null')).toContain('is no object');
    expect(said(`<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n`)).toContain('the marks of a merge conflict');
    expect(failure({ a: 'x' }, { file: 'none.json' })).toMatchObject({ code: 'SR_BASELINE_NOT_FOUND', exitCode: 2 });
    const root = folder({ a: 'x' });
    mkdirSync(join(root, '.scanrun-baseline.json'));
    expect(() => readBaselineFile(join(root, '.scanrun-baseline.json'))).toThrow(/cannot be read: EISDIR/);
  });

  it('never takes anything for findings that is none', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const { findings, problems } = parseBaseline(value, 'f');
        expect(findings.length === 0 || problems.length === 0).toBe(true);
        expect(problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
