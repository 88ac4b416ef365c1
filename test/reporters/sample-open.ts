// The checks of the samples that leave questions open.
import type { CheckResult } from 'scanrun';
import { check } from './sample-build.js';
import { cleanChecks, findingsChecks } from './sample-checks.js';

/** The checks of the sample `incomplete`. */
export function incompleteChecks(): CheckResult[] {
  const open = [
    check(
      'npm/advisories',
      {
        title: 'No dependency has a known hole',
        description: 'Asks the registry.',
        category: 'security',
        tier: 'standard',
      },
      {
        timeMs: 3_020,
        outcome: {
          status: 'degraded',
          reason: {
            code: 'fallback',
            message:
              'The registry answered 503 three times; 388 of 412 packages were judged from the cache of yesterday.',
            data: { judged: 388, packages: 412 },
          },
        },
      },
    ),
    check(
      'command/test',
      { title: 'The tests pass', description: 'Runs npm test.', category: 'command', tier: 'deep' },
      {
        timeMs: 9_000,
        outcome: {
          status: 'timed-out',
          reason: {
            code: 'timeout',
            message: 'It ran for 9 s, its limit. Raise checks["command/test"].timeout, or run it in the deep tier.',
          },
        },
      },
    ),
    check(
      'npm/licenses',
      { title: 'Licences are allowed', description: 'Reads every package.', category: 'dependencies' },
      {
        timeMs: 0,
        outcome: {
          status: 'skipped',
          reason: {
            code: 'not-installed',
            message: 'license-checker is not installed. Run `npm install --save-dev license-checker`.',
          },
        },
      },
    ),
    check(
      'docs/spelling',
      { title: 'Words are spelt', description: 'Reads the docs.', category: 'docs', severity: 'note' },
      {
        timeMs: 180,
        optional: true,
        outcome: {
          status: 'errored',
          reason: {
            code: 'threw',
            message:
              "TypeError: Cannot read properties of undefined (reading 'words')\n    at visit (spelling.js:31:9)",
          },
        },
      },
    ),
    check(
      'repo/workspace',
      { title: 'Workspaces agree', description: 'Versions match.' },
      {
        timeMs: 600,
        outcome: {
          status: 'skipped',
          reason: { code: 'unreadable', message: 'packages/b/package.json cannot be read (EACCES).' },
        },
        parts: [
          {
            taskId: 'repo/workspace@packages/a',
            package: 'packages/a',
            outcome: { status: 'passed' },
            timeMs: 300,
            cached: true,
          },
          {
            taskId: 'repo/workspace@packages/b',
            package: 'packages/b',
            timeMs: 300,
            outcome: {
              status: 'skipped',
              reason: { code: 'unreadable', message: 'packages/b/package.json cannot be read (EACCES).' },
            },
          },
        ],
      },
    ),
  ];
  return [...cleanChecks(), ...open];
}

/** The checks of the sample `interrupted`. */
export function interruptedChecks(): CheckResult[] {
  const cancelled = {
    status: 'cancelled',
    reason: { code: 'interrupted', message: 'Ctrl-C was pressed after 2 s.' },
  } as const;
  return findingsChecks().map((each) =>
    each.checkId.startsWith('command/')
      ? { ...each, outcome: cancelled, timeMs: 0, parts: [{ taskId: each.checkId, outcome: cancelled, timeMs: 0 }] }
      : each,
  );
}
