import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { own, textEntries } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import type { Project } from './configs.js';

/** What package.json files want to be installed. */
export interface Wanted {
  /** How many packages. */
  readonly declared: number;
  /** Those that are not there. */
  readonly missing: ReadonlySet<string>;
}

/** The packages that a project's package.json, and that of the root, want to be installed. */
export function wantedPackages(root: string, project: Project, rootManifest: unknown): Wanted {
  const folder = join(root, dirname(project.path));
  const manifests = [rootManifest, project.package?.manifest.json];
  const declared = manifests.flatMap((manifest) =>
    ['dependencies', 'devDependencies'].flatMap((field) => textEntries(own(manifest, field))),
  );
  const names = new Set(declared.map(([name]) => name));
  return { declared: names.size, missing: new Set([...names].filter((name) => !isInstalled(folder, name))) };
}

/** True where Node.js would find a package from a folder. */
export function isInstalled(from: string, name: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** The names of packages that a missing module may be of: itself, and the package of its types. */
export function namesOf(module: string): readonly string[] {
  const bare = module.replace(/^@types\//, '');
  return [module, bare, `@types/${bare.replace(/^@/, '').replace('/', '__')}`];
}

/**
 * The names of packages of this repository whose entry points, as `exports`, `main` and `types` name them, do not exist:
 * they were not built, so who imports them sees no types.
 */
export function unbuiltPackages(root: string, packages: readonly WorkspacePackage[]): ReadonlySet<string> {
  const isUnbuilt = ({ folder, manifest: { json } }: WorkspacePackage): boolean =>
    ['exports', 'main', 'module', 'types', 'typings']
      .flatMap((field) => pathsIn(own(json, field)))
      .some((path) => !path.includes('*') && !existsSync(join(root, folder, path)));
  return new Set(packages.filter(isUnbuilt).map(({ name }) => name));
}

/** The texts of a value and of all values below it. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
