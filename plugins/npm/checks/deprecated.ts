import { type ContextOf, defineCheck } from 'scanrun';
import { workspacePackages } from '../../workspaces.js';
import { oneLine } from '../advisories/advisory.js';
import { blamer } from '../blame.js';
import { ignoredBy, lockedTree, tellUnanswered } from '../needs.js';
import lockfile from './lockfile.js';
import registry from './registry.js';

const options = {
  transitive: {
    type: 'boolean',
    default: true,
    description: 'Reports also what only other packages bring, as a note.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'Names of packages whose deprecation is known, as globs.',
  },
} as const;

const messages = {
  direct: '{{package}} is deprecated: {{reason}}',
  transitive: '{{package}} is deprecated: {{reason}} (brought by {{way}})',
} as const;

type Context = ContextOf<
  typeof options,
  typeof messages,
  { readonly lockfile: typeof lockfile; readonly registry: typeof registry }
>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No dependency is deprecated',
    description: 'What its authors gave up gets no fixes, and mostly its successor has a name.',
    category: 'dependencies',
    tier: 'deep',
    severity: 'warning',
    lane: 'io',
    tags: ['registry', 'maintenance'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'The reason mostly says what to use instead. For a package that another one brings, update that one:',
      '',
      '```sh',
      'npm explain deprecated-package',
      'npm update some-dependency',
      '```',
      '',
      'Direct dependencies are looked up at the registry, so that a deprecation since the lockfile was made is seen. The ' +
        'others are as the lockfile of npm or pnpm has them; for Yarn, whose lockfile does not say, each is looked up. ' +
        'Where the registry does not answer, the lockfile decides alone, and the check is degraded.',
    ].join('\n'),
  },
  needs: { lockfile, registry },
  async run(context) {
    const tree = lockedTree(context);
    tellUnanswered(context, context.needs.registry);
    const blame = await blamer(tree, await workspacePackages(context));
    const isIgnored = await ignoredBy(context.options);
    const reasons = reasonsOf(context);
    const seen = new Set<string>();
    for (const [index, { name, version, deprecated, bundled }] of tree.packages.entries()) {
      const key = `${name}@${version}`;
      // Mirrors leave deprecations out, so what was said when the lockfile was made counts as well.
      const reason = reasons.get(key) ?? deprecated;
      if (reason === undefined || bundled || seen.has(key) || isIgnored(name)) continue;
      seen.add(key);
      const { location, path, way, isDirect, package: whose } = blame(index);
      if (!isDirect && !context.options.transitive) continue;
      context.report({
        messageId: isDirect ? 'direct' : 'transitive',
        data: { package: key, reason: oneLine(reason), way, path },
        location,
        ...(isDirect ? {} : { severity: 'note' as const }),
        ...(whose === undefined ? {} : { package: whose }),
      });
    }
  },
});

/** Why versions are deprecated, as the registry says now. */
function reasonsOf({ needs }: Context): ReadonlyMap<string, string> {
  return new Map(needs.registry.deprecated.map(({ name, version, reason }) => [`${name}@${version}`, reason]));
}
