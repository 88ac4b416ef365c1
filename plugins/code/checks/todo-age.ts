import { type ContextOf, defineCheck, type Needs } from 'scanrun';
import { blame, isShallow } from '../blame.js';
import { markersIn } from '../comments/markers.js';
import { syntaxOf } from '../comments/syntax.js';

const options = {
  words: {
    type: 'array',
    items: { type: 'string', minLength: 2, maxLength: 40 },
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    default: ['TODO', 'FIXME'],
    description: 'Words that mark what is to be done, as they are written.',
  },
  maxAgeDays: {
    type: 'integer',
    minimum: 0,
    maximum: 36_500,
    default: 365,
    description: 'How many days a line with such a word may be old; 0 reports all that are committed.',
  },
} as const;

const messages = {
  old: '{{word}} is open since {{date}}: {{text}}',
  oldWithoutText: '{{word}} is open since {{date}}.',
} as const;

type Context = ContextOf<typeof options, typeof messages, Needs>;

const DAY_MS = 86_400_000;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No TODO is older than a year',
    description: 'What has been open for so long is either not needed, or needs somebody.',
    category: 'maintenance',
    tier: 'standard',
    severity: 'note',
    estimate: '5s',
    tags: ['git', 'comments'],
    // A line ages without the file.
    cache: false,
    when: { git: true },
    options,
    messages,
    help: [
      'Do it, make an issue of it, or remove the comment:',
      '',
      '```sh',
      'git log -L 120,120:src/order.ts',
      '```',
      '',
      'The word counts in comments, at the start of a line of the comment, or with a colon or a bracket after it: `TODO: x`, `TODO(name) x`. ' +
        'Its age is that of its line, by `git blame`: white space aside, and without the commits that `.git-blame-ignore-revs` names. ' +
        'In a shallow clone the age of older lines is not known, so clone with the whole history (`fetch-depth: 0`).',
    ].join('\n'),
  },
  async visit(file, context) {
    if (context.target.commit === undefined || file.tracked === false) return;
    const syntax = syntaxOf(file.language);
    if (syntax === undefined) return;
    const markers = markersIn(file.text, syntax, context.options.words);
    if (markers.length === 0) return;
    const lines = [...new Set(markers.map(({ line }) => line))];
    const blamed = await blame(context, file, lines);
    const latestMs = Date.now() - context.options.maxAgeDays * DAY_MS;
    const old = new Map(blamed.filter(({ writtenMs }) => writtenMs <= latestMs).map((item) => [item.line, item]));
    for (const { word, text, start, end, line } of markers) {
      const found = old.get(line);
      if (found === undefined) continue;
      const date = new Date(found.writtenMs).toISOString().slice(0, 10);
      const shown = text.length > 120 ? `${text.slice(0, 119)}…` : text;
      context.report({
        ...(text === ''
          ? { messageId: 'oldWithoutText', data: { word, date, author: found.author } }
          : { messageId: 'old', data: { word, date, text: shown, author: found.author } }),
        location: file.locate(start, end),
      });
    }
    if (blamed.some(({ isBoundary, line }) => isBoundary && !old.has(line))) await degradeShallow(context);
  },
});

/** Says that ages are not known, where the history that is there is not all. */
async function degradeShallow(context: Context): Promise<void> {
  if (await isShallow(context))
    context.degraded(
      'The clone is shallow, so how old its oldest lines are is not known. Fetch the rest with `git fetch --unshallow`.',
    );
}
