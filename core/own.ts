import { readFileSync } from 'node:fs';

/** The package's root, as a URL that ends with a slash: the same from the sources, the build, and its chunks. */
const ROOT = import.meta.url.slice(0, import.meta.url.lastIndexOf('/core/') + 1).replace(/dist\/$/, '');

/** True when tests run the sources; what a thread loads is the build even then. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** The URL of a file of the build, by its path in `dist`. */
export function builtUrl(path: string): string {
  return `${ROOT}dist/${path}`;
}

/** The root of what runs, as a URL: the sources' in tests, the build's otherwise. */
export const OWN_ROOT = FROM_SOURCE ? ROOT : `${ROOT}dist/`;

/** The version of the running scanrun. */
export function ownVersion(): string {
  // Read, not required: to find itself by its name takes a package some milliseconds of each start.
  return (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { readonly version: string }).version;
}
