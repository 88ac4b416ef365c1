import { type CheckContext, defineCheck, formatCount, plural } from 'scanrun';
import type semver from 'semver';
import { type Places, placesIn } from '../../manifest.js';
import { asText, own, someOf } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import { installedManifests } from '../installed.js';
import { nodeRange } from '../lockfiles/fields.js';
import { installCommand, type LockedTree } from '../lockfiles/tree.js';
import { type NodeInCi, nodeInCi } from '../node-in-ci.js';
import { publishedPackages } from '../published.js';
import lockfile from './lockfile.js';

const messages = {
  missing: '{{name}} does not say which Node.js it needs (engines.node).',
  invalid: "engines.node is '{{range}}', which is no range of versions.",
  ciOutside: 'CI runs Node.js {{version}}, which engines.node ({{range}}) does not allow.',
  lowestUntested: 'engines.node ({{range}}) allows Node.js {{lowest}}, which CI never runs: it runs {{versions}}.',
  dependency:
    'engines.node ({{range}}) allows versions that {{count}} it needs {{verb}} not: {{needed}} is asked for by {{names}}.',
} as const;

type Context = CheckContext<object, keyof typeof messages> & {
  readonly needs: { readonly lockfile: import('./lockfile.js').LockfileData };
};

type SemverModule = typeof semver;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The promised Node.js versions hold',
    description:
      'A version of Node.js that engines.node allows, and no test runs or a dependency refuses, fails at the user.',
    category: 'packaging',
    tier: 'quick',
    severity: 'warning',
    lane: 'io',
    tags: ['ci'],
    when: { files: ['package.json'] },
    messages,
    help: [
      'Let `engines.node` say what is tested, and let CI run its lowest version and the newest ones:',
      '',
      '```json',
      '{ "engines": { "node": ">=20.19" } }',
      '```',
      '',
      '```yaml',
      'strategy:',
      '  matrix:',
      "    node: ['20.19', '22', '24']",
      '```',
      '',
      'Read are the steps `actions/setup-node` of `.github/workflows`, with matrix, variables and `node-version-file`. ' +
        'A dependency that refuses the lowest version is a warning, one that leaves a gap further up a note. ' +
        'Only dependencies that a user gets count, not those of development.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const packages = await workspacePackages(context);
    const { default: semver } = await import('semver');
    const ci = await nodeInCi(context);
    if (ci.unreadable.length > 0) context.degraded(`${someOf(ci.unreadable)} cannot be read as YAML.`);
    const promised: Promised[] = [];
    for (const item of packages) {
      const found = await promiseOf(context, semver, item);
      if (found !== undefined) promised.push(found);
    }
    // What no promise is compared with need not be known.
    if (promised.length === 0) return;
    const tree = await treeWithEngines(context, packages);
    for (const found of promised) {
      // What CI runs is for the whole repository; a workspace may need more than the root says.
      if (found.item.folder === '') compareCi(context, semver, ci, found);
      if (tree !== undefined) compareDependencies(context, semver, tree, found);
    }
  },
});

interface Promised {
  readonly item: WorkspacePackage;
  readonly range: string;
  readonly places: Places;
}

/** What a package promises; where it promises nothing, or nothing that can be read, that is reported. */
async function promiseOf(
  context: Context,
  semver: SemverModule,
  item: WorkspacePackage,
): Promise<Promised | undefined> {
  const range = asText(own(own(item.manifest.json, 'engines'), 'node'));
  const places = await placesIn(item.manifest);
  const { name } = item;
  if (range === undefined) {
    if (publishedPackages([item], false).length > 0)
      context.report({
        messageId: 'missing',
        data: { name },
        location: places('name'),
        package: name,
        severity: 'note',
      });
    return undefined;
  }
  if (semver.validRange(range) !== null) return { item, range, places };
  context.report({
    messageId: 'invalid',
    data: { range },
    location: places('engines', 'node'),
    package: name,
    severity: 'error',
  });
  return undefined;
}

function compareCi(context: Context, semver: SemverModule, { versions }: NodeInCi, { range, places }: Promised): void {
  const known = versions.flatMap((version) =>
    version.range !== undefined && semver.validRange(version.range) !== null
      ? [{ ...version, range: version.range }]
      : [],
  );
  const reported = new Set<string>();
  for (const { range: run, written, location } of known) {
    if (semver.intersects(run, range) || reported.has(`${location.path} ${written}`)) continue;
    reported.add(`${location.path} ${written}`);
    context.report({ messageId: 'ciOutside', data: { version: written, range }, location });
  }
  // Where a version is known only to the run, nobody can say what is never run.
  const lowest = semver.minVersion(range);
  if (known.length === 0 || known.length < versions.length || lowest === null) return;
  if (known.some(({ range: run }) => semver.intersects(run, `${lowest.major}.x`))) return;
  const data = {
    range,
    lowest: String(lowest.major),
    versions: [...new Set(known.map(({ written }) => written))].join(', '),
  };
  context.report({ messageId: 'lowestUntested', data, location: places('engines', 'node'), severity: 'note' });
}

function compareDependencies(
  context: Context,
  semver: SemverModule,
  tree: LockedTree,
  { item, range, places }: Promised,
): void {
  const lowest = semver.minVersion(range);
  const refusing = new Map<string, string[]>();
  for (const index of productionOf(tree, item.folder)) {
    const { name = '', version = '', node } = tree.packages[index] ?? {};
    if (node === undefined || semver.validRange(node) === null || semver.subset(range, node)) continue;
    refusing.set(node, [...(refusing.get(node) ?? []), `${name}@${version}`]);
  }
  for (const [needed, names] of refusing) {
    const count = plural(names.length, 'package');
    context.report({
      messageId: 'dependency',
      data: { range, count, verb: names.length === 1 ? 'does' : 'do', needed, names: someOf(names), packages: names },
      location: places('engines', 'node'),
      package: item.name,
      ...(lowest !== null && semver.satisfies(lowest, needed) ? { severity: 'note' as const } : {}),
    });
  }
}

/** What a user of a package gets with it, by index: its dependencies and theirs, less what may be absent. */
function productionOf({ packages, importers }: LockedTree, folder: string): number[] {
  const queue = importers
    .filter((importer) => importer.folder === folder)
    .flatMap(({ dependencies }) => dependencies)
    .flatMap(({ kind, to }) => (to !== undefined && (kind === 'prod' || kind === undefined) ? [to] : []));
  const seen = new Set<number>();
  for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
    if (seen.has(index) || packages[index]?.optional) continue;
    seen.add(index);
    queue.push(...(packages[index]?.dependencies ?? []));
  }
  return [...seen].sort((a, b) => a - b);
}

/** The lockfile with what packages need of Node.js, from node_modules where it does not say; undefined where nobody knows. */
async function treeWithEngines(
  context: Context & Pick<CheckContext, 'readFile' | 'signal'>,
  packages: readonly WorkspacePackage[],
): Promise<LockedTree | undefined> {
  const { lockfile: data } = context.needs;
  if (data.state !== 'read') {
    context.degraded(
      data.state === 'none'
        ? `What dependencies need of Node.js is not known: there is no lockfile, and nothing is installed. Run \`${data.install}\` first.`
        : `What dependencies need of Node.js is not known: ${data.path} cannot be read.`,
    );
    return undefined;
  }
  const { tree } = data;
  if (tree.says.node) return tree;
  const wanted = [...new Set(packages.flatMap(({ folder }) => productionOf(tree, folder)))];
  const installed = await installedManifests(context, tree, packages, wanted);
  const unknown = wanted.filter((index) => !installed.has(index)).map((index) => tree.packages[index]?.name ?? '');
  if (unknown.length > 0)
    context.degraded(
      `${tree.path} does not say what packages need of Node.js, and ${plural(unknown.length, 'package')} of ${formatCount(wanted.length)} could not be found in node_modules: ${someOf(unknown)}. Run \`${installCommand(tree.manager)}\` first.`,
    );
  return {
    ...tree,
    packages: tree.packages.map((item, index) => {
      const node = nodeRange(own(installed.get(index)?.json, 'engines'));
      return node === undefined ? item : { ...item, node };
    }),
  };
}
