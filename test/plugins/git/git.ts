import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Runs git in a folder, with an identity and without the settings of the person who runs the tests. */
export function git(cwd: string, ...args: string[]): string {
  const settings = [
    'user.name=Ada Lovelace',
    'user.email=ada@example.org',
    'commit.gpgSign=false',
    'tag.gpgSign=false',
  ];
  const flags = [...settings, 'init.defaultBranch=main', 'protocol.file.allow=always'].flatMap((each) => ['-c', each]);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', [...flags, ...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Writes files and commits them, and whatever else there is. */
export function commit(root: string, message: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', message);
  return git(root, 'rev-parse', 'HEAD').trim();
}

/** Commits by somebody. */
export function commitAs(root: string, name: string, email: string, message = 'Work'): string {
  git(root, 'commit', '--quiet', '--allow-empty', `--author=${name} <${email}>`, '--message', message);
  return git(root, 'rev-parse', 'HEAD').trim();
}

/** Makes a folder a shallow clone of what it was. */
export function makeShallow(root: string): void {
  const source = join(root, '.git');
  const copy = join(root, '.git-shallow');
  git(root, 'clone', '--quiet', '--bare', '--depth=1', `file://${source}`, copy);
  rmSync(source, { recursive: true });
  execFileSync('mv', [copy, source]);
  git(root, 'config', 'core.bare', 'false');
  git(root, 'reset', '--quiet');
}

/** A setup of a case: the repository's start is tagged, then each commit follows. */
export const since =
  (tag: string, ...steps: ((root: string) => void)[]) =>
  (root: string): void => {
    git(root, 'tag', tag);
    for (const step of steps) step(root);
  };
