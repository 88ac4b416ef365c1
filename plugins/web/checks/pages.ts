import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type ContextOf, defineCheck } from 'scanrun';
import { openSession } from '../browser.js';
import { type LoadSettings, loadPage } from '../load-page.js';
import type { PageRecord, SiteData } from '../page-record.js';
import { findSite, type Site } from '../site.js';
import { SITE_HOST, serveSite } from '../site-server.js';

const options = {
  site: {
    type: 'string',
    default: '',
    description: "The folder of the built site, such as `dist`; it is served on this machine. Give this or 'url'.",
  },
  url: {
    type: 'string',
    default: '',
    pattern: '^(https?://.+)?$',
    description: 'The address of a site that runs.',
  },
  base: {
    type: 'string',
    default: '/',
    description: 'The path under which a built site expects to lie, such as `/project/`.',
  },
  fallback: {
    type: 'string',
    default: '',
    description:
      'The file of a built site that answers for paths that are no file, such as `index.html` of a single-page application.',
  },
  paths: {
    type: 'array',
    items: { type: 'string', maxLength: 2_000 },
    default: [],
    maxItems: 200,
    description:
      'The pages, by their paths. When empty: each .html file of a built site, the first page of one that runs.',
  },
  maxPages: {
    type: 'integer',
    default: 20,
    minimum: 1,
    maximum: 200,
    description: 'How many pages of a built site are loaded. With more of them the check is degraded.',
  },
  network: {
    type: 'boolean',
    default: false,
    description:
      'Whether requests to other hosts are sent. Otherwise they are only listed, and the scan needs no network.',
  },
  accessibility: {
    type: 'boolean',
    default: true,
    description: 'Whether axe looks at the pages, for `web/accessibility`.',
  },
  standards: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z0-9.-]+$' },
    default: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    minItems: 1,
    description: "Which of axe's rules count, by their tags; `best-practice` adds more.",
  },
  pageTimeout: {
    type: 'integer',
    default: 15_000,
    minimum: 100,
    maximum: 120_000,
    description: 'Milliseconds until a page that does not load is given up.',
  },
  width: {
    type: 'integer',
    default: 1_280,
    minimum: 200,
    maximum: 4_000,
    description: 'Width of the window, in pixels.',
  },
  height: {
    type: 'integer',
    default: 800,
    minimum: 200,
    maximum: 4_000,
    description: 'Height of the window, in pixels.',
  },
  browser: {
    type: 'string',
    default: '',
    description: 'The path of a Chromium or Chrome; found when empty: `SCANRUN_CHROMIUM`, the PATH, the usual places.',
  },
  sandbox: {
    type: 'boolean',
    default: true,
    description: "The browser's own sandbox; always off for root, to whom Chromium refuses it.",
  },
} as const;

const messages = {
  failed: '{{url}} could not be loaded: {{why}}.',
  hung: '{{url}} hangs: {{why}}.',
  crashed: '{{url}} crashed the browser: {{why}}.',
  download: '{{url}} is a download, not a page.',
  dialog: '{{url}} opens a dialog while it loads: {{text}}',
} as const;

type Context = ContextOf<typeof options, typeof messages, Record<never, never>>;

/** Loads each page once, in one browser, for all checks of the plugin. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'The pages of the site load',
    description: 'What a browser makes of a page is seen in a browser only.',
    category: 'web',
    tier: 'deep',
    severity: 'error',
    estimate: '10s',
    timeout: '300s',
    tags: ['web', 'browser'],
    lane: 'process',
    options,
    messages,
    help: [
      'Say where the site is, and install what loads it:',
      '',
      '```sh',
      'npm install --save-dev puppeteer-core axe-core',
      '```',
      '',
      'The check serves the folder on this machine and opens each page in a Chromium without windows; the other checks of the ' +
        'plugin judge what it saw. It needs a browser that is installed: named by the option `browser` or by `SCANRUN_CHROMIUM`, ' +
        'on the PATH, or in its usual place. To see what a page does, serve the folder and open its console. ' +
        'A dialog (`alert`, `confirm`) stops the page until somebody answers, so it is a warning.',
    ].join('\n'),
  },
  async run(context): Promise<SiteData> {
    const site = await findSite(context.options, context);
    const axe = context.options.accessibility ? await axeSource() : undefined;
    const pages = await loadPages(site, axe, context);
    for (const page of pages) reportPage(page, context);
    context.measure('pages', pages.length, 'pages');
    return { pages, axe: !context.options.accessibility ? 'off' : axe === undefined ? 'not-installed' : 'ran' };
  },
});

async function loadPages(site: Site, axe: string | undefined, context: Context): Promise<PageRecord[]> {
  const { options: settings } = context;
  const server =
    site.folder === undefined
      ? undefined
      : await serveSite({ folder: site.folder, base: site.base, fallback: settings.fallback });
  try {
    const session = await openSession(
      { ...settings, hostRules: hostRules(site, server?.port, settings.network) },
      context,
    );
    const load: LoadSettings = {
      origin: site.origin,
      network: settings.network,
      pageTimeoutMs: settings.pageTimeout,
      width: settings.width,
      height: settings.height,
      axe,
      standards: settings.standards,
    };
    const pages: PageRecord[] = [];
    try {
      // One after another: pages that share the processor would hang for each other's sake.
      for (const address of site.pages) pages.push(await loadPage(session, address, load));
      return pages;
    } finally {
      await session.end();
    }
  } finally {
    await server?.close();
  }
}

/**
 * How the browser finds hosts: the made-up one on this machine, and, without a network, no other but the site's. By port:
 * another server on this machine is another host too, and what is no HTTP, such as a web socket, is stopped only here.
 */
function hostRules({ origin }: Site, port: number | undefined, network: boolean): string {
  const { protocol, hostname, port: given } = new URL(origin);
  const own = `${hostname}:${given || (protocol === 'https:' ? 443 : 80)}`;
  const rules = [
    ...(port === undefined ? [] : [`MAP ${SITE_HOST} 127.0.0.1:${port}`]),
    ...(network ? [] : [...(port === undefined ? [`MAP ${own} ${own}`] : []), 'MAP * ~NOTFOUND']),
  ];
  return rules.join(', ');
}

function reportPage({ url, path, state, why, dialogs }: PageRecord, { report }: Pick<Context, 'report'>): void {
  const location = { path };
  if (state !== 'loaded') report({ messageId: state, data: { url, why }, location });
  for (const text of new Set(dialogs))
    report({ messageId: 'dialog', data: { url, text }, location, severity: 'warning' });
}

/** The source of axe-core, if it is installed. It runs in the page only. */
async function axeSource(): Promise<string | undefined> {
  let file: string;
  try {
    file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  } catch {
    return undefined;
  }
  return readFile(file, 'utf8');
}
