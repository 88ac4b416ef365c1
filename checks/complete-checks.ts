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
      noTest: '{{check}} has no test: there is no {{test}}.',
      noPage: '{{check}} has no page: no file in {{pages}} names it as its source.',
    },
    help: 'Write the test with `testCheck` from `scanrun/testing`. The page is generated: run `npm run docs`.',
    when: { files: ['plugins/*/checks/*.ts'] },
  },
  async run(context) {
    const { pages, tests } = context.options;
    const documented = await sourcesOfPages(context, pages);
    const tested = await pathsOf(context, `${tests}/**/*.test.ts`);
    const checks = await pathsOf(context, 'plugins/*/checks/*.ts');
    for (const check of checks) {
      const test = `${tests}/${check.replace('/checks/', '/').replace(/\.ts$/, '.test.ts')}`;
      const location = { path: check };
      if (!tested.has(test)) context.report({ messageId: 'noTest', data: { check, test }, location });
      if (!documented.has(check)) context.report({ messageId: 'noPage', data: { check, pages }, location });
    }
    context.measure('checks', checks.size, 'checks');
  },
});

/** The paths of the files that match a glob. */
async function pathsOf(context: Pick<CheckContext, 'files'>, glob: string): Promise<Set<string>> {
  const paths = new Set<string>();
  for await (const { path } of context.files(glob)) paths.add(path);
  return paths;
}

/** The checks that the pages name: each generated page says which file it was made from. */
async function sourcesOfPages(context: Pick<CheckContext, 'files' | 'readFile'>, folder: string): Promise<Set<string>> {
  const sources = new Set<string>();
  for await (const { path } of context.files(`${folder}/*/*.md`)) {
    const text = new TextDecoder().decode(await context.readFile(path));
    for (const [, source] of text.matchAll(/^Source: `([^`]+)`$/gm)) if (source !== undefined) sources.add(source);
  }
  return sources;
}
