import type { Registry } from '../check/registry.js';
import { compareFindings, compareText, type Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import { type Outcome, worstOutcome } from '../model/outcome.js';
import type { CheckInfo, CheckResult, Measurement, Notice } from '../model/result.js';

/** What came of one check of one task. */
export interface CheckPiece {
  readonly taskId: string;
  readonly check: { readonly id: string };
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly measurements: readonly Measurement[];
  readonly data: JsonValue | undefined;
  readonly timeMs: number;
}

/** What the configuration says of a check's place in coverage. */
export interface CoverageRule {
  readonly optional: boolean;
  /** True when the configuration itself names the check. */
  readonly named: boolean;
}

/** One result a check, by id. What a preset brought and is not installed becomes a notice and leaves coverage. */
export function makeCheckResults(
  pieces: readonly CheckPiece[],
  registry: Registry,
  ruleOf: (id: string) => CoverageRule,
  notice: (notice: Notice) => void,
): CheckResult[] {
  const byId = new Map<string, CheckPiece[]>();
  for (const piece of pieces) {
    const known = byId.get(piece.check.id);
    if (known) known.push(piece);
    else byId.set(piece.check.id, [piece]);
  }
  const results = [...byId].map(([checkId, parts]): CheckResult => {
    const outcome = worstOutcome(parts.map((part) => part.outcome));
    const rule = ruleOf(checkId);
    const missing = 'reason' in outcome && outcome.reason.code === 'not-installed' && !rule.named;
    if (missing)
      notice({ code: 'not-installed', level: 'info', message: `${checkId} did not run: ${outcome.reason.message}` });
    const data = parts.find((part) => part.data !== undefined)?.data;
    return {
      checkId,
      meta: infoOf(registry, checkId),
      outcome,
      parts: parts.map(({ taskId, outcome: own, timeMs }) => ({ taskId, outcome: own, timeMs })),
      findings: parts.flatMap((part) => part.findings).sort(compareFindings),
      ...(data === undefined ? {} : { data }),
      measurements: parts.flatMap((part) => part.measurements),
      timeMs: parts.reduce((sum, part) => sum + part.timeMs, 0),
      optional: rule.optional || missing,
    };
  });
  return results.sort((a, b) => compareText(a.checkId, b.checkId));
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
