import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { CheckCase } from './cases.js';

const run = promisify(execFile);

/** Identity and settings that do not depend on who runs the test. */
const GIT = [
  '-c',
  'user.name=Test',
  '-c',
  'user.email=test@example.invalid',
  '-c',
  'commit.gpgSign=false',
  '-c',
  'init.defaultBranch=main',
  '-c',
  'core.autocrlf=false',
];

/** Makes a case's project in a temporary folder, hands over its path, and removes it. */
export async function withProject<T>(testCase: CheckCase, use: (root: string) => Promise<T>): Promise<T> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'scanrun-case-')));
  try {
    if (testCase.fixture) await cp(testCase.fixture, root, { recursive: true, verbatimSymlinks: true });
    for (const [path, content] of Object.entries(testCase.files ?? {})) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    if (testCase.git) await commitAll(root);
    await testCase.setup?.(root);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function commitAll(root: string): Promise<void> {
  await run('git', [...GIT, 'init', '--quiet'], { cwd: root });
  await run('git', [...GIT, 'add', '--all', '--force'], { cwd: root });
  await run('git', [...GIT, 'commit', '--quiet', '--allow-empty', '--message', 'Start'], { cwd: root });
}
