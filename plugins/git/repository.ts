import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { CheckContext, ExecResult } from 'scanrun';

/** What a check must have to ask git. */
export type GitContext = Pick<CheckContext, 'exec' | 'target' | 'skip' | 'degraded'>;

/** How a git command runs. */
export interface GitOptions {
  /** Text given to standard input. */
  readonly input?: string;
  /** True for a command that looks at files of the work tree; false when absent. */
  readonly workTree?: boolean;
}

/** A repository, and the one way to ask git about it. */
export interface Repository {
  /** True where the clone has only the newest commits. */
  readonly shallow: boolean;
  /** The target's path in the repository, with a slash at its end; empty where it is the whole. */
  readonly prefix: string;
  /** Runs git and gives what it printed. Throws what git said where it fails or prints more than 256 MiB. */
  git(args: readonly string[], options?: GitOptions): Promise<string>;
  /** Runs git and gives how it ended, whatever that is. */
  ask(args: readonly string[], options?: GitOptions): Promise<ExecResult>;
}

/** Bytes of git's output that are kept; more would be an answer cut short, which is an error. */
const MAX_OUTPUT_BYTES = 268_435_456;

/** Settings that keep a repository from running programs of its own while git reads it. */
const SAFE = [
  '--no-pager',
  ...['fsmonitor=false', 'hooksPath=/dev/null', 'quotePath=false', 'untrackedCache=keep'].flatMap((setting) => [
    '-c',
    `core.${setting}`,
  ]),
];

const ENVIRONMENT = {
  // Failures are told apart by their text.
  LC_ALL: 'C',
  // A scan changes nothing, not even git's notes on what it has seen.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // An object that a partial clone lacks is fetched by a program that the repository names: never.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
};

/** What is to be done about a clone that has only the newest commits. */
export const SHALLOW =
  'This is a shallow clone, so commits and tags may be missing. Run `git fetch --unshallow --tags`; in GitHub Actions set `fetch-depth: 0` for actions/checkout.';

/**
 * Opens the repository around the target. Ends the check as skipped where there is none, where there is no git, and where
 * the environment points git to another one.
 * @throws Error with what git said where it refuses the repository.
 */
export async function openRepository(context: GitContext): Promise<Repository> {
  if (context.target.kind !== 'git') return context.skip('not-applicable', 'The target is no git repository.');
  const ask: Repository['ask'] = (args, { input, workTree = false } = {}) =>
    context.exec(['git', ...SAFE, ...args], {
      maxBytes: MAX_OUTPUT_BYTES,
      env: ENVIRONMENT,
      workTree,
      ...(input === undefined ? {} : { input }),
    });
  const git: Repository['git'] = async (args, options) => {
    const answer = await ask(args, options);
    if (answer.code !== 0 || answer.truncated) throw gitError(args, answer);
    return answer.stdout;
  };
  const facts = await git(
    ['rev-parse', '--show-toplevel', '--absolute-git-dir', '--is-shallow-repository', '--git-path', 'index'],
    {},
  ).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    return context.skip('not-installed', 'There is no git on the PATH. Install it: https://git-scm.com/downloads');
  });
  const [top = '', gitDir = '', shallow = '', index = ''] = facts.split('\n');
  const root = realpathSync(context.target.root);
  if (!isOwn(root, resolve(top), resolve(gitDir), resolve(root, index)))
    return context.skip(
      'unreadable',
      `git answers for ${top}, which is another repository or work tree. Unset GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE for the scan, and core.worktree in the repository.`,
    );
  const path = context.target.repositoryPath;
  return { shallow: shallow === 'true', prefix: path === undefined ? '' : `${path}/`, git, ask };
}

/** The error for a git command that ended badly. */
export function gitError(args: readonly string[], { code, signal, stderr, truncated }: ExecResult): Error {
  const what = `git ${args[0] ?? ''}`;
  if (truncated) return new Error(`${what} printed more than ${MAX_OUTPUT_BYTES} bytes.`);
  return new Error(`${what} failed (${signal ?? `exit code ${code}`}): ${stderr.trim() || 'it printed nothing'}`);
}

/** True for an error with this code. */
function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** Text cut by a separator that also ends it. */
export function recordsOf(output: string, separator = '\0'): string[] {
  const records = output.split(separator);
  if (records.at(-1) === '') records.pop();
  return records;
}

/**
 * Whether what git answers for is the repository around a folder. In a hook git is told by its environment where the
 * repository is, and a scan of one repository from a hook of another would be about the other.
 */
function isOwn(root: string, top: string, gitDir: string, index: string): boolean {
  const expected = topOf(root);
  if (expected === undefined || realpathSync(top) !== expected) return false;
  const own = gitDirOf(expected);
  if (own === undefined || realpathSync(gitDir) !== own) return false;
  if (!existsSync(index)) return basename(index) === 'index';
  return realpathSync(index).startsWith(own + sep);
}

/** The folder at or above `root` that holds `.git`. */
function topOf(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    if (lstatSync(join(folder, '.git'), { throwIfNoEntry: false })) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Where the repository of a work tree lies: a linked work tree and a submodule have a file that says so. */
function gitDirOf(top: string): string | undefined {
  const path = join(top, '.git');
  if (lstatSync(path).isDirectory()) return realpathSync(path);
  if (lstatSync(path).isSymbolicLink()) return realpathSync(path);
  const [, pointed] = /^gitdir: (.+?)\r?\n?$/s.exec(readFileSync(path, 'utf8')) ?? [];
  const folder = pointed === undefined ? undefined : resolve(top, pointed);
  return folder !== undefined && existsSync(folder) ? realpathSync(folder) : undefined;
}
