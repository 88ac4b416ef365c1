// Findings in every state there is: new, unchanged, neither; counted, or suppressed by a comment, a waiver, the baseline; fixed; unknown.
import type { Finding, RunResult } from 'scanrun';
import { makeVerdict } from '../../core/model/verdict.js';
import { check, result } from './sample-build.js';

type Part = Partial<Finding> & { readonly message: string };

const at = (startLine: number, severity: Finding['severity'], over: Partial<Finding> = {}): Part => ({
  message: `A ${severity} in line ${startLine}.`,
  severity,
  location: { path: 'src/a.ts', startLine, startColumn: 3, endLine: startLine, endColumn: 9 },
  ...over,
});
const inline = { kind: 'inline', reason: 'The one place where it starts', place: 'src/a.ts:30' } as const;
const waiver = {
  kind: 'waiver',
  reason: 'Until the rewrite',
  owner: 'media team',
  expires: '2027-01-31',
  place: 'scan.config.ts: waivers[0]',
} as const;
const gone = { checkId: 'house/first', path: 'src/gone.ts', messageId: 'found', fingerprint: 'a'.repeat(32), count: 2 };

/** Compared with the run before: what is known counts all the same. The list of what is fixed is cut. */
export function sinceRun(): RunResult {
  return build(
    [
      at(1, 'error', { state: 'new' }),
      at(2, 'error', { state: 'unchanged', fingerprint: `${'a'.repeat(32)}:1` }),
      at(3, 'warning', { state: 'new' }),
      at(4, 'note', { state: 'unchanged' }),
      at(5, 'note', { state: 'new' }),
      at(31, 'error', { state: 'new', suppressedBy: inline }),
      at(32, 'error', { state: 'unchanged', suppressedBy: inline }),
      at(33, 'warning', { state: 'unchanged', suppressedBy: waiver }),
    ],
    {
      with: { kind: 'run', name: '20261120-101500000-0badcafe', startedAt: '2026-11-20T10:15:00.000Z' },
      ...{ new: 4, unchanged: 4, fixed: 3, unknown: 1, fixedFindings: [gone] },
    },
  );
}

/** Compared with a baseline: what is known is suppressed, and what counts is new. */
export function sinceBaseline(): RunResult {
  const baseline = { kind: 'baseline', place: '.scanrun-baseline.json' } as const;
  return build(
    [
      at(1, 'error', { state: 'new' }),
      at(2, 'error', { state: 'unchanged', suppressedBy: baseline }),
      at(3, 'warning', { state: 'new' }),
      at(4, 'note', { state: 'unchanged', suppressedBy: baseline }),
      at(5, 'note', { state: 'new' }),
      at(31, 'error', { state: 'new', suppressedBy: inline }),
      at(32, 'error', { state: 'unchanged', suppressedBy: inline }),
      at(33, 'warning', { state: 'new', suppressedBy: waiver }),
      at(34, 'warning', { state: 'unchanged', suppressedBy: waiver }),
    ],
    {
      with: { kind: 'baseline', name: '.scanrun-baseline.json' },
      ...{ new: 5, unchanged: 4, fixed: 3, unknown: 1, fixedFindings: [{ ...gone, count: 3 }] },
    },
  );
}

function build(findings: readonly Part[], comparison: NonNullable<RunResult['comparison']>): RunResult {
  const open = { status: 'timed-out', reason: { code: 'timeout', message: 'It ran for 5 s, its limit.' } } as const;
  const checks = [
    check('house/first', { category: 'house' }, { findings: [...findings] }),
    // It had no answer before, so that nobody knows whether this is new.
    check('house/second', { category: 'house' }, { findings: [at(40, 'warning')] }),
    check('house/third', { category: 'house' }, { outcome: open }),
    check('house/fourth', { category: 'house' }, {}),
  ];
  const gate = { failOn: 'error', minCoverage: 1, newOnly: comparison.with.kind === 'baseline' } as const;
  return result({
    checks,
    comparison,
    verdict: makeVerdict({ checks, gate, notices: [], interrupted: false }),
  });
}
