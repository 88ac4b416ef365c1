import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFindings, type Finding } from '../../../core/model/finding.js';
import {
  isConclusive,
  OUTCOME_ORDER,
  type Outcome,
  type OutcomeStatus,
  worstOutcome,
} from '../../../core/model/outcome.js';
import type { CheckResult, Notice } from '../../../core/model/result.js';
import { isAtLeast, SEVERITIES } from '../../../core/model/severity.js';
import { TIER_DEFAULTS, TIERS, tierIncludes } from '../../../core/model/tier.js';
import { makeVerdict, type VerdictInput } from '../../../core/model/verdict.js';
import { check } from '../../reporters/sample-build.js';

const outcome = (status: OutcomeStatus): Outcome =>
  status === 'passed' || status === 'failed' ? { status } : { status, reason: { code: 'partial', message: 'm' } };
const ended = (status: OutcomeStatus, over: Partial<CheckResult> = {}): CheckResult => ({
  ...check(`p/${status}`, {}),
  outcome: outcome(status),
  ...over,
});
const found = (
  severity: 'error' | 'warning' | 'note',
  over: Partial<Finding> = {},
  status: OutcomeStatus = 'failed',
): CheckResult => {
  const made = check('p/found', {}, { findings: [{ message: 'm', severity }] });
  return { ...made, outcome: outcome(status), findings: made.findings.map((each) => ({ ...each, ...over })) };
};
const notice = (level: Notice['level']): Notice => ({ code: 'x', level, message: 'm' });
const verdict = (checks: CheckResult[], over: Partial<VerdictInput> = {}) =>
  makeVerdict({ checks, notices: [], gate: { failOn: 'error', minCoverage: 1 }, interrupted: false, ...over });

describe('the verdict', () => {
  it('is clean only when every check has an answer', () => {
    expect(verdict([ended('passed')])).toEqual({
      status: 'clean',
      gateExitCode: 0,
      summary: '1 check, nothing at the gate.',
      reasons: [],
      gateFindings: 0,
      coverage: 1,
    });
    for (const status of OUTCOME_ORDER) {
      const { status: said, gateExitCode } = verdict([ended('passed'), ended(status)]);
      const conclusive = status === 'passed' || status === 'failed';
      expect([status, said, gateExitCode]).toEqual([status, conclusive ? 'clean' : 'incomplete', conclusive ? 0 : 3]);
    }
  });

  it('does not count optional checks without an answer among those that it calls clean', () => {
    const open = { ...ended('skipped'), optional: true };
    expect(verdict([ended('passed'), open])).toMatchObject({
      status: 'clean',
      coverage: 1,
      summary: '1 check, nothing at the gate; 1 optional check without an answer.',
    });
    expect(verdict([ended('passed'), { ...ended('passed'), optional: true }]).summary).toBe(
      '2 checks, nothing at the gate.',
    );
  });

  it('of a scan without a check is never clean', () => {
    expect(verdict([])).toMatchObject({ status: 'incomplete', gateExitCode: 3, coverage: 0 });
    expect(verdict([], { gate: { failOn: 'never', minCoverage: 0 } })).toMatchObject({ status: 'incomplete' });
  });

  it('of a scan of what changed is clean where that touches no check, and names the restriction', () => {
    const changes = { kind: 'since', ref: 'main', base: '0123456789abcdef', files: 2, removed: 1 } as const;
    const notPlanned = [{ checkId: 'p/x', code: 'unchanged', message: 'm' }] as const;
    expect(verdict([], { changes, notPlanned })).toMatchObject({
      status: 'clean',
      gateExitCode: 0,
      coverage: 1,
      summary: 'Clean: no check looks at 2 files and 1 removed file changed since main (01234567).',
    });
    const none = { files: 0, removed: 0 };
    const summary = (over: object): string =>
      verdict([], { changes: { ...changes, ...none, ...over }, notPlanned }).summary;
    expect(summary({})).toBe('Clean: nothing changed since main (01234567).');
    expect(summary({ kind: 'staged' })).toBe('Clean: nothing is staged.');
    expect(summary({ kind: 'files' })).toBe('Clean: no file was given.');
    expect(verdict([], { changes, notPlanned, notices: [notice('error')] }).status).toBe('incomplete');
    expect(verdict([], { changes, notPlanned: [{ ...notPlanned[0], code: 'off' }] }).status).toBe('incomplete');
    expect(verdict([], { notPlanned }).status).toBe('incomplete');
    expect(verdict([ended('passed')], { changes }).summary).toBe(
      '1 check, nothing at the gate, on 2 files and 1 removed file changed since main (01234567).',
    );
    expect(verdict([ended('errored')], { changes: { kind: 'staged', files: 1, removed: 0 } }).summary).toBe(
      'Incomplete: 1 check of 1 without an answer, on 1 file staged.',
    );
    const removed = { kind: 'files', files: 0, removed: 2 } as const;
    expect(verdict([ended('failed')], { changes: removed }).summary).toContain('on 2 removed files given.');
  });

  it('counts findings at the gate, also those of checks that broke, not the suppressed', () => {
    const grid = SEVERITIES.map((severity) =>
      (['error', 'warning', 'note', 'never'] as const).map(
        (failOn) => verdict([found(severity)], { gate: { failOn, minCoverage: 1 } }).gateExitCode,
      ),
    );
    expect(grid).toEqual([
      [1, 1, 1, 0],
      [0, 1, 1, 0],
      [0, 0, 1, 0],
    ]);
    expect(verdict([found('error', {}, 'errored')])).toMatchObject({
      status: 'findings',
      gateExitCode: 1,
      coverage: 0,
    });
    expect(verdict([found('error', {}, 'errored')]).summary).toBe(
      '1 finding at the gate, 1 check of 1 without an answer.',
    );
    expect(verdict([found('error', { suppressedBy: { kind: 'baseline' } })])).toMatchObject({
      status: 'clean',
      gateFindings: 0,
    });
  });

  it('says interrupted before all else', () => {
    expect(verdict([found('error'), ended('cancelled')], { interrupted: true })).toEqual({
      status: 'interrupted',
      gateExitCode: 130,
      summary: 'Interrupted: 1 finding at the gate, 1 check of 2 without an answer.',
      reasons: [
        { code: 'interrupted', message: 'The scan was stopped before its end.' },
        { code: 'findings', message: '1 finding of the severity error; the gate allows none.' },
        {
          code: 'coverage',
          message: '1 check of 2 has no answer: coverage is 50 %, and the gate wants 100 %.',
        },
      ],
      gateFindings: 1,
      coverage: 0.5,
    });
  });

  it('leaves optional checks out of coverage, and keeps their findings', () => {
    expect(verdict([ended('passed'), ended('errored', { optional: true })])).toMatchObject({
      status: 'clean',
      coverage: 1,
    });
    expect(verdict([ended('errored', { optional: true })])).toMatchObject({ status: 'clean', coverage: 1 });
    expect(verdict([{ ...found('error'), optional: true }])).toMatchObject({ status: 'findings' });
  });

  it('allows as many without an answer as the gate says, and says how many', () => {
    const half = [ended('passed'), ended('errored')];
    expect(verdict(half, { gate: { failOn: 'error', minCoverage: 0.5 } })).toMatchObject({
      status: 'clean',
      summary: 'Clean, as the gate allows 1 check of 2 without an answer.',
    });
    expect(verdict(half, { gate: { failOn: 'error', minCoverage: 0.51 } })).toMatchObject({ status: 'incomplete' });
  });

  it('allows as many findings as the gate says, and says how many', () => {
    const three = [found('error'), found('warning'), found('error', {}, 'errored')];
    const gate = (over: Partial<VerdictInput['gate']>) =>
      verdict(three, { gate: { failOn: 'warning', minCoverage: 0, ...over } });
    expect(gate({ maxFindings: 3 })).toMatchObject({
      status: 'clean',
      gateExitCode: 0,
      gateFindings: 3,
      reasons: [],
      summary: 'Clean, as the gate allows 3 findings and 1 check of 3 without an answer.',
    });
    expect(gate({ maxFindings: 2 })).toMatchObject({
      status: 'findings',
      gateExitCode: 1,
      summary: '3 findings at the gate, which allows 2.',
      reasons: [{ code: 'findings', message: '3 findings of the severity warning or graver; the gate allows 2.' }],
    });
    expect(gate({ maxFindings: 2, failOn: 'error' })).toMatchObject({ status: 'clean', gateFindings: 2 });
  });

  it('counts only what is new where the gate says so, and what nobody knows', () => {
    const states = [found('error', { state: 'new' }), found('error', { state: 'unchanged' }), found('error')];
    expect(verdict(states, { gate: { newOnly: true } })).toMatchObject({
      gateFindings: 2,
      summary: '2 new findings at the gate.',
      reasons: [{ code: 'findings', message: '2 new findings of the severity error; the gate allows none.' }],
    });
    expect(verdict(states)).toMatchObject({ gateFindings: 3 });
  });

  it('fails for the budget and for outliers only where the gate says so', () => {
    const late = {
      time: { wallMs: 51_000, budgetMs: 45_000 },
      outliers: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((checkId) => ({ checkId })),
    };
    const one = [ended('passed')];
    expect(verdict(one, late)).toMatchObject({ status: 'clean', reasons: [] });
    const strict = { failOnBudget: true, failOnOutliers: true };
    expect(verdict(one, { ...late, gate: strict })).toMatchObject({
      status: 'failed',
      gateExitCode: 1,
      summary: 'Failed: over the budget, 7 checks far slower than usual.',
      reasons: [
        { code: 'outliers', message: '7 checks took far longer than usual: a, b, c, d, e and 2 more.' },
        { code: 'budget', message: 'The scan took 51 s; its budget is 45 s.' },
      ],
    });
    expect(
      verdict(one, { ...late, time: { wallMs: 45_000, budgetMs: 45_000 }, gate: { failOnBudget: true } }),
    ).toMatchObject({
      status: 'clean',
    });
    expect(verdict(one, { outliers: [], gate: strict })).toMatchObject({ status: 'clean' });
    // Findings are told first, what is missing last.
    expect(verdict([found('error', {}, 'errored')], { ...late, gate: strict })).toMatchObject({
      status: 'findings',
      summary:
        '1 finding at the gate, over the budget, 7 checks far slower than usual, 1 check of 1 without an answer.',
      reasons: [{ code: 'findings' }, { code: 'outliers' }, { code: 'budget' }, { code: 'coverage' }],
    });
    expect(verdict([ended('errored')], { ...late, gate: strict })).toMatchObject({
      status: 'failed',
      gateExitCode: 1,
      summary: 'Failed: over the budget, 7 checks far slower than usual, 1 check of 1 without an answer.',
    });
  });

  it('gives a reason exactly when it is not clean', () => {
    const notices = fc.array(fc.constantFrom(notice('error'), notice('warning')), { maxLength: 2 });
    const checks = fc.array(
      fc.oneof(
        fc.constantFrom(...OUTCOME_ORDER).map((status) => ended(status)),
        fc.constantFrom(...SEVERITIES).map((severity) => found(severity)),
      ),
      { maxLength: 4 },
    );
    const gate = fc.record({
      failOn: fc.constantFrom(...SEVERITIES, 'never' as const),
      maxFindings: fc.nat(2),
      minCoverage: fc.constantFrom(0, 0.5, 1),
      newOnly: fc.boolean(),
      failOnOutliers: fc.boolean(),
      failOnBudget: fc.boolean(),
    });
    const outliers = fc.array(fc.constant({ checkId: 'a/b' }), { maxLength: 1 });
    const time = fc.record({ wallMs: fc.nat(3), budgetMs: fc.nat(3) });
    const input = fc.record({ checks, notices, gate, outliers, time, interrupted: fc.boolean() });
    fc.assert(
      fc.property(input, (given) => {
        const { status, gateExitCode, reasons, summary } = makeVerdict(given);
        expect(reasons.length === 0).toBe(status === 'clean');
        expect({ clean: 0, findings: 1, failed: 1, incomplete: 3, interrupted: 130 }[status]).toBe(gateExitCode);
        expect(summary).toMatch(/^[A-Z0-9].*\.$/);
        expect(summary).not.toMatch(/undefined|NaN|, ,|\b0 failures/);
        if (given.checks.length === 0) expect(status).not.toBe('clean');
      }),
      { numRuns: 500 },
    );
  });

  it('is incomplete when something broke, not when something is worth knowing', () => {
    expect(verdict([ended('passed')], { notices: [notice('warning'), notice('info')] })).toMatchObject({
      status: 'clean',
    });
    expect(verdict([ended('passed')], { notices: [notice('error')] })).toMatchObject({
      status: 'incomplete',
      gateExitCode: 3,
      summary: 'Incomplete: 1 failure.',
    });
  });
});

describe('outcomes', () => {
  it('of several parts are the worst of them, in the order of the plan', () => {
    expect(OUTCOME_ORDER).toEqual(['errored', 'timed-out', 'cancelled', 'skipped', 'degraded', 'failed', 'passed']);
    const statuses = fc.array(fc.constantFrom(...OUTCOME_ORDER), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(statuses, (list) => {
        const worst = worstOutcome(list.map(outcome)).status;
        expect(list).toContain(worst);
        expect(list.every((each) => OUTCOME_ORDER.indexOf(worst) <= OUTCOME_ORDER.indexOf(each))).toBe(true);
      }),
    );
    expect(worstOutcome([])).toEqual({ status: 'passed' });
    // Of equals the first: its reason is the one that came first.
    expect(worstOutcome([outcome('errored'), { status: 'errored', reason: { code: 'threw', message: '2' } }])).toEqual(
      outcome('errored'),
    );
    expect(OUTCOME_ORDER.filter((status) => isConclusive(outcome(status)))).toEqual(['failed', 'passed']);
  });
});

describe('severities and tiers', () => {
  it('include each other upwards', () => {
    expect(SEVERITIES.map((threshold) => SEVERITIES.filter((each) => isAtLeast(each, threshold)))).toEqual([
      ['error'],
      ['error', 'warning'],
      ['error', 'warning', 'note'],
    ]);
    expect(TIERS.map((tier) => TIERS.filter((lowest) => tierIncludes(tier, lowest)))).toEqual([
      ['quick'],
      ['quick', 'standard'],
      ['quick', 'standard', 'deep'],
    ]);
    for (const tier of TIERS) expect(TIER_DEFAULTS[tier].deadlineMs).toBe(4 * TIER_DEFAULTS[tier].budgetMs);
  });
});

describe('findings', () => {
  it('have one order, whatever order they came in', () => {
    const places = fc.record({
      path: fc.constantFrom('a', 'B', 'ä', 'a/b'),
      startLine: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    });
    const some = fc.array(fc.tuple(places, fc.constantFrom('m', 'n'), fc.constantFrom('f', 'g')), { maxLength: 12 });
    fc.assert(
      fc.property(some, fc.nat(), (rows, seed) => {
        const findings = rows.map(([location, message, fingerprint]) => ({
          ...(found('error').findings[0] as Finding),
          location: location as Finding['location'],
          message,
          fingerprint,
        }));
        const shuffled = [...findings].sort(
          (a, b) => ((JSON.stringify(a).length * seed) % 7) - ((JSON.stringify(b).length * seed) % 7),
        );
        expect(shuffled.sort(compareFindings)).toEqual(findings.sort(compareFindings));
      }),
    );
  });
});
