import type { ComparedWith } from '../model/comparison.js';
import type { Finding } from '../model/finding.js';
import { isConclusive, type Outcome } from '../model/outcome.js';
import type { CheckResult, RunResult } from '../model/result.js';
import { type KnownFindings, toKnown } from './known.js';

/**
 * The findings of a scan's json report; undefined for what is none. Only what a comparison needs is looked at: a report
 * is read with each scan, and it may be anybody's.
 */
export function knownFromReport(
  value: unknown,
  keep: (finding: Finding) => boolean = () => true,
): KnownFindings | undefined {
  if (!isRecord(value) || value.schemaVersion !== 1 || !isRecord(value.run) || !Array.isArray(value.checks))
    return undefined;
  const { id, startedAt } = value.run;
  if (typeof id !== 'string' || typeof startedAt !== 'string' || !value.checks.every(isCheck)) return undefined;
  return knownFromResult(value as unknown as RunResult, keep);
}

/** The findings of a result, and which of its checks had an answer. */
function knownFromResult(
  { run, target, checks }: Pick<RunResult, 'run' | 'checks'> & { readonly target?: { readonly commit?: string } },
  keep: (finding: Finding) => boolean = () => true,
): KnownFindings {
  const commit = target?.commit;
  const from: ComparedWith = {
    kind: 'run',
    name: run.id,
    startedAt: run.startedAt,
    ...(typeof commit === 'string' ? { commit } : {}),
  };
  const answered = checks.filter(({ outcome }) => isConclusive(outcome)).map(({ checkId }) => checkId);
  return { from, findings: toKnown(checks, keep), answered: new Set(answered) };
}

function isCheck(value: unknown): value is CheckResult {
  return (
    isRecord(value) &&
    typeof value.checkId === 'string' &&
    isRecord(value.outcome) &&
    typeof (value.outcome as Partial<Outcome>).status === 'string' &&
    Array.isArray(value.findings) &&
    value.findings.every(isFinding)
  );
}

function isFinding(value: unknown): value is Finding {
  if (!isRecord(value) || !isRecord(value.location)) return false;
  const texts = [value.checkId, value.messageId, value.fingerprint, value.location.path];
  return texts.every((text) => typeof text === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
