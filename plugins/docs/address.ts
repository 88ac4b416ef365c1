import { below, folderOf } from './text.js';

/** What a link in a page means. */
export type Address =
  /** A path of the target, still with `..`, and what follows `#`. */
  | { readonly to: 'path'; readonly path: string; readonly anchor: string | undefined }
  /** A place of the same page. */
  | { readonly to: 'anchor'; readonly anchor: string }
  /** A page of the web. */
  | { readonly to: 'web'; readonly url: string }
  /** Nothing that could be looked at: mail, data, a template that is filled in later. */
  | { readonly to: 'elsewhere' };

/** `mailto:`, `https:`; one letter is a drive of Windows, which no page means either. */
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/** Places that something else fills in: Liquid, JavaScript, EJS, MkDocs macros, shell. */
const TEMPLATE = /\{\{|\{%|\$\{|<%|%\}|^\$|^<.*>$/;

/** Takes a link's address apart. */
export function readAddress(url: string): Address {
  const trimmed = url.trim();
  if (trimmed === '' || TEMPLATE.test(trimmed)) return { to: 'elsewhere' };
  if (/^https?:\/\//i.test(trimmed)) return { to: 'web', url: trimmed };
  if (trimmed.startsWith('//')) return { to: 'web', url: `https:${trimmed}` };
  if (SCHEME.test(trimmed)) return { to: 'elsewhere' };
  const [, path = '', anchor] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(trimmed) ?? [];
  if (path === '') return anchor === undefined ? { to: 'elsewhere' } : { to: 'anchor', anchor: decode(anchor) };
  return { to: 'path', path: decode(path), anchor: anchor === undefined ? undefined : decode(anchor) };
}

/** Percent signs that encode nothing stay. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A path without `.` and `..`; undefined where it leaves the target, with the parts that lie outside. */
export function normalise(path: string): { readonly path: string } | { readonly outside: string } {
  const parts: string[] = [];
  let above = 0;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) above += 1;
  }
  return above === 0 ? { path: parts.join('/') } : { outside: `${'../'.repeat(above)}${parts.join('/')}` };
}

/** The path that GitHub takes a link for: relative to the page, or from the repository's root after a slash. */
export function githubPath(page: string, path: string): string {
  return path.startsWith('/') ? path.slice(1) : below(folderOf(page), path);
}

/** Pages that GitHub has beside the files: `../../issues` of a page at the root leads there. */
const BESIDE =
  /^(?:\.\.\/)+(?:issues|pulls?|wiki|releases|actions|discussions|security|projects|milestones?|labels|commits?|tags|branches|compare|graphs|network|stargazers|watchers|blob|tree|raw|edit|new|archive|packages|deployments|pulse|workflows)(?:\/|$)/;

/** True for a path out of the target that leads to another page of the repository on GitHub. */
export function isBesideFiles(outside: string): boolean {
  return BESIDE.test(outside);
}

/** Anchors that a page has without a heading: its top, lines of source, footnotes, text fragments, the README of a repository. */
const GIVEN =
  /^(?:|top|readme|readme-ov-file|L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?|(?:user-content-)?fn(?:ref)?-.+|:~:.*|.*:~:text=.*)$/i;

/** The name that an anchor looks for; undefined for one that every page has. */
export function anchorName(anchor: string): string | undefined {
  if (GIVEN.test(anchor)) return undefined;
  return anchor.replace(/^user-content-/, '');
}
