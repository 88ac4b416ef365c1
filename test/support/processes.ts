// Processes, the built command among them.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built command. */
export const command = fileURLToPath(new URL('../../dist/core/cli/main.js', import.meta.url));

/** An argument by which a process is found again. */
export function uniqueArgument(): string {
  return `scanrun-test-${randomUUID()}`;
}

/** True for a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The ids of the processes with this text among their arguments. */
export function alive(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const state = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1)?.[0];
        return state !== 'Z' && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(argument);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Ends the processes with this text among their arguments; for a test that failed. */
export function endAll(argument: string): void {
  for (const pid of alive(argument)) process.kill(pid, 'SIGKILL');
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timeMs: number;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until standard error has this text. */
  stderrHas(text: string): Promise<void>;
}

/** What a command is started with. */
export interface CommandSettings {
  readonly cwd: string;
  /** Added to a bare environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program with arguments that runs the command, such as `setpriv`. */
  readonly by?: readonly string[];
}

/** Starts the built command. */
export function startScanrun(args: readonly string[], { cwd, env = {}, by = [] }: CommandSettings): RunningCommand {
  const [program = '', ...rest] = [...by, process.execPath, command, ...args];
  const started = Date.now();
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, timeMs: Date.now() - started }));
  });
  return {
    child,
    ended,
    stderrHas: async (text) => {
      while (!stderr.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended without ${text}: ${stderr}`);
        await new Promise((done) => setTimeout(done, 10));
      }
    },
  };
}

/** Runs the built command to its end. */
export function scanrun(args: readonly string[], settings: CommandSettings): Promise<Ended> {
  return startScanrun(args, settings).ended;
}
