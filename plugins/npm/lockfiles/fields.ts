import { asText, own, textList } from '../text.js';
import type { Found } from './builder.js';

/** Where a package comes from, by the URL that npm, yarn or pnpm keeps. */
export function origin(resolved: string | undefined, version: string): Pick<Found, 'source' | 'resolved'> {
  if (resolved === undefined) return { source: /^(?:file|link):/.test(version) ? 'file' : 'registry' };
  if (/^(?:file|link|portal):|^\.{0,2}\//.test(resolved)) return { source: 'file', resolved };
  if (/^git[+:@]|^(?:ssh|github|gitlab|bitbucket):|\.git(?:#|$)|^https:\/\/codeload\.github\.com\//.test(resolved))
    return { source: 'git', resolved };
  // A registry's tarballs lie at /<name>/-/<file>; some proxies leave the dash out, but keep the name and the ending.
  const isTarball = /\/-\/[^?#]*\.tgz|\.tgz(?:[?#]|$)/.test(resolved);
  return { source: isTarball ? 'registry' : 'url', resolved };
}

/** `{ [name]: value }`, or nothing without a value. */
export function optional<Name extends string, T>(name: Name, value: T | undefined): { readonly [K in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: T };
}

/** The text of a licence field: a text, or the object or list of old manifests. */
export function licenseText(field: unknown): string | undefined {
  if (Array.isArray(field)) {
    const parts = field.flatMap((item) => licenseText(item) ?? []);
    return parts.length > 1 ? `(${parts.join(' OR ')})` : parts[0];
  }
  return asText(field) ?? asText(own(field, 'type')) ?? asText(own(field, 'name'));
}

/** The range of Node.js versions of an `engines` field: an object, or the list of old manifests. */
export function nodeRange(engines: unknown): string | undefined {
  const listed = textList(engines).find((item) => /^node\s*[<>=~^\d*]/.test(item));
  return listed === undefined ? asText(own(engines, 'node')) : listed.replace(/^node\s*/, '');
}
