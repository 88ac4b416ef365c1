// Generated trees that are measured.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository of so many small files, twenty to a folder, the same each time; gives its path. */
export function makeTree(tree, count) {
  for (let file = 0; file < count; file += 1) {
    const parent = join(tree, `part-${Math.floor(file / 400)}`, `folder-${Math.floor(file / 20)}`);
    if (file % 20 === 0) mkdirSync(parent, { recursive: true });
    const path = join(parent, `file-${file}.${['ts', 'md', 'json'][file % 3]}`);
    writeFileSync(path, `${'x'.repeat((file * 7_919) % 2_000)}\n`);
    // As if written a while ago: what changed in the second of the index is another case.
    utimesSync(path, 1_600_000_000, 1_600_000_000);
  }
  writeFileSync(join(tree, '.gitignore'), 'node_modules/\n*.log\n');
  const made = Math.floor(lstatSync(join(tree, '.gitignore')).ctimeMs / 1_000);
  while (Math.floor(Date.now() / 1_000) <= made) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid', '-c', 'commit.gpgSign=false'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    [...identity, 'commit', '--quiet', '--message', 'Made'],
  ])
    execFileSync('git', args, { cwd: tree });
  return tree;
}
