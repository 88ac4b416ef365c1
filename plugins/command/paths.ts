import { posix } from 'node:path';

/** Where a tool ran. */
export interface Place {
  /** Absolute paths of the target's root: as it was given, and without links, which tools resolve. */
  readonly roots: readonly string[];
  /** The folder it ran in, relative to the root; empty for the root itself. */
  readonly cwd: string;
}

/**
 * The path of a file relative to the target's root, with forward slashes, of whatever a tool prints: relative to the
 * folder it ran in, absolute, with backslashes, or a `file:` URL. Undefined for what lies outside the target.
 */
export function targetPath(printed: string, { roots, cwd }: Place): string | undefined {
  const plain = fromUrl(printed)?.replaceAll('\\', '/');
  if (plain === undefined || plain === '') return undefined;
  const absolute = plain.startsWith('/') || /^[A-Za-z]:\//.test(plain);
  const path = absolute ? belowRoot(posix.normalize(plain), roots) : posix.join(cwd.replaceAll('\\', '/'), plain);
  if (path === undefined || path === '..' || path.startsWith('../') || path.startsWith('/')) return undefined;
  return path.replace(/\/+$/, '') || '.';
}

/** The path of a `file:` URL; what is no URL as it is; undefined for a URL of another kind. */
function fromUrl(printed: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(printed) && !/^file:/i.test(printed)) return printed;
  if (!/^file:/i.test(printed) || !URL.canParse(printed)) return undefined;
  const { pathname, host } = new URL(printed);
  const path = decode(pathname).replace(/^\/(?=[A-Za-z]:)/, '');
  return host === '' ? path : `//${host}${path}`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function belowRoot(path: string, roots: readonly string[]): string | undefined {
  for (const given of roots) {
    const root = given.replaceAll('\\', '/').replace(/\/+$/, '');
    // Windows does not tell `C:` from `c:`, nor upper case from lower.
    const [a, b] = /^[A-Za-z]:/.test(root) ? [path.toLowerCase(), root.toLowerCase()] : [path, root];
    if (a === b) return '.';
    if (a.startsWith(`${b}/`)) return path.slice(root.length + 1);
  }
  return undefined;
}
