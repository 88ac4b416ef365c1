import type { DependencyKind } from '../../manifest.js';

/** The package managers whose lockfiles are understood. `yarn` is version 1, `yarn-berry` every later one. */
export type Manager = 'npm' | 'yarn' | 'yarn-berry' | 'pnpm';

/** The command that installs the dependencies of a project. */
export function installCommand(manager: Manager): string {
  return `${manager === 'yarn-berry' ? 'yarn' : manager} install`;
}

/** One version of one package that a lockfile names, wherever it is installed. Plain data. */
export type LockedPackage = {
  /** The package's own name, also where it is installed under an alias. */
  readonly name: string;
  /** Its version; empty where the lockfile does not say (a git dependency of an old format). */
  readonly version: string;
  /** Where it comes from. */
  readonly source: 'registry' | 'url' | 'git' | 'file';
  /** The URL that it is fetched from; absent where the lockfile leaves it to the registry. */
  readonly resolved?: string;
  /** Its subresource integrity, or Yarn's checksum; absent where there is none. */
  readonly integrity?: string;
  /** Its licence as the lockfile has it. */
  readonly license?: string;
  /** Why it is deprecated, as its registry said when it was locked. */
  readonly deprecated?: string;
  /** The range of Node.js versions that it asks for. */
  readonly node?: string;
  /** True when it runs scripts when it is installed; absent where the lockfile does not say. */
  readonly installScript?: boolean;
  /** True when nothing of production leads to it. */
  readonly dev?: true;
  /** True when its installation may fail. */
  readonly optional?: true;
  /** True when another package brings it inside of its own tarball, so that nothing is fetched for it. */
  readonly bundled?: true;
  /** Folders below the target in which it may be installed. */
  readonly folders: readonly string[];
  /** What it depends on, as indices of `packages`. */
  readonly dependencies: readonly number[];
  /** The ranges by which others and the project ask for it, as they are written; absent where the lockfile does not say. */
  readonly asked?: readonly string[];
};

/** A dependency of a package of the project, as the lockfile has it. */
export type ImportedDependency = {
  /** The name it is asked for by; the alias where there is one. */
  readonly name: string;
  /** Why it is there; absent where the lockfile does not tell kinds apart. */
  readonly kind?: DependencyKind;
  /** The range that was locked; absent where the lockfile does not record it. */
  readonly spec?: string;
  /** The index in `packages` of what it became; absent for a package of the project itself, and where nothing fits. */
  readonly to?: number;
  /** True when it is a package of the project or a folder. */
  readonly link?: true;
};

/** A package of the project in the lockfile. */
export type Importer = {
  /** Its folder relative to the target's root; empty for the root. */
  readonly folder: string;
  /** What it depends on. */
  readonly dependencies: readonly ImportedDependency[];
};

/** What a lockfile says. Plain data, shared by the checks. */
export type LockedTree = {
  /** Whose lockfile it is. */
  readonly manager: Manager;
  /** Its path in the target. */
  readonly path: string;
  /** The version of its format, such as `3` or `9.0`. */
  readonly format: string;
  /** True for the record that an installation keeps in node_modules, where the project has no lockfile. */
  readonly installed: boolean;
  /** Every version of every package, in order of name and version. */
  readonly packages: readonly LockedPackage[];
  /** The packages of the project. */
  readonly importers: readonly Importer[];
  /** What the format says of packages at all: where it is false, an absent field means nothing. */
  readonly says: {
    readonly deprecated: boolean;
    readonly node: boolean;
    readonly installScript: boolean;
  };
  /** Names of direct dependencies whose ranges the project overrides, so that the lockfile has others. */
  readonly overridden: readonly string[];
};

/** A lockfile that cannot be understood; the message says why, without its path. */
export class LockfileError extends Error {
  override readonly name = 'LockfileError';
}

/** A step on the way from the project to a package. */
export interface Way {
  /** The folder of the package of the project that it starts at. */
  readonly folder: string;
  /** The direct dependency that it starts with, by the name the project uses. */
  readonly direct: string;
  /** Why the project has that; `prod` where nobody knows. */
  readonly kind: DependencyKind;
  /** Packages as `name@version`, from the direct dependency to the one in question. */
  readonly steps: readonly string[];
}

/** Finds the shortest way from the project to each package; the ways of production are preferred. */
export function waysTo({
  packages,
  importers,
}: Pick<LockedTree, 'packages' | 'importers'>): (index: number) => Way | undefined {
  const from = new Map<
    number,
    { readonly by: number } | { readonly folder: string; readonly dependency: ImportedDependency }
  >();
  const walk = (isWanted: (dependency: ImportedDependency) => boolean): void => {
    const queue: number[] = [];
    for (const { folder, dependencies } of importers) {
      for (const dependency of dependencies) {
        const { to } = dependency;
        if (to === undefined || !isWanted(dependency) || from.has(to)) continue;
        from.set(to, { folder, dependency });
        queue.push(to);
      }
    }
    for (let at = 0; at < queue.length; at += 1) {
      const by = queue[at] as number;
      for (const to of packages[by]?.dependencies ?? []) {
        if (from.has(to)) continue;
        from.set(to, { by });
        queue.push(to);
      }
    }
  };
  walk(({ kind }) => kind !== 'dev');
  walk(({ kind }) => kind === 'dev');
  return (index) => {
    const steps: string[] = [];
    for (let at = index; ; ) {
      const step = from.get(at);
      if (step === undefined) return undefined;
      const found = packages[at] as LockedPackage;
      steps.unshift(found.version === '' ? found.name : `${found.name}@${found.version}`);
      if ('folder' in step) {
        const { name, kind = 'prod' } = step.dependency;
        return { folder: step.folder, direct: name, kind, steps };
      }
      at = step.by;
    }
  };
}
