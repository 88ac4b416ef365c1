import { type ContextOf, defineCheck, type Severity } from 'scanrun';
import { declaredIn, FIELDS, type Manifest, placesIn } from '../../manifest.js';
import { asText, own } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import type { SemverModule } from '../advisories/range.js';
import { ignoredBy, tellUnanswered } from '../needs.js';
import { fromRegistry, type KnownPackage } from '../registry/answers.js';
import lockfile from './lockfile.js';
import registry from './registry.js';

/** How far behind a version can be, the farthest first. */
const LEVELS = ['major', 'minor', 'patch'] as const;

type Level = (typeof LEVELS)[number];

const options = {
  level: {
    type: 'string',
    enum: LEVELS,
    default: 'major',
    description: 'How far behind a dependency must be to be reported: a `patch` reports everything.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'Names of packages that may be behind, as globs.',
  },
} as const;

const messages = {
  outdated: '{{name}} {{current}} is behind by a {{level}} version: the latest is {{latest}}{{node}}{{wanted}}.',
  unavailable: '{{name}} {{spec}} asks for a version that the registry does not have; the latest is {{latest}}.',
} as const;

type Context = ContextOf<
  typeof options,
  typeof messages,
  { readonly lockfile: typeof lockfile; readonly registry: typeof registry }
>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Dependencies are current',
    description: 'Whoever is several versions behind gets a security fix only together with every change since.',
    category: 'dependencies',
    tier: 'deep',
    severity: 'note',
    lane: 'io',
    tags: ['registry', 'maintenance'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Update what fits the ranges, then the rest one by one:',
      '',
      '```sh',
      'npm outdated',
      'npm update',
      'npm install some-dependency@latest',
      '```',
      '',
      'Compared are the locked versions of direct dependencies with the tag `latest` of their registry. ' +
        'With `level: minor` or `patch` smaller steps are reported too. `npm outdated` leaves out versions that the Node.js which runs it is too old for; ' +
        'here the finding says so where such a version needs more than `engines.node` of the package promises.',
    ].join('\n'),
  },
  needs: { lockfile, registry },
  async run(context) {
    const { known } = context.needs.registry;
    tellUnanswered(context, context.needs.registry);
    const { default: semver } = await import('semver');
    const isIgnored = await ignoredBy(context.options);
    const byName = new Map(known.map((item) => [item.name, item]));
    const reported = new Set<string>();
    for (const item of await workspacePackages(context)) {
      const places = await placesIn(item.manifest);
      for (const declared of declaredIn(item.manifest)) {
        const asked = fromRegistry(declared);
        const answer = asked === undefined ? undefined : byName.get(asked.name);
        if (declared.kind === 'peer' || asked === undefined || answer?.latest === undefined || isIgnored(asked.name))
          continue;
        const found = judge(context, semver, item, {
          name: declared.name,
          spec: asked.spec,
          answer,
          latest: answer.latest,
        });
        // Many packages of a project ask for the same: once is enough.
        if (found === undefined || reported.has(found.key)) continue;
        reported.add(found.key);
        const location = places(FIELDS[declared.kind], declared.name);
        context.report({
          messageId: found.messageId,
          data: found.data,
          location,
          severity: found.severity,
          package: item.name,
        });
      }
    }
    context.measure('outdated', reported.size, 'packages');
  },
});

interface Judged {
  readonly key: string;
  readonly messageId: keyof typeof messages;
  readonly data: Readonly<Record<string, string>>;
  readonly severity: Severity;
}

function judge(
  context: Context,
  semver: SemverModule,
  { folder, manifest }: WorkspacePackage,
  {
    name,
    spec,
    answer,
    latest,
  }: { readonly name: string; readonly spec: string; readonly answer: KnownPackage; readonly latest: string },
): Judged | undefined {
  const wanted = answer.wanted.find((item) => item.spec === spec)?.version;
  const current = lockedVersion(context, folder, name) ?? wanted;
  if (current === undefined) {
    const data = { name, spec, latest };
    return { key: JSON.stringify([name, spec]), messageId: 'unavailable', data, severity: 'warning' };
  }
  const level = levelOf(semver, current, latest);
  if (level === undefined || LEVELS.indexOf(level) > LEVELS.indexOf(context.options.level)) return undefined;
  const hint = wanted === undefined || wanted === current || wanted === latest ? '' : `, and ${wanted} fits the range`;
  return {
    key: JSON.stringify([name, current]),
    messageId: 'outdated',
    data: { name, current, latest, level, node: nodeHint(semver, manifest, answer), wanted: hint, spec },
    severity: 'note',
  };
}

/** Says what the latest version needs of Node.js, where that is more than the package promises to its own users. */
function nodeHint(semver: SemverModule, { json }: Manifest, { latestNode }: KnownPackage): string {
  const promised = asText(own(own(json, 'engines'), 'node'));
  if (latestNode === undefined || promised === undefined) return '';
  if (semver.validRange(latestNode) === null || semver.validRange(promised) === null) return '';
  return semver.subset(promised, latestNode) ? '' : `, which needs Node.js ${latestNode}`;
}

/** The version of a direct dependency in the lockfile; undefined where it does not have it. */
function lockedVersion({ needs }: Context, folder: string, name: string): string | undefined {
  if (needs.lockfile.state !== 'read') return undefined;
  const { importers, packages } = needs.lockfile.tree;
  const importer = importers.find((candidate) => candidate.folder === folder);
  const to = importer?.dependencies.find((dependency) => dependency.name === name)?.to;
  return to === undefined ? undefined : packages[to]?.version;
}

/** How far a version is behind; undefined where it is not, or is ahead: a prerelease, for one. */
function levelOf(semver: SemverModule, current: string, latest: string): Level | undefined {
  if (semver.valid(current, true) === null || semver.valid(latest, true) === null) return undefined;
  if (semver.gte(current, latest, true)) return undefined;
  const difference = semver.diff(current, latest) ?? '';
  return LEVELS.find((level) => difference.includes(level)) ?? 'patch';
}
