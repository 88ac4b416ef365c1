import type { Statistics, TaskRecord } from '../model/result.js';

/** What statistics are made of. */
export interface StatisticsInput {
  readonly records: readonly TaskRecord[];
  readonly wallMs: number;
  readonly concurrency: number;
  readonly cores: number;
  readonly budgetMs: number;
  readonly files: number;
  readonly hooks: Statistics['hooks'];
  readonly phasesMs: Readonly<Record<string, number>>;
}

/** How the scan used its time. */
export function makeStatistics({ records, wallMs, ...rest }: StatisticsInput): Statistics {
  const workMs = records.reduce(
    (sum, { timing }) => sum + (timing.startedAtMs === undefined ? 0 : timing.endedAtMs - timing.startedAtMs),
    0,
  );
  return { wallMs, workMs, speedUp: wallMs > 0 ? workMs / wallMs : 1, ...rest };
}
