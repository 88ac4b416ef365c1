/** The part of npm-packlist that is used; its published types are of an older version. */
declare module 'npm-packlist' {
  /** What it needs of a node of a dependency tree. */
  interface PackageTree {
    readonly path: string;
    readonly package: Readonly<Record<string, unknown>>;
    readonly isProjectRoot: boolean;
    readonly edgesOut: ReadonlyMap<string, unknown>;
    readonly workspaces?: ReadonlyMap<string, string>;
  }

  interface Options {
    /** The root of the workspaces. */
    readonly prefix?: string;
    /** The folders of the workspaces, absolute. */
    readonly workspaces?: readonly string[];
  }

  /** The files that are published, relative to the package's folder. */
  export default function packlist(tree: PackageTree, options?: Options): Promise<string[]>;
}
