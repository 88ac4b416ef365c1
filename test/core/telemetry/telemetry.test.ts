import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import type { Outcome } from '../../../core/model/outcome.js';
import type { Notice, TaskRecord } from '../../../core/model/result.js';
import { type CheckPiece, makeCheckResults } from '../../../core/telemetry/result.js';
import { makeStatistics } from '../../../core/telemetry/statistics.js';
import { anyCheck } from '../../support/fake-pool.js';

const record = (startedAtMs: number | undefined, endedAtMs: number): TaskRecord => ({
  id: 't',
  checkIds: [],
  outcome: { status: 'passed' },
  timing: { queuedAtMs: 0, ...(startedAtMs === undefined ? {} : { startedAtMs }), endedAtMs },
  attempts: [],
});
const rest = { concurrency: 4, cores: 2, budgetMs: 45_000, files: 7, phasesMs: { load: 1 }, hooks: [] };

describe('statistics', () => {
  it('add up what ran, not what waited', () => {
    const records = [record(0, 300), record(100, 200), record(undefined, 400)];
    expect(makeStatistics({ records, wallMs: 200, ...rest })).toEqual({
      wallMs: 200,
      workMs: 400,
      speedUp: 2,
      ...rest,
    });
    expect(makeStatistics({ records: [], wallMs: 0, ...rest })).toMatchObject({ workMs: 0, speedUp: 1 });
  });
});

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
});
