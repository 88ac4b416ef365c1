import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import type { Outcome } from '../../../core/model/outcome.js';
import type { Notice } from '../../../core/model/result.js';
import { Redactor } from '../../../core/redact.js';
import { type CheckPiece, makeCheckResults } from '../../../core/telemetry/result.js';
import { anyCheck } from '../../support/fake-pool.js';

describe('check results', () => {
  const registry = createRegistry([definePlugin({ name: 't', checks: { a: anyCheck, b: anyCheck } })]);
  const piece = (id: string, outcome: Outcome, over: Partial<CheckPiece> = {}): CheckPiece => ({
    taskId: `${id}#1`,
    check: { id },
    outcome,
    findings: [],
    measurements: [],
    data: undefined,
    timeMs: 10,
    ...over,
  });
  const results = (pieces: CheckPiece[], rule = { optional: false, named: false }) => {
    const notices: Notice[] = [];
    return {
      checks: makeCheckResults(
        pieces,
        registry,
        () => rule,
        new Redactor(),
        (notice) => notices.push(notice),
      ),
      notices,
    };
  };
  const notInstalled: Outcome = { status: 'skipped', reason: { code: 'not-installed', message: 'no tool' } };

  it('are one a check, with the worst of its parts', () => {
    const parts = [
      piece('t/b', { status: 'passed' }),
      piece('t/a', { status: 'failed' }, { timeMs: 5, measurements: [{ name: 'n', value: 1, unit: 'u' }] }),
      piece('t/a', { status: 'errored', reason: { code: 'threw', message: 'm' } }, { taskId: 't/a#2', data: { d: 1 } }),
    ];
    const { checks } = results(parts);
    expect(checks).toMatchObject([
      {
        checkId: 't/a',
        outcome: { status: 'errored' },
        timeMs: 15,
        data: { d: 1 },
        measurements: [{ name: 'n' }],
        parts: [{ taskId: 't/a#1' }, { taskId: 't/a#2' }],
      },
      { checkId: 't/b', outcome: { status: 'passed' } },
    ]);
    expect(checks[1]).not.toHaveProperty('data');
  });

  it('of a tool that is not installed count only where the configuration names the check', () => {
    const brought = results([piece('t/a', notInstalled)]);
    expect([brought.checks[0]?.optional, brought.notices.map(({ code }) => code)]).toEqual([true, ['not-installed']]);
    const named = results([piece('t/a', notInstalled)], { optional: false, named: true });
    expect([named.checks[0]?.optional, named.notices]).toEqual([false, []]);
  });

  it('of a check that does not apply count only where the configuration names it, as if it had not been planned', () => {
    const skipped: Outcome = { status: 'skipped', reason: { code: 'not-applicable', message: 'no version' } };
    const brought = results([piece('t/a', skipped)]);
    expect([brought.checks[0]?.optional, brought.notices]).toEqual([true, []]);
    const named = results([piece('t/a', skipped)], { optional: false, named: true });
    expect(named.checks[0]?.optional).toBe(false);
    const unreadable: Outcome = { status: 'skipped', reason: { code: 'unreadable', message: 'binary' } };
    expect(results([piece('t/a', unreadable)]).checks[0]?.optional).toBe(false);
  });
});
