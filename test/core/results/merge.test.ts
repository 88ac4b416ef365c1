import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { CheckResult, Finding, OutcomeStatus, RunResult } from 'scanrun';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../core/errors.js';
import { OUTCOME_ORDER } from '../../../core/model/outcome.js';
import { mergeResults } from '../../../core/results/merge.js';
import { validateResult } from '../../../core/results/validate.js';
import { check, result } from '../../reporters/sample-build.js';
import { findings, incomplete, interrupted } from '../../reporters/sample-result.js';

const SECOND = Date.UTC(2026, 2, 14, 9, 0, 0);
const inputs = (...results: RunResult[]) =>
  results.map((each, index) => ({ name: `${'abcdef'[index]}.json`, result: each }));
const merged = (...results: RunResult[]) => mergeResults(inputs(...results));

/** A run with an id of its own that starts so many seconds after the others. */
function run(id: string, startSeconds: number, over: Parameters<typeof result>[0]): RunResult {
  const made = result(over);
  const started = SECOND + startSeconds * 1_000;
  return {
    ...made,
    run: {
      ...made.run,
      id,
      startedAt: new Date(started).toISOString(),
      endedAt: new Date(started + made.statistics.wallMs + 40).toISOString(),
      ...over.run,
    },
  };
}

const problemsOf = (...results: RunResult[]): string[] => {
  try {
    merged(...results);
  } catch (error) {
    if (error instanceof ScanError) return [error.code, ...error.problems.map(({ where, what }) => `${where} ${what}`)];
    throw error;
  }
  return [];
};
const noticesOf = ({ notices }: RunResult, code: string) =>
  notices.filter((notice) => notice.code === code).map(({ message }) => message);
const found = (message: string, over: Partial<Finding> = {}) => ({
  message,
  location: { path: 'a.ts', startLine: 1 },
  ...over,
});

describe('shards with different checks', () => {
  const a = run('a', 0, {
    checks: [check('repo/x', {}, { findings: [found('one')] }), check('repo/y', {})],
    notPlanned: [
      { checkId: 'npm/z', code: 'filtered', message: '--check repo' },
      { checkId: 'git/w', code: 'off', message: 'off' },
    ],
  });
  const b = run('b', 0, {
    checks: [check('npm/z', { severity: 'warning' }, { findings: [found('two')] })],
    notPlanned: [
      { checkId: 'repo/x', code: 'filtered', message: '--check npm' },
      { checkId: 'repo/y', code: 'filtered', message: '--check npm' },
      { checkId: 'git/w', code: 'off', message: 'off' },
    ],
  });

  it('have the profile that all of them had', () => {
    const of = (shard: RunResult, profile: string): RunResult => ({
      ...shard,
      run: { ...shard.run, profile },
      config: { ...shard.config, profile: { name: profile, exclude: [] } },
    });
    expect(merged(of(a, 'docs'), of(b, 'docs')).run.profile).toBe('docs');
    expect(merged(of(a, 'docs'), of(b, 'release')).run).not.toHaveProperty('profile');
    expect(merged(of(a, 'docs'), b).run).not.toHaveProperty('profile');
    // Shards that chose other checks are what a merge is for.
    expect(noticesOf(merged(of(a, 'docs'), of(b, 'release')), 'merge-differs')).toEqual([]);
  });

  it('are one result with all of them', () => {
    const whole = merged(a, b);
    expect(whole.checks.map(({ checkId }) => checkId)).toEqual(['npm/z', 'repo/x', 'repo/y']);
    expect(whole.notPlanned.map(({ checkId }) => checkId)).toEqual(['git/w']);
    expect(whole.verdict).toMatchObject({ status: 'findings', gateExitCode: 1, gateFindings: 1, coverage: 1 });
    expect(whole.tasks.map(({ id }) => id).sort()).toEqual(['npm/z', 'repo/x', 'repo/y']);
    expect(whole.run.mergedFrom?.map(({ runId, verdict }) => [runId, verdict])).toEqual([
      ['a', 'findings'],
      ['b', 'clean'],
    ]);
    expect(noticesOf(whole, 'merged')).toEqual([
      expect.stringContaining('Merged from 2 results: a.json (a), b.json (b).'),
    ]);
    expect(noticesOf(whole, 'merge-differs')).toEqual([]);
  });

  it('are the same result whenever they are merged, and of the same findings in any order', () => {
    expect(merged(a, b)).toEqual(merged(a, b));
    const [one, other] = [merged(a, b), merged(b, a)];
    expect(other.checks.map(({ findings: list }) => list)).toEqual(one.checks.map(({ findings: list }) => list));
    expect(other.run.id).toBe(one.run.id);
    expect(other.verdict).toEqual(one.verdict);
  });

  it('are what the schema says', async () => {
    const whole = merged(a, b);
    expect(await validateResult(JSON.stringify(whole), 'merged')).toEqual(JSON.parse(JSON.stringify(whole)));
  });

  it('may be merged again with others', () => {
    const c = run('c', 0, { checks: [check('docs/v', {})] });
    const twice = mergeResults(inputs(merged(a, b), c));
    expect(twice.run.mergedFrom?.map(({ runId }) => runId)).toEqual(['a', 'b', 'c']);
    expect(twice.checks).toHaveLength(4);
    expect(twice.run.id).toBe(merged(a, b, c).run.id);
  });
});

describe('shards with the same check', () => {
  it('have the worst of its outcomes, all of its parts, and each finding once', () => {
    const errored = { status: 'errored', reason: { code: 'threw', message: 'boom' } } as const;
    const shard = (id: string, over: Parameters<typeof check>[2]) =>
      run(id, 0, { checks: [check('repo/x', {}, over)] });
    const same = found('same');
    const whole = merged(
      shard('a', { timeMs: 100, findings: [same, found('only a', { location: { path: 'b.ts' } })], optional: true }),
      shard('b', {
        timeMs: 200,
        findings: [{ ...same, suppressedBy: { kind: 'baseline' } }, found('only b')],
        optional: false,
      }),
      shard('c', { timeMs: 300, outcome: errored }),
    );
    const [joined] = whole.checks;
    expect(joined).toMatchObject({ outcome: errored, timeMs: 600, optional: false });
    expect(joined?.parts.map(({ taskId, outcome }) => [taskId, outcome.status])).toEqual([
      ['repo/x#1', 'failed'],
      ['repo/x#2', 'failed'],
      ['repo/x#3', 'errored'],
    ]);
    expect(whole.tasks.map(({ id }) => id)).toEqual(['repo/x#1', 'repo/x#2', 'repo/x#3']);
    expect(joined?.findings.map(({ message, suppressedBy }) => [message, suppressedBy?.kind])).toEqual([
      ['only b', undefined],
      ['same', undefined],
      ['only a', undefined],
    ]);
    expect(whole.verdict).toMatchObject({ status: 'findings', coverage: 0 });
  });

  it('keep equal findings of one run that are told apart, and fingerprints that tell nothing', () => {
    const shard = (id: string, print: (message: string) => string) =>
      run(id, 0, {
        checks: [
          check('a/b', {}, { findings: ['x', 'y'].map((message) => found(message, { fingerprint: print(message) })) }),
        ],
      });
    const md5 = (message: string) => createHash('md5').update(message).digest('hex');
    expect(merged(shard('a', md5), shard('b', md5)).checks[0]?.findings).toHaveLength(2);
    expect(
      merged(
        shard('a', () => ''),
        shard('b', () => ''),
      ).checks[0]?.findings,
    ).toHaveLength(2);
  });

  it('keep the data of the first, and say so when there is other', () => {
    const shard = (id: string, data: number | undefined) =>
      run(id, 0, { checks: [check('a/b', {}, data === undefined ? {} : { data: { count: data } })] });
    const [alike, unlike] = [
      merged(shard('a', undefined), shard('b', 1), shard('c', 1)),
      merged(shard('a', 2), shard('b', 3)),
    ];
    expect([alike.checks[0]?.data, noticesOf(alike, 'merge-data')]).toEqual([{ count: 1 }, []]);
    expect([unlike.checks[0]?.data, noticesOf(unlike, 'merge-data')]).toEqual([
      { count: 2 },
      ['a/b learned different data in different runs; that of the first is kept.'],
    ]);
  });

  it('keep task names apart also where they look like ours', () => {
    const shard = (id: string, name: string) =>
      run(id, 0, { checks: ['repo/x', name].map((checkId) => check(checkId, {})) });
    const ids = merged(shard('a', 'repo/x#1'), shard('b', 'repo/y')).tasks.map((task) => task.id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('the times of shards', () => {
  const one = (id: string, startSeconds: number, timeMs: number, over: Parameters<typeof result>[0] = {}) =>
    run(id, startSeconds, { checks: [check(`x/${id}`, {}, { timeMs })], concurrency: 2, ...over });
  const spans = ({ tasks }: RunResult) =>
    Object.fromEntries(tasks.map(({ id, timing, worker }) => [id, [timing.startedAtMs, timing.endedAtMs, worker]]));

  it('that ran side by side are side by side', () => {
    const whole = merged(one('a', 0, 3_000), one('b', 1, 3_000));
    expect(spans(whole)).toEqual({ 'x/a': [40, 3_040, '1:cpu-1'], 'x/b': [1_040, 4_040, '2:cpu-1'] });
    expect(whole.tasks[1]?.attempts[0]).toMatchObject({ startedAtMs: 1_040, endedAtMs: 4_040, worker: '2:cpu-1' });
    expect(whole.statistics).toMatchObject({
      wallMs: 4_000,
      workMs: 6_000,
      speedUp: 1.5,
      concurrency: 4,
      cores: 8,
      budgetMs: 45_000,
      criticalPath: { timeMs: 3_000 },
    });
    expect(whole.statistics.workers.map(({ worker }) => worker)).toEqual(['1:cpu-1', '2:cpu-1']);
    expect([whole.run.startedAt, whole.run.endedAt]).toEqual(['2026-03-14T09:00:00.000Z', '2026-03-14T09:00:04.040Z']);
    expect(noticesOf(whole, 'merged')[0]).not.toContain('without the time');
  });

  it('that ran one after another leave out what was between', () => {
    const whole = merged(one('b', 7_200, 1_000), one('a', 0, 3_000));
    expect(spans(whole)).toEqual({ 'x/a': [40, 3_040, '2:cpu-1'], 'x/b': [3_080, 4_080, '1:cpu-1'] });
    // Each had a budget, and the places of one at a time.
    expect(whole.statistics).toMatchObject({
      wallMs: 4_040,
      workMs: 4_000,
      concurrency: 2,
      cores: 4,
      budgetMs: 90_000,
    });
    expect(noticesOf(whole, 'merged')[0]).toContain('without the time in which none of them ran');
    expect(whole.run.machine).toEqual({ platform: 'linux', arch: 'x64', cores: 4 });
  });

  it('tell of a budget that one of them missed', () => {
    const slow = one('a', 0, 3_000, { statistics: { budgetMs: 1_000 } });
    const whole = merged(
      {
        ...slow,
        statistics: {
          ...slow.statistics,
          budget: {
            budgetMs: 1_000,
            exceededByMs: 2_000,
            toDrop: ['x/a'],
            summary: 'standard ended in 3.0 s, budget 1.0 s.',
          },
        },
      },
      one('b', 0, 100),
    );
    expect(noticesOf(whole, 'merge-budget')).toEqual(['a.json: standard ended in 3.0 s, budget 1.0 s.']);
  });

  it('add up what resources answered', () => {
    const resource = {
      name: 'api',
      state: 'closed' as const,
      calls: 3,
      failures: 1,
      retries: 1,
      refused: 0,
      rateLimitedMs: 5,
      concurrency: 4,
      lowestConcurrency: 2,
      transitions: [{ at: 10, from: 'closed' as const, to: 'open' as const }],
    };
    const whole = merged(
      { ...one('a', 0, 100), resources: [resource] },
      {
        ...one('b', 1, 100),
        resources: [
          { ...resource, state: 'open', lowestConcurrency: 1 },
          { ...resource, name: 'other' },
        ],
      },
    );
    expect(
      whole.resources.map(({ name, state, calls, lowestConcurrency }) => [name, state, calls, lowestConcurrency]),
    ).toEqual([
      ['api', 'open', 6, 1],
      ['other', 'closed', 3, 2],
    ]);
    // The first ended after 140 ms; the second began when a second had passed.
    expect(whole.resources[0]?.transitions.map(({ at }) => at)).toEqual([10, 150]);
  });
});

describe('the verdict', () => {
  const shard = (id: string, over: Parameters<typeof result>[0]) => run(id, 0, over);
  const gate = (failOn: string, minCoverage: number) => ({ config: { gate: { failOn, minCoverage } } });
  const warns = check('a/warns', { severity: 'warning' }, { findings: [found('w')] });

  it('is made with the strictest gate, and says that they differ', () => {
    const whole = merged(
      shard('a', { checks: [warns], ...gate('never', 0.5) }),
      shard('b', { checks: [], ...gate('warning', 0.2) }),
      shard('c', { ...gate('error', 0.1) }),
    );
    expect(whole.config.gate).toEqual({ failOn: 'warning', minCoverage: 0.5 });
    expect(whole.verdict).toMatchObject({ status: 'findings', gateFindings: 1 });
    expect(noticesOf(whole, 'merge-differs')).toEqual([
      'b.json differs from a.json in its configuration (gate); the stricter gate decides.',
      'c.json differs from a.json in its configuration (gate); the stricter gate decides.',
    ]);
    expect(
      merged(shard('a', { checks: [warns], ...gate('never', 1) }), shard('b', { checks: [warns], ...gate('never', 1) }))
        .verdict.status,
    ).toBe('clean');
  });

  it('forgives only what all of them forgive', () => {
    const errs = check('a/errs', {}, { findings: [{ ...found('e'), state: 'unchanged' }] });
    const other = check('b/errs', {}, { findings: [{ ...found('f'), state: 'new' }] });
    const both = (one: object, two: object) =>
      merged(
        shard('a', { checks: [errs], config: { gate: { failOn: 'error', minCoverage: 1, ...one } } }),
        shard('b', { checks: [other], config: { gate: { failOn: 'error', minCoverage: 1, ...two } } }),
      );
    const known = both({ newOnly: true, maxFindings: 2 }, { newOnly: true, maxFindings: 1 });
    expect(known.config.gate).toEqual({ failOn: 'error', minCoverage: 1, newOnly: true, maxFindings: 1 });
    expect(known.verdict).toMatchObject({ status: 'clean', gateFindings: 1 });
    const half = both({ newOnly: true, maxFindings: 2 }, { maxFindings: -1 });
    expect(half.config.gate).toMatchObject({ newOnly: false, maxFindings: 0 });
    expect(half.verdict).toMatchObject({ status: 'findings', gateFindings: 2 });
    const slow = both({ failOn: 'never', failOnBudget: true }, { failOn: 'never' });
    expect(slow.config.gate).toMatchObject({ failOnBudget: true });
    expect(slow.verdict.status).toBe(slow.statistics.wallMs > slow.statistics.budgetMs ? 'failed' : 'clean');
  });

  it('takes the strictest that a gate can mean where it says nothing', () => {
    const whole = merged(
      shard('a', { checks: [warns], config: {} }),
      shard('b', { config: { gate: { failOn: 'nonsense' } } }),
    );
    expect(whole.config.gate).toMatchObject({ failOn: 'error', minCoverage: 1 });
  });

  it('is incomplete where one of them has no answer, and interrupted where one was', () => {
    const open = { ...incomplete(), run: { ...incomplete().run, id: 'open' } };
    const stopped = { ...interrupted(), run: { ...interrupted().run, id: 'stopped' } };
    expect(merged(open, shard('b', { checks: [] })).verdict).toMatchObject({ status: 'incomplete', gateExitCode: 3 });
    expect(merged(open, stopped).verdict).toMatchObject({ status: 'interrupted', gateExitCode: 130 });
    expect(merged(shard('a', {}), shard('b', {})).verdict).toMatchObject({ status: 'incomplete' });
  });

  it('knows every failure once', () => {
    const broken = { notices: [{ code: 'SR_HOOK_FAILED', level: 'error', message: 'boom' }] } as const;
    const whole = merged(shard('a', { checks: [check('a/b', {})], ...broken }), shard('b', { ...broken }));
    expect(noticesOf(whole, 'SR_HOOK_FAILED')).toEqual(['boom']);
    expect(whole.verdict.status).toBe('incomplete');
  });
});

describe('what is refused', () => {
  const base = (over: Partial<RunResult['target']>, id = 'b') => {
    const made = run(id, 0, {});
    return { ...made, target: { ...made.target, ...over } };
  };

  it('is all told at once', () => {
    expect(
      problemsOf(
        base({}, 'a'),
        base({ commit: 'f'.repeat(40) }),
        base({ repositoryPath: 'packages/b' }, 'c'),
        base({}, 'a'),
      ),
    ).toEqual([
      'SR_RESULTS_DIFFER',
      'd.json holds the run a, which a.json holds too',
      'b.json is of the commit ffffffffffff, a.json of 4be1f0c8d2a9',
      "c.json is of the folder packages/b, a.json of the repository's root: their paths start from different folders",
    ]);
  });

  it('is a look at other files, but for lists of files', () => {
    const on = (changes: RunResult['run']['changes'], id: string) => {
      const made = base({}, id);
      return { ...made, run: { ...made.run, ...(changes === undefined ? {} : { changes }) } };
    };
    const since = { kind: 'since', ref: 'main', base: 'a'.repeat(40), files: 2, removed: 0 } as const;
    expect(problemsOf(on(since, 'a'), on(undefined, 'b'))).toEqual([
      'SR_RESULTS_DIFFER',
      'b.json looked at all files, a.json at 2 files changed since main (aaaaaaaa)',
    ]);
    expect(merged(on(since, 'a'), on(since, 'b')).run.changes).toEqual(since);
    const files = (count: number) => ({ kind: 'files', files: count, removed: 0 }) as const;
    expect(merged(on(files(2), 'a'), on(files(3), 'b')).run.changes).toEqual(files(5));
    expect(merged(base({}, 'a'), base({}, 'b')).run).not.toHaveProperty('changes');
  });

  it('is another target or repository', () => {
    const { commit: _, ...plain } = base({}).target;
    const without = (name: string, id: string) => ({ ...base({}, id), target: { ...plain, name } });
    expect(problemsOf(without('x', 'a'), without('y', 'b'))).toEqual([
      'SR_RESULTS_DIFFER',
      "b.json is of the target 'y', a.json of 'x', and no commit says that they are the same",
    ]);
    expect(problemsOf(base({ repositoryUrl: 'https://a' }, 'a'), base({ repositoryUrl: 'https://b' }))[1]).toContain(
      'of the repository https://b',
    );
    expect(problemsOf(merged(base({}, 'a'), base({}, 'b')), base({}, 'b'))[1]).toContain('holds the run b');
  });

  it('is not a folder of another name at the same commit, nor another version: those are told', () => {
    const other = base({ name: 'checkout', root: '/builds/x' });
    const whole = merged(base({}, 'a'), {
      ...other,
      run: { ...other.run, tier: 'deep', versions: { ...other.run.versions, repo: '9.9.9' } },
      config: { ...other.config, exclude: [] },
    });
    expect(noticesOf(whole, 'merge-differs').map((text) => text.replace(/^.* in /, ''))).toEqual([
      'its configuration (exclude).',
      'its tier (deep, not standard).',
      'its versions (repo).',
      "the name of its target ('checkout').",
    ]);
    expect(whole.run).toMatchObject({ tier: 'deep', versions: { repo: '0.1.0' } });
  });
});

it('loses nothing and invents nothing, however a result was cut into shards', () => {
  const all = findings().checks;
  const status = fc.constantFrom<OutcomeStatus>(...OUTCOME_ORDER);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), status), { minLength: all.length, maxLength: all.length }), (cut) => {
      const shards = [0, 1, 2].map((number) =>
        run(`run-${number}`, number, {
          checks: all
            .filter((_, index) => cut[index]?.[0] === number)
            .map((each, index) => withStatus(each, cut[index]?.[1] ?? 'passed')),
        }),
      );
      const whole = mergeResults(inputs(...shards));
      expect(whole.checks.map(({ checkId }) => checkId)).toEqual(all.map(({ checkId }) => checkId));
      const before = shards.flatMap(({ checks }) => checks);
      for (const each of whole.checks) {
        const own = before.find(({ checkId }) => checkId === each.checkId);
        expect([each.outcome, each.findings, each.timeMs]).toEqual([own?.outcome, own?.findings, own?.timeMs]);
      }
      const taskIds = new Set(whole.tasks.map(({ id }) => id));
      for (const { parts } of whole.checks) for (const { taskId } of parts) expect(taskIds).toContain(taskId);
      const { wallMs, workMs, lowerBoundMs, utilisation, efficiency } = whole.statistics;
      expect(workMs).toBeCloseTo(
        shards.reduce((sum, { statistics }) => sum + statistics.workMs, 0),
        6,
      );
      expect(lowerBoundMs).toBeLessThanOrEqual(wallMs);
      for (const share of [utilisation.slots, efficiency]) expect(share >= 0 && share <= 1).toBe(true);
      for (const { timing } of whole.tasks) expect(timing.endedAtMs).toBeGreaterThanOrEqual(timing.queuedAtMs);
    }),
    { numRuns: 60 },
  );
});

function withStatus(each: CheckResult, status: OutcomeStatus): CheckResult {
  const outcome =
    status === 'passed' || status === 'failed'
      ? { status }
      : { status, reason: { code: 'threw' as const, message: 'x' } };
  return { ...each, outcome, parts: [{ taskId: each.checkId, outcome, timeMs: each.timeMs }] };
}
