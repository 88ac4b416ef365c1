import { join, posix } from 'node:path';
import { type ContextOf, commandOf, defineCheck, type ExecResult, findTool, type Needs, type Tool } from 'scanrun';
import { demandOwn } from '../../own-target.js';
import { asText, own, parsedJson, readText } from '../../text.js';
import { type LintMessage, type LintResult, lintFolders, missingPackage, readLintReport } from '../eslint-report.js';
import { lastWords, placer, wordsOf } from '../paths.js';
import { isInstalled } from '../typescript/installed.js';

const options = {
  patterns: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    default: ['.'],
    description: 'What eslint is given: files, folders or globs, relative to the folder of its configuration.',
  },
} as const;

const messages = {
  problem: '{{message}} ({{rule}})',
  problemWithoutRule: '{{message}}',
} as const;

type Context = ContextOf<typeof options, typeof messages, Needs>;

/** Where its rules are; eslint 8 also reads package.json, which nearly every project has without them. */
const CONFIGS =
  '**/{eslint.config.js,eslint.config.mjs,eslint.config.cjs,eslint.config.ts,eslint.config.mts,eslint.config.cts,.eslintrc,.eslintrc.js,.eslintrc.cjs,.eslintrc.json,.eslintrc.yml,.eslintrc.yaml}';

/** Bytes of eslint's report that are kept; it holds the source of each file with a problem. */
const MAX_OUTPUT_BYTES = 268_435_456;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'eslint finds nothing',
    description: "The project's own rules, in the same report as everything else.",
    category: 'quality',
    tier: 'deep',
    severity: 'error',
    lane: 'process',
    estimate: '15s',
    timeout: '300s',
    tags: ['eslint', 'lint'],
    when: { files: [CONFIGS] },
    options,
    messages,
    help: [
      'Mend what the rule names. What eslint itself would mend with `--fix` is offered here too:',
      '',
      '```sh',
      'npx scanrun fix --write --tier deep --check code/eslint',
      '```',
      '',
      "The check runs the project's own [eslint](https://eslint.org), of version 8 to 10, with its own configuration, in the folder where that lies. " +
        'A rule set to `error` gives an error, one set to `warn` a warning. What a comment in the code disables stays disabled, ' +
        'and files that git or the scan excludes are left out.',
      '',
      'The configuration of eslint is a program. So it runs in a project of yours only, never in somebody else’s target. ' +
        'Where eslint or one of the packages that its configuration imports is not installed, the check is skipped and names it.',
    ].join('\n'),
  },
  async run(context) {
    demandOwn(context, "eslint's configuration is a program");
    const places = await placer(context);
    let files = 0;
    for (const { folder, isFlat } of await lintFolders(context)) {
      const results = await lint(context, folder, isFlat);
      files += results.length;
      for (const { path, message } of results.flatMap(({ path, messages }) =>
        messages.map((message) => ({ path, message })),
      )) {
        const place = places(path);
        if (place.at === 'target') report(context, place.path, message);
      }
    }
    if (files === 0)
      context.skip(
        'not-applicable',
        'eslint found no file to look at: its configuration matches none of this project.',
      );
    context.measure('linted files', files, 'files');
  },
});

async function lint(context: Context, folder: string, isFlat: boolean): Promise<LintResult[]> {
  const target = { ...context.target, root: join(context.target.root, folder) };
  // Version 10 knows no .eslintrc, so naming the newest would lead nowhere.
  const wanted = isFlat ? { range: '>=8.21.0 <11' } : { range: '>=8.0.0 <10', install: 'eslint@9' };
  const isAwaited = !isInstalled(target.root, 'eslint') && (await isDeclared(context, folder, 'eslint'));
  // Where only scanrun has one, of another version than the project wants, it is the project's that is missing.
  const skip: Context['skip'] = (code, reason) =>
    context.skip(code, isAwaited ? 'not installed: eslint, which package.json declares: npm install' : reason);
  const tool = await findTool({ target, skip }, { name: 'eslint', ...wanted });
  const result = await context.exec(
    [
      process.execPath,
      commandOf(tool),
      '--format',
      'json',
      '--no-color',
      '--no-error-on-unmatched-pattern',
      ...context.options.patterns,
    ],
    {
      cwd: folder === '' ? '.' : folder,
      maxBytes: MAX_OUTPUT_BYTES,
      // Which kind of configuration versions 8 and 9 read does not follow from what is there alone.
      env: { ESLINT_USE_FLAT_CONFIG: String(isFlat) },
    },
  );
  if (result.code !== 0 && result.code !== 1) await skipWithoutPackage(context, folder, result);
  return answerOf(tool, result);
}

/** Ends the check as skipped where the configuration imports what is not installed. */
async function skipWithoutPackage(context: Context, folder: string, { stderr }: ExecResult): Promise<void> {
  const name = missingPackage(stderr);
  if (name === undefined) return;
  const install = (await isDeclared(context, folder, name)) ? 'npm install' : `npm i -D ${name}`;
  context.skip('not-installed', `not installed: ${name}, which the configuration of eslint needs: ${install}`);
}

/** True where the package.json of a folder, or that of the root, declares a package. Only the words of a hint depend on it. */
async function isDeclared(context: Context, folder: string, name: string): Promise<boolean> {
  const paths = new Set([posix.join(folder, 'package.json'), 'package.json']);
  const manifests = await Promise.all([...paths].map(async (path) => parsedJson(await readText(context, path))));
  return manifests.some((manifest) =>
    ['dependencies', 'devDependencies'].some((field) => asText(own(own(manifest, field), name)) !== undefined),
  );
}

/** What eslint found. Its exit code is 0 for nothing, 1 for something, and any other when it failed itself. */
function answerOf({ version }: Tool, result: ExecResult): LintResult[] {
  const { code, signal, stdout, stderr, truncated } = result;
  const said = lastWords(stderr, stdout.slice(-2_000));
  if (truncated) throw new Error(`eslint ${version} printed more than 256 MiB, so its report is cut short.`);
  if (code !== 0 && code !== 1)
    throw new Error(`eslint ${version} failed (${signal ?? `exit code ${code}`}):\n${said}`);
  const results = readLintReport(stdout);
  if (results === undefined) throw new Error(`eslint ${version} printed no report:\n${said}`);
  if (code === 1 && results.every(({ messages }) => messages.length === 0))
    throw new Error(`eslint ${version} ended with exit code 1, and its report has no problem:\n${said}`);
  return results;
}

function report(context: Context, path: string, { message, rule, severity, fix, ...place }: LintMessage): void {
  const text = wordsOf(message, context.target.root);
  context.report({
    ...(rule === undefined
      ? { messageId: 'problemWithoutRule', data: { message: text } }
      : { messageId: 'problem', data: { message: text, rule } }),
    location: { path, ...place },
    severity,
    ...(fix === undefined
      ? {}
      : {
          fix: { description: `${rule ?? 'eslint'}: what \`eslint --fix\` does`, changes: [{ replacements: [fix] }] },
        }),
  });
}
