// Temporary folders that are removed when a test file has ended, and the files in them.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Files by path; what is no text and no bytes becomes JSON. */
export type Files = Readonly<Record<string, string | Uint8Array | object>>;

/** A new folder with these files. */
export function folder(files: Files = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'scanrun-engine-')));
  folders.push(root);
  write(root, files);
  return root;
}

/** Writes files below a folder. */
export function write(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
    writeFileSync(join(root, path), bytes);
  }
}

/** Runs git with an identity and settings that do not depend on who runs the test; gives what it printed. */
export function git(root: string, ...args: string[]): string {
  const settings = ['user.name=T', 'user.email=t@example.invalid', 'commit.gpgSign=false', 'init.defaultBranch=main'];
  const flags = [...settings, 'core.autocrlf=false', 'protocol.file.allow=always'].flatMap((each) => ['-c', each]);
  return execFileSync('git', [...flags, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }).toString('utf8');
}

/** A git repository with these files committed. */
export function repository(files: Files): string {
  const root = folder(files);
  commitAll(root);
  return root;
}

/** Makes a folder a repository and commits everything in it. */
export function commitAll(root: string): void {
  git(root, 'init', '--quiet');
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'Start');
}

/** Repositories whose files are older than their index, as they are a moment after any work on them. */
export function settled(count: number, files: Files, links: Readonly<Record<string, string>> = {}): string[] {
  const roots = Array.from({ length: count }, () => folder(files));
  for (const root of roots) {
    for (const path of Object.keys(files)) utimesSync(join(root, path), 1_600_000_000.25, 1_600_000_000.25);
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  }
  // Git compares whole seconds, so the index must be written in a later one than the files.
  const made = join(folder(), 'made');
  for (let second = 0, first = 0; second <= first; ) {
    writeFileSync(made, '');
    second = Math.floor(statSync(made).ctimeMs / 1_000);
    first ||= second;
  }
  for (const root of roots) commitAll(root);
  return roots;
}
