import { type CheckContext, defineCheck, formatCount, plural } from 'scanrun';
import { parseNumstat, type SizedCommit } from '../numstat.js';
import { rangeOf, rangeOptions, subjectOf } from '../range.js';
import { openRepository } from '../repository.js';

const options = {
  ...rangeOptions,
  maxLines: {
    type: 'integer',
    default: 2_000,
    minimum: 1,
    description: 'Lines that a commit may add and remove together.',
  },
  maxFiles: { type: 'integer', default: 200, minimum: 1, description: 'Files that a commit may change.' },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [
      '**/package-lock.json',
      '**/npm-shrinkwrap.json',
      '**/yarn.lock',
      '**/pnpm-lock.yaml',
      '**/bun.lock',
      '**/*.min.{js,css}',
      '**/*.map',
      '**/*.svg',
      '**/*.snap',
      '**/__snapshots__/**',
      '**/{dist,vendor}/**',
    ],
    description: 'Globs of files that nobody reads line by line, such as lockfiles; they do not count.',
  },
} as const;

interface Limits {
  readonly maxLines: number;
  readonly maxFiles: number;
}

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Commits can be reviewed',
    description: 'A commit of thousands of lines is approved, not read.',
    category: 'release',
    tier: 'standard',
    severity: 'note',
    estimate: '500ms',
    tags: ['git', 'release'],
    lane: 'process',
    when: { git: true },
    options,
    messages: {
      tooManyLines: 'Commit {{commit}} changes {{lines}} lines in {{files}}; the limit is {{limit}}: {{subject}}',
      tooManyFiles: 'Commit {{commit}} changes {{files}}; the limit is {{limit}}: {{subject}}',
    },
    help: [
      'Commit what belongs together and no more; before a commit is pushed it can be taken apart:',
      '',
      '```sh',
      'git rebase --interactive --keep-base origin/main',
      'git reset HEAD^',
      'git add --patch',
      '```',
      '',
      'Commits since the last tag count, without merges and without the first commit of a repository. A file that was only ' +
        'renamed has no lines, nor has a binary file. Files that are generated belong into `ignore`.',
    ].join('\n'),
  },
  async run(context) {
    const { maxLines, maxFiles, ignore } = context.options;
    const repository = await openRepository(context);
    const { args, since } = await rangeOf(repository, context, context.options);
    const output = await repository.git([
      'log',
      '-z',
      '--format=%x01%H %s',
      '--encoding=UTF-8',
      '--no-show-signature',
      '--no-merges',
      '--min-parents=1',
      '--numstat',
      '--find-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      ...args,
      ...(args.includes('--') ? [] : ['--', '.']),
      ...ignore.map((glob) => `:(exclude,glob,top)${glob}`),
    ]);
    const commits = parseNumstat(output);
    for (const commit of commits) judge(commit, { maxLines, maxFiles }, context);
    context.measure('commits', commits.length, 'commits');
    return { since, commits: commits.length, largestLines: Math.max(0, ...commits.map(({ lines }) => lines)) };
  },
});

function judge(
  { id, subject, lines, files }: SizedCommit,
  { maxLines, maxFiles }: Limits,
  { report }: Pick<CheckContext<object, 'tooManyLines' | 'tooManyFiles'>, 'report'>,
): void {
  if (lines <= maxLines && files <= maxFiles) return;
  const data = { commit: id.slice(0, 12), subject: subjectOf(subject), files: plural(files, 'file') };
  const location = { path: '.' };
  if (lines > maxLines)
    report({
      messageId: 'tooManyLines',
      data: { ...data, lines: formatCount(lines), limit: formatCount(maxLines) },
      location,
    });
  else report({ messageId: 'tooManyFiles', data: { ...data, limit: formatCount(maxFiles) }, location });
}
