import { type CheckContext, defineCheck } from 'scanrun';

// scanrun's own check, and an example of a project check: it lists files, reads some, and reports what is missing.
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Each built-in check has a test and a page',
    description: 'A check that nobody tests breaks unseen, and one without a page is one that nobody can configure.',
    category: 'completeness',
    tier: 'quick',
    severity: 'error',
    lane: 'io',
    options: {
      pages: { type: 'string', default: 'docs/checks', minLength: 1, description: 'The folder of the pages.' },
      tests: { type: 'string', default: 'test', minLength: 1, description: 'The folder of the tests.' },
    },
    messages: {
      noTest: '{{check}} has no test: no test below {{folder}} imports it.',
      noPage: '{{check}} has no page: no file in {{pages}} names it as its source.',
    },
    help: 'Write the test with `testCheck` from `scanrun/testing`. The page is generated: run `npm run docs`.',
    when: { files: ['plugins/*/checks/*.ts'] },
  },
  async run(context) {
    const { pages, tests } = context.options;
    const documented = await found(context, `${pages}/*/*.md`, /^Source: `([^`]+)`$/gm);
    const tested = await found(context, `${tests}/**/*.test.ts`, /^import .* from '[./]*(plugins\/[^']+)\.js';$/gm);
    let count = 0;
    for await (const { path: check } of context.files('plugins/*/checks/*.ts')) {
      count += 1;
      const folder = `${tests}/${check.slice(0, check.indexOf('/checks/'))}`;
      const location = { path: check };
      if (!tested.some(({ path, text }) => path.startsWith(`${folder}/`) && `${text}.ts` === check))
        context.report({ messageId: 'noTest', data: { check, folder }, location });
      if (!documented.some(({ text }) => text === check))
        context.report({ messageId: 'noPage', data: { check, pages }, location });
    }
    context.measure('checks', count, 'checks');
  },
});

/** What the first group of a pattern matches in the files of a glob, with the path of each file. */
async function found(
  context: Pick<CheckContext, 'files' | 'readFile'>,
  glob: string,
  pattern: RegExp,
): Promise<{ readonly path: string; readonly text: string }[]> {
  const matches: { readonly path: string; readonly text: string }[] = [];
  for await (const { path } of context.files(glob)) {
    const content = new TextDecoder().decode(await context.readFile(path));
    for (const [, text] of content.matchAll(pattern)) if (text !== undefined) matches.push({ path, text });
  }
  return matches;
}
