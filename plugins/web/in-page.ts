// What runs in the page, as text: it is sent to the browser.

/** Selectors that a finding names. */
const MAX_TARGETS = 3;

/** Reads what a page says of itself. */
export const METADATA_EXPRESSION = `(() => {
  const text = (selector, name) => (document.querySelector(selector)?.getAttribute(name) ?? '').trim().slice(0, 500);
  const og = {};
  for (const tag of document.querySelectorAll('meta[property^="og:"]'))
    og[tag.getAttribute('property')] ??= (tag.getAttribute('content') ?? '').trim().slice(0, 500);
  return {
    title: document.title.trim().slice(0, 500),
    description: text('meta[name="description" i]', 'content'),
    lang: text('html', 'lang'),
    viewport: text('meta[name="viewport" i]', 'content'),
    canonical: text('link[rel~="canonical" i]', 'href'),
    robots: text('meta[name="robots" i]', 'content'),
    og,
  };
})()`;

/** Lets axe look at the page, by the rules with any of these tags. Frames are not looked into. */
export const AXE_EXPRESSION = (standards: readonly string[]): string => `axe.run(document, {
  runOnly: { type: 'tag', values: ${JSON.stringify(standards)} },
  resultTypes: ['violations'],
  iframes: false,
  preload: false,
  elementRef: false,
}).then(({ violations }) => violations.map(({ id, impact, help, helpUrl, nodes }) => ({
  rule: id,
  impact: impact ?? 'minor',
  help,
  helpUrl,
  count: nodes.length,
  targets: nodes.slice(0, ${MAX_TARGETS}).map(({ target }) => target.flat(Infinity).join(' ').slice(0, 200)),
})))`;
