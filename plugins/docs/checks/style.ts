import { type CheckContext, defineCheck, findTool, importTool, type JsonObject, plural } from 'scanrun';
import { type Style, Styles } from '../style-config.js';
import { type FixInfo, StyleFixes } from '../style-fix.js';
import { DOCUMENTS, MAX_TEXT_LENGTH, NOT_WRITTEN_HERE, PAGES } from '../text.js';

/** What is used of markdownlint, from `markdownlint/promise`. */
interface Markdownlint {
  lint(options: {
    readonly strings: Record<string, string>;
    readonly config: object;
  }): Promise<Readonly<Record<string, readonly Problem[]>>>;
}

interface Problem {
  readonly lineNumber: number;
  readonly ruleNames: readonly string[];
  readonly ruleDescription: string;
  readonly errorDetail: string | null;
  readonly errorRange: readonly [column: number, length: number] | null;
  readonly fixInfo?: FixInfo | null;
}

/** The first version with `markdownlint/promise`. Newer ones than this was tried with may speak otherwise. */
const MARKDOWNLINT = '>=0.37.0 <1.0.0';

/** The last version for Node.js 20. */
const FOR_NODE_20 = 'markdownlint@0.40';

const help = `\`scanrun fix --write --check docs/style\` mends what markdownlint can mend, as \`npx markdownlint-cli2 --fix '**/*.md'\` would; reversed links (MD011) and the spelling of names (MD044) only with \`--unsafe\`. [Rules of markdownlint](https://github.com/DavidAnson/markdownlint/blob/main/doc/Rules.md) explains each.

The rules are those of the project: \`.markdownlint.json\` (\`.jsonc\`, \`.yaml\`), \`.markdownlint-cli2.jsonc\` (\`.yaml\`), \`.markdownlintrc\` or \`package.json\`, from the nearest folder. \`.markdownlintignore\`, \`ignores\` and comments such as \`<!-- markdownlint-disable MD001 -->\` hold. Configurations that are code are not run: their pages are not judged, and the outcome is \`degraded\`.

Without a configuration those rules hold that are about more than taste: headings that skip a level, lists and blocks of code that some renderers swallow without a blank line, reversed links, images without a text. Line length, signs and white space are left alone, and links (MD051, MD052) to \`docs/links\`. The option \`rules\` is laid over whatever holds:

\`\`\`ts
'docs/style': { options: { rules: { MD013: { line_length: 120 }, MD026: false } } }
\`\`\`

Changelogs and licences are not looked at. markdownlint is used as the project has it: \`npm i -D markdownlint\`.`;

/** Lints Markdown with markdownlint. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Markdown is written in one style',
    description: 'Mistakes in Markdown, such as a list without a blank line, show only where it is rendered.',
    category: 'documentation',
    tier: 'standard',
    severity: 'warning',
    estimate: '2s',
    tags: ['markdown', 'style', 'markdownlint'],
    options: {
      rules: {
        type: 'object',
        default: {},
        additionalProperties: true,
        description: "Rules of markdownlint by name or alias, laid over the project's.",
      },
    },
    messages: { style: '{{rule}}: {{description}}{{detail}}' },
    help,
    when: { files: [PAGES] },
    files: [...DOCUMENTS, `!${NOT_WRITTEN_HERE}`],
    reads: 'bytes',
  },
  async visit(file, context) {
    if (file.sizeBytes === 0 || file.type !== 'file') return;
    const linter = linterOf(context);
    const style = await linter.styles.of(file.path);
    if ('ignored' in style) return;
    const why = whyNot(file.text, style);
    if (why !== undefined || 'unknown' in style) {
      context.degraded(`${file.path} was not linted: ${why ?? ''}.`, { path: file.path });
      return;
    }
    const { lint } = await linter.library;
    const config = { ...style.config, ...context.options.rules };
    const results = await lint({ strings: { [file.path]: file.text }, config });
    const fixes = new StyleFixes(file.text);
    for (const problem of results[file.path] ?? []) {
      const { lineNumber, fixInfo } = problem;
      const fix = fixInfo ? fixes.of(problem.ruleNames[0] ?? '', lineNumber, fixInfo) : undefined;
      const [column, length] = problem.errorRange ?? [1, 0];
      const start = { path: file.path, startLine: lineNumber, startColumn: column };
      context.report({
        messageId: 'style',
        data: dataOf(problem),
        location: length > 0 ? { ...start, endLine: lineNumber, endColumn: column + length } : start,
        ...(fix === undefined ? {} : { fix }),
      });
    }
  },
});

function whyNot(text: string, style: Style): string | undefined {
  if (text === '') return 'it is binary';
  if (text.length > MAX_TEXT_LENGTH) return `it has more than ${plural(MAX_TEXT_LENGTH, 'character')}`;
  return 'unknown' in style ? style.unknown : undefined;
}

function dataOf({ ruleNames, ruleDescription, errorDetail }: Problem): JsonObject {
  const [rule = '', alias = ''] = ruleNames;
  return { rule, alias, description: ruleDescription, detail: errorDetail ? ` (${errorDetail})` : '' };
}

interface Linter {
  readonly library: Promise<Markdownlint>;
  readonly styles: Styles;
}

/** One for all files of a run: the library is found once, and the project's rules are read once. */
const LINTERS = new WeakMap<object, Linter>();

function linterOf(context: Pick<CheckContext, 'target' | 'skip' | 'files' | 'readFile'>): Linter {
  const known = LINTERS.get(context);
  if (known !== undefined) return known;
  const linter: Linter = { library: load(context), styles: new Styles(context) };
  // Who awaits it is told; nobody may.
  linter.library.catch(() => {});
  LINTERS.set(context, linter);
  return linter;
}

async function load(context: Pick<CheckContext, 'target' | 'skip'>): Promise<Markdownlint> {
  const isOldNode = Number(process.versions.node.split('.')[0]) < 22;
  const tool = await findTool(context, {
    name: 'markdownlint',
    range: MARKDOWNLINT,
    through: ['markdownlint-cli2', 'markdownlint-cli'],
    install: isOldNode ? FOR_NODE_20 : 'markdownlint',
  });
  return importTool<Markdownlint>(tool, 'markdownlint/promise');
}
