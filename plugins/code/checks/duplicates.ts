import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContextOf, commandOf, defineCheck, findTool, type Needs, plural } from 'scanrun';
import { readText } from '../../text.js';
import { type Copy, jscpdSettings, readCopies } from '../copies.js';
import { lastWords, placer, wordsOf } from '../paths.js';

/** Code that is written by hand; what repeats in data, styles and markup is no mistake. */
const CODE =
  '**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx,vue,svelte,astro,py,rb,php,java,kt,scala,go,rs,c,h,cc,cpp,hpp,cs,swift,dart}';

/** Tests and examples repeat themselves on purpose; the rest is not written by hand. */
const LEFT_OUT = [
  '**/*.{test,spec,e2e,stories,bench}.*',
  '**/{test,tests,__tests__,spec,specs,e2e,fixtures,__fixtures__,__mocks__,testdata,examples,example,playground}/**',
  '**/{vendor,third_party,dist,generated,__generated__}/**',
  '**/*.{min,generated,gen}.*',
  '**/*.d.{ts,mts,cts}',
];

const options = {
  minTokens: {
    type: 'integer',
    minimum: 10,
    maximum: 10_000,
    description: 'The fewest tokens of a copy; 100 where neither this nor .jscpd.json says.',
  },
  minLines: {
    type: 'integer',
    minimum: 2,
    maximum: 10_000,
    description: 'The fewest lines of a copy; 10 where neither this nor .jscpd.json says.',
  },
  files: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    default: [CODE, ...LEFT_OUT.map((glob) => `!${glob}`)],
    description: 'Globs of the files that are compared; one that starts with ! takes files out again.',
  },
} as const;

const messages = {
  copy: '{{lines}} lines are the same as in {{other}}, from: {{start}}',
  ownCopy: '{{lines}} lines are the same as further down in the file, from: {{start}}',
} as const;

type Context = ContextOf<typeof options, typeof messages, Needs>;

/** SonarQube's rule for duplications: 100 tokens on 10 lines. */
const DEFAULTS = { minTokens: 100, minLines: 10 };

/** A larger file is none that is written by hand; jscpd leaves it out without a word. */
const MAX_FILE_BYTES = 1_048_576;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No code is a copy',
    description: 'A mistake that is mended in one copy stays in the others.',
    category: 'quality',
    tier: 'quick',
    severity: 'warning',
    lane: 'process',
    estimate: '700ms',
    tags: ['jscpd', 'duplication'],
    when: { files: [CODE] },
    options,
    messages,
    help: [
      'Make one function of both places:',
      '',
      '```ts',
      "import { readOrder } from './read-order.js';",
      '```',
      '',
      'The check runs [jscpd](https://jscpd.dev) 5. A copy has at least 100 tokens and 10 lines, as SonarQube has it, and is found in the first of the two places. ' +
        'Tests, fixtures, examples, vendored, generated and minified files, and files above 1 MiB are left out. The option `files` chooses others.',
      '',
      'The settings `minTokens`, `minLines`, `maxLines`, `mode`, `ignore`, `ignorePattern`, `skipLocal`, `ignoreCase` and `crossFormats` of a `.jscpd.json` at the root count, where the options say nothing else:',
      '',
      '```json',
      '{ "minTokens": 70, "ignore": ["**/migrations/**"] }',
      '```',
    ].join('\n'),
  },
  async run(context) {
    const tool = await findTool(context, { name: 'jscpd', range: '5.0.16' });
    const paths: string[] = [];
    for await (const { path, type, sizeBytes } of context.files(context.options.files))
      if (type === 'file' && sizeBytes <= MAX_FILE_BYTES) paths.push(path);
    if (paths.length === 0) context.skip('not-applicable', "No file is compared: the option 'files' matches none.");
    const copies = await compare(context, commandOf(tool), paths);
    const places = await placer(context);
    for (const copy of copies) {
      const [first, second] = [places(copy.first.path), places(copy.second.path)];
      if (first.at !== 'target' || second.at !== 'target')
        throw new Error(`jscpd compared ${first.path} and ${second.path}, which it was not given.`);
      report(context, copy, first.path, second.path);
    }
  },
});

/** Has jscpd compare the files, by a configuration of ours: a command line could not hold their names. */
async function compare(context: Context, script: string, paths: readonly string[]): Promise<readonly Copy[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'scanrun-jscpd-'));
  try {
    const { minTokens, minLines } = context.options;
    const settings = {
      ...DEFAULTS,
      ...jscpdSettings(await readText(context, '.jscpd.json')),
      ...(minTokens === undefined ? {} : { minTokens }),
      ...(minLines === undefined ? {} : { minLines }),
    };
    const config = join(scratch, 'config.json');
    await writeFile(
      config,
      JSON.stringify({
        ...settings,
        // It takes relative paths from its configuration on.
        path: paths.map((path) => join(context.target.root, path)),
        reporters: ['json'],
        output: scratch,
        absolute: true,
        gitignore: false,
        maxSize: '2mb',
        silent: true,
        noTips: true,
      }),
    );
    const result = await context.exec([process.execPath, script, '--config', config, '--no-gitignore']);
    const report = await readFile(join(scratch, 'jscpd-report.json'), 'utf8').catch(() => undefined);
    const said = lastWords(result.stderr.replace(/^Using config from .*$/m, ''), result.stdout);
    if (result.code !== 0 || report === undefined) {
      // Its package for this platform is optional, and may have been left out.
      const name = /Platform package "([\w-]+)" not installed/.exec(result.stderr)?.[1];
      if (name !== undefined) context.skip('not-installed', `not installed: npm i -D ${name}`);
      throw new Error(`jscpd failed (${result.signal ?? `exit code ${result.code}`}):\n${said}`);
    }
    const { copies, sources, duplicatedLines, percentage } = readCopies(report);
    if (sources === 0 && (await holdsEnough(context, paths, settings)))
      throw new Error(`jscpd compared none of ${plural(paths.length, 'file')}:\n${said}`);
    context.measure('compared files', sources, 'files');
    context.measure('copied lines', duplicatedLines, 'lines');
    context.measure('copied', percentage, '%');
    return copies;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** True where a file is long enough for a copy, so that jscpd had to look at it; it counts only such files. */
async function holdsEnough(
  { readFile: read }: Context,
  paths: readonly string[],
  { minTokens, minLines }: typeof DEFAULTS,
): Promise<boolean> {
  for (const path of paths) {
    const text = new TextDecoder().decode(await read(path));
    // Half of what could be tokens are white space and comments at the most, in what people write.
    const isText = !text.includes('\0');
    if (isText && text.split('\n').length > minLines && (text.match(/\w+|[^\s\w]/g)?.length ?? 0) > 2 * minTokens)
      return true;
  }
  return false;
}

function report(context: Context, copy: Copy, path: string, other: string): void {
  const { first, second, lines, fragment } = copy;
  const start =
    fragment
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? '';
  context.report({
    messageId: path === other ? 'ownCopy' : 'copy',
    data: {
      lines,
      other,
      otherStartLine: second.startLine,
      otherEndLine: second.endLine,
      // Not the line's number: a copy is the same one wherever it moves.
      start: wordsOf(start, context.target.root).slice(0, 100),
    },
    location: { path, startLine: first.startLine, endLine: first.endLine },
  });
}
