import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { CheckContext, TargetPackage } from 'scanrun';
import { own, textEntries, textList } from '../text.js';
import { ownPackage, type WorkspacePackage } from '../workspaces.js';

/** What would be published of a package, without running its scripts. */
export interface Published {
  /** Paths relative to the package's folder, in the order in which npm packs them. */
  readonly files: readonly string[];
  /** Dependencies that are packed too (`bundleDependencies`); they are not among the files. */
  readonly bundled: readonly string[];
}

/** The packages of a project that are published: those that are not private and have a name and a version. */
export function publishedPackages(packages: readonly WorkspacePackage[], isPrivateToo: boolean): WorkspacePackage[] {
  return packages.filter(
    ({ isPrivate, manifest: { json } }) =>
      (isPrivateToo || !isPrivate) && typeof own(json, 'name') === 'string' && typeof own(json, 'version') === 'string',
  );
}

/** What a check of packages is given, as far as it decides on whether the package is published. */
type Context = Pick<CheckContext, 'readFile' | 'skip' | 'target'> & {
  readonly options: { readonly private: boolean };
  readonly package: TargetPackage;
};

/**
 * The package that is looked at, if it is published: it is not private and has a name and a version. Ends the check as
 * skipped where it is not, since then nothing was looked at.
 */
export async function publishedPackage(context: Context): Promise<WorkspacePackage> {
  const item = await ownPackage(context);
  if (publishedPackages([item], context.options.private).length > 0) return item;
  return context.skip(
    'not-applicable',
    `${context.package.name} is not published: it is private, or has no name or version. The option \`private\` looks at private packages too.`,
  );
}

/** Lists what would be published of the package that is looked at. */
export function listOwn({ target, package: { inner } }: Context, item: WorkspacePackage): Promise<Published> {
  return listPublished(target.root, item, [item, ...inner.map((folder) => ({ folder }))]);
}

/** The option of all checks that look at what is published. */
export const privateOption = {
  private: {
    type: 'boolean',
    default: false,
    description: 'Looks also at packages that are private.',
  },
} as const;

/** Lists what would be published of a package, as `npm pack` does without scripts. */
export async function listPublished(
  root: string,
  item: WorkspacePackage,
  packages: readonly Pick<WorkspacePackage, 'folder'>[],
): Promise<Published> {
  const { default: packlist } = await import('npm-packlist');
  const { json } = item.manifest;
  const folders = packages.filter(({ folder }) => folder !== '').map(({ folder }) => join(root, folder));
  const tree = {
    path: join(root, item.folder),
    package: withoutSurprises(json),
    isProjectRoot: true,
    edgesOut: new Map<string, unknown>(),
  };
  const files = await packlist(tree, { prefix: root, workspaces: folders });
  const bundled = own(json, 'bundleDependencies') ?? own(json, 'bundledDependencies');
  const names = bundled === true ? textEntries(own(json, 'dependencies')).map(([name]) => name) : textList(bundled);
  return { files: files.map((file) => posix.normalize(file)), bundled: names };
}

/** The fields that decide what is packed, of the types that npm makes of them: a manifest may hold anything. */
function withoutSurprises(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const files = own(json, 'files');
  const main = own(json, 'main');
  const browser = own(json, 'browser');
  const bin = own(json, 'bin');
  return {
    ...(Array.isArray(files) ? { files: textList(files) } : {}),
    ...(typeof main === 'string' ? { main } : {}),
    ...(typeof browser === 'string' ? { browser } : {}),
    ...(typeof bin === 'string' ? { bin: { bin } } : { bin: Object.fromEntries(textEntries(bin)) }),
  };
}

/** A file that would be published. */
export interface PublishedFile {
  /** Its path in the package. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** The most that is read of one package: more than the registry takes, and less than a thread has. */
const MAX_PACKAGE_BYTES = 200_000_000;

/** Reads what would be published; undefined where it is more than `MAX_PACKAGE_BYTES`. */
export async function readPublished(
  root: string,
  item: WorkspacePackage,
  { files }: Published,
): Promise<PublishedFile[] | undefined> {
  const contents: PublishedFile[] = [];
  let bytes = 0;
  for (const path of files) {
    const content = new Uint8Array(await readFile(join(root, item.folder, path)));
    bytes += content.length;
    if (bytes > MAX_PACKAGE_BYTES) return undefined;
    contents.push({ path, content });
  }
  return contents;
}

/** Fields of `publishConfig` that pnpm and Yarn put in the place of the package's own. */
const OVERRIDDEN = [
  'main',
  'module',
  'exports',
  'imports',
  'types',
  'typings',
  'typesVersions',
  'bin',
  'browser',
  'type',
  'unpkg',
  'umd:main',
];

/** The text of the manifest with what pnpm and Yarn put into it when they publish; npm's users have no such fields in `publishConfig`. */
export function publishedManifest({ manifest: { json, text } }: WorkspacePackage): string {
  const config = own(json, 'publishConfig');
  const changed = OVERRIDDEN.filter((field) => own(config, field) !== undefined);
  if (changed.length === 0) return text;
  return JSON.stringify(
    { ...json, ...Object.fromEntries(changed.map((field) => [field, own(config, field)])) },
    undefined,
    2,
  );
}
