import { type CheckContext, defineCheck } from 'scanrun';
import { asObject, asText, own } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import { installedManifests } from '../installed.js';
import { licenseText } from '../lockfiles/fields.js';
import type { LockedTree } from '../lockfiles/tree.js';
import lockfile from './lockfile.js';

/** What a manifest says of its package. Plain data. */
export type PackageFacts = {
  /** The licence as it is written; absent where it says nothing. */
  readonly licence?: string;
  /** What it is, in one sentence. */
  readonly description?: string;
  /** Who wrote it, by name. */
  readonly author?: string;
  /** The address of its site. */
  readonly homepage?: string;
  /** The address of its sources, as it is written: `github:a/b` too. */
  readonly repository?: string;
  /** Where its bugs are reported. */
  readonly bugs?: string;
};

/** A package of the project itself. */
export type ProjectFacts = PackageFacts & {
  /** Its folder, relative to the target's root; empty for the root. */
  readonly folder: string;
  /** Its name; its folder where it has none, `.` for a root without one. */
  readonly name: string;
  /** Its version; absent without one. */
  readonly version?: string;
  /** True when it is not to be published. */
  readonly private?: true;
};

/** What manifests say of the project's packages and of those they use. */
export type InventoryData = {
  /** The packages of the project, the root first. */
  readonly projects: readonly ProjectFacts[];
  /** The packages of the lockfile, by their indices in it; null for one that is not installed in that version. */
  readonly packages: readonly (PackageFacts | null)[];
};

export default defineCheck(import.meta.url, {
  meta: {
    title: 'What manifests say is collected',
    description: 'Licences, authors and addresses of packages stand in their manifests, not in every lockfile.',
    category: 'dependencies',
    tier: 'standard',
    severity: 'note',
    lane: 'io',
    tags: ['inventory'],
    when: { files: ['package.json'] },
    messages: {},
    help: [
      'The check finds nothing by itself: it reads the `package.json` of the project, of its workspaces and of what is in `node_modules`, ' +
        'once, for the checks that need it, such as `sbom/cyclonedx`. What is not installed is not in its data:',
      '',
      '```sh',
      'npm install',
      '```',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context): Promise<InventoryData> {
    const packages = await workspacePackages(context);
    const { lockfile: locked } = context.needs;
    return {
      projects: packages.map(({ folder, name, isPrivate, manifest: { json } }) => ({
        folder,
        name,
        ...texts({ version: own(json, 'version') }),
        ...(isPrivate ? { private: true as const } : {}),
        ...factsOf(json),
      })),
      packages: locked.state === 'read' ? await usedFacts(context, locked.tree, packages) : notRead(context),
    };
  },
});

type Context = Pick<CheckContext, 'readFile' | 'signal' | 'measure' | 'degraded'>;

async function usedFacts(
  context: Context,
  tree: LockedTree,
  packages: readonly WorkspacePackage[],
): Promise<InventoryData['packages']> {
  const installed = await installedManifests(context, tree, packages, [...tree.packages.keys()]);
  context.measure('installed', installed.size, 'packages');
  return tree.packages.map((_, index) => {
    const manifest = installed.get(index);
    return manifest === undefined ? null : factsOf(manifest.json);
  });
}

/** Where nobody knows what is used, the project itself is still known. */
function notRead({ degraded }: Context): [] {
  degraded(
    'Which packages are used is not known without a lockfile that can be read: only those of the project are collected.',
  );
  return [];
}

/** Longer than anybody's sentence; a manifest may hold a book. */
const MAX_TEXT = 1_000;

function factsOf(json: Readonly<Record<string, unknown>>): PackageFacts {
  const author = own(json, 'author');
  return texts({
    licence: licenseText(own(json, 'license')) ?? licenseText(own(json, 'licenses')),
    description: own(json, 'description'),
    author: asObject(author) === undefined ? nameOf(author) : own(author, 'name'),
    homepage: own(json, 'homepage'),
    repository: addressOf(own(json, 'repository')),
    bugs: addressOf(own(json, 'bugs')),
  });
}

/** The name of `Name <mail> (site)`. */
function nameOf(author: unknown): string | undefined {
  return asText(author)
    ?.replace(/[<(].*$/s, '')
    .trim();
}

/** A text, or the `url` of an object. */
function addressOf(value: unknown): unknown {
  return asObject(value) === undefined ? value : own(value, 'url');
}

/** The values that are texts, none of them empty. */
function texts<Name extends string>(values: Readonly<Record<Name, unknown>>): { readonly [K in Name]?: string } {
  const found = Object.entries(values).flatMap(([name, value]) => {
    const text = asText(value)?.trim();
    return text === undefined || text === '' ? [] : [[name, text.slice(0, MAX_TEXT)] as const];
  });
  return Object.fromEntries(found) as { readonly [K in Name]?: string };
}
