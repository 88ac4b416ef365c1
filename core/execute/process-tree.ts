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

/** How often a tree that grows while it is signalled is looked at again. */
const MAX_ROUNDS = 5;

/** Marks every descendant, also one that left its group and its parent. */
const MARK = 'SCANRUN_PROCESS_TREE';

/** A process and all that it starts. */
export class ProcessTree {
  // Loaded with the first process: it costs a start 3 ms, and what is imported lazily has its imports loaded at once where a command is one file.
  readonly #mark = process.getBuiltinModule('node:crypto').randomUUID();
  readonly #child: ChildProcess;
  readonly #result: Promise<ExecResult>;
  /** Descendants that were seen, with the time of their start, by which a later process of the same id is told apart. */
  readonly #seen = new Map<number, string>();
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
    this.#signal('SIGTERM');
    this.#killing = setTimeout(() => this.kill(), TERM_GRACE_MS);
  }

  /** Ends the whole tree at once. */
  kill(): void {
    clearTimeout(this.#killing);
    this.#signal('SIGKILL');
  }

  /** Ends what the process left behind; a check's children do not outlive it. */
  sweep(): void {
    const left = descendants(undefined, this.#mark);
    if (this.#done && left?.size === 0 && !this.#someSeenLives()) return;
    this.kill();
    // Nobody could look, for instance because no file could be opened: those that left the group are looked for again.
    if (left === undefined) setTimeout(() => this.sweep(), TERM_GRACE_MS).unref();
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
      return;
    }
    // Again for those that were started while the others were signalled.
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const fresh = [...(descendants(pid, this.#mark) ?? [])].filter(([id]) => !this.#seen.has(id));
      if (round > 0 && fresh.length === 0) return;
      for (const [id, startedAt] of fresh) this.#seen.set(id, startedAt);
      // The strays first. Those of an earlier signal too: where it ended their parents, nothing connects them any more.
      for (const [id, startedAt] of this.#seen) if (readStat(id).startedAt === startedAt) send(id, signal);
      send(-pid, signal);
    }
  }

  #someSeenLives(): boolean {
    return [...this.#seen].some(([id, startedAt]) => readStat(id).startedAt === startedAt);
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
  #chunks: Buffer[] = [];
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

  /** All of it; to be asked for once. */
  text(): string {
    const whole = Buffer.concat(this.#chunks);
    // The process is kept until its task ends, for what it left behind; what it printed need not be.
    this.#chunks = [];
    return whole.toString('utf8');
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}

/** Processes below `pid` or with our mark in their environment, with the time of their start; undefined when they cannot be listed. Linux knows both; elsewhere the group has to do. */
function descendants(pid: number | undefined, mark: string): Map<number, string> | undefined {
  const found = new Map<number, string>();
  if (process.platform !== 'linux') return found;
  const names = listProc();
  if (names === undefined) return undefined;
  const stats = new Map<number, Stat>();
  for (const name of names) {
    const candidate = Number(name);
    if (!Number.isInteger(candidate) || candidate === process.pid) continue;
    const stat = readStat(candidate);
    if (stat.startedAt === '') continue;
    stats.set(candidate, stat);
    if (readProc(`/proc/${name}/environ`).includes(`${MARK}=${mark}`)) found.set(candidate, stat.startedAt);
  }
  const isBelow = (candidate: number): boolean => {
    for (let at: number | undefined = candidate; at !== undefined && at > 1; at = stats.get(at)?.parent)
      if (at === pid) return true;
    return false;
  };
  if (pid !== undefined)
    for (const [candidate, { startedAt }] of stats) if (isBelow(candidate)) found.set(candidate, startedAt);
  return found;
}

interface Stat {
  readonly parent: number | undefined;
  /** In ticks since the machine's start; empty for a process that has ended. */
  readonly startedAt: string;
}

function readStat(pid: number): Stat {
  const stat = readProc(`/proc/${pid}/stat`);
  // The command's name stands in brackets and may hold anything; state and parent follow, the start is the twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const parent = Number(fields[1]);
  // One that has ended and that its parent has not noticed yet is no process to end.
  return {
    parent: Number.isInteger(parent) ? parent : undefined,
    startedAt: fields[0] === 'Z' ? '' : (fields[19] ?? ''),
  };
}

function listProc(): string[] | undefined {
  try {
    return readdirSync('/proc');
  } catch {
    return undefined;
  }
}

/** A file of /proc; empty for a process that ended meanwhile or belongs to someone else. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
