// Packages of this repository as those of a test's project.
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Puts links to installed packages into a project's node_modules, by the names that they have there. */
export function install(packages: Readonly<Record<string, string>>): (root: string) => void {
  return (root) => {
    for (const [name, source] of Object.entries(packages)) {
      const path = join(root, 'node_modules', name);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(join(MODULES, source), path, 'junction');
    }
  };
}

/** A value as the text of a JSON file. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
