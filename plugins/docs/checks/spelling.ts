import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ContextOf, defineCheck, findTool, importTool, type Needs, plural } from 'scanrun';
import { readSettings } from '../config-files.js';
import { loadPageReader } from '../markdown.js';
import { ProjectWords } from '../project-words.js';
import { readSpelling } from '../spelling-config.js';
import { DOCUMENTS, decodeText, messageOf, NOT_WRITTEN_HERE, nameOf, PAGES } from '../text.js';

/** What is used of cspell-lib. */
interface Cspell {
  spellCheckDocument(
    document: { readonly uri: string; readonly text: string; readonly languageId: string },
    options: { readonly noConfigSearch: boolean; readonly generateSuggestions: boolean },
    settings: object,
  ): Promise<{
    readonly checked: boolean;
    readonly issues: readonly { readonly text: string; readonly offset: number; readonly isFlagged?: boolean }[];
    readonly errors: readonly Error[] | undefined;
  }>;
}

const CSPELL = '>=9.0.0 <11.0.0';

/** The last version for Node.js 20. */
const FOR_NODE_20 = 'cspell-lib@9';

/** A longer page takes cspell minutes. */
const MAX_LENGTH = 1_000_000;

/** What of a page is not prose: code, addresses, tags, people, what a template fills in. */
const NOT_PROSE = [
  /^[ \t>]*(`{3,}|~{3,})[\s\S]*?^[ \t>]*\1/gm,
  /(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g,
  /<(style|script|code|pre|kbd|samp|svg)\b[^>]*>[\s\S]{0,10000}?<\/\1\s*>/gi,
  /<\/?[a-z][^>]*>/gi,
  /\[[^\]\n]*\]\(https?:\/\/(?:www\.)?(?:github|gitlab|twitter|x|bsky|linkedin)\.[\w.]+\/[^/\s)]+\/?\)(?:\s*[-–—]?\s*\*\*[^*\n]+\*\*)?/g,
  /\]\([^)\n]*\)/g,
  /^[ \t]*\[[^\]\n]+\]:[ \t]*\S+/gm,
  /(?:https?:\/\/|www\.)\S+/gi,
  /\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|app|sh)\b/gi,
  /@[\w./-]+/g,
  // Issues as GitHub writes them, `owner/name#12`, and ids of advisories.
  /\b[\w.-]+\/[\w.-]+#\d+/g,
  /\bGHSA(?:-[\da-z]{4}){3}\b/g,
  /\{\{.*?\}\}|\{%.*?%\}/g,
  /\$[\w{]+/g,
];

const options = {
  words: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: "Words that are right, besides those of the dictionaries and the project's.",
  },
  language: {
    type: 'string',
    default: 'en,en-GB',
    minLength: 2,
    description:
      "The languages, as cspell writes them, such as 'en-US' or 'en,de'; those of the project's configuration go first.",
  },
  names: {
    type: 'boolean',
    default: true,
    description:
      'Whether an unknown word with a capital letter is taken for a name where it begins no sentence, or stands before another such word.',
  },
  projectWords: {
    type: 'boolean',
    default: true,
    description:
      'Whether names of files, packages and people, and words that stand in code on some page, are right in prose.',
  },
} as const;

const messages = {
  unknown: "'{{word}}' is in no dictionary{{times}}.",
  forbidden: "'{{word}}' is a word that the project does not want{{times}}.",
} as const;

const help = `Correct the word. If it is right, add it to the project's words, in \`cspell.json\` where editors find them too, or in the option \`words\`:

\`\`\`json
{ "version": "0.2", "words": ["tinypool"] }
\`\`\`

Looked at is the prose of Markdown pages, without code, styles and scripts, addresses, ids, changelogs and licences. Known are the dictionaries of cspell, and the project's own words: those of \`cspell.json\` (\`.yaml\`, \`package.json\`, \`.vscode/settings.json\`, lists of words that it defines), the names of its files, packages and people, and what stands in code on any page. Comments such as \`<!-- cspell:ignore foo -->\` hold. A configuration that is code is not run, and dictionaries from packages are not read; then the outcome is \`degraded\`.

A word is reported once a page. Words with a capital letter inside of a sentence are taken for names. cspell is used as the project has it: \`npm i -D cspell-lib\`.`;

/** Checks the spelling of Markdown pages with cspell. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Words are spelled right',
    description: 'Misspelt words make readers doubt what they read, and searches miss the page.',
    category: 'documentation',
    tier: 'deep',
    severity: 'note',
    estimate: '15s',
    tags: ['markdown', 'spelling', 'cspell'],
    options,
    messages,
    help,
    when: { files: [PAGES] },
  },
  async run(context) {
    const isOldNode = Number(process.versions.node.split('.')[0]) < 22;
    const tool = await findTool(context, {
      name: 'cspell-lib',
      range: CSPELL,
      through: ['cspell'],
      install: isOldNode ? FOR_NODE_20 : 'cspell-lib',
    });
    const { spellCheckDocument } = await importTool<Cspell>(tool);
    const { settings: own, ignorePaths, lost } = await readSpelling(context);
    if (lost.length > 0)
      context.degraded(`The spelling configuration was not taken over whole: ${lost.join('; ')}.`, { lost: [...lost] });
    const pages = await readPages(ignorePaths, context);
    const words = [
      ...context.options.words,
      ...(context.options.projectWords ? await collectWords(pages, context) : []),
    ];
    const settings = merge(own, words, context.options.language);
    for (const [path, text] of pages) {
      if (context.signal.aborted) return;
      const document = { uri: pathToFileURL(join(context.target.root, path)).href, text, languageId: 'markdown' };
      const result = await spellCheckDocument(document, { noConfigSearch: true, generateSuggestions: false }, settings);
      const [error] = result.errors ?? [];
      if (error !== undefined || !result.checked)
        context.degraded(`${path} was not checked: ${error === undefined ? 'cspell left it out' : messageOf(error)}.`, {
          path,
        });
      const issues = context.options.names ? result.issues.filter((issue) => !isName(text, issue)) : result.issues;
      reportWords(path, text, issues, context);
    }
    context.measure('pages', pages.size, 'pages');
  },
});

type Context = ContextOf<typeof options, typeof messages, Needs>;

async function readPages(ignorePaths: readonly string[], context: Context): Promise<ReadonlyMap<string, string>> {
  const { default: picomatch } = await import('picomatch');
  // As in a .gitignore, a glob without a slash means every folder.
  const globs = ignorePaths.flatMap((glob) =>
    glob.includes('/')
      ? [glob.replace(/^\.?\//, ''), `${glob.replace(/^\.?\//, '')}/**`]
      : [`**/${glob}`, `**/${glob}/**`],
  );
  const isIgnored = picomatch(globs, { dot: true });
  const isForeign = picomatch(NOT_WRITTEN_HERE, { dot: true });
  const pages = new Map<string, string>();
  for await (const { path, type, sizeBytes } of context.files(DOCUMENTS)) {
    if (type !== 'file' || isForeign(path) || isIgnored(path)) continue;
    const text = sizeBytes > MAX_LENGTH ? 'too long' : (decodeText(await context.readFile(path)) ?? 'binary');
    if (text === 'too long' || text === 'binary') context.degraded(`${path} was not checked: it is ${text}.`, { path });
    else pages.set(path, text);
  }
  return pages;
}

async function collectWords(pages: ReadonlyMap<string, string>, context: Context): Promise<string[]> {
  const words = new ProjectWords();
  for await (const { path } of context.files()) {
    words.add(path);
    if (nameOf(path) !== 'package.json' || path.includes('node_modules/')) continue;
    const manifest = await readSettings(context, path);
    if (manifest !== undefined && 'settings' in manifest) words.addManifest(manifest.settings);
  }
  const read = await loadPageReader();
  for (const [path, text] of pages) {
    try {
      for (const code of read(text).code) words.add(code);
    } catch (error) {
      // Its prose is checked all the same; only the words of its code are missing.
      context.log.debug(`${path} is no Markdown that can be read: ${messageOf(error)}`);
    }
  }
  return words.list();
}

function merge(own: Readonly<Record<string, unknown>>, words: readonly string[], language: string): object {
  const list = (key: string): readonly unknown[] => (Array.isArray(own[key]) ? (own[key] as unknown[]) : []);
  return {
    language,
    ...own,
    words: [...list('words'), ...words],
    ignoreRegExpList: [...list('ignoreRegExpList'), ...NOT_PROSE],
  };
}

/** What may stand between the start of a sentence and its first word: signs of lists, headings, tables and emphasis. */
const SENTENCE_START = /(?:^|[.!?:]["')\]]*\s|\n)[\s>#*_\-+|()[\]"'\d.]*$/;

const LATIN = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+$/u;

/** A part of a line that is long enough to see where a sentence starts. */
const CONTEXT_LENGTH = 80;

/** True for a word with a capital letter inside of a sentence, or before another one: `Ada Lovelace`. */
function isName(text: string, { text: word, offset }: { readonly text: string; readonly offset: number }): boolean {
  if (!/^\p{Lu}/u.test(word)) return false;
  const before = text.slice(Math.max(0, offset - CONTEXT_LENGTH), offset);
  const after = text.slice(offset + word.length, offset + word.length + CONTEXT_LENGTH);
  return !SENTENCE_START.test(before) || /^[ '’-]*\p{Lu}/u.test(after);
}

function reportWords(
  path: string,
  text: string,
  issues: readonly { readonly text: string; readonly offset: number; readonly isFlagged?: boolean }[],
  context: Context,
): void {
  const byWord = new Map<string, { word: string; offset: number; count: number; isFlagged: boolean }>();
  for (const { text: word, offset, isFlagged = false } of issues) {
    // No dictionary that comes along knows another script, so every word of it would be wrong.
    if (!LATIN.test(word)) continue;
    const known = byWord.get(word.toLowerCase());
    if (known === undefined) byWord.set(word.toLowerCase(), { word, offset, count: 1, isFlagged });
    else known.count += 1;
  }
  for (const { word, offset, count, isFlagged } of byWord.values()) {
    const before = text.slice(0, offset).split('\n');
    const startLine = before.length;
    const startColumn = (before.at(-1) ?? '').length + 1;
    context.report({
      messageId: isFlagged ? 'forbidden' : 'unknown',
      data: { word, times: count === 1 ? '' : ` (${plural(count, 'time')} on this page)`, count },
      location: { path, startLine, startColumn, endLine: startLine, endColumn: startColumn + word.length },
    });
  }
}
