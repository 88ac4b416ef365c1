import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME_ORDER } from '../../../core/model/outcome.js';
import type { CheckResult, RunResult, TaskRecord } from '../../../core/model/result.js';
import { validateResult } from '../../../core/results/validate.js';
import { diffFindings, nameRun } from '../../../core/suppress/diff.js';
import { diffExecution } from '../../../core/telemetry/compare.js';
import type { History } from '../../../core/telemetry/history.js';
import { result } from '../../reporters/sample-build.js';
import { findings } from '../../reporters/sample-result.js';
import { checkOf, pastRun, record } from '../telemetry/made.js';
import { checkWith, finding } from './made.js';

const run = (checks: readonly CheckResult[], over: Partial<RunResult> = {}): RunResult => ({
  ...result({ checks: [], ...over }),
  checks,
});
const names = (list: readonly { readonly message: string }[]) => list.map(({ message }) => message);

describe('the findings of two runs', () => {
  it('are new, fixed, unchanged or unknown, each exactly once', () => {
    const checks = fc.array(
      fc.record({
        names: fc.array(fc.constantFrom('p', 'q'), { maxLength: 4 }),
        status: fc.constantFrom(...OUTCOME_ORDER),
        planned: fc.boolean(),
      }),
      { minLength: 3, maxLength: 3 },
    );
    const build = (made: { names: string[]; status: (typeof OUTCOME_ORDER)[number]; planned: boolean }[]) =>
      made.flatMap((each, index) => {
        if (!each.planned) return [];
        const seen = new Map<string, number>();
        const found = each.names.map((name, at) => {
          seen.set(name, (seen.get(name) ?? 0) + 1);
          const place = { location: { path: 'f', startLine: at + 1 } };
          return finding(`a/${index}`, name, place, seen.get(name));
        });
        return [checkWith(`a/${index}`, found, each.status)];
      });
    fc.assert(
      fc.property(checks, checks, (one, other) => {
        const [before, after] = [run(build(one)), run(build(other))];
        const count = ({ checks: all }: RunResult) => all.reduce((sum, check) => sum + check.findings.length, 0);
        const diff = diffFindings(before, after);
        expect(diff.new.length + diff.unknown.after.length + diff.unchanged).toBe(count(after));
        expect(diff.fixed.length + diff.unknown.before.length + diff.unchanged).toBe(count(before));
        const back = diffFindings(after, before);
        expect(back.new.length + back.unknown.after.length).toBe(diff.fixed.length + diff.unknown.before.length);
        expect(diffFindings(before, before)).toMatchObject({ new: [], fixed: [], unanswered: [], checks: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('that moved are the same, and a check without an answer proves nothing', () => {
    const at = (name: string, startLine: number) => finding('a/one', name, { location: { path: 'f', startLine } });
    const before = run([
      checkWith('a/one', [at('x', 1), at('y', 2)]),
      checkWith('a/two', [finding('a/two', 'z')]),
      checkWith('a/three'),
    ]);
    const after = run([checkWith('a/one', [at('x', 90), at('n', 3)]), checkWith('a/two', [], 'timed-out')], {
      notPlanned: [{ checkId: 'a/three', code: 'off', message: 'The configuration turns it off.' }],
    });
    const diff = diffFindings(before, after);
    expect([names(diff.new), names(diff.fixed), diff.unchanged]).toEqual([['n'], ['y'], 1]);
    expect([names(diff.unknown.before), diff.unknown.after]).toEqual([['z'], []]);
    expect(diff.unanswered).toEqual(['a/two', 'a/three']);
    expect(diff.checks).toEqual([
      { checkId: 'a/three', before: 'passed', reason: 'The configuration turns it off.' },
      { checkId: 'a/two', before: 'failed', after: 'timed-out', reason: 'm' },
    ]);
  });
});

describe('the execution of two runs', () => {
  const timed = (times: Readonly<Record<string, number>>, over: Partial<CheckResult> = {}): RunResult => {
    const tasks: TaskRecord[] = Object.entries(times).map(([id, ms]) => record(id, 0, ms));
    return run(
      Object.keys(times).map((id) => checkOf(id, over)),
      { tasks },
    );
  };
  const none: History = { runs: [] };
  const changed = (before: RunResult, after: RunResult, history: History = none) =>
    diffExecution(before, after, history).checks.map(({ checkId }) => checkId);

  it('differs by a check only beyond its noise', () => {
    const before = timed({ 'a/short': 10, 'a/steady': 1_000, 'a/slower': 1_000, 'a/faster': 2_000 });
    const after = timed({ 'a/short': 90, 'a/steady': 1_400, 'a/slower': 1_600, 'a/faster': 500, 'a/new': 9_000 });
    expect(diffExecution(before, after, none)).toMatchObject({
      compared: 4,
      checks: [
        { checkId: 'a/faster', beforeMs: 2_000, afterMs: 500 },
        { checkId: 'a/slower', beforeMs: 1_000, afterMs: 1_600 },
      ],
    });
    // The past tells how much a check differs by itself.
    const past = (times: number[]): History => ({
      runs: times.map((ms, index) => pastRun(index, { 'a/steady': ms, 'a/slower': ms })),
    });
    expect(changed(before, after, past([990, 1_000, 1_010, 1_000, 995]))).toEqual(['a/faster', 'a/slower', 'a/steady']);
    expect(changed(before, after, past([400, 1_000, 1_800, 700, 1_500]))).toEqual(['a/faster']);
  });

  it('is not compared for what did not run to its end or was cached', () => {
    const errored = { outcome: { status: 'errored', reason: { code: 'threw', message: 'm' } } } as const;
    const cached = { parts: [{ taskId: 'a/x', outcome: { status: 'passed' }, timeMs: 0, cached: true }] } as const;
    for (const over of [errored, cached]) {
      expect(diffExecution(timed({ 'a/x': 1_000 }), timed({ 'a/x': 9_000 }, over), none)).toMatchObject({
        compared: 0,
        checks: [],
      });
    }
  });
});

describe('a result that was read', () => {
  it('that was restricted to what changed proves nothing about the rest', () => {
    const changes = { kind: 'since', ref: 'main', files: 2, removed: 0 } as const;
    const whole = run([checkWith('a/one', [finding('a/one', 'x'), finding('a/one', 'y')])]);
    const some = run([checkWith('a/one', [finding('a/one', 'y'), finding('a/one', 'n')])]);
    const part: RunResult = { ...some, run: { ...some.run, changes } };
    expect(nameRun(part).changes).toEqual(changes);
    const forth = diffFindings(whole, part);
    expect([names(forth.new), names(forth.unknown.before)]).toEqual([['n'], ['x']]);
    expect([forth.fixed, forth.unknown.after, forth.unchanged]).toEqual([[], [], 1]);
    const back = diffFindings(part, whole);
    expect([names(back.fixed), names(back.unknown.after)]).toEqual([['n'], ['x']]);
    expect([back.new, back.unknown.before, back.unchanged]).toEqual([[], [], 1]);
  });

  it('is compared or refused with a reason, whatever is missing or of another type', async () => {
    const paths = pathsOf(JSON.parse(JSON.stringify(findings())));
    const junk = fc.constantFrom<unknown>(null, undefined, 0, 'x', [], {}, true, [null], { length: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), junk, async (path, value) => {
        const broken = JSON.parse(JSON.stringify(findings())) as Record<string, unknown>;
        put(broken, path, value);
        let parsed: RunResult;
        try {
          parsed = await validateResult(JSON.stringify(broken), 'broken.json');
        } catch (error) {
          expect(error).toMatchObject({ code: 'SR_RESULT_INVALID', message: expect.stringMatching(/^broken\.json /) });
          return;
        }
        expect(diffFindings(parsed, findings()).unchanged).toBeGreaterThanOrEqual(0);
        expect(diffExecution(findings(), parsed, { runs: [] }).compared).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });
});

/** The places of a value, as steps. */
function pathsOf(value: unknown, steps: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [steps];
  return [steps, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...steps, key]))].filter(
    (each) => each.length > 0,
  );
}

function put(root: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  let place = root;
  for (const step of steps.slice(0, -1)) place = place[step] as Record<string, unknown>;
  place[steps.at(-1) ?? ''] = value;
}
