import { fingerprintBase, numberFindings } from '../check/fingerprint.js';
import type { Registry } from '../check/registry.js';
import { compareFindings, compareText, type Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import { type Outcome, packagesOutcome, type ReasonCode, worstOutcome } from '../model/outcome.js';
import { byPackage } from '../model/package.js';
import type { CheckInfo, CheckResult, Measurement, Notice, Reused } from '../model/result.js';
import { redactRecord } from '../redact/record.js';
import type { Redactor } from '../redact.js';

/** What came of one check of one task. */
export interface CheckPiece extends Reused {
  readonly taskId: string;
  readonly check: { readonly id: string };
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly measurements: readonly Measurement[];
  readonly data: JsonValue | undefined;
  readonly timeMs: number;
}

/** Gives the package that a task looked at, by name; undefined for a task that looked at the whole target. */
export type PackageOf = (taskId: string) => string | undefined;

/** What the configuration says of a check's place in coverage. */
export interface CoverageRule {
  readonly optional: boolean;
  /** True when the configuration itself names the check. */
  readonly named: boolean;
}

/**
 * Reasons for which a check leaves coverage that the configuration does not name: it was brought for what is not there,
 * as one that is not planned for the same cause.
 */
const NOT_THERE: ReadonlySet<ReasonCode> = new Set(['not-installed', 'not-applicable']);

/** One result a check, by id. What a preset brought and is not installed becomes a notice. */
export function makeCheckResults(
  pieces: readonly CheckPiece[],
  registry: Registry,
  ruleOf: (id: string) => CoverageRule,
  redactor: Redactor,
  notice: (notice: Notice) => void,
  packageOf: PackageOf = () => undefined,
): CheckResult[] {
  const byId = new Map<string, CheckPiece[]>();
  for (const piece of pieces) {
    const known = byId.get(piece.check.id);
    if (known) known.push(piece);
    else byId.set(piece.check.id, [piece]);
  }
  const results = [...byId].map(([checkId, parts]): CheckResult => {
    const outcomes = parts.map((part) => part.outcome);
    const isByPackage = registry.get(checkId)?.check.meta.scope === 'package';
    const outcome = isByPackage ? packagesOutcome(outcomes) : worstOutcome(outcomes);
    const rule = ruleOf(checkId);
    const isUncounted = outcome.status === 'skipped' && NOT_THERE.has(outcome.reason.code) && !rule.named;
    if (isUncounted && outcome.reason.code === 'not-installed')
      notice({ code: 'not-installed', level: 'info', message: `${checkId} did not run: ${outcome.reason.message}` });
    const data = isByPackage ? dataByPackage(parts, packageOf) : parts.find((part) => part.data !== undefined)?.data;
    return {
      checkId,
      meta: infoOf(registry, checkId),
      outcome,
      parts: parts.map(({ taskId, outcome: own, timeMs, cached, cachedFiles }) => ({
        taskId,
        ...ofPackage(packageOf(taskId)),
        outcome: own,
        timeMs,
        ...(cached === undefined ? {} : { cached }),
        ...(cachedFiles === undefined ? {} : { cachedFiles }),
      })),
      findings: settle(
        parts.flatMap((part) => part.findings),
        redactor,
      ),
      ...(data === undefined ? {} : { data }),
      measurements: parts.flatMap(({ taskId, measurements }) =>
        isByPackage ? measurements.map((item) => ({ ...item, ...ofPackage(packageOf(taskId)) })) : measurements,
      ),
      timeMs: parts.reduce((sum, part) => sum + part.timeMs, 0),
      optional: rule.optional || isUncounted,
    };
  });
  return results.sort((a, b) => compareText(a.checkId, b.checkId));
}

function ofPackage(name: string | undefined): { readonly package?: string } {
  return name === undefined ? {} : { package: name };
}

/** What a check learned of each package; undefined where it learned nothing of any. */
function dataByPackage(parts: readonly CheckPiece[], packageOf: PackageOf): JsonValue | undefined {
  const known = parts.filter(({ data }) => data !== undefined);
  if (known.length === 0) return undefined;
  return byPackage(known.map(({ taskId, data }) => ({ name: packageOf(taskId) ?? taskId, data })));
}

/**
 * The findings as they stay, in order. What a check named as secret after others had quoted it is masked now, and such a
 * finding is recognised by what is left: else its fingerprint would tell which check was faster.
 */
function settle(findings: readonly Finding[], redactor: Redactor): Finding[] {
  // Without values that were named meanwhile every finding was masked by the same patterns when it came.
  if (redactor.learned === 0) return numberFindings([...findings].sort(compareFindings));
  const masked = findings.map((finding) => {
    const { fingerprint: _, ...text } = finding;
    const clean = redactRecord(redactor, text);
    return clean === text ? finding : { ...clean, fingerprint: fingerprintBase(clean) };
  });
  return numberFindings(masked.sort(compareFindings));
}

function infoOf(registry: Registry, id: string): CheckInfo {
  const meta = registry.get(id)?.check.meta;
  if (meta === undefined) throw new Error(`The check ${id} ran without being registered.`);
  const { title, description, category, severity, tier, tags, help, docsUrl } = meta;
  return {
    title,
    description,
    category,
    severity,
    tier,
    tags,
    ...(help === undefined ? {} : { help }),
    ...(docsUrl === undefined ? {} : { docsUrl }),
  };
}
