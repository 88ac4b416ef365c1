// Temporary folders that are removed when a test file has ended, and the files in them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
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
