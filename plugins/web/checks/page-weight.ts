import { type CheckContext, compareText, defineCheck, formatBytes } from 'scanrun';
import { loadedPages } from '../loaded.js';
import type { PageRecord } from '../page-record.js';
import pages from './pages.js';

const options = {
  maxBytes: {
    type: 'integer',
    default: 1_638_400,
    minimum: 1,
    description:
      "What a page may bring over the wire, in bytes; the default is 1,600 KiB, Lighthouse's aim for a page on a phone.",
  },
  maxScriptBytes: {
    type: 'integer',
    minimum: 0,
    description: 'What its scripts may bring, in bytes; any when absent.',
  },
  maxImageBytes: { type: 'integer', minimum: 0, description: 'What its images may bring, in bytes; any when absent.' },
  maxRequests: { type: 'integer', minimum: 1, description: 'How many requests it may make; any when absent.' },
} as const;

/** What a page weighs. */
interface Weight {
  readonly totalBytes: number;
  /** The kinds of requests, the heaviest first. */
  readonly byType: readonly (readonly [type: string, bytes: number])[];
  readonly requests: number;
}

type Context = CheckContext<object, 'total' | 'part' | 'requests'>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The pages stay light',
    description: 'On a phone each further megabyte costs seconds and money.',
    category: 'web',
    tier: 'deep',
    severity: 'warning',
    estimate: '10ms',
    tags: ['web', 'size'],
    lane: 'io',
    options,
    messages: {
      total: '{{url}} brings {{size}}; the limit is {{limit}}. Most of it: {{parts}}.',
      part: '{{url}} brings {{size}} of {{type}}; the limit is {{limit}}.',
      requests: '{{url}} makes {{count}} requests; the limit is {{limit}}.',
    },
    help: [
      'Look at what the page loads, the largest first, and at what the bundle is made of:',
      '',
      '```sh',
      'npx source-map-explorer dist/assets/*.js',
      '```',
      '',
      'Bytes are those on the wire, headers included; text is compressed with gzip, as most hosts do. What is loaded until the ' +
        'page is quiet counts, without a cache. Requests to other hosts count only where they are sent: `network: true` of `web/pages`.',
    ].join('\n'),
  },
  needs: { site: pages },
  run(context) {
    const loaded = loadedPages(context.needs.site, context);
    const { maxBytes, maxScriptBytes, maxImageBytes, maxRequests } = context.options;
    let heaviest = 0;
    for (const page of loaded) {
      const weight = weightOf(page);
      heaviest = Math.max(heaviest, weight.totalBytes);
      reportTotal(page, weight, maxBytes, context);
      for (const [type, limit] of [
        ['script', maxScriptBytes],
        ['image', maxImageBytes],
      ] as const)
        reportPart(page, weight, type, limit, context);
      if (maxRequests !== undefined && weight.requests > maxRequests)
        context.report({
          messageId: 'requests',
          data: { url: page.url, count: weight.requests, limit: maxRequests },
          location: { path: page.path },
        });
    }
    context.measure('heaviest page', heaviest, 'bytes');
  },
});

function weightOf({ requests }: PageRecord): Weight {
  const byType = new Map<string, number>();
  for (const { type, bytes } of requests) byType.set(type, (byType.get(type) ?? 0) + bytes);
  return {
    totalBytes: requests.reduce((sum, { bytes }) => sum + bytes, 0),
    byType: [...byType].sort(([a, x], [b, y]) => y - x || compareText(a, b)),
    requests: requests.filter(({ outcome }) => outcome !== 'blocked').length,
  };
}

function reportTotal(
  { url, path }: PageRecord,
  { totalBytes, byType }: Weight,
  maxBytes: number,
  context: Context,
): void {
  if (totalBytes <= maxBytes) return;
  const parts = byType.slice(0, 3).map(([type, bytes]) => `${type} ${formatBytes(bytes)}`);
  context.report({
    messageId: 'total',
    data: {
      url,
      size: formatBytes(totalBytes),
      limit: formatBytes(maxBytes),
      parts: parts.join(', '),
      bytes: totalBytes,
    },
    location: { path },
  });
}

function reportPart(
  { url, path }: PageRecord,
  { byType }: Weight,
  type: string,
  limit: number | undefined,
  context: Context,
): void {
  const bytes = byType.find(([name]) => name === type)?.[1] ?? 0;
  if (limit === undefined || bytes <= limit) return;
  context.report({
    messageId: 'part',
    data: { url, type: `${type}s`, size: formatBytes(bytes), limit: formatBytes(limit), bytes },
    location: { path },
  });
}
