import { type CheckContext, defineCheck, type ExecResult } from 'scanrun';

/** Bytes of git's output that are kept; more would be an answer cut short, which is an error. */
const MAX_OUTPUT_BYTES = 268_435_456;

/** A repository's settings must not make git start a program of theirs. */
const GIT = ['git', '-c', 'core.fsmonitor=false'];

/** Begins each path that `check-ignore` is asked for: it would take `:(glob)x` for a pattern, and knows no other way to say no. */
const HERE = './';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'What is ignored is not tracked',
    description:
      'A tracked file that .gitignore names is committed all the same, so build output and local settings slip in unseen.',
    category: 'repository',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['git'],
    lane: 'io',
    when: { git: true },
    messages: {
      tracked: '{{path}} is tracked although {{source}} ignores it with {{pattern}}.',
      trackedByUnknownRule: '{{path}} is tracked although a .gitignore ignores it.',
    },
    help: [
      'Stop tracking the file; it stays on disk:',
      '',
      '```sh',
      'git rm --cached path/to/file',
      '```',
      '',
      'Where it belongs in the repository, let `.gitignore` say so with a line after the one that the finding names, such as ' +
        '`!path/to/file`. `git check-ignore --no-index -v path/to/file` shows which rule holds. ' +
        "Only `.gitignore` files count, not a person's own ignore file, so that everybody gets the same answer.",
    ].join('\n'),
  },
  async run(context) {
    if (context.target.kind !== 'git') {
      context.skip('not-applicable', 'The target is no git repository, so nothing is tracked.');
    }
    const listed = await context.exec(
      [...GIT, 'ls-files', '-z', '--cached', '--ignored', '--exclude-per-directory=.gitignore'],
      { maxBytes: MAX_OUTPUT_BYTES, workTree: false },
    );
    if (listed.code !== 0 || listed.truncated) throw new Error(`git ls-files ${failureOf(listed)}`);
    const paths = await visiblePaths(new Set(recordsOf(listed.stdout)), context);
    if (paths.length === 0) return;
    const rules = await rulesOf(paths, context);
    for (const path of paths) {
      const rule = rules.get(path);
      const location = { path };
      if (rule === undefined) context.report({ messageId: 'trackedByUnknownRule', data: { path }, location });
      else context.report({ messageId: 'tracked', data: { path, ...rule }, location });
    }
  },
});

/** Those that the configuration lets the check see, in order of path. */
async function visiblePaths(ignored: ReadonlySet<string>, { files }: Pick<CheckContext, 'files'>): Promise<string[]> {
  if (ignored.size === 0) return [];
  const visible: string[] = [];
  for await (const { path } of files()) if (ignored.has(path)) visible.push(path);
  return visible;
}

/** Which rule ignores each path. The answer only explains a finding, so a failure is logged and the finding stands. */
async function rulesOf(
  paths: readonly string[],
  context: Pick<CheckContext, 'exec' | 'log'>,
): Promise<Map<string, { source: string; pattern: string }>> {
  const rules = new Map<string, { source: string; pattern: string }>();
  const answer = await context.exec([...GIT, 'check-ignore', '--no-index', '--verbose', '-z', '--stdin'], {
    input: paths.map((path) => `${HERE}${path}\0`).join(''),
    maxBytes: MAX_OUTPUT_BYTES,
    workTree: false,
  });
  // Exit code 1 says that no path is ignored; it is an answer.
  if ((answer.code !== 0 && answer.code !== 1) || answer.truncated) {
    context.log.warn(`git check-ignore ${failureOf(answer)}`);
  }
  const fields = recordsOf(answer.stdout);
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = '', , pattern = '', path = ''] = fields.slice(at, at + 4);
    if (!pattern.startsWith('!')) rules.set(path.slice(HERE.length), { source, pattern });
  }
  return rules;
}

function recordsOf(output: string): string[] {
  return output.split('\0').slice(0, -1);
}

function failureOf({ code, signal, stderr, truncated }: ExecResult): string {
  if (truncated) return `printed more than ${MAX_OUTPUT_BYTES} bytes.`;
  return `failed (${signal ?? `exit code ${code}`}): ${stderr.trim() || 'it printed nothing'}`;
}
