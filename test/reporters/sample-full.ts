// A result that has something for every part of a page: retries, a critical path, breakers, assessments, states, a past.
import type { Assessment, CheckResult, Finding, ResourceRecord, RunResult, TaskRecord } from 'scanrun';
import { check, result } from './sample-build.js';
import { slower } from './sample-telemetry.js';

const assessments: Readonly<Record<string, Assessment>> = {
  'secrets/credentials': {
    impact: 10,
    confidence: 0.95,
    effort: 2,
    priority: 1,
    evidence: 'Two values match the shapes of `GitHub` tokens and private keys.',
    recommendation: 'Revoke both, then read them from the environment.',
  },
  'npm/unused-dependencies': {
    impact: 6,
    confidence: 0.8,
    effort: 1,
    recommendation: 'Run `npm uninstall left-pad moment request`.',
  },
  'repo/max-file-size': { impact: 4, confidence: 1, effort: 4 },
  'docs/links': { impact: 9, confidence: 1, effort: 1, recommendation: 'Nothing: every link leads somewhere.' },
};

const registry: ResourceRecord = {
  name: 'registry.npmjs.org',
  state: 'half-open',
  calls: 42,
  failures: 17,
  retries: 9,
  refused: 5,
  rateLimitedMs: 1_240,
  concurrency: 10,
  lowestConcurrency: 2,
  transitions: [
    { at: 900, from: 'closed', to: 'open' },
    { at: 2_100, from: 'open', to: 'half-open' },
  ],
};

const quiet: ResourceRecord = {
  name: 'api.github.com',
  state: 'closed',
  calls: 3,
  failures: 0,
  retries: 0,
  refused: 0,
  rateLimitedMs: 0,
  concurrency: 10,
  lowestConcurrency: 10,
  transitions: [],
};

/** The first finding of a check is new, the others were there before. */
const compared = (finding: Finding, index: number): Finding => ({
  ...finding,
  state: index === 0 ? 'new' : 'unchanged',
});

function richer(each: CheckResult): CheckResult {
  const assessment = assessments[each.checkId];
  return {
    ...each,
    findings: each.findings.map(compared),
    ...(assessment === undefined ? {} : { assessment }),
    ...(each.checkId === 'docs/links' ? { flaky: { runs: 6, different: 2, others: ['timed-out'] } } : {}),
    ...(each.checkId === 'npm/lockfile' ? { data: inventory } : {}),
  };
}

const inventory = {
  lockfileVersion: 3,
  workspaces: ['packages/a', 'packages/b'],
  packages: [
    { name: 'ajv', version: '8.20.0', license: 'MIT', dev: false },
    { name: 'typescript', version: '5.9.3', license: 'Apache-2.0', dev: true },
  ],
  engines: { node: { wanted: '>=20', found: '20.20.0' }, npm: { wanted: '>=10', found: '10.8.2' } },
  tree: { deep: { deeper: { deepest: { bottom: [1, [2]] } } } },
};

/** `repo/line-endings` failed at first; `npm/unused-dependencies` had to wait for `npm/lockfile`. */
function retried(task: TaskRecord): TaskRecord {
  if (task.id !== 'repo/line-endings' || task.attempts[0] === undefined) return task;
  const [only] = task.attempts;
  const middle = (only.startedAtMs + only.endedAtMs) / 2;
  const reason = { code: 'crashed', message: 'The thread ended with code 134.' } as const;
  return {
    ...task,
    attempts: [
      { ...only, endedAtMs: middle - 20, outcome: { status: 'errored', reason } },
      { ...only, attempt: 2, startedAtMs: middle },
    ],
  };
}

/** Everything at once. */
export function full(): RunResult {
  const { checks, ...rest } = slower();
  const made = result({
    ...rest,
    checks: [
      ...checks.map(richer),
      check('git/signed', { title: 'Tags are signed', category: 'security' }, { timeMs: 0, outcome: skipped }),
    ],
    verdict: undefined,
    tasks: undefined,
    config: { tier: 'standard', limits: { concurrency: 4, budgetMs: 3_000, deadlineMs: 5_000 } },
  } as unknown as Parameters<typeof result>[0]);
  return {
    ...made,
    tasks: made.tasks.map(retried),
    resources: [quiet, registry],
    comparison: {
      with: {
        kind: 'run',
        name: '20260314T092606Z-7f3a9c',
        startedAt: '2026-03-14T09:26:06.000Z',
        commit: '4be1f0c8d2a95e7360b1',
      },
      new: 4,
      unchanged: 3,
      fixed: 3,
      unknown: 1,
      fixedFindings: [
        { checkId: 'docs/links', path: 'docs/guide.md', messageId: 'dead', fingerprint: 'a'.repeat(32), count: 2 },
        {
          checkId: 'repo/merge-markers',
          path: 'src/app.ts',
          messageId: 'marker',
          fingerprint: 'b'.repeat(32),
          count: 1,
        },
      ],
    },
    statistics: {
      ...made.statistics,
      hooks: [{ plugin: 'secrets', hook: 'finding', calls: 9, timeMs: 12 }],
      criticalPath: { taskIds: ['npm/lockfile', 'npm/unused-dependencies'], timeMs: 2_050 },
    },
  };
}

const skipped = {
  status: 'skipped',
  reason: { code: 'need-failed', message: 'It needs `git/large-history`, which has no answer.' },
} as const;
