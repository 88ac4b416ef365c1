import { type ContextOf, defineCheck, plural } from 'scanrun';
import {
  type Advisory,
  mergeVulnerabilities,
  type Subject,
  severityOf,
  type Vulnerability,
} from '../advisories/advisory.js';
import { consult } from '../advisories/consult.js';
import type { SemverModule } from '../advisories/range.js';
import { type Blame, blamer } from '../blame.js';
import type { LockedTree } from '../lockfiles/tree.js';
import { lockedTree } from '../needs.js';
import { someOf } from '../text.js';
import { workspacePackages } from '../workspaces.js';
import lockfile from './lockfile.js';

const options = {
  osv: {
    type: 'string',
    minLength: 1,
    description:
      'A database of OSV to look in instead of asking the registry: a folder, a zip archive or a JSON file, relative to the target’s root.',
  },
  dev: { type: 'boolean', default: true, description: 'Looks also at what only development needs.' },
  ignoreRegistries: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    uniqueItems: true,
    default: [],
    description:
      'Hosts of registries that have no advisories, such as `npm.pkg.github.com`. They are not asked, and what comes from them is not checked.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', pattern: '^[A-Za-z]+-[A-Za-z0-9-]+$' },
    uniqueItems: true,
    default: [],
    description: 'Identifiers of advisories (GHSA, CVE) that somebody has looked at and accepted.',
  },
} as const;

const messages = {
  vulnerable: '{{package}}: {{title}} ({{rating}}; {{ids}}){{fix}}{{way}}.',
  malicious:
    '{{package}} was made to do harm: {{title}} ({{ids}}){{way}}. Remove it, and change every secret of machines that installed it.',
} as const;

type Context = ContextOf<typeof options, typeof messages, { readonly lockfile: typeof lockfile }>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No dependency has a known vulnerability',
    description: 'What is public about a vulnerability, attackers know as well: it is the first thing they try.',
    category: 'security',
    tier: 'standard',
    severity: 'error',
    lane: 'io',
    tags: ['vulnerabilities', 'cve', 'supply-chain'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Update the direct dependency that brings the package; the finding is at its line and has the way:',
      '',
      '```sh',
      'npm audit fix',
      'npm update some-dependency',
      '```',
      '',
      'Where no update brings the fixed version, force it with `overrides` (npm, pnpm) or `resolutions` (Yarn). ' +
        'Accept what does not concern you by its identifier:',
      '',
      '```ts',
      "'npm/vulnerabilities': { options: { ignore: ['GHSA-xxxx-xxxx-xxxx'] } }",
      '```',
      '',
      'Advisories come from the first of these that answers: the [OSV](https://osv.dev) database in the option `osv`, ' +
        'downloaded from `https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip`; the endpoint of the registry that ' +
        '`npm audit` uses, with the registries and tokens of `.npmrc` or `.yarnrc.yml`; `npm audit --json`. ' +
        'Where none answers, the check is degraded, never passed.',
      '',
      'A CVSS score from 7.0 is an error, from 4.0 a warning, below a note. Without a score the word of the source decides: ' +
        'critical and high, moderate, low. Without either it is a warning.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    const packages = await workspacePackages(context);
    const { default: semver } = await import('semver');
    const { subjects, nameless } = subjectsOf(tree, context.options.dev, semver);
    if (nameless.length > 0)
      context.degraded(
        `${tree.path} has no version for ${plural(nameless.length, 'package')}, so no advisory can be compared: ${someOf(nameless)}.`,
      );
    context.measure('packages', subjects.length, 'packages');
    if (subjects.length === 0) return { sources: [], packages: 0, vulnerabilities: 0 };
    const { advisories, sources } = await consult(context, tree, subjects, context.options, semver);
    const blame = await blamer(tree, packages);
    let count = 0;
    for (const { subject, vulnerability } of matches(subjects, advisories)) {
      if (isAccepted(context, vulnerability)) continue;
      count += 1;
      report(context, subject, vulnerability, blameOf(tree, subject, blame));
    }
    if (sources.length > 0) context.measure('vulnerabilities', count, 'vulnerabilities');
    return { sources: [...sources], packages: subjects.length, vulnerabilities: count };
  },
});

/** What is looked for: each version of each package once, wherever it lies. Folders have no advisories. */
function subjectsOf(
  { packages }: LockedTree,
  isDevToo: boolean,
  semver: SemverModule,
): { readonly subjects: readonly Subject[]; readonly nameless: readonly string[] } {
  const subjects = new Map<string, { name: string; version: string; indices: number[] }>();
  const nameless: string[] = [];
  for (const [index, { name, version, source, dev }] of packages.entries()) {
    if (source === 'file' || (dev && !isDevToo)) continue;
    if (semver.valid(version, true) === null) {
      nameless.push(name);
      continue;
    }
    const key = `${name}@${version}`;
    const subject = subjects.get(key) ?? { name, version, indices: [] };
    subjects.set(key, subject);
    subject.indices.push(index);
  }
  return { subjects: [...subjects.values()], nameless };
}

/** What the advisories say of the subjects, each vulnerability of a version once. */
function* matches(
  subjects: readonly Subject[],
  advisories: readonly Advisory[],
): Generator<{ readonly subject: Subject; readonly vulnerability: Vulnerability }> {
  const byName = new Map<string, Advisory[]>();
  for (const advisory of advisories) byName.set(advisory.name, [...(byName.get(advisory.name) ?? []), advisory]);
  for (const subject of subjects) {
    const found = (byName.get(subject.name) ?? []).flatMap((advisory) => advisory.of(subject.version) ?? []);
    for (const vulnerability of mergeVulnerabilities(found)) yield { subject, vulnerability };
  }
}

function isAccepted({ options: { ignore }, log }: Context, { ids }: Vulnerability): boolean {
  const accepted = ids.find((id) => ignore.some((other) => other.toLowerCase() === id.toLowerCase()));
  if (accepted !== undefined) log.info(`${accepted} is accepted by the option 'ignore'.`);
  return accepted !== undefined;
}

/** Who brings it: of several places that with the shortest way, production before development. */
function blameOf(
  { packages }: LockedTree,
  { indices }: Subject,
  blame: (index: number) => Blame,
): Blame & { readonly isDev: boolean } {
  const all = indices.map((index) => ({ ...blame(index), isDev: packages[index]?.dev === true }));
  all.sort((a, b) => Number(a.isDev) - Number(b.isDev) || a.path.length - b.path.length);
  return all[0] as Blame & { readonly isDev: boolean };
}

function report(
  context: Context,
  { name, version }: Subject,
  vulnerability: Vulnerability,
  { location, path, way, isDirect, isDev, package: whose }: Blame & { readonly isDev: boolean },
): void {
  const { ids, title, fixed, score, vector, level, url, isMalicious } = vulnerability;
  const severity = severityOf(vulnerability);
  const rating = score === undefined ? (level ?? 'not rated') : `CVSS ${score.toFixed(1)}`;
  context.report({
    messageId: isMalicious ? 'malicious' : 'vulnerable',
    data: {
      package: `${name}@${version}`,
      title: title === '' ? 'a known vulnerability' : title,
      rating: isDev ? `${rating}, development only` : rating,
      ids: ids.join(', '),
      fix: fixed === undefined ? ', not fixed yet' : `, fixed in ${fixed}`,
      way: isDirect ? '' : `, brought by ${way}`,
      name,
      version,
      identifiers: [...ids],
      path: [...path],
      dev: isDev,
      ...(fixed === undefined ? {} : { fixed }),
      ...(score === undefined ? {} : { score }),
      ...(vector === undefined ? {} : { vector }),
      ...(level === undefined ? {} : { level }),
      ...(url === undefined ? {} : { url }),
    },
    location,
    severity,
    ...(whose === undefined ? {} : { package: whose }),
  });
}
