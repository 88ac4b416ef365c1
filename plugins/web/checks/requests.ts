import { defineCheck, plural } from 'scanrun';
import { byKey, loadedPages, onPages } from '../loaded.js';
import pages from './pages.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'What the pages ask for is there, and is theirs',
    description: 'A file that is missing breaks a page; one from another host tells that host who reads it.',
    category: 'web',
    tier: 'deep',
    severity: 'error',
    estimate: '10ms',
    tags: ['web', 'privacy'],
    lane: 'io',
    options: {
      allowHosts: {
        type: 'array',
        items: { type: 'string', minLength: 1, pattern: '^[^/\\s]+$' },
        default: [],
        description: 'Other hosts that pages may ask, such as `cdn.example.org`, or `*.example.org` with all below it.',
      },
    },
    messages: {
      failed: '{{url}} failed on {{pages}}: {{why}}.',
      thirdParty: 'Another host is asked on {{pages}}: {{host}} ({{requests}}: {{types}}).',
    },
    help: [
      'Mend the path, or put the file where it is looked for; a path that begins with `/` starts from the host, not from `base`:',
      '',
      '```sh',
      'npx http-server dist',
      '```',
      '',
      'A request to another host is a warning: serve the file yourself, or list the host in `allowHosts`. Such requests are not ' +
        'sent by default, so whether they would succeed is not known; with `network: true` of `web/pages` they are sent.',
    ].join('\n'),
  },
  needs: { site: pages },
  run(context) {
    const loaded = loadedPages(context.needs.site, context);
    for (const { item, pages: where } of byKey(
      loaded,
      ({ requests }) => requests.filter(({ outcome }) => outcome === 'failed'),
      ({ url, error }) => JSON.stringify([url, error]),
    ))
      context.report({
        messageId: 'failed',
        data: { url: item.url, why: item.error, type: item.type, pages: onPages(where) },
        location: { path: where[0]?.path ?? '.' },
      });
    for (const { item, items, pages: where } of byKey(
      loaded,
      ({ requests }) =>
        requests.filter(({ thirdParty, host }) => thirdParty && !isAllowed(host, context.options.allowHosts)),
      ({ host }) => host,
    ))
      context.report({
        messageId: 'thirdParty',
        data: {
          host: item.host,
          requests: plural(items.length, 'request'),
          types: [...new Set(items.map(({ type }) => type))].sort().join(', '),
          pages: onPages(where),
        },
        location: { path: where[0]?.path ?? '.' },
        severity: 'warning',
      });
  },
});

function isAllowed(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return allowed.some((entry) =>
    entry.startsWith('*.') ? name.endsWith(entry.slice(1)) : name === entry || host === entry,
  );
}
