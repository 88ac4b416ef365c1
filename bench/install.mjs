// Lays the build into a folder as an installation would, so that a measurement sees what a user has.

import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Copies the build to `node_modules/scanrun`, links its dependencies beside it, and returns the path of the command. */
export function installBuild(folder) {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'scanrun');
  mkdirSync(own, { recursive: true });
  cpSync(join(root, 'dist'), join(own, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(own, 'package.json'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return join(own, 'dist/core/cli/main.js');
}
