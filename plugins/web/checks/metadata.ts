import { defineCheck, type Severity } from 'scanrun';
import { byKey, loadedPages, onPages } from '../loaded.js';
import type { Metadata } from '../page-record.js';
import pages from './pages.js';

const NAMES = [
  'title',
  'lang',
  'viewport',
  'description',
  'canonical',
  'og:title',
  'og:type',
  'og:image',
  'og:url',
] as const;

/** How each is written, and what is missing without it. */
const KINDS: Readonly<
  Record<(typeof NAMES)[number], { readonly markup: string; readonly why: string; readonly severity: Severity }>
> = {
  title: { markup: '<title>', why: 'tabs, bookmarks and search results show it', severity: 'error' },
  lang: { markup: '<html lang>', why: 'a screen reader speaks the wrong language without it', severity: 'error' },
  viewport: {
    markup: '<meta name="viewport">',
    why: 'phones show the page of a desktop, made small',
    severity: 'warning',
  },
  description: { markup: '<meta name="description">', why: 'search results show it', severity: 'warning' },
  canonical: {
    markup: '<link rel="canonical">',
    why: 'search engines take copies for pages of their own',
    severity: 'note',
  },
  'og:title': { markup: '<meta property="og:title">', why: 'shared links show it', severity: 'note' },
  'og:type': { markup: '<meta property="og:type">', why: 'the Open Graph protocol requires it', severity: 'note' },
  'og:image': { markup: '<meta property="og:image">', why: 'shared links show it', severity: 'note' },
  'og:url': { markup: '<meta property="og:url">', why: 'the Open Graph protocol requires it', severity: 'note' },
};

/** What only matters for pages that search engines and networks show. */
const FOR_THE_PUBLIC = /^(description|canonical|og:.*)$/;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The pages say what they are',
    description: 'Title, language and description are what search results, shared links and screen readers go by.',
    category: 'web',
    tier: 'deep',
    severity: 'warning',
    estimate: '10ms',
    tags: ['web', 'seo'],
    lane: 'io',
    options: {
      require: {
        type: 'array',
        items: { type: 'string', enum: NAMES },
        uniqueItems: true,
        default: ['title', 'lang', 'viewport', 'description', 'canonical', 'og:title', 'og:image'],
        description: 'What each page must have.',
      },
    },
    messages: {
      missing: '{{markup}} is missing or empty on {{pages}}: {{why}}.',
      zoom: 'The viewport of {{pages}} forbids to zoom: {{value}}.',
      sameTitle: 'The title is the same on {{pages}}: {{title}}',
    },
    help: [
      'Put what is missing into the head of the page:',
      '',
      '```text',
      '<html lang="en">',
      '<title>Prices - Example</title>',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="description" content="What it costs, by month and by year.">',
      '<link rel="canonical" href="https://example.org/prices">',
      '<meta property="og:title" content="Prices">',
      '<meta property="og:image" content="https://example.org/prices.png">',
      '```',
      '',
      'Title and language are errors, viewport and description warnings, the others notes. What scripts set while the page loads ' +
        'counts. A page with `noindex` is not for the public: it needs no description, canonical address or Open Graph.',
    ].join('\n'),
  },
  needs: { site: pages },
  run(context) {
    const loaded = loadedPages(context.needs.site, context);
    const missing = byKey(
      loaded,
      ({ metadata }) => (metadata === null ? [] : context.options.require.filter((name) => isMissing(name, metadata))),
      (name) => name,
    );
    for (const { item, pages: where } of missing) {
      const { markup, why, severity } = KINDS[item];
      const data = { name: item, markup, why, pages: onPages(where) };
      context.report({ messageId: 'missing', data, location: { path: where[0]?.path ?? '.' }, severity });
    }
    for (const { item, pages: where } of byKey(
      loaded,
      ({ metadata }) => (forbidsZoom(metadata?.viewport ?? '') ? [metadata?.viewport ?? ''] : []),
      (viewport) => viewport,
    ))
      context.report({
        messageId: 'zoom',
        data: { pages: onPages(where), value: item },
        location: { path: where[0]?.path ?? '.' },
      });
    for (const { item, pages: where } of byKey(
      loaded,
      ({ metadata }) => (metadata?.title ? [metadata.title] : []),
      (title) => title,
    ))
      if (where.length > 1)
        context.report({
          messageId: 'sameTitle',
          data: { pages: onPages(where), title: item },
          location: { path: where[0]?.path ?? '.' },
          severity: 'note',
        });
  },
});

function isMissing(name: (typeof NAMES)[number], metadata: Metadata): boolean {
  if (FOR_THE_PUBLIC.test(name) && /\b(noindex|none)\b/i.test(metadata.robots)) return false;
  const value = name.startsWith('og:') ? metadata.og[name] : metadata[name as keyof Omit<Metadata, 'og'>];
  return value === undefined || value === '';
}

/** Whether people who need larger letters are kept from them (WCAG 1.4.4). */
function forbidsZoom(viewport: string): boolean {
  return (
    /user-scalable\s*=\s*(no|0)\b/i.test(viewport) || /maximum-scale\s*=\s*(0|1)(\.\d+)?\s*(,|;|$)/i.test(viewport)
  );
}
