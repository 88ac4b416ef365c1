// Results of every kind, typed: what the reporters' tests render.
import type { RunResult } from 'scanrun';
import { result } from './sample-build.js';
import { cleanChecks, findingsChecks } from './sample-checks.js';
import { incompleteChecks, interruptedChecks } from './sample-open.js';

const notPlanned: RunResult['notPlanned'] = [
  { checkId: 'command/e2e', code: 'tier', message: 'It belongs to the deep tier; this is standard.' },
  { checkId: 'docker/user', code: 'not-applicable', message: 'No file matches Dockerfile.' },
  { checkId: 'git/signed', code: 'off', message: 'The configuration turns it off.' },
  { checkId: 'repo/readme', code: 'filtered', message: '--skip repo/readme.' },
];

const notices: RunResult['notices'] = [
  {
    code: 'SR_PLUGIN_VERSION',
    level: 'warning',
    message: 'The plugin docs was built for scanrun 0.0; it may not know every hook.',
    plugin: 'docs',
  },
  { code: 'SR_CACHE_COLD', level: 'info', message: 'There was no cache; the next scan will be faster.' },
];

/** Every check passed. */
export const clean = (): RunResult => result({ checks: cleanChecks() });
/** Findings of every severity, some suppressed. */
export const findings = (): RunResult => result({ checks: findingsChecks(), notPlanned, notices });
/** No finding, but checks without an answer. */
export const incomplete = (): RunResult =>
  result({ checks: incompleteChecks(), notPlanned, notices, concurrency: 2, statistics: { budgetMs: 8_000 } });
/** Stopped by Ctrl-C. */
export const interrupted = (): RunResult =>
  result({
    checks: interruptedChecks(),
    notPlanned,
    interrupted: true,
    notices: [
      { code: 'SR_INTERRUPTED', level: 'error', message: 'The scan was interrupted; what was done is reported.' },
    ],
  });
/** Nothing planned, no git. */
export const empty = (): RunResult =>
  result({
    checks: [],
    target: { kind: 'directory', name: 'empty', root: '/tmp/empty' },
    statistics: { files: 0, phasesMs: {} },
  });
