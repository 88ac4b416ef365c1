import { type CheckContext, defineCheck } from 'scanrun';
import { ANY_LOCKFILE } from '../lockfiles/find.js';
import type { ImportedDependency, LockedTree } from '../lockfiles/tree.js';
import { type Declared, declaredIn, FIELDS, type Places, placesIn } from '../manifest.js';
import { lockedTree } from '../needs.js';
import { type WorkspacePackage, workspacePackages } from '../workspaces.js';
import lockfile from './lockfile.js';

const messages = {
  missing: '{{name}} is in {{field}} and not in {{lockfile}}.',
  changed: '{{field}} asks for {{name}} {{declared}}, {{lockfile}} was made for {{locked}}.',
  unsatisfied: '{{field}} asks for {{name}} {{declared}}, {{lockfile}} has {{version}}.',
  moved: '{{name}} is in {{field}}, in {{lockfile}} it is in {{lockedField}}.',
  extraneous: '{{lockfile}} has {{name}}, which the package does not ask for any more.',
  unknownPackage: '{{lockfile}} does not know the workspace {{folder}}.',
} as const;

type Context = CheckContext<object, keyof typeof messages>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The lockfile fits the manifests',
    description: 'A lockfile that does not fit makes a clean installation fail, or install what nobody has seen.',
    category: 'dependencies',
    tier: 'quick',
    severity: 'error',
    lane: 'io',
    tags: ['lockfile'],
    when: { files: ['package.json', ANY_LOCKFILE] },
    messages,
    help: [
      'Install without a frozen lockfile, look at what changed, and commit it:',
      '',
      '```sh',
      'npm install',
      'git diff package-lock.json',
      '```',
      '',
      'In CI `npm ci`, `yarn install --immutable` and `pnpm install --frozen-lockfile` say the same, after a download. ' +
        'A range that changed while the locked version still fits is a warning for npm, which installs it all the same. ' +
        'Dependencies whose ranges are overridden (`overrides`, `resolutions`) are not compared.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    if (tree.installed) context.skip('not-applicable', 'There is no lockfile; what is installed is not compared.');
    const { default: semver } = await import('semver');
    const satisfies = (version: string, range: string): boolean | undefined =>
      semver.valid(version) === null || semver.validRange(range) === null
        ? undefined
        : semver.satisfies(version, range, { includePrerelease: true });
    const packages = await workspacePackages(context);
    for (const item of packages) {
      const places = await placesIn(item.manifest);
      comparePackage(context, { tree, item, places, satisfies });
    }
  },
});

interface Comparison {
  readonly tree: LockedTree;
  readonly item: WorkspacePackage;
  readonly places: Places;
  readonly satisfies: (version: string, range: string) => boolean | undefined;
}

function comparePackage(context: Context, comparison: Comparison): void {
  const { tree, item, places } = comparison;
  const importer = tree.importers.find(({ folder }) => folder === item.folder);
  const declared = declaredIn(item.manifest);
  if (importer === undefined) {
    const data = { lockfile: tree.path, folder: item.folder };
    context.report({ messageId: 'unknownPackage', data, location: { path: item.manifest.path }, package: item.name });
    return;
  }
  const locked = new Map(importer.dependencies.map((dependency) => [dependency.name, dependency]));
  for (const dependency of declared) {
    if (dependency.kind === 'peer' || tree.overridden.includes(dependency.name)) continue;
    compare(context, comparison, dependency, locked.get(dependency.name));
  }
  const names = new Set(declared.map(({ name }) => name));
  for (const { name, kind } of importer.dependencies) {
    if (names.has(name) || kind === 'peer' || tree.overridden.includes(name)) continue;
    context.report({
      messageId: 'extraneous',
      data: { lockfile: tree.path, name },
      location: places(kind === undefined ? FIELDS.prod : FIELDS[kind]),
      package: item.name,
    });
  }
}

function compare(
  context: Context,
  { tree, item, places, satisfies }: Comparison,
  { name, spec, kind }: Declared,
  locked: ImportedDependency | undefined,
): void {
  const field = FIELDS[kind];
  const data = { name, field, lockfile: tree.path, declared: spec };
  const report = (messageId: keyof typeof messages, more: Record<string, string>, isWarning = false): void =>
    context.report({
      messageId,
      data: { ...data, ...more },
      location: places(field, name),
      package: item.name,
      ...(isWarning ? { severity: 'warning' as const } : {}),
    });
  if (locked === undefined || (locked.to === undefined && locked.link === undefined && locked.spec === undefined)) {
    if (!isLocal(spec)) report('missing', {});
    return;
  }
  const version = locked.to === undefined ? undefined : tree.packages[locked.to]?.version;
  const fits = version === undefined ? undefined : satisfies(version, rangeOf(spec));
  if (locked.spec !== undefined && rangeOf(locked.spec) !== rangeOf(spec)) {
    // npm installs what is locked as long as it fits; the others refuse.
    report('changed', { locked: locked.spec }, tree.manager === 'npm' && fits === true);
  } else if (locked.spec === undefined && fits === false) {
    report('unsatisfied', { version: version ?? '' });
  } else if (locked.to === undefined && locked.link === undefined && !isLocal(spec) && kind !== 'optional') {
    report('missing', {});
  } else if (locked.kind !== undefined && locked.kind !== kind) {
    report('moved', { lockedField: FIELDS[locked.kind] }, true);
  }
}

/** `npm:^1.0.0` of later Yarns is `^1.0.0`; an alias, `npm:name@range`, is what it is. */
function rangeOf(spec: string): string {
  return /^npm:[^@]*$/.test(spec) ? spec.slice('npm:'.length) : spec;
}

/** Folders and links need no entry. */
function isLocal(spec: string): boolean {
  return /^(?:link|file|portal|workspace):|^\.{0,2}\//.test(spec);
}
