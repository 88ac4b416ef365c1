import { defineCheck, plural, type Severity } from 'scanrun';
import { byKey, loadedPages, onPages } from '../loaded.js';
import pages from './pages.js';

/** How much each of axe's impacts matters. */
const SEVERITY: Readonly<Record<string, Severity>> = {
  critical: 'error',
  serious: 'error',
  moderate: 'warning',
  minor: 'note',
};

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The pages are accessible',
    description:
      'A page that a screen reader or a keyboard cannot use shuts people out, and breaks the law in many places.',
    category: 'web',
    tier: 'deep',
    severity: 'error',
    estimate: '10ms',
    tags: ['web', 'accessibility'],
    lane: 'io',
    options: {
      ignore: {
        type: 'array',
        items: { type: 'string', pattern: '^[a-z0-9-]+$' },
        default: [],
        description: "Rules that do not count, by axe's ids, such as `color-contrast`.",
      },
    },
    messages: { violation: '{{help}} ({{rule}}): {{elements}} on {{pages}}, such as {{target}}.' },
    help: [
      "Each finding names a rule of axe; its page says what is wrong and how to mend it: `https://dequeuniversity.com/rules/axe/`. Look at a page with axe's own command:",
      '',
      '```sh',
      'npx @axe-core/cli http://localhost:8080/',
      '```',
      '',
      'The severity follows the impact: critical and serious are errors, moderate warnings, minor notes. Which rules count is set ' +
        'with `standards` of `web/pages`. Frames are not looked into. A program finds about a third to a half of all barriers: ' +
        'no finding does not mean that a page is accessible.',
    ].join('\n'),
  },
  needs: { site: pages },
  run(context) {
    const { site } = context.needs;
    if (site.axe === 'off')
      return context.skip(
        'not-applicable',
        "The option 'accessibility' of web/pages is off, so axe did not look at the pages.",
      );
    if (site.axe === 'not-installed') return context.skip('not-installed', 'not installed: npm i -D axe-core');
    const ignore = new Set<string>(context.options.ignore);
    const found = byKey(
      loadedPages(site, context),
      ({ violations }) => (violations ?? []).filter(({ rule }) => !ignore.has(rule)),
      ({ rule }) => rule,
    );
    for (const { item, items, pages: where } of found) {
      const count = items.reduce((sum, each) => sum + each.count, 0);
      context.report({
        messageId: 'violation',
        data: {
          rule: item.rule,
          help: item.help,
          impact: item.impact,
          helpUrl: item.helpUrl,
          elements: plural(count, 'element'),
          pages: onPages(where),
          target: item.targets[0] ?? 'the page',
        },
        location: { path: where[0]?.path ?? '.' },
        severity: SEVERITY[item.impact] ?? 'warning',
      });
    }
  },
});
