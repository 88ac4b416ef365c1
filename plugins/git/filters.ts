import { gitError, type Repository, recordsOf } from './repository.js';

/**
 * The names of the filters that the repository's own settings define. A filter is a program that git runs to compare a
 * file; those of the person who scans are theirs, such as Git LFS, and may run.
 */
export async function localFilters({ ask }: Repository): Promise<string[]> {
  const args = ['config', '-z', '--includes', '--show-scope', '--name-only', '--get-regexp', '^filter\\.'];
  const answer = await ask(args);
  // Exit code 1 says that there is none.
  if (answer.code === 1) return [];
  if (answer.code !== 0 || answer.truncated) throw gitError(args, answer);
  const fields = recordsOf(answer.stdout);
  const names = new Set<string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [scope = '', key = ''] = fields.slice(at, at + 2);
    const [, name] = /^filter\.(.*)\.[^.]*$/s.exec(key) ?? [];
    if (name !== undefined && (scope === 'local' || scope === 'worktree')) names.add(name);
  }
  return [...names];
}

/** Arguments of git that turn filters off. */
export function withoutFilters(names: readonly string[]): string[] {
  return names.flatMap((name) =>
    ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((setting) => ['-c', `filter.${name}.${setting}`]),
  );
}
