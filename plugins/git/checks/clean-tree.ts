import { type CheckContext, defineCheck, plural } from 'scanrun';
import { localFilters, withoutFilters } from '../filters.js';
import { openRepository, type Repository, recordsOf } from '../repository.js';
import { type Change, parseStatus } from '../status.js';

const options = {
  untracked: {
    type: 'boolean',
    default: true,
    description: 'Whether files count that git neither tracks nor ignores.',
  },
} as const;

type Context = CheckContext<{ readonly untracked: boolean }, Change['kind']>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The work tree is clean',
    description: 'What is built from files that are not committed can never be built again.',
    category: 'release',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['git', 'release'],
    lane: 'io',
    when: { git: true },
    options,
    messages: {
      modified: '{{path}} has changes that are not committed.',
      deleted: '{{path}} is deleted, and that is not committed.',
      staged: '{{path}} has changes that are staged and not committed.',
      conflict: '{{path}} has an unresolved merge conflict.',
      submodule: 'The submodule {{path}} is at another commit than the one that is recorded.',
      untracked: '{{path}} is neither committed nor ignored.',
    },
    help: [
      'Commit the changes, put them aside, or let `.gitignore` name what is generated:',
      '',
      '```sh',
      'git status',
      'git stash --include-untracked',
      '```',
      '',
      'Paths that the configuration excludes do not count. What lies inside of a submodule is not looked at: only whether ' +
        'it is at the recorded commit. Filters that the repository itself configures are not run, as they are programs of ' +
        'its own: where one would be needed to compare a file, the check is degraded.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    const filters = await localFilters(repository);
    const unsafe = filters.find((name) => name.includes('='));
    if (unsafe !== undefined)
      context.skip(
        'unreadable',
        `The repository has a filter named ${JSON.stringify(unsafe)}, which cannot be turned off.`,
      );
    const output = await repository.git(
      [
        ...withoutFilters(filters),
        'status',
        '--porcelain=v2',
        '-z',
        '--no-renames',
        '--no-ahead-behind',
        '--ignore-submodules=dirty',
        `--untracked-files=${context.options.untracked ? 'normal' : 'no'}`,
        '--',
        '.',
      ],
      { workTree: true },
    );
    const visible = new Set<string>();
    for await (const { path } of context.files()) visible.add(path);
    const changes = parseStatus(output, repository.prefix).filter((change) => isVisible(change, visible));
    const unknown = await filteredPaths(changes, filters, repository);
    for (const { kind, path } of changes)
      if (!unknown.has(path))
        context.report({ messageId: kind, data: { path }, location: { path: path.replace(/\/$/, '') } });
    if (unknown.size > 0)
      context.degraded(
        `${plural(unknown.size, 'file')} could not be compared: a filter that the repository configures would have to run. Run \`git status\` where you trust it.`,
        { paths: [...unknown].slice(0, 100) },
      );
    await sayHidden(context, repository, visible);
  },
});

/** False for what the configuration excludes: the list has what is there, and what is gone was in none. */
function isVisible({ kind, path }: Change, visible: ReadonlySet<string>): boolean {
  if (kind === 'deleted' || kind === 'conflict' || kind === 'submodule') return true;
  if (!path.endsWith('/')) return visible.has(path) || kind === 'staged';
  for (const file of visible) if (file.startsWith(path)) return true;
  return visible.has(path.slice(0, -1));
}

/** Changed files that differ perhaps only because the filter that git would run was not. */
async function filteredPaths(
  changes: readonly Change[],
  filters: readonly string[],
  { git }: Repository,
): Promise<ReadonlySet<string>> {
  const modified = changes.filter(({ kind }) => kind === 'modified').map(({ path }) => path);
  if (filters.length === 0 || modified.length === 0) return new Set();
  const input = modified.map((path) => `${path}\0`).join('');
  const fields = recordsOf(await git(['check-attr', '-z', '--stdin', 'filter'], { input }));
  const found = new Set<string>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', , value = ''] = fields.slice(at, at + 3);
    if (filters.includes(value)) found.add(path);
  }
  return found;
}

/** Says which files git was told not to look at: it calls them unchanged whatever they are. */
async function sayHidden(context: Context, { git }: Repository, visible: ReadonlySet<string>): Promise<void> {
  const hidden = recordsOf(await git(['ls-files', '-v', '-z']))
    .filter((record) => /^[a-z]/.test(record) || record.startsWith('S'))
    .map((record) => record.slice(2))
    .filter((path) => visible.has(path));
  if (hidden.length === 0) return;
  context.degraded(
    `git was told to take ${plural(hidden.length, 'file')} for unchanged (${hidden[0]}${hidden.length > 1 ? ', ...' : ''}). Undo it with \`git update-index --no-assume-unchanged --no-skip-worktree\`.`,
    { paths: hidden.slice(0, 100) },
  );
}
