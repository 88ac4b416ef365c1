import type { PackageURL } from 'packageurl-js';
import type { LockedPackage } from './inputs.js';

/** Where packages come from unless a purl says otherwise. Yarn's is a name of npm's. */
const DEFAULT_REGISTRY = /^https?:\/\/registry\.(?:npmjs\.org|yarnpkg\.com)\//;

/** What names a package all over the world. */
export interface PurlParts {
  readonly name: string;
  /** Its version; empty or absent where nobody knows. */
  readonly version?: string | undefined;
  readonly source?: LockedPackage['source'];
  readonly resolved?: string | undefined;
}

/**
 * Makes package URLs, with `vcs_url` for what git brings and `download_url` for what comes from elsewhere than the
 * public registry. https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md
 */
export async function purlMaker(): Promise<(parts: PurlParts) => string | undefined> {
  const { PackageURL: Class } = (await import('packageurl-js')) as { readonly PackageURL: typeof PackageURL };
  return ({ name, version, source, resolved }) => {
    const { group, base } = split(name);
    try {
      return new Class('npm', group, base, version || undefined, qualifiers(source, resolved), undefined).toString();
    } catch {
      // A lockfile may hold any name. One that no registry would take has no URL.
      return undefined;
    }
  };
}

function qualifiers(
  source: LockedPackage['source'] | undefined,
  resolved: string | undefined,
): Record<string, string> | undefined {
  const url = resolved === undefined ? undefined : withoutSecrets(resolved);
  if (url === undefined || source === 'file' || source === undefined) return undefined;
  if (source === 'git' && !/^https:\/\/codeload\./.test(url)) return { vcs_url: url };
  return DEFAULT_REGISTRY.test(url) ? undefined : { download_url: url };
}

/** The scope, with its `@`, and the name without. */
export function split(name: string): { readonly group: string | undefined; readonly base: string } {
  const [, group, base] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return group === undefined || base === undefined ? { group: undefined, base: name } : { group, base };
}

/** A URL without the user and password that somebody left in it, and without what a query may hold. */
export function withoutSecrets(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // `git` is no secret but the way in by ssh.
  if (url.password !== '' || url.username !== 'git') url.username = '';
  url.password = '';
  url.search = '';
  // Yarn puts a checksum there; for git it is the commit.
  if (url.pathname.endsWith('.tgz')) url.hash = '';
  return url.href;
}

/** The address of sources, of the forms that npm takes: a URL, `github:a/b`, `a/b`. */
export function repositoryUrl(text: string): string | undefined {
  const short = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+)$/.exec(text);
  if (short === null) return withoutSecrets(text.replace(/^git@([^:/]+):/, 'git+ssh://git@$1/'));
  const hosts: Readonly<Record<string, string>> = { gitlab: 'gitlab.com', bitbucket: 'bitbucket.org' };
  return `https://${hosts[short[1] ?? ''] ?? 'github.com'}/${short[2]}`;
}
