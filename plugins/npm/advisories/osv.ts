import { asObject, asText, own, textList } from '../text.js';
import { type Advisory, oneLine, scoreOf, sortedIds, type Vulnerability } from './advisory.js';
import type { SemverModule } from './range.js';

/** A change of what is affected, in the order of versions. */
interface Event {
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
  readonly version: string;
}

/**
 * The advisories of a record of OSV for packages of npm; none for one that was withdrawn, and for other ecosystems.
 * https://ossf.github.io/osv-schema/
 */
export async function advisoriesOf(record: unknown, semver: SemverModule): Promise<Advisory[]> {
  const id = asText(own(record, 'id'));
  if (id === undefined || asText(own(record, 'withdrawn')) !== undefined) return [];
  const affected = own(record, 'affected');
  const entries = (Array.isArray(affected) ? affected : []).filter(
    (entry) => own(own(entry, 'package'), 'ecosystem') === 'npm',
  );
  const base = {
    ids: sortedIds([id, ...textList(own(record, 'aliases'))]),
    title: oneLine(asText(own(record, 'summary')) ?? asText(own(record, 'details')) ?? ''),
    url: urlOf(id),
    isMalicious: id.startsWith('MAL-'),
    ...level(record),
  };
  const whole = await scored(own(record, 'severity'));
  return Promise.all(
    entries.map(async (entry) => {
      const name = asText(own(own(entry, 'package'), 'name')) ?? '';
      // A package of its own may be hit harder than the others.
      const score = (await scored(own(entry, 'severity'))) ?? whole;
      return { name, of: matcher({ ...base, ...score }, entry, semver) };
    }),
  );
}

function urlOf(id: string): string {
  return id.startsWith('GHSA-') ? `https://github.com/advisories/${id}` : `https://osv.dev/vulnerability/${id}`;
}

function level(record: unknown): { readonly level?: string } {
  const word = asText(own(own(record, 'database_specific'), 'severity'));
  return word === undefined ? {} : { level: word.toLowerCase() };
}

/** The score of the newest version of CVSS that has one. */
async function scored(severity: unknown): Promise<{ readonly score: number; readonly vector: string } | undefined> {
  for (const type of ['CVSS_V4', 'CVSS_V3', 'CVSS_V2']) {
    for (const item of Array.isArray(severity) ? severity : []) {
      const vector = own(item, 'type') === type ? asText(own(item, 'score')) : undefined;
      const score = vector === undefined ? undefined : await scoreOf(vector);
      if (vector !== undefined && score !== undefined) return { score, vector };
    }
  }
  return undefined;
}

/** Says of a version whether an entry of `affected` has it: its list of versions, or one of its ranges. */
function matcher(base: Vulnerability, entry: unknown, semver: SemverModule): Advisory['of'] {
  const versions = new Set(textList(own(entry, 'versions')));
  const ranges = own(entry, 'ranges');
  const lines = (Array.isArray(ranges) ? ranges : [])
    .filter((range) => ['SEMVER', 'ECOSYSTEM'].includes(String(own(range, 'type'))))
    .map((range) => eventsOf(own(range, 'events'), semver));
  return (version) => {
    const line = lines.find((events) => isAffected(version, events, semver));
    if (line === undefined && !versions.has(version)) return undefined;
    const fixes = (line ?? lines.flat()).filter(
      ({ kind, version: at }) => kind === 'fixed' && semver.gt(at, version, true),
    );
    const fixed = fixes.map((event) => event.version).sort((a, b) => semver.compare(a, b, true))[0];
    return fixed === undefined ? base : { ...base, fixed };
  };
}

function eventsOf(events: unknown, semver: SemverModule): Event[] {
  const found: Event[] = [];
  for (const event of Array.isArray(events) ? events : []) {
    for (const kind of ['introduced', 'fixed', 'last_affected'] as const) {
      const written = asText(own(asObject(event), kind));
      // `0` is before every version.
      const version = written === '0' ? '0.0.0-0' : written;
      if (version !== undefined && semver.valid(version, true) !== null) found.push({ kind, version });
    }
  }
  const order = { introduced: 0, fixed: 1, last_affected: 2 } as const;
  return found.sort((a, b) => semver.compare(a.version, b.version, true) || order[a.kind] - order[b.kind]);
}

/** The algorithm of the schema: the last event that a version has reached decides. */
function isAffected(version: string, events: readonly Event[], semver: SemverModule): boolean {
  if (semver.valid(version, true) === null) return false;
  let affected = false;
  for (const event of events) {
    const order = semver.compare(version, event.version, true);
    if (event.kind === 'introduced' && order >= 0) affected = true;
    else if (event.kind === 'fixed' && order >= 0) affected = false;
    else if (event.kind === 'last_affected' && order > 0) affected = false;
  }
  return affected;
}
