// One of everything: every outcome, severity, suppression and notice, in a part of a repository that has an address.
import type { OutcomeStatus, ReasonCode, RunResult } from 'scanrun';
import { check, result } from './sample-build.js';
import { findingsChecks } from './sample-checks.js';
import { incompleteChecks } from './sample-open.js';

const open = (status: Exclude<OutcomeStatus, 'passed' | 'failed'>, code: ReasonCode, message: string) => ({
  outcome: { status, reason: { code, message } },
});

/** Everything that a result may hold. */
export function rich(): RunResult {
  const known = new Set(findingsChecks().map(({ checkId }) => checkId));
  const found = (severity: 'error' | 'warning' | 'note', line: number) => ({
    message: `A ${severity} in line ${line}.`,
    severity,
    location: { path: 'src/späte Änderung/a b.ts', startLine: line, startColumn: 3, endLine: line, endColumn: 9 },
    snippet: { startLine: line - 1, lines: ['before', '  broken  ', 'after'] },
  });
  const fixed = (unsafe: boolean) => ({
    fix: {
      description: unsafe ? 'Write it [another](way)' : 'Take it out',
      ...(unsafe ? { unsafe: true as const } : {}),
      changes: [
        {
          path: 'src/späte Änderung/a b.ts',
          replacements: [
            { start: 2, end: 8, text: '' },
            { start: 10, end: 10, text: 'new\r\n😀' },
          ],
        },
      ],
    },
  });
  return result({
    checks: [
      ...findingsChecks(),
      ...incompleteChecks().filter(({ checkId }) => !known.has(checkId)),
      check('house/cancelled', { category: 'house' }, open('cancelled', 'interrupted', 'Ctrl-C was pressed.')),
      check(
        'house/timed-out-with-findings',
        { category: 'house', severity: 'warning' },
        {
          ...open('timed-out', 'timeout', 'It ran for 5 s, its limit.'),
          findings: [
            { ...found('warning', 5), ...fixed(false) },
            { ...found('note', 6), ...fixed(true) },
          ],
        },
      ),
      check(
        'house/degraded-with-findings',
        { category: 'house' },
        { ...open('degraded', 'partial', 'Half of the files were read.'), findings: [found('error', 7)] },
      ),
      check(
        'house/all-suppressed',
        { category: 'house' },
        {
          findings: [
            { ...found('error', 8), ...fixed(false), suppressedBy: { kind: 'waiver', reason: 'Until the rewrite' } },
          ],
        },
      ),
    ],
    target: {
      kind: 'git',
      name: 'rocket',
      root: '/home/dev/acme/packages/rocket',
      commit: '4be1f0c8d2a95e7360b1a2c3d4e5f60718293a4b',
      branch: 'main',
      repositoryUrl: 'https://github.com/acme/acme',
      repositoryPath: 'packages/rocket',
    },
    notPlanned: [
      { checkId: 'command/e2e', code: 'tier', message: 'It belongs to the deep tier; this is standard.' },
      { checkId: 'git/signed', code: 'off', message: 'The configuration turns it off.' },
    ],
    notices: [
      { code: 'SR_PLUGIN_VERSION', level: 'warning', message: 'The plugin docs is old.', plugin: 'docs' },
      { code: 'SR_HOOK_FAILED', level: 'error', message: 'A tap broke.', plugin: 'docs' },
      { code: 'default-config', level: 'info', message: 'No configuration found.' },
    ],
  });
}
