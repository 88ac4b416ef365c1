import { compareText, type Finding, type JsonObject, type JsonValue, type RunResult } from 'scanrun';
import { asObject, textOf, textsOf } from './json.js';

const CHECK = 'npm/vulnerabilities';

/**
 * The vulnerabilities of a result as CycloneDX has them, each once with all components that have it. Nothing where
 * nobody looked, or not everywhere: an empty list says that there is none, so only a check that passed gives one.
 */
export function vulnerabilitiesOf(
  { checks }: RunResult,
  bom: JsonObject,
): { readonly vulnerabilities?: readonly object[] } {
  const check = checks.find(({ checkId }) => checkId === CHECK);
  if (check === undefined || (check.findings.length === 0 && check.outcome.status !== 'passed')) return {};
  const references = referencesIn(bom);
  const byId = new Map<string, { readonly finding: Finding; readonly affects: Set<string> }>();
  for (const finding of check.findings) {
    const { name, version, identifiers } = finding.data;
    const [id] = textsOf(identifiers);
    const affected = references.get(`${textOf(name)}@${textOf(version)}`) ?? [];
    if (id === undefined) continue;
    const entry = byId.get(id) ?? { finding, affects: new Set() };
    byId.set(id, entry);
    for (const reference of affected) entry.affects.add(reference);
  }
  const sorted = [...byId].sort(([a], [b]) => compareText(a, b));
  return { vulnerabilities: sorted.map(([id, { finding, affects }]) => vulnerabilityOf(id, finding, [...affects])) };
}

/** The references of components by `name@version`. */
function referencesIn({ components }: JsonObject): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const component of Array.isArray(components) ? components : []) {
    const { group, name, version, 'bom-ref': reference } = asObject(component as JsonValue);
    const key = `${group === undefined ? '' : `${textOf(group)}/`}${textOf(name)}@${textOf(version)}`;
    if (typeof reference === 'string') found.set(key, [...(found.get(key) ?? []), reference]);
  }
  return found;
}

function vulnerabilityOf(id: string, { data, suppressedBy }: Finding, affects: readonly string[]): object {
  const { identifiers, title, fixed, url } = data;
  const others = textsOf(identifiers).filter((other) => other !== id);
  const rating = ratingOf(data);
  const link = typeof url === 'string' && URL.canParse(url) ? url : undefined;
  return {
    'bom-ref': id,
    id,
    source: sourceOf(id),
    ...(others.length > 0 ? { references: others.map((other) => ({ id: other, source: sourceOf(other) })) } : {}),
    ...(rating === undefined ? {} : { ratings: [rating] }),
    description: textOf(title),
    ...(typeof fixed === 'string' ? { recommendation: `Update to ${fixed}.` } : {}),
    ...(link === undefined ? {} : { advisories: [{ url: link }] }),
    affects: affects.map((ref) => ({ ref })),
    ...(suppressedBy === undefined
      ? {}
      : {
          properties: [
            {
              name: 'scanrun:suppressed',
              value: `${suppressedBy.kind}${suppressedBy.reason === undefined ? '' : `: ${suppressedBy.reason}`}`,
            },
          ],
        }),
  };
}

function sourceOf(id: string): object {
  if (id.startsWith('GHSA-')) return { name: 'GitHub', url: `https://github.com/advisories/${id}` };
  if (id.startsWith('CVE-')) return { name: 'NVD', url: `https://nvd.nist.gov/vuln/detail/${id}` };
  return { name: 'OSV', url: `https://osv.dev/vulnerability/${encodeURIComponent(id)}` };
}

/** The rating of the source: its score where it has one, else its word. */
function ratingOf({ score, vector, level }: JsonObject): object | undefined {
  const severity = typeof score === 'number' ? severityOfScore(score) : severityOfWord(textOf(level));
  if (severity === undefined) return undefined;
  return {
    ...(typeof score === 'number' ? { score } : {}),
    severity,
    ...(typeof vector === 'string' ? { method: methodOf(vector), vector } : {}),
  };
}

/** The qualitative scale of CVSS. https://www.first.org/cvss/v4.0/specification-document */
function severityOfScore(score: number): string {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'medium' : score > 0 ? 'low' : 'none';
}

function severityOfWord(word: string): string | undefined {
  const known = word.toLowerCase() === 'moderate' ? 'medium' : word.toLowerCase();
  return ['critical', 'high', 'medium', 'low', 'info'].includes(known) ? known : undefined;
}

function methodOf(vector: string): string {
  const version = /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '2.0';
  return { '2.0': 'CVSSv2', '3.0': 'CVSSv3', '3.1': 'CVSSv31', '4.0': 'CVSSv4' }[version] ?? 'other';
}
