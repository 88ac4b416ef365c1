import {
  type CheckResult,
  compareText,
  type Finding,
  plural,
  type RunResult,
  SEVERITIES,
  type Severity,
} from 'scanrun';
import { type FindingView, findingView, SEVERITY_WORDS } from '../page/finding.js';
import { nameText, number, titleText } from '../page/text.js';
import { clip, visible } from '../visible.js';

/** The findings of one check and one severity. */
export interface CheckFindings {
  readonly checkId: string;
  readonly title: string;
  readonly description: string;
  readonly count: string;
  readonly findings: readonly FindingView[];
  /** How many are not in full; empty when all are. */
  readonly rest: string;
}

/** The findings of one severity. */
export interface SeverityFindings {
  readonly severity: Severity;
  readonly heading: string;
  readonly count: string;
  readonly checks: readonly CheckFindings[];
}

/** The section of findings. */
export interface SeveritiesView {
  readonly severities: readonly SeverityFindings[];
  readonly summary: string;
  readonly suppressed: string;
}

/** Characters of a check's description at most. */
const DESCRIPTION = 400;

/** The findings that count, the gravest first; those beyond the limits are counted. */
export function severitiesView(
  result: RunResult,
  { findingsPerCheck, maxFindings }: { readonly findingsPerCheck: number; readonly maxFindings: number },
): SeveritiesView {
  let left = maxFindings;
  let [total, shown, suppressed] = [0, 0, 0];
  for (const check of result.checks) suppressed += check.findings.filter((finding) => finding.suppressedBy).length;
  const severities = SEVERITIES.flatMap((severity): SeverityFindings[] => {
    const checks = checksWith(result, severity).map(([check, found]) => {
      const whole = found.slice(0, Math.max(0, Math.min(findingsPerCheck, left)));
      left -= whole.length;
      total += found.length;
      shown += whole.length;
      return checkFindings(check, found.length, whole);
    });
    const count = checksWith(result, severity).reduce((sum, [, found]) => sum + found.length, 0);
    return count === 0 ? [] : [{ severity, heading: `${SEVERITY_WORDS[severity]}s`, count: number(count), checks }];
  });
  return {
    severities,
    summary:
      shown === total
        ? `${plural(total, 'finding')}, all in full.`
        : `${plural(total, 'finding')}, ${number(shown)} of them in full; the others are counted here, and are in the html and json reports.`,
    suppressed:
      suppressed === 0
        ? ''
        : `${plural(suppressed, 'finding')} besides ${suppressed === 1 ? 'is' : 'are'} suppressed by the baseline, a waiver or a comment, and ${suppressed === 1 ? 'does' : 'do'} not count.`,
  };
}

/** The checks with findings of a severity that count, the most findings first. */
function checksWith(result: RunResult, severity: Severity): [CheckResult, readonly Finding[]][] {
  return result.checks
    .map((check): [CheckResult, readonly Finding[]] => [
      check,
      check.findings.filter((finding) => finding.severity === severity && !finding.suppressedBy),
    ])
    .filter(([, found]) => found.length > 0)
    .sort(([a, x], [b, y]) => y.length - x.length || compareText(a.checkId, b.checkId));
}

function checkFindings(check: CheckResult, count: number, whole: readonly Finding[]): CheckFindings {
  const { checkId, meta } = check;
  const rest = count - whole.length;
  return {
    checkId: nameText(checkId),
    title: titleText(check),
    description: clip(visible(meta.description), DESCRIPTION),
    count: number(count),
    findings: whole.map((finding) => findingView(finding, 0)),
    rest:
      rest === 0
        ? ''
        : `${whole.length === 0 ? '' : 'and '}${plural(rest, whole.length === 0 ? 'finding' : 'more finding')} of this check`,
  };
}
