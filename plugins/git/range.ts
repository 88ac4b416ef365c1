import { plural } from 'scanrun';
import { type GitContext, gitError, type Repository, recordsOf, SHALLOW } from './repository.js';

/** The options of each check that looks at the commits of a release. */
export const rangeOptions = {
  since: {
    type: 'string',
    default: '',
    maxLength: 250,
    pattern: '^(?!-)',
    description:
      'The tag, branch or commit after which commits count. When empty the last tag before the commit that is checked out, else the beginning.',
  },
  maxCommits: {
    type: 'integer',
    default: 2_000,
    minimum: 1,
    maximum: 100_000,
    description: 'How many commits are looked at, the newest first. With more of them the check is degraded.',
  },
} as const;

/** Which commits a release brings. */
export interface Range {
  /** What git is given to list them: revisions, and the path where the target is a part of the repository. */
  readonly args: readonly string[];
  /** Where they begin, for people: `v1.2.3`, or `the beginning`. */
  readonly since: string;
}

/** How commits are chosen. */
export interface RangeChoice {
  readonly since: string;
  readonly maxCommits: number;
}

/**
 * The commits since the last tag. The tag of the commit that is checked out does not count: a release is what came since
 * the tag before it. Says that the answer is partial in a shallow clone, and where there are more commits than looked at.
 * @throws Error where the option `since` names no commit.
 */
export async function rangeOf(repository: Repository, context: GitContext, choice: RangeChoice): Promise<Range> {
  if (context.target.commit === undefined)
    return context.skip('not-applicable', 'The repository has no commit yet, so there is nothing to look at.');
  if (repository.shallow) context.degraded(SHALLOW);
  const since = choice.since === '' ? await lastTag(repository) : choice.since;
  const path = repository.prefix === '' ? [] : ['--', '.'];
  if (since === undefined)
    return capped(repository, context, choice, { args: ['HEAD', ...path], since: 'the beginning' });
  const start = await commitOf(repository, choice.since === '' ? `refs/tags/${since}` : since);
  if (start === undefined)
    throw new Error(
      `The option 'since' names ${JSON.stringify(since)}, which is no commit here.${repository.shallow ? ` ${SHALLOW}` : ''}`,
    );
  return capped(repository, context, choice, { args: ['HEAD', `^${start}`, ...path], since });
}

async function capped(
  { git }: Repository,
  context: GitContext,
  { maxCommits }: RangeChoice,
  range: Range,
): Promise<Range> {
  const count = Number(await git(['rev-list', '--count', ...range.args]));
  if (count <= maxCommits) return range;
  context.degraded(
    `There are ${plural(count, 'commit')} since ${range.since}, of which the newest ${maxCommits} were looked at. Raise the option 'maxCommits', or name a start with 'since'.`,
    { commits: count, maxCommits },
  );
  return { ...range, args: [`--max-count=${maxCommits}`, ...range.args] };
}

/** The tag that the checked out commit comes after; undefined where there is none. */
async function lastTag(repository: Repository): Promise<string | undefined> {
  const tagged = (await repository.git(['tag', '--points-at', 'HEAD'])) !== '';
  const from = tagged ? await commitOf(repository, 'HEAD^') : 'HEAD';
  if (from === undefined) return undefined;
  const args = ['describe', '--tags', '--abbrev=0', from];
  const answer = await repository.ask(args);
  if (answer.code === 0) return recordsOf(answer.stdout, '\n')[0];
  if (/No names found|No tags can describe|cannot describe/.test(answer.stderr)) return undefined;
  throw gitError(args, answer);
}

/** The commit that a name stands for; undefined where it stands for none. */
async function commitOf({ ask }: Repository, name: string): Promise<string | undefined> {
  const { code, stdout } = await ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  return code === 0 ? stdout.trim() : undefined;
}

/** A commit's first line, short enough for a message. */
export function subjectOf(subject: string): string {
  const characters = [...subject.trim()];
  return characters.length > 72 ? `${characters.slice(0, 71).join('')}…` : characters.join('');
}
