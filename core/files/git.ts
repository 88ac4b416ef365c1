import { spawn } from 'node:child_process';
import { messageOf, ScanError } from '../errors.js';

/** An entry of git's index, or an untracked file that git does not ignore. */
export interface GitEntry {
  /** Path relative to the folder that was listed. */
  readonly path: string;
  /** The mode in the index, such as `100644`; undefined for an untracked file. */
  readonly mode: string | undefined;
}

/** What git says of a folder. */
export interface GitListing {
  /** Tracked entries and untracked files, in no particular order. */
  readonly entries: readonly GitEntry[];
  /** Names that are not valid UTF-8, as Latin-1. */
  readonly badNames: readonly string[];
  /** The commit that is checked out; undefined before the first. */
  readonly commit: string | undefined;
  /** The branch that is checked out; undefined on a detached head. */
  readonly branch: string | undefined;
}

/** Settings that keep a hostile repository from running programs of its own while git reads it. */
const SAFE = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.quotePath=false',
  '-c',
  'core.untrackedCache=keep',
];

/**
 * Lists a folder of a git work tree; undefined when there is no git to ask.
 * @throws ScanError `SR_GIT_FAILED` with what git printed.
 */
export async function listGit(root: string): Promise<GitListing | undefined> {
  const [tracked, others, head] = await Promise.all([
    git(root, ['ls-files', '-z', '--stage']),
    git(root, ['ls-files', '-z', '--others', '--exclude-standard']),
    git(root, ['rev-parse', 'HEAD', '--abbrev-ref', 'HEAD']),
  ]);
  if (tracked === 'no-git' || others === 'no-git' || head === 'no-git') return undefined;
  for (const answer of [tracked, others]) {
    if (answer.code !== 0)
      throw new ScanError(
        'SR_GIT_FAILED',
        `git could not list the files of ${root}: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
      );
  }
  const badNames: string[] = [];
  const entries = new Map<string, GitEntry>();
  for (const record of records(tracked.stdout, badNames)) {
    const tab = record.indexOf('\t');
    const path = record.slice(tab + 1);
    entries.set(path, { path, mode: record.slice(0, 6) });
  }
  for (const path of records(others.stdout, badNames)) entries.set(path, { path, mode: undefined });
  const [commit, branch] = head.code === 0 ? head.stdout.toString('utf8').split('\n') : [];
  return { entries: [...entries.values()], badNames, commit, branch: branch === 'HEAD' ? undefined : branch };
}

interface GitAnswer {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function git(cwd: string, args: readonly string[]): Promise<GitAnswer | 'no-git'> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...SAFE, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('no-git');
      else reject(new ScanError('SR_GIT_FAILED', `git could not be started: ${messageOf(error)}`, { cause: error }));
    });
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
  });
}

/** The NUL-separated records of git's output; names that are not UTF-8 go to `badNames`, since no string can name them. */
function* records(output: Buffer, badNames: string[]): Generator<string> {
  const text = output.toString('utf8');
  if (!text.includes('\uFFFD')) {
    for (const record of text.split('\0')) if (record !== '') yield record;
    return;
  }
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const bytes = output.subarray(start, end < 0 ? output.length : end);
    const record = bytes.toString('utf8');
    if (Buffer.from(record, 'utf8').equals(bytes)) yield record;
    else badNames.push(bytes.toString('latin1').replace(/^[0-7]{6} [0-9a-f]+ \d\t/, ''));
    start = (end < 0 ? output.length : end) + 1;
  }
}
