import type { FileEntry } from 'scanrun';
import type { Tree } from './tree.js';

/** Where a link leads, as far as the list of files says. */
export type Destination =
  /** A path of the target. */
  | { readonly end: 'found' }
  /** Out of the target. */
  | { readonly end: 'outside' }
  /** Nowhere: its links lead to each other. */
  | { readonly end: 'loop' }
  /** To what the list does not have: it is missing, ignored, or inside the submodule. */
  | { readonly end: 'unlisted'; readonly submodule?: string };

/** Linux gives up with `ELOOP` after so many links (`MAXSYMLINKS`); macOS and Windows do so earlier. */
const MAX_LINKS = 40;

/** Follows a link over the list of files, part by part, as the system does: a `..` after a link leaves what it points to. */
export function follow(link: FileEntry, tree: Tree): Destination {
  const at = link.path.split('/').slice(0, -1);
  const left = [link.path.slice(link.path.lastIndexOf('/') + 1)];
  let links = 0;
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return { end: 'outside' };
      continue;
    }
    const path = [...at, part].join('/');
    const entry = tree.get(path);
    if (entry === 'folder') at.push(part);
    else if (entry?.type === 'symlink' && entry.linkTarget !== undefined) {
      links += 1;
      if (links > MAX_LINKS) return { end: 'loop' };
      if (entry.linkTarget.startsWith('/')) return { end: 'outside' };
      left.push(...entry.linkTarget.split('/').reverse());
    } else if (entry?.type === 'submodule' && left.length > 0) return { end: 'unlisted', submodule: path };
    // A file ends the way; with anything after it, be it only a slash, the system does not find it.
    else
      return left.length === 0 && entry !== undefined && entry.type !== 'symlink'
        ? { end: 'found' }
        : { end: 'unlisted' };
  }
  return { end: 'found' };
}
