import type { Location } from 'scanrun';
import { type LockedTree, type Way, waysTo } from './lockfiles/tree.js';
import { FIELDS, type Places, placesIn } from './manifest.js';
import type { WorkspacePackage } from './workspaces.js';

/** Who brings a package into the project, and where that can be changed. */
export interface Blame {
  /** The line of the direct dependency; the lockfile where nobody knows. */
  readonly location: Location;
  /** The package of the project that has it; absent where nobody knows. */
  readonly package?: string;
  /** Packages as `name@version`, from the direct dependency to the one in question. */
  readonly path: readonly string[];
  /** `a@1.0.0 > b@2.0.0`. */
  readonly way: string;
  /** True for a dependency of the project itself. */
  readonly isDirect: boolean;
}

/** Finds who brings each package of a tree, by its index. */
export async function blamer(
  tree: LockedTree,
  packages: readonly WorkspacePackage[],
): Promise<(index: number) => Blame> {
  const wayTo = waysTo(tree);
  const places = new Map<string, Places>();
  for (const { folder, manifest } of packages) places.set(folder, await placesIn(manifest));
  const names = new Map(packages.map(({ folder, name }) => [folder, name]));
  return (index) => {
    const way = wayTo(index);
    const place = way === undefined ? undefined : places.get(way.folder);
    if (way === undefined || place === undefined) {
      const { name = '', version = '' } = tree.packages[index] ?? {};
      const path = way?.steps ?? [version === '' ? name : `${name}@${version}`];
      return { location: { path: tree.path }, path, way: path.join(' > '), isDirect: false };
    }
    return {
      location: placeOfDirect(place, way),
      package: names.get(way.folder) ?? way.folder,
      path: way.steps,
      way: way.steps.join(' > '),
      isDirect: way.steps.length === 1,
    };
  };
}

function placeOfDirect(place: Places, { direct, kind }: Way): Location {
  const kinds = [kind, ...(['prod', 'dev', 'optional', 'peer'] as const)];
  const found = kinds.map((item) => place(FIELDS[item], direct)).find(({ startLine }) => startLine !== undefined);
  return found ?? place();
}
