import { defineCheck, plural } from 'scanrun';
import { byKey, loadedPages, onPages } from '../loaded.js';
import pages from './pages.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The pages write no errors to the console',
    description: 'An error in the console is a script that stopped, with whatever it was to do.',
    category: 'web',
    tier: 'deep',
    severity: 'error',
    estimate: '10ms',
    tags: ['web'],
    lane: 'io',
    options: {
      ignore: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'Errors that do not count, by a part of their text.',
      },
    },
    messages: {
      uncaught: 'An error is caught by nobody on {{pages}}: {{text}}',
      console: 'The console has an error on {{pages}}{{source}}: {{text}}',
    },
    help: [
      'Open the page, and the console with F12. Where the source is minified a source map leads to the line:',
      '',
      '```sh',
      'npx http-server dist',
      '```',
      '',
      'Files that failed to load are reported by `web/requests`. Requests to other hosts are not sent by default; an error ' +
        'may follow from a script that is missing, so the check is degraded then. With `network: true` of `web/pages` they are sent.',
    ].join('\n'),
  },
  needs: { site: pages },
  run(context) {
    const loaded = loadedPages(context.needs.site, context);
    const found = byKey(
      loaded,
      ({ errors }) => errors.filter(({ text }) => !context.options.ignore.some((part) => text.includes(part))),
      ({ kind, text, source }) => JSON.stringify([kind, text, source]),
    );
    for (const { item, pages: where } of found)
      context.report({
        messageId: item.kind,
        data: { text: item.text, pages: onPages(where), source: item.source === '' ? '' : ` (${item.source})` },
        location: { path: where[0]?.path ?? '.' },
      });
    const blocked = loaded.filter(({ requests }) =>
      requests.some(({ outcome, type }) => outcome === 'blocked' && type === 'script'),
    );
    if (blocked.length > 0)
      context.degraded(
        `Scripts of other hosts were not loaded on ${plural(blocked.length, 'page')}, so what they do is not known. Set the option 'network' of web/pages to load them.`,
        { pages: blocked.map(({ url }) => url) },
      );
  },
});
