import { type ContextOf, defineCheck, findTool, formatCount, importTool, type JsonObject, plural } from 'scanrun';
import npm, { installCommand } from 'scanrun/plugins/npm';
import { buildBom, type CycloneDx, SPEC_VERSIONS, specOf } from '../bom.js';
import type { LockedPackage, LockedTree } from '../inputs.js';
import { isHash } from '../integrity.js';
import { licenceReader } from '../licences.js';

const options = {
  specVersion: {
    type: 'string',
    enum: SPEC_VERSIONS,
    default: '1.6',
    description: 'The version of CycloneDX that is written.',
  },
  dev: {
    type: 'boolean',
    default: true,
    description: 'Lists also what only development needs, with the scope `excluded`.',
  },
} as const;

const messages = {
  noHash:
    '{{count}} of {{path}} {{verb}} no hash, so nobody can tell whether what is installed is what was locked: {{names}}.',
  noLicence: '{{count}} {{verb}} nothing of a licence: {{names}}.',
} as const;

const needs = { lockfile: npm.checks.lockfile, inventory: npm.checks.inventory } as const;

type Context = ContextOf<typeof options, typeof messages, typeof needs>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'There is a bill of materials',
    description:
      'When the next vulnerability is in the news, the one question is whether it is in what you ship; customers and laws ask for the list too.',
    category: 'supply-chain',
    tier: 'standard',
    severity: 'note',
    lane: 'io',
    tags: ['sbom', 'cyclonedx', 'licence'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'The data of the check is the bill: [CycloneDX](https://cyclonedx.org) as JSON, with every package of the lockfile, its licence, its hashes, ' +
        'where it comes from and what it needs. The reporter `cyclonedx` writes it to a file:',
      '',
      '```ts',
      'import { defineConfig } from "scanrun";',
      'import npm from "scanrun/plugins/npm";',
      'import sbom from "scanrun/plugins/sbom";',
      '',
      'export default defineConfig({ plugins: [npm, sbom], reporters: ["terminal", "cyclonedx"] });',
      '```',
      '',
      'It is written with `@cyclonedx/cyclonedx-library`, the one of the project or the one beside scanrun:',
      '',
      '```sh',
      'npm i -D @cyclonedx/cyclonedx-library',
      '```',
      '',
      'Licences come from the lockfile of npm, else from `node_modules`: where packages are not installed, the check is degraded and says of how many nothing is known. ' +
        'What only development needs has the scope `excluded`, what may fail to install `optional`. ' +
        'The checksums of Yarn 2 and later are of its own archives, not of the packages, so they are no hashes here.',
    ].join('\n'),
  },
  needs,
  async run(context): Promise<JsonObject> {
    const { lockfile, inventory } = context.needs;
    if (lockfile.state === 'unreadable')
      return context.skip('unreadable', `${lockfile.path} cannot be read: ${lockfile.why}.`);
    if (lockfile.state !== 'read')
      return context.skip(
        'not-applicable',
        `Which versions are used is not known: there is no lockfile, and nothing is installed. Run \`${lockfile.install}\` first.`,
      );
    const tool = await findTool(context, { name: '@cyclonedx/cyclonedx-library', range: '>=8.0.0 <11' });
    const library = await importTool<CycloneDx>(tool);
    const { specVersion } = context.options;
    const spec =
      specOf(library, specVersion) ??
      context.skip(
        'not-installed',
        `${tool.name} ${tool.version} is installed and does not know CycloneDX ${specVersion}: npm i -D ${tool.name}@latest`,
      );
    const { tree } = lockfile;
    const isWanted = ({ dev }: LockedPackage): boolean => context.options.dev || !dev;
    const licenceOf = await licenceReader(library);
    const bom = await buildBom(library, { tree, inventory, isWanted, licenceOf }, spec);
    reportGaps(context, tree, isWanted);
    context.measure('components', bom.components, 'components');
    return bom.json;
  },
});

/** Says what the bill does not have, and whose fault that is. */
function reportGaps(context: Context, tree: LockedTree, isWanted: (item: LockedPackage) => boolean): void {
  const { packages } = context.needs.inventory;
  const wanted = tree.packages.flatMap((item, index) =>
    isWanted(item) && item.source !== 'file' ? [{ item, index }] : [],
  );
  const named = (items: typeof wanted): string[] => items.map(({ item }) => `${item.name}@${item.version}`);
  const location = { path: tree.path };
  const noHash = wanted.filter(({ item }) => isFetched(tree, item) && !isHash(item.integrity));
  if (noHash.length > 0) {
    const names = named(noHash);
    const data = { ...counted(names), path: tree.path, verb: names.length === 1 ? 'has' : 'have' };
    context.report({ messageId: 'noHash', data, location });
  }
  const silent = wanted.filter(
    ({ item, index }) =>
      item.license === undefined && packages[index] != null && packages[index]?.licence === undefined,
  );
  if (silent.length > 0) {
    const names = named(silent);
    const data = { ...counted(names), verb: names.length === 1 ? 'says' : 'say' };
    context.report({ messageId: 'noLicence', data, location });
  }
  const unknown = wanted.filter(
    ({ item, index }) => item.license === undefined && packages[index] == null && !item.optional,
  );
  if (unknown.length === 0) return;
  const names = named(unknown);
  context.degraded(
    `The bill lacks the licences of ${plural(names.length, 'package')} of ${formatCount(wanted.length)}: ${tree.path} does not have them, and they are not installed: ${some(names)}. Run \`${installCommand(tree.manager)}\` first.`,
    { packages: names },
  );
}

/** True for what is downloaded by a checked archive: git checks by its commit, a bundled package comes in another's archive, and Yarn's later versions know only archives of their own. */
function isFetched({ manager }: LockedTree, { source, bundled }: LockedPackage): boolean {
  return manager !== 'yarn-berry' && (source === 'registry' || source === 'url') && bundled === undefined;
}

function counted(names: readonly string[]): {
  readonly count: string;
  readonly names: string;
  readonly packages: string[];
} {
  return { count: plural(names.length, 'package'), names: some(names), packages: [...names] };
}

function some(names: readonly string[]): string {
  const more = names.length - 5;
  return more > 0 ? `${names.slice(0, 5).join(', ')} and ${more} more` : names.join(', ');
}
