import type { CheckResult, RunResult, Severity, Target } from 'scanrun';
import {
  gravestFirst,
  oneLine,
  outcomeText,
  type Reported,
  regionOf,
  repositoryPath,
  unanswered,
  wellFormed,
} from '../findings.js';
import { clip, visible } from '../visible.js';

/** Characters of a description at most. */
const DESCRIPTION_LIMIT = 2_000;

/** GitLab's severities; what blocks a release is for the gate to say, so `blocker` is never used. */
const SEVERITY: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'minor', note: 'info' };

/** The options of the reporter. */
export interface GitlabOptions {
  readonly unanswered: boolean;
}

/** The report as a JSON array, an entry a line. */
export function* renderEntries(result: RunResult, options: GitlabOptions): Generator<string> {
  const seen = new Map<string, number>();
  let separator = '[\n';
  for (const entry of entriesOf(result, options)) {
    yield `${separator}${JSON.stringify({ ...entry, fingerprint: unique(entry.fingerprint, seen) })}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number; readonly end?: number } };
}

function* entriesOf({ checks, target }: RunResult, options: GitlabOptions): Generator<Entry> {
  if (options.unanswered) for (const check of unanswered(checks)) yield unansweredEntry(check);
  for (const reported of gravestFirst(checks))
    if (reported.finding.suppressedBy === undefined) yield findingEntry(reported, target);
}

function findingEntry({ finding }: Reported, target: Target): Entry {
  const { message, checkId, fingerprint, severity, location } = finding;
  const region = regionOf(location);
  return {
    description: clip(visible(oneLine(message)), DESCRIPTION_LIMIT),
    check_name: visible(checkId),
    fingerprint: visible(fingerprint),
    severity: SEVERITY[severity],
    location: {
      path: wellFormed(repositoryPath(target, location.path)),
      lines: region === undefined ? { begin: 1 } : { begin: region.startLine, end: region.endLine },
    },
  };
}

/** Belongs to no file; GitLab wants one all the same. */
function unansweredEntry(check: CheckResult): Entry {
  return {
    description: clip(visible(oneLine(`No answer from ${check.checkId}, ${outcomeText(check)}`)), DESCRIPTION_LIMIT),
    check_name: visible(check.checkId),
    fingerprint: `no-answer:${visible(check.checkId)}`,
    severity: check.optional ? 'info' : 'major',
    location: { path: '.', lines: { begin: 1 } },
  };
}

/** GitLab takes two entries with one fingerprint for the same problem, and shows one. */
function unique(fingerprint: string, seen: Map<string, number>): string {
  const before = seen.get(fingerprint) ?? 0;
  seen.set(fingerprint, before + 1);
  return before === 0 ? fingerprint : unique(`${fingerprint}-${before + 1}`, seen);
}
