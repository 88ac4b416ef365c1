import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { ExecResult } from '../check/context.js';
import { codeOf } from '../errors.js';

/** How a process is started. */
export interface StartOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment; the coordinator's own when undefined. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** Variables added to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | undefined;
  readonly maxBytes: number;
  readonly timeoutMs: number | undefined;
}

/** Milliseconds between asking a tree to end and ending it. */
const TERM_GRACE_MS = 500;

/** Marks every descendant, also one that left its group and its parent. */
const MARK = 'SCANRUN_PROCESS_TREE';

/** A process and all that it starts. */
export class ProcessTree {
  // Loaded with the first process: it costs a start 3 ms, and what is imported lazily has its imports loaded at once where a command is one file.
  readonly #mark = process.getBuiltinModule('node:crypto').randomUUID();
  readonly #child: ChildProcess;
  readonly #result: Promise<ExecResult>;
  #done = false;
  #killing: NodeJS.Timeout | undefined;

  constructor(options: StartOptions) {
    const [program = '', ...args] = options.argv;
    // On POSIX the child leads a group of its own: one signal reaches the group, and a terminal's Ctrl-C reaches only us.
    this.#child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...(options.environment ?? process.env), ...options.env, [MARK]: this.#mark },
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      shell: false,
    });
    this.#result = this.#collect(options);
  }

  /** How the process ended. Rejects with the system's error when it could not be started. */
  get result(): Promise<ExecResult> {
    return this.#result;
  }

  /** Asks the whole tree to end, and ends what is left of it half a second later. */
  stop(): void {
    if (this.#killing !== undefined) return;
    signalTree(this.#child.pid, this.#mark, 'SIGTERM');
    this.#killing = setTimeout(() => this.kill(), TERM_GRACE_MS);
  }

  /** Ends the whole tree at once. */
  kill(): void {
    clearTimeout(this.#killing);
    signalTree(this.#child.pid, this.#mark, 'SIGKILL');
  }

  /** Ends what the process left behind; a check's children do not outlive it. */
  sweep(): void {
    if (this.#done && descendants(undefined, this.#mark).length === 0) return;
    this.kill();
  }

  #collect(options: StartOptions): Promise<ExecResult> {
    const stdout = new CappedText(options.maxBytes);
    const stderr = new CappedText(options.maxBytes);
    const child = this.#child;
    child.stdout?.on('data', (chunk: Buffer) => stdout.add(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
    // A child that does not read its input closes the pipe; that is its right.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            this.stop();
          }, options.timeoutMs);
    return new Promise((resolve, reject) => {
      child.on('error', (error) => {
        clearTimeout(timer);
        this.#done = true;
        reject(error);
      });
      const end = (code: number | null, signal: string | null): void => {
        clearTimeout(timer);
        this.#done = true;
        resolve({
          code,
          signal,
          stdout: stdout.text(),
          stderr: stderr.text(),
          truncated: stdout.truncated || stderr.truncated,
          timedOut,
        });
      };
      child.on('close', end);
      // A grandchild may hold the pipes open for ever: the process has ended, so what it printed is complete soon after.
      child.on('exit', (code, signal) => {
        setTimeout(() => {
          if (this.#done) return;
          this.kill();
          child.stdout?.destroy();
          child.stderr?.destroy();
          end(code, signal);
        }, TERM_GRACE_MS).unref();
      });
    });
  }
}

/** Output up to a size; the rest is dropped and said to be. */
class CappedText {
  readonly #chunks: Buffer[] = [];
  readonly #max: number;
  #size = 0;
  truncated = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(chunk: Buffer): void {
    const room = this.#max - this.#size;
    if (chunk.length > room) this.truncated = true;
    if (room <= 0) return;
    this.#chunks.push(chunk.subarray(0, room));
    this.#size += Math.min(room, chunk.length);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

function signalTree(pid: number | undefined, mark: string, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  // The strays first: once their parents are gone, only the mark connects them.
  for (const stray of descendants(pid, mark)) send(stray, signal);
  send(-pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}

/** Processes below `pid` or with our mark in their environment. Linux knows both; elsewhere the group has to do. */
function descendants(pid: number | undefined, mark: string): number[] {
  if (process.platform !== 'linux') return [];
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync('/proc')) {
    const candidate = Number(name);
    if (!Number.isInteger(candidate) || candidate === process.pid) continue;
    const stat = readProc(`/proc/${name}/stat`);
    // The command's name stands in brackets and may hold anything; the parent is the second field after it.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isInteger(parent)) parents.set(candidate, parent);
    if (readProc(`/proc/${name}/environ`).includes(`${MARK}=${mark}`)) found.add(candidate);
  }
  const isBelow = (candidate: number): boolean => {
    for (let at: number | undefined = candidate; at !== undefined && at > 1; at = parents.get(at))
      if (at === pid) return true;
    return false;
  };
  if (pid !== undefined) for (const candidate of parents.keys()) if (isBelow(candidate)) found.add(candidate);
  return [...found];
}

/** A file of /proc; empty for a process that ended meanwhile or belongs to someone else. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
