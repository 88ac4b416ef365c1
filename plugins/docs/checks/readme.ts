import { type ContextOf, defineCheck, type Needs } from 'scanrun';
import { loadPageReader, type Page } from '../markdown.js';
import { decodeText, messageOf, nameOf } from '../text.js';

const TOPICS = ['install', 'use', 'test'] as const;
type Topic = (typeof TOPICS)[number];

const options = {
  topics: {
    type: 'array',
    items: { type: 'string', enum: TOPICS },
    uniqueItems: true,
    minItems: 1,
    default: [...TOPICS],
    description: 'What the README must tell.',
  },
} as const;

const messages = {
  install: '{{path}} does not say how to install it: there is no such heading, command or link.',
  use: '{{path}} does not say how to use it: there is no such heading, example or link.',
  test: '{{path}} does not say how to test it, nor does CONTRIBUTING: there is no such heading, command or link.',
} as const;

/** What tells of a topic: words of a heading, commands in code, and words of a page that a link leads to. */
const SIGNS: Readonly<Record<Topic, { readonly heading: RegExp; readonly code: RegExp; readonly link: RegExp }>> = {
  install: {
    heading: /\binstall|\bset[- ]?up\b|getting started|quick ?start|\bdownload\b|\brequirements\b|\bdeploy/i,
    code: /\b(?:npm (?:i|install|ci|create|init|exec)|npx|pnpm (?:i|add|install|create|dlx)|yarn(?: add| install| create| dlx|\s*$)|bun (?:add|install|create|x)|deno (?:add|install)|pip3? install|brew install|apt(?:-get)? install|cargo (?:add|install)|go (?:get|install)|gem install|composer require|docker(?:-compose| compose)? (?:pull|run|up|build)|git clone|<script\s)/m,
    link: /install|getting[-_ ]?started|quick[-_ ]?start|set[-_]?up|docs?\b|documentation|guide/i,
  },
  use: {
    heading:
      /\bus(?:e|age|ing)\b|example|how to|getting started|quick ?start|tutorial|\bguide\b|\bapi\b|\bcommands?\b|\bcli\b|running|documentation|\bdocs\b|configur/i,
    code: /\bimport\b|\brequire\(|\bnpx [\w@]|\bnpm (?:start|run)\b|\bcurl\b|docker run/,
    link: /usage|example|getting[-_ ]?started|docs?\b|documentation|guide|tutorial|\bapi\b/i,
  },
  test: {
    heading: /\btest(?:s|ing|ed)?\b|contribut|develop/i,
    code: /\b(?:npm (?:t|test|run [\w:-]*test[\w:-]*|run check)|(?:pnpm|yarn|bun)(?: run)? [\w:-]*test[\w:-]*|npx (?:vitest|jest|mocha|ava|tap|cypress|playwright)|make (?:test|check)|node --test|cargo test|go test|pytest|tox|deno test|docker(?:-compose| compose)? .*\btest)/,
    link: /contribut|develop|testing|\/tests?\b/i,
  },
};

/** Files at the root that may be the README, the likeliest first. */
const README = /^readme(?:\.(?:md|markdown|mdown|mkd|txt|rst|adoc))?$/i;
const CONTRIBUTING = /^(?:(?:\.github|docs)\/)?contributing\.(?:md|markdown|txt|rst|adoc)$/i;

/** Asks whether the README tells what its readers come for. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'The README says how to install, use and test',
    description: 'Whoever opens a repository wants to try it first; without these three most of them leave.',
    category: 'documentation',
    tier: 'quick',
    severity: 'note',
    estimate: '200ms',
    tags: ['markdown', 'readme'],
    lane: 'io',
    options,
    messages,
    help: [
      'Add a section with a command that can be copied, or a link to the page that has it:',
      '',
      '```text',
      '## Install',
      '',
      '    npm install name',
      '',
      '## Use',
      '',
      '## Test',
      '',
      '    npm test',
      '```',
      '',
      'A topic counts as told when a heading names it, a block of code has a command for it, or a link leads to a page about it. ' +
        'How to test may also stand in `CONTRIBUTING.md`. Say in the option `topics` what your README owes its readers.',
    ].join('\n'),
    when: { files: ['{readme,README,Readme,ReadMe}{,.md,.markdown,.mdown,.mkd,.txt,.rst,.adoc}'] },
  },
  async run(context) {
    const found = { readme: [] as string[], contributing: [] as string[] };
    for await (const { path, type } of context.files()) {
      if (type === 'file' && README.test(path)) found.readme.push(path);
      if (type === 'file' && CONTRIBUTING.test(path)) found.contributing.push(path);
    }
    const [path] = found.readme.sort((a, b) => rank(a) - rank(b));
    if (path === undefined)
      return context.skip(
        'unreadable',
        'The README is a link, or excluded by the configuration; there is nothing to read.',
      );
    const page = await readPage(path, context);
    if (page === undefined) return;
    const others = await Promise.all(found.contributing.map((other) => readPage(other, context)));
    for (const topic of TOPICS) {
      if (!context.options.topics.includes(topic) || tells(page, topic)) continue;
      if (topic === 'test' && others.some((other) => other !== undefined && tells(other, topic))) continue;
      context.report({ messageId: topic, data: { path }, location: { path, startLine: 1 } });
    }
  },
});

type Context = ContextOf<typeof options, typeof messages, Needs>;

function rank(path: string): number {
  return /\.(?:md|markdown|mdown|mkd)$/i.test(path) ? 0 : 1;
}

/** A page; one that is no Markdown is read as if it were, which finds headings, links and commands in plain text too. */
async function readPage(path: string, context: Context): Promise<Page | undefined> {
  const text = decodeText(await context.readFile(path));
  if (text === undefined || text.length > 1_000_000) {
    context.degraded(`${path} was not read: it is ${text === undefined ? 'binary' : 'too long'}.`, { path });
    return undefined;
  }
  const read = await loadPageReader();
  try {
    const page = read(text);
    if (/\.(?:md|markdown|mdown|mkd)$/i.test(path)) return page;
    const lines = text.split(/\r?\n/);
    // Titles in other markups: underlined, or after signs.
    const titles = lines.filter(
      (line, index) => /^[=*#.]+\s|^={1,5}\s/.test(line) || /^([=\-~^*])\1{2,}$/.test(lines[index + 1] ?? ''),
    );
    return { ...page, headings: [...page.headings, ...titles], code: [...page.code, text] };
  } catch (error) {
    context.degraded(`${nameOf(path)} was not read: ${messageOf(error)}.`, { path });
    return undefined;
  }
}

function tells({ headings, code, links }: Page, topic: Topic): boolean {
  const { heading, code: command, link } = SIGNS[topic];
  return (
    headings.some((text) => heading.test(text)) ||
    code.some((text) => command.test(text)) ||
    links.some(({ url, kind }) => kind === 'link' && link.test(url))
  );
}
