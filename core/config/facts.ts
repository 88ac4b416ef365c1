import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { topOf } from '../files/top.js';

/** What a package.json says that decides what is worth checking. */
export interface PackageFacts {
  /** False where it is no JSON object, or larger than 1 MiB; everything else is then as if it said nothing. */
  readonly readable: boolean;
  /** True where npm would publish it: it has a name and a version, and is not private. */
  readonly publishable: boolean;
  /** Its version; absent without one. */
  readonly version?: string;
  /** True where it has packages of its own, by `workspaces` or pnpm-workspace.yaml. */
  readonly workspaces: boolean;
  /** True where a script builds it: `build`, `prepare`, `prepack` or `prepublishOnly`. */
  readonly built: boolean;
  /** The package manager by `packageManager`, else by the lockfile, else npm. */
  readonly manager: 'npm' | 'yarn' | 'pnpm';
  /** True where it depends on scanrun. */
  readonly scanrun: boolean;
}

/** What there is in a repository, as far as a few looks at its root tell. Plain JSON. */
export interface RepositoryFacts {
  /** True in a git work tree, also in a folder further down. */
  readonly git: boolean;
  /** True for a clone with only the newest commits. */
  readonly shallow: boolean;
  /** The package.json at the root; absent without one. */
  readonly package?: PackageFacts;
  /** True where dependencies are installed: `node_modules` or a file of Yarn Plug'n'Play is there. */
  readonly installed: boolean;
  /** The names of lockfiles at the root. */
  readonly lockfiles: readonly string[];
  /** The names of `tsconfig*.json` and `jsconfig.json` at the root. */
  readonly tsconfigs: readonly string[];
  /** The names of configurations of eslint at the root. */
  readonly eslintConfigs: readonly string[];
  /** The paths of Dockerfiles, at the root and in `docker` and `.devcontainer`. */
  readonly dockerfiles: readonly string[];
  /** The paths of workflows of GitHub Actions. */
  readonly workflows: readonly string[];
  /** True where GitLab has a pipeline: `.gitlab-ci.yml`. */
  readonly gitlab: boolean;
  /** The paths of Markdown files, and of a README in any format, at the root and in `docs` and `doc`. */
  readonly pages: readonly string[];
}

const LOCKFILES = ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml'];
const TSCONFIG = /^(tsconfig(\..+)?|jsconfig)\.json$/;
const ESLINT = /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.(cjs|js|json|ya?ml))?)$/;
const DOCKERFILE = /^((Dockerfile|Containerfile)(\..+)?|.+\.Dockerfile)$/i;
const PAGE = /(^readme(\..+)?|\.(md|mdx|markdown))$/i;
const BUILDS = ['build', 'prepare', 'prepack', 'prepublishOnly'];
/** A manifest is written by people; what is larger is something else. */
const MAX_MANIFEST_BYTES = 1_048_576;

/** What there is in a folder that is not there. */
const NOTHING: RepositoryFacts = {
  git: false,
  shallow: false,
  installed: false,
  lockfiles: [],
  tsconfigs: [],
  eslintConfigs: [],
  dockerfiles: [],
  workflows: [],
  gitlab: false,
  pages: [],
};

/**
 * Looks what there is: at the names in the root and in a handful of folders, and into package.json. It never walks the
 * tree, runs nothing, and throws nothing: what cannot be read is not there, as far as this tells.
 * @param place the root, or a file in it; a path or a `file:` URL, such as the `import.meta.url` of a configuration.
 */
export function repositoryFacts(place: string): RepositoryFacts {
  const root = folderOf(place);
  if (root === undefined) return NOTHING;
  const { files, folders } = namesIn(root);
  const top = topIn(root);
  const below = (folder: string, pattern: RegExp, ...path: readonly string[]): string[] =>
    folders.has(folder)
      ? matching(namesIn(join(root, folder, ...path)).files, pattern).map((name) => [folder, ...path, name].join('/'))
      : [];
  const lockfiles = LOCKFILES.filter((name) => files.has(name));
  const manifest = files.has('package.json')
    ? packageFacts(readManifest(join(root, 'package.json')), lockfiles, files.has('pnpm-workspace.yaml'))
    : undefined;
  return {
    git: top !== undefined,
    shallow: top !== undefined && existsSync(join(top, '.git', 'shallow')),
    ...(manifest === undefined ? {} : { package: manifest }),
    installed: folders.has('node_modules') || files.has('.pnp.cjs') || files.has('.pnp.js'),
    lockfiles,
    tsconfigs: matching(files, TSCONFIG),
    eslintConfigs: matching(files, ESLINT),
    dockerfiles: [
      ...matching(files, DOCKERFILE),
      ...below('docker', DOCKERFILE),
      ...below('.devcontainer', DOCKERFILE),
    ],
    workflows: below('.github', /\.ya?ml$/, 'workflows'),
    gitlab: files.has('.gitlab-ci.yml'),
    pages: [...matching(files, PAGE), ...below('docs', PAGE), ...below('doc', PAGE)],
  };
}

/** The folder that a path or URL means: itself, or the one that the file lies in; undefined where there is none. */
function folderOf(place: string): string | undefined {
  try {
    const path = resolve(place.startsWith('file:') ? fileURLToPath(place) : place);
    return statSync(path).isDirectory() ? path : dirname(path);
  } catch {
    return undefined;
  }
}

/** The names in a folder, in order; none where it cannot be read. A link counts for what it leads to. */
function namesIn(folder: string): { readonly files: ReadonlySet<string>; readonly folders: ReadonlySet<string> } {
  const files = new Set<string>();
  const folders = new Set<string>();
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const kind = kindOf(folder, entry);
      if (kind !== undefined) (kind === 'folder' ? folders : files).add(entry.name);
    }
  } catch {
    // Whoever lists the files of the target says that it cannot be read.
  }
  return { files, folders };
}

function kindOf(folder: string, entry: Dirent): 'file' | 'folder' | undefined {
  try {
    const seen = entry.isSymbolicLink() ? statSync(join(folder, entry.name)) : entry;
    if (seen.isDirectory()) return 'folder';
    return seen.isFile() ? 'file' : undefined;
  } catch {
    // A link that leads nowhere, or in a circle.
    return undefined;
  }
}

function topIn(root: string): string | undefined {
  try {
    return topOf(root);
  } catch {
    return undefined;
  }
}

function matching(names: ReadonlySet<string>, pattern: RegExp): string[] {
  return [...names].filter((name) => pattern.test(name));
}

type Json = Readonly<Record<string, unknown>>;

/** What a package.json holds; undefined where it is no object or cannot be read. */
function readManifest(path: string): Json | undefined {
  try {
    if (statSync(path).size > MAX_MANIFEST_BYTES) return undefined;
    return objectOf(JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')));
  } catch {
    // A check of npm's says what is wrong with it.
    return undefined;
  }
}

function packageFacts(json: Json | undefined, lockfiles: readonly string[], hasPnpmWorkspace: boolean): PackageFacts {
  const { name, version, private: isPrivate, workspaces, scripts, packageManager } = json ?? {};
  const dependencies = [json?.dependencies, json?.devDependencies].map((field) => objectOf(field) ?? {});
  return {
    readable: json !== undefined,
    publishable: typeof name === 'string' && typeof version === 'string' && isPrivate !== true,
    ...(typeof version === 'string' ? { version } : {}),
    workspaces: hasPnpmWorkspace || (typeof workspaces === 'object' && workspaces !== null),
    built: BUILDS.some((script) => Object.hasOwn(objectOf(scripts) ?? {}, script)),
    manager: managerOf(packageManager, lockfiles),
    scanrun: dependencies.some((field) => Object.hasOwn(field, 'scanrun')),
  };
}

function managerOf(packageManager: unknown, lockfiles: readonly string[]): PackageFacts['manager'] {
  const named = typeof packageManager === 'string' ? /^(npm|yarn|pnpm)@/.exec(packageManager)?.[1] : undefined;
  if (named === 'npm' || named === 'yarn' || named === 'pnpm') return named;
  if (lockfiles.some((name) => name === 'package-lock.json' || name === 'npm-shrinkwrap.json')) return 'npm';
  if (lockfiles.includes('pnpm-lock.yaml')) return 'pnpm';
  return lockfiles.includes('yarn.lock') ? 'yarn' : 'npm';
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
