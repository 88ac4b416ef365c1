import { type CheckContext, plural } from 'scanrun';
import type { PageRecord, SiteData } from './page-record.js';

/** The pages that can be judged. Those that did not load make the check degraded; where none did it is skipped. */
export function loadedPages(
  { pages }: SiteData,
  { skip, degraded }: Pick<CheckContext, 'skip' | 'degraded'>,
): readonly PageRecord[] {
  const loaded = pages.filter(({ state }) => state === 'loaded');
  if (loaded.length === 0) return skip('unreadable', 'No page could be loaded: see web/pages.');
  const missing = pages.filter(({ state }) => state !== 'loaded');
  if (missing.length > 0)
    degraded(`${plural(missing.length, 'page')} could not be looked at: see web/pages.`, {
      pages: missing.map(({ url }) => url),
    });
  return loaded;
}

/** Entries that pages have in common, each with the pages that have it, in order of appearance. */
export function byKey<T>(
  pages: readonly PageRecord[],
  itemsOf: (page: PageRecord) => readonly T[],
  keyOf: (item: T) => string,
): { readonly item: T; readonly items: readonly T[]; readonly pages: readonly PageRecord[] }[] {
  const found = new Map<string, { item: T; items: T[]; pages: PageRecord[] }>();
  for (const page of pages)
    for (const item of itemsOf(page)) {
      const key = keyOf(item);
      const known = found.get(key) ?? { item, items: [], pages: [] };
      known.items.push(item);
      if (!known.pages.includes(page)) known.pages.push(page);
      found.set(key, known);
    }
  return [...found.values()];
}

/** `/about.html`, or `/about.html and 3 more pages`. */
export function onPages(pages: readonly PageRecord[]): string {
  const [first] = pages;
  const more = pages.length - 1;
  return `${first?.url ?? ''}${more > 0 ? ` and ${more} more ${more === 1 ? 'page' : 'pages'}` : ''}`;
}
