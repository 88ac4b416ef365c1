// A result with a past: outliers, a trend, a missed budget.
import type { Outlier, RunResult } from 'scanrun';
import { result } from './sample-build.js';
import { findingsChecks } from './sample-checks.js';

const outlier = (over: Partial<Outlier>): Outlier => ({
  checkId: 'command/types',
  taskId: 'command/types',
  timeMs: 4_200,
  medianMs: 1_400,
  basis: 'history',
  samples: 8,
  factor: 3,
  cause: 'changed',
  suggestion: 'Look at what changed since commit 4be1f0c8d2a9, when it took 1.3 s.',
  ...over,
});

/** Eight runs, of which this is the slowest, over a budget of 3 s. */
export function slower(over: { readonly outliers?: number; readonly hostile?: string } = {}): RunResult {
  const { outliers = 2, hostile = '' } = over;
  const wallMs = [1_900, 2_000, 1_850, 2_100, 2_050, 2_400, 3_900, 4_200];
  return result({
    checks: findingsChecks(),
    statistics: { budgetMs: 3_000 },
    outliers: Array.from({ length: outliers }, (_, index) =>
      index === 0
        ? outlier({ suggestion: `${outlier({}).suggestion}${hostile}` })
        : outlier({
            checkId: `npm/advisories${hostile}-${index}`,
            basis: 'category',
            samples: 6,
            factor: 12.4,
            cause: 'queue-wait',
            suggestion: 'It waited 5.0 s for a place, longer than it ran: raise its priority or the concurrency.',
          }),
    ),
    trend: wallMs.map((ms, index) => ({
      runId: `20260314T0926${String(index).padStart(2, '0')}Z-7f3a9c`,
      startedAt: `2026-03-14T09:26:${String(index).padStart(2, '0')}.000Z`,
      wallMs: ms,
      findings: 7,
      verdict: 'findings',
      categoriesMs: { repository: ms / 3, security: 400 - index * 20, 'code-quality': ms },
    })),
  });
}
