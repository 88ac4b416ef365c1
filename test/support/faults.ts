// What goes wrong with a machine: full disks, limits, other users, failing calls of the system, clocks that jump. Most of
// it needs root or a program that may not be there: a test asks, and says why when it is skipped.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Mounts a small file system in memory; false where that is not allowed. It is gone after the test. */
export function mounted(at: string, options = 'size=1m'): boolean {
  mkdirSync(at, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at], { stdio: 'ignore', timeout: 5_000 });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', at], { timeout: 5_000 }));
  return true;
}

const BALLAST = 'ballast';

/** Fills a mounted folder until so many bytes are left. */
export function fill(folder: string, leaveBytes = 0): void {
  const chunk = Buffer.alloc(4_096);
  const file = openSync(join(folder, BALLAST), 'w');
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
  if (leaveBytes > 0) spawnSync('truncate', [`--size=-${leaveBytes}`, join(folder, BALLAST)]);
}

/** Makes room again. */
export function unfill(folder: string): void {
  rmSync(join(folder, BALLAST));
}

/** True when the process may become another user, mount, and so on. */
export const isRoot = process.getuid?.() === 0;

/** Starts a program as somebody who owns nothing. */
export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** An environment for somebody without a home, whom git lets read what is not his. */
export const nobodysEnvironment = {
  HOME: '/nonexistent',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/** Starts a program that may have so many files open. */
export function openFiles(count: number): string[] {
  return ['prlimit', `--nofile=${count}:${count}`];
}

/** Starts a program that is killed, with all that is in its group, when it does not end: a hang fails the test at once. */
export function killedAfter(seconds: number): string[] {
  return ['timeout', '--signal=KILL', String(seconds)];
}

/** Starts a program whose standard output, or another stream, goes elsewhere; `to` is a redirection such as `>file`. */
export function redirected(to: string): string[] {
  return ['bash', '-c', `exec "$@" ${to}`, 'bash'];
}

/** A call of the system that fails. */
export interface FailingCall {
  /** Its name, several separated by commas. */
  readonly call: string;
  /** What it fails with, such as `EIO`. */
  readonly error: string;
  /** Only calls that are about this path; all where there is none. */
  readonly path?: string;
  /** Which of them, as strace says it: `2` the second of each thread, `2+` all from there on; all where there is none. */
  readonly when?: string;
}

/** Starts a program in which calls of the system fail, by strace. */
export function failing({ call, error, path, when }: FailingCall): string[] {
  return [
    ...['strace', '--follow-forks', '--seccomp-bpf', '--quiet=all', '--output=/dev/null', `--trace=${call}`],
    `--inject=${call}:error=${error}${when === undefined ? '' : `:when=${when}`}`,
    ...(path === undefined ? [] : [`--trace-path=${path}`]),
  ];
}

/** True where strace is there and may trace. */
export function canTrace(): boolean {
  return spawnSync(failing({ call: 'rename', error: 'EIO' })[0] ?? '', ['--output=/dev/null', 'true']).status === 0;
}

const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
];

/** An environment in which the time of day is what a file says, `+3600` for an hour ahead; undefined without libfaketime. */
export function fakeTime(file: string): Record<string, string> | undefined {
  const library = FAKETIME.find((path) => existsSync(path));
  if (library === undefined) return undefined;
  writeFileSync(file, '+0\n');
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // A clock that jumps leaves the times of files as they are.
    NO_FAKE_STAT: '1',
    // By default the library moves the monotonic clock too, which no machine does: node's timers would stop for ever.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
