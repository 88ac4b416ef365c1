/** The part of lockfile-lint-api that is used; it has no types of its own. */
declare module 'lockfile-lint-api' {
  /** Packages by `name@version`. */
  type Packages = Readonly<Record<string, { readonly resolved?: string; readonly integrity?: string }>>;

  interface Result {
    readonly type: 'success' | 'error';
    /** One for each package that does not pass; `package` is its key, for names without the version. */
    readonly errors: readonly { readonly message: string; readonly package: string }[];
  }

  export class ValidateHost {
    constructor(options: { readonly packages: Packages });
    validate(hosts: readonly string[]): Result;
  }

  export class ValidateScheme {
    constructor(options: { readonly packages: Packages });
    validate(schemes: readonly string[]): Result;
  }

  export class ValidateIntegrity {
    constructor(options: { readonly packages: Packages });
    validate(): Result;
  }

  export class ValidatePackageNames {
    constructor(options: { readonly packages: Packages });
    validate(): Result;
  }
}
