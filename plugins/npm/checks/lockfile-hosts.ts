import { type ContextOf, defineCheck, type Location, plural } from 'scanrun';
import { readText, someOf } from '../../text.js';
import { ANY_LOCKFILE } from '../lockfiles/find.js';
import type { LockedPackage, LockedTree } from '../lockfiles/tree.js';
import { lockedTree } from '../needs.js';
import { configuredRegistries } from '../registry/npmrc.js';
import lockfile from './lockfile.js';

const options = {
  hosts: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: ['npm', 'yarn'],
    description:
      'Hosts that packages may come from, such as `npm.example.com`. `npm`, `yarn` and `verdaccio` stand for the registries of these names.',
  },
  trustConfigured: {
    type: 'boolean',
    default: true,
    description: 'Trusts also the registries that `.npmrc` and `.yarnrc.yml` of the project name.',
  },
  schemes: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z][a-z0-9+.-]*:$' },
    default: ['https:', 'git+https:', 'git+ssh:', 'ssh:'],
    description: 'Schemes of URLs that nobody on the way can change.',
  },
  integrity: {
    type: 'string',
    enum: ['sha512', 'any', 'off'],
    default: 'sha512',
    description: 'Which hash each package of a registry must have.',
  },
} as const;

const messages = {
  host: '{{package}} comes from {{host}}, which is not trusted ({{hosts}} are).',
  scheme: '{{package}} comes by {{scheme}}, which somebody on the way can change.',
  name: '{{package}} comes from {{url}}, which is another package.',
  noIntegrity:
    'There is no integrity for {{count}}, so what is installed is not compared with what was locked: {{names}}.',
  weakIntegrity: 'There is only a weaker hash than SHA-512 for {{count}}: {{names}}.',
  noUrl: '{{package}} comes from {{url}}, which is no URL.',
} as const;

type Context = ContextOf<typeof options, typeof messages, { readonly lockfile: typeof lockfile }>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The lockfile names trusted hosts only',
    description: 'A changed URL in a lockfile, which no one reads in a review, installs whatever lies there.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    lane: 'io',
    tags: ['lockfile', 'supply-chain'],
    when: { files: ['package.json', ANY_LOCKFILE] },
    options,
    messages,
    help: [
      'Look where the URL comes from. If nobody meant it, take the package out of the lockfile and install it again:',
      '',
      '```sh',
      'git log -p --follow -- package-lock.json',
      'npm install',
      '```',
      '',
      'Name the registries and git hosts that you trust:',
      '',
      '```ts',
      "'npm/lockfile-hosts': { options: { hosts: ['npm', 'yarn', 'npm.example.com', 'codeload.github.com'] } }",
      '```',
      '',
      'A package without a URL comes from the registry that is configured. Weak and absent hashes are warnings: ' +
        'old packages have no better ones. The rules are those of [lockfile-lint](https://github.com/lirantal/lockfile-lint).',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    if (tree.installed) context.skip('not-applicable', 'There is no lockfile; what is installed names no hosts.');
    const text = (await readText(context, tree.path)) ?? '';
    const rules = await rulesFor(context);
    const checked = tree.packages.filter(({ source, bundled }) => source !== 'file' && !bundled);
    for (const item of checked) checkUrl(context, item, rules, () => lineOf(tree.path, text, item));
    checkHashes(context, tree, checked, rules);
  },
});

interface Rules {
  readonly lint: typeof import('lockfile-lint-api');
  readonly hosts: readonly string[];
}

async function rulesFor(context: Context): Promise<Rules> {
  const { hosts, trustConfigured } = context.options;
  const configured = trustConfigured ? await configuredRegistries(context) : [];
  const known = configured.flatMap((url) => (URL.canParse(url) ? [new URL(url).host] : []));
  const { default: lint } = await import('lockfile-lint-api');
  return { lint: lint as unknown as Rules['lint'], hosts: [...new Set([...hosts, ...known])] };
}

function checkUrl(context: Context, item: LockedPackage, { lint, hosts }: Rules, location: () => Location): void {
  if (item.resolved === undefined) return;
  const resolved = asUrl(item.resolved);
  const key = keyOf(item);
  const report = (messageId: keyof typeof messages, data: Record<string, string>): void =>
    context.report({ messageId, data: { package: key, ...data }, location: location() });
  if (!URL.canParse(resolved)) {
    report('noUrl', { url: resolved });
    return;
  }
  const packages = { [key]: { resolved } };
  const { host, protocol } = new URL(resolved);
  if (new lint.ValidateHost({ packages }).validate(hosts).type === 'error')
    report('host', { host: host === '' ? protocol : host, hosts: hosts.join(', ') || 'none' });
  if (new lint.ValidateScheme({ packages }).validate(context.options.schemes).type === 'error')
    report('scheme', { scheme: protocol });
  if (new lint.ValidatePackageNames({ packages }).validate().type === 'error') report('name', { url: resolved });
}

/** One finding for all: nobody can change what hash an old package of a registry has. */
function checkHashes(context: Context, tree: LockedTree, checked: readonly LockedPackage[], { lint }: Rules): void {
  const { integrity } = context.options;
  // Later Yarns keep checksums of their own, always SHA-512.
  if (integrity === 'off' || tree.manager === 'yarn-berry') return;
  const hashed = checked.filter(({ source }) => source === 'registry');
  const without = hashed.filter((item) => item.integrity === undefined).map(keyOf);
  // By number: one version may be there with several hashes, and each counts.
  const packages = Object.fromEntries(
    hashed.flatMap((item, index) =>
      item.integrity === undefined ? [] : [[String(index), { integrity: strongest(item.integrity) }]],
    ),
  );
  const errors = integrity === 'any' ? [] : new lint.ValidateIntegrity({ packages }).validate().errors;
  const weak = errors.map((error) => keyOf(hashed[Number(error.package)] as LockedPackage));
  for (const [messageId, all] of [
    ['noIntegrity', without],
    ['weakIntegrity', weak],
  ] as const) {
    const names = [...new Set(all)];
    if (names.length === 0) continue;
    const data = { count: plural(names.length, 'package'), names: someOf(names), packages: names };
    context.report({ messageId, data, location: { path: tree.path }, severity: 'warning' });
  }
}

function keyOf({ name, version }: LockedPackage): string {
  return version === '' ? name : `${name}@${version}`;
}

/** The URL of what package managers write; `git@host:path` is short for one. */
function asUrl(resolved: string): string {
  const short = /^(?:git\+ssh:\/\/)?git@([^:/]+):(?!\d+\/)(.+)$/.exec(resolved);
  return short === null ? resolved : `git+ssh://git@${short[1]}/${short[2]}`;
}

/** The strongest of several hashes: that is the one that is compared. */
function strongest(integrity: string): string {
  const hashes = integrity.trim().split(/\s+/);
  return hashes.find((hash) => hash.startsWith('sha512-')) ?? hashes[0] ?? integrity;
}

/** Where the lockfile names the package: the line of its URL, of its hash, or the file as a whole. */
function lineOf(path: string, text: string, { resolved, integrity }: LockedPackage): Location {
  for (const needle of [resolved, integrity]) {
    const at = needle === undefined ? -1 : text.indexOf(needle);
    if (at >= 0) return { path, startLine: text.slice(0, at).split('\n').length };
  }
  return { path };
}
