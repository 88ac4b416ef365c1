import type { CheckContext } from 'scanrun';
import { asObject, asText, own } from '../../text.js';
import type { Registry, RegistryOf } from '../registry/access.js';
import { whyNoAnswer } from '../registry/client.js';
import { type Advisory, oneLine, type Subject, type Vulnerability } from './advisory.js';
import { fixedAfter, isInRange, type SemverModule } from './range.js';

/** What a registry answered, or why it did not. */
export type BulkAnswer =
  | { readonly subjects: readonly Subject[]; readonly advisories: readonly Advisory[] }
  | {
      readonly subjects: readonly Subject[];
      /** A status, an error's code, or what came instead of advisories; short, for a message. */
      readonly failure: string;
      /** The registry's host. */
      readonly host: string;
    };

/** Where npm itself asks for advisories since version 7. */
const BULK = '-/npm/v1/security/advisories/bulk';

/** Asks each registry once for the advisories of all packages that come from it. Never rejects: a failure is an answer. */
export async function askRegistries(
  context: Pick<CheckContext, 'fetch'>,
  registryOf: RegistryOf,
  subjects: readonly Subject[],
  semver: SemverModule,
): Promise<BulkAnswer[]> {
  const groups = new Map<Registry, Subject[]>();
  for (const subject of subjects) {
    const registry = registryOf(subject.name);
    groups.set(registry, [...(groups.get(registry) ?? []), subject]);
  }
  return Promise.all([...groups].map(([registry, group]) => askOne(context, registry, group, semver)));
}

async function askOne(
  { fetch }: Pick<CheckContext, 'fetch'>,
  { url, headers }: Registry,
  subjects: readonly Subject[],
  semver: SemverModule,
): Promise<BulkAnswer> {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of subjects) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  const body = JSON.stringify(Object.fromEntries([...versions].map(([name, all]) => [name, [...all]])));
  const { host } = new URL(url);
  try {
    // Not marked as repeatable: a registry that hangs costs its time once.
    const answer = await fetch(new URL(BULK, url).href, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body,
    });
    if (answer.status !== 200) return { subjects, host, failure: String(answer.status) };
    const advisories = readBulk(answer.text(), semver);
    return advisories === undefined
      ? { subjects, host, failure: 'no advisories in the answer' }
      : { subjects, advisories };
  } catch (error) {
    return { subjects, host, failure: whyNoAnswer(error) };
  }
}

/** Reads the endpoint's answer: lists of advisories by package. Undefined for what is none, such as a page to log in. */
function readBulk(text: string, semver: SemverModule): Advisory[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const byName = asObject(json);
  if (byName === undefined || own(byName, 'error') !== undefined) return undefined;
  const entries = Object.entries(byName);
  if (entries.some(([, list]) => !Array.isArray(list))) return undefined;
  return entries.flatMap(([name, list]) =>
    (list as readonly unknown[]).flatMap((item) => ratedAdvisory(name, item, semver) ?? []),
  );
}

/** An advisory as npm has it: in the bulk endpoint's answer and in `npm audit --json`. Undefined without a range. */
export function ratedAdvisory(name: string, item: unknown, semver: SemverModule): Advisory | undefined {
  const range = asText(own(item, 'vulnerable_versions')) ?? asText(own(item, 'range'));
  if (range === undefined) return undefined;
  const url = asText(own(item, 'url'));
  const score = own(own(item, 'cvss'), 'score');
  const vector = asText(own(own(item, 'cvss'), 'vectorString'));
  const level = asText(own(item, 'severity'));
  const base: Vulnerability = {
    ids: idsOf(item, url),
    title: oneLine(asText(own(item, 'title')) ?? ''),
    ...(url === undefined ? {} : { url }),
    // npm writes 0 where nobody has rated it.
    ...(typeof score === 'number' && score > 0 && score <= 10 ? { score } : {}),
    ...(vector === undefined ? {} : { vector }),
    ...(level === undefined ? {} : { level }),
    isMalicious: /^malware\b|^malicious (?:package|code)/i.test(asText(own(item, 'title')) ?? ''),
  };
  return {
    name,
    of: (version) => {
      if (!isInRange(semver, version, range)) return undefined;
      const fixed = fixedAfter(semver, version, range);
      return fixed === undefined ? base : { ...base, fixed };
    },
  };
}

/** The identifiers of an advisory: those it has, the one in its URL, or the registry's own number. */
function idsOf(item: unknown, url: string | undefined): string[] {
  const ghsa = asText(own(item, 'github_advisory_id')) ?? /GHSA(?:-[a-z0-9]{4}){3}/.exec(url ?? '')?.[0];
  const cves = own(item, 'cves');
  const listed = Array.isArray(cves) ? cves.filter((cve): cve is string => /^CVE-\d+-\d+$/.test(String(cve))) : [];
  const ids = [...(ghsa === undefined ? [] : [ghsa]), ...listed];
  const number = own(item, 'id') ?? own(item, 'source');
  return ids.length > 0 ? ids : [`npm-${String(number ?? 'unknown')}`];
}
