import { basename, posix } from 'node:path';
import type { CheckContext } from 'scanrun';
import type semver from 'semver';
import { type Repository, recordsOf } from './repository.js';

/** What a version is read and compared with. */
export type Semver = typeof semver;

/** The options of each check that asks which version a release is. */
export const versionOptions = {
  manifests: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: ['package.json', 'packages/*/package.json'],
    minItems: 1,
    description: 'Globs of the package.json files whose versions are released.',
  },
  release: {
    type: 'boolean',
    default: false,
    description: 'True for the commit that is released: what may be missing before a release is a finding then.',
  },
} as const;

/** A package whose version is released. */
export interface Manifest {
  /** Its package.json. */
  readonly path: string;
  /** The folder that it lies in; empty at the root. */
  readonly folder: string;
  readonly name: string | undefined;
  readonly version: string;
  /** True where npm would not publish it. */
  readonly private: boolean;
}

/** A tag that names a version. */
export interface VersionTag {
  readonly tag: string;
  /** Whole, so that of `v1.4` is 1.4.0. */
  readonly version: string;
  /** True for `v1.4`, which may also stand for the newest of all 1.4.x. */
  readonly isShort: boolean;
  /** The package that it names, as in `name@1.2.3`; undefined for a tag such as `v1.2.3`. */
  readonly name: string | undefined;
}

/** The library, loaded when a check runs. */
export async function loadSemver(): Promise<Semver> {
  return (await import('semver')).default;
}

/**
 * The packages whose versions are released: the public ones; in a repository without any the private one at the root, if
 * its version is more than the 0.0.0 of a template. A package.json that cannot be read makes the check degraded.
 */
export async function readManifests(
  context: Pick<CheckContext, 'files' | 'readFile' | 'degraded'>,
  globs: readonly string[],
  semver: Semver,
): Promise<Manifest[]> {
  const all: Manifest[] = [];
  for await (const { path, type } of context.files(globs)) {
    if (type !== 'file') continue;
    try {
      const manifest = parseManifest(path, new TextDecoder().decode(await context.readFile(path)));
      if (manifest !== undefined && semver.valid(manifest.version) !== null) all.push(manifest);
    } catch (error) {
      context.degraded(`${path} could not be read: ${error instanceof Error ? error.message : String(error)}`, {
        path,
      });
    }
  }
  const released = all.filter((manifest) => !manifest.private);
  return released.length > 0 ? released : all.filter(({ folder, version }) => folder === '' && version !== '0.0.0');
}

function parseManifest(path: string, text: string): Manifest | undefined {
  const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
  if (typeof content !== 'object' || content === null) throw new Error('it is no JSON object');
  const { name, version, private: isPrivate } = content as Record<string, unknown>;
  if (typeof version !== 'string') return undefined;
  const folder = posix.dirname(path);
  return {
    path,
    folder: folder === '.' ? '' : folder,
    name: typeof name === 'string' ? name : undefined,
    version,
    private: isPrivate === true,
  };
}

/** Words before a version that name no package. */
const NO_PACKAGE = /^(v|version|release|releases|rel)$/i;

/** The tags that name a version: those of the checked out commit, or those of it and all commits before. */
export async function readTags(
  { git }: Repository,
  which: 'head' | 'before',
  manifests: readonly Manifest[],
  semver: Semver,
): Promise<VersionTag[]> {
  const filter = which === 'head' ? '--points-at=HEAD' : '--merged=HEAD';
  const output = await git(['for-each-ref', '--format=%(refname:strip=2)', filter, 'refs/tags']);
  return recordsOf(output, '\n').flatMap((tag) => {
    const [, word, number = ''] = /^(?:(.+?)[@/_-])?v?(\d+\.\d+\.\d+(?:[-+].*)?)$/i.exec(tag) ?? [];
    // Without the letter two numbers may as well be a year and a month.
    const short = /^v(\d+\.\d+)$/i.exec(tag)?.[1];
    const isShort = short !== undefined;
    const version = semver.valid(isShort ? `${short}.0` : number);
    if (version === null) return [];
    if (word === undefined || NO_PACKAGE.test(word)) return [{ tag, version, isShort, name: undefined }];
    const owner = manifests.find((manifest) => namesOf(manifest).includes(word));
    // A tag of what is no package here, such as the documentation, says nothing of these versions.
    return owner === undefined ? [] : [{ tag, version, isShort, name: owner.name }];
  });
}

/** True where a tag is of a version. */
export function isTagOf({ version, isShort }: VersionTag, manifest: Manifest, semver: Semver): boolean {
  return isShort ? semver.satisfies(manifest.version, `~${version}`) : semver.eq(manifest.version, version);
}

/** The names by which tags may call a package: its own, that without the scope, and that of its folder. */
function namesOf({ name, folder }: Manifest): string[] {
  return [name, name?.replace(/^@[^/]+\//, ''), folder === '' ? undefined : basename(folder)].filter(
    (each) => each !== undefined,
  );
}
