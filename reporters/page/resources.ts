import { formatDuration, plural, type ResourceRecord, type RunResult } from 'scanrun';
import { nameText, number } from './text.js';

/** Changes of a breaker listed at most; the json report has all. */
const MAX_CHANGES = 20;

/** What checks asked, as a row of a table. */
export interface ResourceView {
  readonly name: string;
  /** Its breaker: `closed`, `open` or `half-open`. */
  readonly state: string;
  readonly calls: string;
  readonly failures: string;
  readonly retries: string;
  readonly refused: string;
  readonly rateLimited: string;
  readonly atOnce: string;
  readonly changes: readonly string[];
}

/** What checks asked over the network or by name, and how it answered. */
export function resourceViews({ resources }: RunResult): ResourceView[] {
  return resources.map((record) => ({
    name: nameText(record.name),
    state: record.state,
    calls: number(record.calls),
    failures: number(record.failures),
    retries: number(record.retries),
    refused: number(record.refused),
    rateLimited: record.rateLimitedMs > 0 ? formatDuration(record.rateLimitedMs) : '–',
    atOnce:
      record.lowestConcurrency < record.concurrency
        ? `${number(record.concurrency)}, once ${number(record.lowestConcurrency)}`
        : number(record.concurrency),
    changes: changesOf(record),
  }));
}

function changesOf({ transitions }: ResourceRecord): string[] {
  const rest = transitions.length - MAX_CHANGES;
  return [
    ...transitions.slice(0, MAX_CHANGES).map(({ at, from, to }) => `${from} to ${to} at ${formatDuration(at)}`),
    ...(rest > 0 ? [`${plural(rest, 'more change')} in the json report`] : []),
  ];
}
