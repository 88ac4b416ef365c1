import { type CheckResult, type KnownFinding, plural, type RunResult } from 'scanrun';
import { repositoryPath } from '../findings.js';
import { visible } from '../visible.js';
import { type Artifacts, FINGERPRINT, relativeUri, SOURCE_ROOT } from './results.js';

/** Where the results of findings that are gone belong. */
export interface AbsentContext {
  readonly artifacts: Artifacts;
  readonly rules: ReadonlyMap<CheckResult, number>;
}

/** SARIF's results for what was there before and is not any more, of these checks. The level is that of their rule. */
export function* absentResults(
  { comparison, target }: RunResult,
  checks: readonly CheckResult[],
  { artifacts, rules }: AbsentContext,
): Generator<object> {
  const byId = new Map(checks.map((check) => [check.checkId, check]));
  const gone = (comparison?.fixedFindings ?? []).filter(({ checkId }) => byId.has(checkId));
  const left = countEqual(gone.map(({ checkId }) => byId.get(checkId) as CheckResult));
  for (const finding of gone) {
    const ruleIndex = rules.get(byId.get(finding.checkId) as CheckResult);
    const uri = relativeUri(repositoryPath(target, finding.path));
    yield {
      ruleId: visible(finding.checkId),
      ...(ruleIndex === undefined ? {} : { ruleIndex }),
      message: {
        text: `${plural(finding.count, 'finding')} of before ${finding.count === 1 ? 'is' : 'are'} not there any more.`,
      },
      locations: [
        { physicalLocation: { artifactLocation: { uri, uriBaseId: SOURCE_ROOT, index: artifacts.indexOf(uri) } } },
      ],
      // Equal findings are numbered: the first that is missing has the number after those that are left.
      partialFingerprints: { [FINGERPRINT]: visible(`${finding.fingerprint}:${(left.get(keyOf(finding)) ?? 0) + 1}`) },
      baselineState: 'absent',
      occurrenceCount: finding.count,
      properties: { messageId: visible(finding.messageId) },
    };
  }
}

/** How many findings there are of each check and fingerprint without its number. */
function countEqual(checks: readonly CheckResult[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { checkId, findings } of new Set(checks))
    for (const { fingerprint } of findings) {
      const key = keyOf({ checkId, fingerprint: fingerprint.replace(/:\d+$/, '') });
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

function keyOf({ checkId, fingerprint }: Pick<KnownFinding, 'checkId' | 'fingerprint'>): string {
  return `${checkId}\0${fingerprint}`;
}
