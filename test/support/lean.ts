// scanrun as it lies in a project where nothing but its own dependencies is installed.
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Installs the build into a folder's node_modules, with its dependencies and without its peers; gives the command. */
export function installLean(root: string): string {
  const modules = join(root, 'node_modules');
  const own = join(modules, 'scanrun');
  mkdirSync(own, { recursive: true });
  cpSync(join(repository, 'dist'), join(own, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  cpSync(join(repository, 'package.json'), join(own, 'package.json'));
  const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  }
  return join(own, 'dist/core/cli/main.js');
}
