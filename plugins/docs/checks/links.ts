import { type ContextOf, defineCheck, languageOf, type Needs, plural } from 'scanrun';
import { readAddress } from '../address.js';
import { askAll } from '../external.js';
import { caseFix } from '../link-fix.js';
import { judgeLink, type LinkWorld } from '../links.js';
import { loadPageReader, type Page, type Place } from '../markdown.js';
import { siteFolders, siteOf } from '../sites.js';
import { Targets } from '../targets.js';
import { DOCUMENTS, decodeText, MAX_TEXT_LENGTH, messageOf, PAGES, someOf } from '../text.js';

const options = {
  external: {
    type: 'boolean',
    default: false,
    description: 'Whether addresses of the web are asked for. Off, no request is made.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1, format: 'regex' },
    default: [],
    description: 'Regular expressions of link targets, as they are written, that are not looked at.',
  },
  localHosts: {
    type: 'boolean',
    default: false,
    description: 'Whether addresses of this machine and of private networks, and those of examples, are asked for too.',
  },
  timeoutMs: {
    type: 'integer',
    default: 10_000,
    minimum: 100,
    maximum: 60_000,
    description: 'Milliseconds until an address of the web is given up.',
  },
} as const;

const messages = {
  missing: 'The link leads to {{target}}, which does not exist.',
  wrongCase: 'The link leads to {{target}}; the file is called {{actual}}.',
  outside: 'The link leads to {{target}}, which lies outside of the repository.',
  noAnchor: 'There is no #{{anchor}} in {{page}}{{hint}}',
  undefinedReference: 'The reference [{{label}}] is defined nowhere on this page.',
  dead: '{{url}} is dead: {{why}}.',
} as const;

const help = `Where only upper and lower case are wrong, \`scanrun fix\` writes the path as the file is called. Else correct the path or the anchor, or remove the link. \`git log --diff-filter=DR --summary -- <path>\` shows where a file went.

Looked at are links, images, reference definitions and HTML (\`href\`, \`src\`, \`srcset\`) of Markdown pages:

- Paths as GitHub takes them: relative to the page, or from the root of the repository after a slash. Upper and lower case count.
- Anchors by GitHub's rules: lower case, spaces are dashes, punctuation is dropped, the second \`Usage\` is \`#usage-1\`. \`id\` and \`name\` of HTML count, and so do own ids such as \`{#use}\`.
- In folders of VitePress, Docusaurus, MkDocs, Jekyll and the like a link may also be one of the site: without its ending, from the root of the site, or with that generator's anchors.

A file that git ignores counts as there when it is. Pages that GitHub has beside the files (\`../../issues\`) are taken for granted, and links in templates of issues and pull requests are not followed.

Addresses of the web are asked for only with \`external: true\`, each once, under the [limits of their host](../../resilience.md#resources). 404, 410, an unknown host or an invalid certificate is a finding. A host that refuses (401, 403), limits (429), fails or does not answer leaves the outcome \`degraded\`; list it in \`ignore\` if it always does:

\`\`\`ts
'docs/links': { options: { external: true, ignore: ['^https://www\\\\.linkedin\\\\.com/'] } }
\`\`\``;

/** Finds links of Markdown pages that lead nowhere. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Links lead somewhere',
    description: 'A reader who follows a dead link is lost, and the page looks abandoned.',
    category: 'documentation',
    tier: 'standard',
    severity: 'warning',
    estimate: '2s',
    tags: ['markdown', 'links'],
    options,
    messages,
    help,
    when: { files: [PAGES] },
  },
  async run(context) {
    const ignored = compile(context.options.ignore);
    const pages = await readPages(context);
    const targets = await Targets.list(context);
    const sites = siteFolders(targets.paths());
    const world: LinkWorld = {
      targets,
      siteOf: (page) => siteOf(page, sites),
      page: (path) => pages.get(path),
    };
    const web = new Map<string, (Place & { readonly path: string })[]>();
    let links = 0;
    for (const path of pages.documents) {
      const page = await pages.get(path);
      if (page === undefined) continue;
      links += page.links.length;
      await reportPage(path, page, world, { context, ignored, web });
    }
    context.measure('links', links, 'links');
    context.measure('external links', web.size, 'links');
    if (context.options.external) await reportWeb(web, context);
  },
});

type Context = ContextOf<typeof options, typeof messages, Needs>;

/** The regular expressions of an option. Throws for one that is none. */
function compile(patterns: readonly string[]): (url: string) => boolean {
  const all = patterns.map((pattern) => new RegExp(pattern));
  return (url) => all.some((pattern) => pattern.test(url));
}

/** Reads pages as they are asked for, each once, and says which could not be read. */
async function readPages(context: Context): Promise<{
  readonly documents: readonly string[];
  get(path: string): Promise<Page | undefined>;
}> {
  const read = await loadPageReader();
  const documents: string[] = [];
  for await (const { path, type } of context.files(DOCUMENTS)) if (type === 'file') documents.push(path);
  const known = new Map<string, Promise<Page | undefined>>();
  const load = async (path: string): Promise<Page | undefined> => {
    const unread = (why: string): undefined => {
      context.degraded(`${path} was not read: ${why}.`, { path });
    };
    const text = decodeText(await context.readFile(path));
    if (text === undefined) return unread('it is binary');
    if (text.length > MAX_TEXT_LENGTH) return unread(`it has more than ${plural(MAX_TEXT_LENGTH, 'character')}`);
    try {
      return read(text);
    } catch (error) {
      return unread(messageOf(error));
    }
  };
  return {
    documents,
    get: (path) => {
      if (languageOf(path) !== 'Markdown') return Promise.resolve(undefined);
      const page = known.get(path) ?? load(path);
      known.set(path, page);
      return page;
    },
  };
}

interface Sink {
  readonly context: Context;
  readonly ignored: (url: string) => boolean;
  readonly web: Map<string, (Place & { readonly path: string })[]>;
}

async function reportPage(path: string, page: Page, world: LinkWorld, { context, ignored, web }: Sink): Promise<void> {
  for (const { label, place } of page.undefinedLabels)
    context.report({ messageId: 'undefinedReference', data: { label }, location: { path, ...place } });
  for (const link of page.links) {
    const { url, place } = link;
    if (ignored(url)) continue;
    const address = readAddress(url);
    if (address.to === 'elsewhere') continue;
    const location = { path, ...place };
    if (address.to === 'web') {
      const [bare = ''] = address.url.split('#');
      if (context.options.localHosts || !isLocal(bare)) web.set(bare, [...(web.get(bare) ?? []), location]);
      continue;
    }
    const judgement = await judgeLink(path, address, world);
    if (judgement.is === 'wrong')
      context.report({ ...judgement.problem, location, ...caseFix(page.text, link, judgement.problem) });
    if (judgement.is === 'unknown')
      context.degraded(`The link ${url} in ${path} could not be judged: ${judgement.why}.`, { path, url });
  }
}

/** Addresses that only the reader's own machine answers, and those that RFC 2606 and 6761 reserve for examples. */
const LOCAL =
  /^(?:localhost|.*\.(?:localhost|local|test|invalid|example|internal)|(?:.*\.)?example\.(?:com|net|org)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|0\.0\.0\.0|\[.*\]|[^.]+)$/i;

function isLocal(url: string): boolean {
  try {
    return LOCAL.test(new URL(url).hostname);
  } catch {
    return false;
  }
}

async function reportWeb(web: Sink['web'], context: Context): Promise<void> {
  const answers = await askAll([...web.keys()], context.options.timeoutMs, context);
  const unknown: string[] = [];
  for (const [url, places] of web) {
    const answer = answers.get(url) ?? { is: 'unknown', why: 'there was no time to ask' };
    if (answer.is === 'unknown') unknown.push(`${url} (${answer.why})`);
    if (answer.is === 'dead')
      for (const location of places) context.report({ messageId: 'dead', data: { url, why: answer.why }, location });
  }
  if (unknown.length > 0)
    context.degraded(
      `${plural(unknown.length, 'address', 'addresses')} of the web could not be judged: ${someOf(unknown)}.`,
      {
        addresses: unknown.slice(0, 1_000),
      },
    );
}
