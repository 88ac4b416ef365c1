import type { Declared } from '../../manifest.js';

/** What the registry says of a direct dependency. Plain data. */
export type KnownPackage = {
  readonly name: string;
  /** The version with the tag `latest`; absent where there is none. */
  readonly latest?: string;
  /** The range of Node.js versions that `latest` asks for; absent where it asks for none. */
  readonly latestNode?: string;
  /** The newest version that fits each range that is asked for. */
  readonly wanted: readonly { readonly spec: string; readonly version: string }[];
};

/** What the registry says of dependencies. Plain data. */
export type RegistryData = {
  /** The direct dependencies that the registry knows. */
  readonly known: readonly KnownPackage[];
  /** The versions that are deprecated, and why. */
  readonly deprecated: readonly { readonly name: string; readonly version: string; readonly reason: string }[];
  /** Packages as `name` or `name@version` that nobody answered for. */
  readonly unanswered: readonly string[];
};

/** Name and range of what comes from a registry: `npm:real@^1` is an alias. Undefined for folders, URLs, git and catalogs. */
export function fromRegistry({ name, spec }: Declared): { readonly name: string; readonly spec: string } | undefined {
  const alias = /^npm:((?:@[^/@]+\/)?[^/@]+)(?:@(.*))?$/.exec(spec);
  if (alias !== null) {
    // Later Yarns write `npm:^1.0.0` for a plain range.
    if (/^[\d^~<>=*]/.test(alias[1] ?? '')) return { name, spec: alias[1] ?? '' };
    return { name: alias[1] ?? name, spec: alias[2] ?? '*' };
  }
  if (/^(?:catalog|workspace|link|file|portal|patch|git|https?|github|gitlab|bitbucket)[:+]|\//.test(spec))
    return undefined;
  return { name, spec: spec === '' ? '*' : spec };
}
