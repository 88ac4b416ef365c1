import { type ContextOf, defineCheck, formatCount, plural, ScanError } from 'scanrun';
import { asText, messageOf, own, someOf } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import { type Blame, blamer } from '../blame.js';
import { installedManifests } from '../installed.js';
import { clarification, compilePolicy, type Policy, PolicyError, withoutOwn } from '../licence-policy.js';
import { licenseText } from '../lockfiles/fields.js';
import { installCommand, type LockedPackage, type LockedTree } from '../lockfiles/tree.js';
import { ignoredBy, lockedTree } from '../needs.js';
import lockfile from './lockfile.js';

/** Licences that ask for something of those who only use a package: their own source, or that they earn nothing. */
const DENIED = [
  'AGPL-1.0-only',
  'AGPL-1.0-or-later',
  'AGPL-3.0-only',
  'AGPL-3.0-or-later',
  'GPL-1.0-only',
  'GPL-1.0-or-later',
  'GPL-2.0-only',
  'GPL-2.0-or-later',
  'GPL-3.0-only',
  'GPL-3.0-or-later',
  'SSPL-1.0',
  'BUSL-1.1',
  'Elastic-2.0',
  'CC-BY-NC-4.0',
  'CC-BY-NC-SA-4.0',
  'CC-BY-NC-ND-4.0',
] as const;

const licenceList = { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true } as const;

const options = {
  allow: {
    ...licenceList,
    default: [],
    description: 'SPDX identifiers of the licences that are allowed. When empty, all that are not denied.',
  },
  deny: {
    ...licenceList,
    default: DENIED,
    description: "SPDX identifiers of the licences that are denied, except the project's own.",
  },
  packages: {
    type: 'object',
    additionalProperties: { type: 'string', minLength: 1 },
    default: {},
    description: 'The licences of packages that do not say it well, by `name` or `name@version`, as SPDX expressions.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'Names of packages that somebody has cleared, as globs.',
  },
  dev: { type: 'boolean', default: false, description: 'Looks also at what only development needs.' },
} as const;

const messages = {
  denied: '{{package}} is under {{licence}}, which the policy does not allow{{way}}.',
  unknown: '{{package}} has no licence that is known: {{why}}{{way}}.',
  none: '{{package}} says nothing of a licence, so nobody may use it{{way}}.',
} as const;

type Context = ContextOf<typeof options, typeof messages, { readonly lockfile: typeof lockfile }>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The licences of dependencies are allowed',
    description:
      'What a product ships it must be allowed to ship: one dependency with the wrong licence is a legal problem.',
    category: 'legal',
    tier: 'standard',
    severity: 'error',
    lane: 'io',
    tags: ['licence', 'spdx'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Replace the package, or ask whoever decides such things. Put the decision into the configuration:',
      '',
      '```ts',
      "'npm/licences': {",
      "  options: { allow: ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause'], packages: { 'old-package': 'MIT' } },",
      '}',
      '```',
      '',
      'Expressions are understood: of `MIT OR GPL-3.0-only` one must be allowed, of `MIT AND CC-BY-4.0` both. ' +
        'What is nearly an identifier of [SPDX](https://spdx.org/licenses/) is taken for it: `Apache 2.0` for `Apache-2.0`. ' +
        'Licences come from the lockfile of npm, else from node_modules: for Yarn and pnpm install the dependencies first. ' +
        "By default licences are denied that ask users for their own source or forbid to earn money, except the project's own.",
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    const packages = await workspacePackages(context);
    const policy = await policyOf(context, packages[0]);
    const isIgnored = await ignoredBy(context.options);
    const isLookedAt = ({ name, source, dev }: LockedPackage): boolean =>
      source !== 'file' && (context.options.dev || !dev) && !isIgnored(name);
    const wanted = tree.packages.flatMap((item, index) => (isLookedAt(item) ? [index] : []));
    const licences = await licencesOf(context, tree, packages, wanted);
    const blame = await blamer(tree, packages);
    const counts = new Map<string, number>();
    for (const [index, licence] of licences) {
      counts.set(licence ?? 'none', (counts.get(licence ?? 'none') ?? 0) + 1);
      judge(context, policy, tree.packages[index] as LockedPackage, licence, () => blame(index));
    }
    context.measure('packages', licences.size, 'packages');
    return { licences: [...counts].sort(([, a], [, b]) => b - a).map(([licence, count]) => ({ licence, count })) };
  },
});

/** The policy of the options. A licence that the project itself has is no surprise in what it uses. */
async function policyOf({ options: { allow, deny } }: Context, { manifest }: WorkspacePackage): Promise<Policy> {
  try {
    return await compilePolicy({ allow, deny: await withoutOwn(deny, asText(own(manifest.json, 'license'))) });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ScanError('SR_CONFIG_INVALID', `The options of npm/licences name what is ${messageOf(error)}.`, {
      next: 'Use identifiers of https://spdx.org/licenses/, one an entry.',
    });
  }
}

/** The licence of each package by index, as it says it; undefined for one that says nothing. What is not known is left out, and said. */
async function licencesOf(
  context: Context,
  tree: LockedTree,
  packages: readonly WorkspacePackage[],
  wanted: readonly number[],
): Promise<ReadonlyMap<number, string | undefined>> {
  const licences = new Map<number, string | undefined>();
  const asked: number[] = [];
  for (const index of wanted) {
    const item = tree.packages[index] as LockedPackage;
    const known = clarification(context.options.packages, item) ?? item.license;
    if (known !== undefined) licences.set(index, known);
    else asked.push(index);
  }
  const installed = await installedManifests(context, tree, packages, asked);
  const unknown: string[] = [];
  for (const index of asked) {
    const manifest = installed.get(index);
    const item = tree.packages[index] as LockedPackage;
    if (manifest !== undefined)
      licences.set(index, licenseText(own(manifest.json, 'license')) ?? licenseText(own(manifest.json, 'licenses')));
    // That a lockfile has no licence says nothing: npm writes it only for what it unpacked itself.
    else if (!item.optional) unknown.push(`${item.name}@${item.version}`);
  }
  if (unknown.length > 0)
    context.degraded(
      `The licences of ${plural(unknown.length, 'package')} of ${formatCount(wanted.length)} are not known: ${tree.path} does not have them, and they could not be found in node_modules: ${someOf(unknown)}. Run \`${installCommand(tree.manager)}\` first.`,
      { packages: unknown },
    );
  return new Map([...licences].sort(([a], [b]) => a - b));
}

function judge(
  context: Context,
  policy: Policy,
  { name, version }: LockedPackage,
  licence: string | undefined,
  blame: () => Blame,
): void {
  const judgement = licence === undefined ? undefined : policy(licence);
  if (judgement?.verdict === 'allowed') return;
  const { location, path, way, isDirect, package: whose } = blame();
  const data = { package: `${name}@${version}`, way: isDirect ? '' : ` (${way})`, path };
  const base = { location, ...(whose === undefined ? {} : { package: whose }) };
  if (judgement === undefined) context.report({ messageId: 'none', data, severity: 'warning', ...base });
  else if (judgement.verdict === 'denied')
    context.report({ messageId: 'denied', data: { ...data, licence: judgement.expression }, ...base });
  else
    context.report({
      messageId: 'unknown',
      data: { ...data, licence: licence ?? '', why: judgement.why },
      severity: 'warning',
      ...base,
    });
}
