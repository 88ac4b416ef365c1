import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { messageOf, ScanError } from '../errors.js';
import { topOf } from './top.js';

/** Variables by name; one that is undefined is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a git command ended. */
export interface GitAnswer {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
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

/** Variables that point git to a repository other than the one around its working folder (`git rev-parse --local-env-vars`), or change what a pathspec means. */
const FOREIGN = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NAMESPACE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
];

/** What a hook of git is given and must keep: the index of the commit that is being made, and where its new objects are. */
const OF_A_HOOK = ['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES'];

/**
 * The work tree around a folder.
 *
 * It is found from the folder upwards. `GIT_DIR` and its like, which git gives to hooks, count only where they mean the
 * same repository: a scan of one repository from a hook of another must not list the other's files.
 */
export class WorkTree {
  /** The folder that holds `.git`. */
  readonly top: string;
  /** The repository's own folder: `.git`, or where a `.git` file points. */
  readonly gitDir: string;
  /** The index file. */
  readonly indexFile: string;
  /** What git is given as its environment. */
  readonly environment: Environment;

  /** `top` is the folder that holds `.git`; paths in the environment are relative to `cwd`. */
  constructor(top: string, given: Environment = {}, cwd: string = top) {
    // A program that names settings for a scan does not mean that git has no PATH and no HOME.
    const environment: Environment = { ...process.env, ...given };
    this.top = top;
    this.gitDir = gitDirOf(top);
    const kept: Record<string, string | undefined> = { ...environment };
    for (const name of FOREIGN) delete kept[name];
    const index = environment.GIT_INDEX_FILE;
    const same = isSame(this.gitDir, top, environment, cwd);
    // Relative to the top of the work tree, from where git runs its hooks.
    this.indexFile = same && index ? resolve(top, index) : join(this.gitDir, 'index');
    if (same) {
      for (const name of OF_A_HOOK) kept[name] = environment[name];
      if (index) kept.GIT_INDEX_FILE = this.indexFile;
    }
    this.environment = {
      ...kept,
      // Messages are told apart by their text.
      LC_ALL: 'C',
      // A scan changes nothing, not even git's notes on what it has seen.
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      // An object that a partial clone lacks is fetched by a program that the repository names: never.
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: '',
    };
  }

  /** Runs git in a folder of the work tree. Rejects with `SR_GIT_FAILED` where it cannot be started, with the cause `ENOENT` where it is not installed. */
  run(folder: string, args: readonly string[], input?: string | Buffer): Promise<GitAnswer> {
    return new Promise((settle, reject) => {
      const child = this.start(folder, args);
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', (error) =>
        reject(new ScanError('SR_GIT_FAILED', `git could not be started: ${messageOf(error)}`, { cause: error })),
      );
      child.on('close', (code) =>
        settle({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
      );
      // A git that fails at once does not read what it is given; its exit code says why.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  }

  /** Starts git in a folder of the work tree. */
  start(folder: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    return spawn('git', [...SAFE, ...args], {
      cwd: folder,
      env: this.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
  }

  /**
   * Runs git and gives what it printed.
   * @throws ScanError `SR_GIT_FAILED` with what git said when it ends with another code than 0.
   */
  async ask(folder: string, args: readonly string[], input?: string | Buffer): Promise<Buffer> {
    const answer = await this.run(folder, args, input);
    if (answer.code !== 0) throw gitFailed(`git ${args[0]} failed in ${folder}`, answer);
    return answer.stdout;
  }
}

/** The error for a git command that ended badly. */
export function gitFailed(what: string, { code, stderr }: GitAnswer): ScanError {
  return new ScanError('SR_GIT_FAILED', `${what}: ${stderr.trim() || `exit code ${code}`}`);
}

/** True for the error of a machine that has no git. */
export function isNoGit(error: unknown): boolean {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return error instanceof ScanError && cause?.code === 'ENOENT';
}

/** A `.git` file is one line. */
const POINTER_BYTES = 8_192;

/** Where the repository of a work tree lies: a linked work tree and a submodule have a file that says so (gitrepository-layout). */
function gitDirOf(top: string): string {
  const path = join(top, '.git');
  const stats = lstatSync(path);
  // What is wrong with anything else, git says itself.
  if (!stats.isFile() || stats.size > POINTER_BYTES) return path;
  const [, pointed] = /^gitdir: (.+?)\r?\n?$/s.exec(readFileSync(path, 'utf8')) ?? [];
  return pointed === undefined ? path : resolve(top, pointed);
}

/** True when the environment that git gave to a hook is about this repository. */
function isSame(gitDir: string, top: string, environment: Environment, cwd: string): boolean {
  if (environment.GIT_DIR === undefined) return topOf(cwd) === top;
  try {
    return realpathSync(resolve(cwd, environment.GIT_DIR)) === realpathSync(gitDir);
  } catch {
    return false;
  }
}
