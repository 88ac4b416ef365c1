import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import { writeWhole } from './write-file.js';

/** The folder of a target in which scanrun keeps what it may need again. */
export const STATE_FOLDER = '.scanrun';

/** The steps below the state folder to what a TypeScript configuration and its modules were compiled to. */
export const MODULES_STEPS = ['cache', 'jiti'] as const;

/**
 * Makes a folder below the target's state folder, which git ignores by a file of its own.
 * Returns undefined where the target cannot be written: a scan needs no state, it is only slower without.
 */
export function makeStateFolder(root: string, ...parts: readonly string[]): string | undefined {
  const state = join(root, STATE_FOLDER);
  const folder = join(state, ...parts);
  try {
    // A target may bring a link of this name, and nothing is written outside of it.
    if (lstatSync(state, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
    mkdirSync(state, { recursive: true });
    const ignore = join(state, '.gitignore');
    // First, and whole or not at all: without it, git and the next scan would take the state for files of the project.
    if (!existsSync(ignore)) writeWhole(ignore, '*\n');
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    return undefined;
  }
}

/**
 * Makes a folder below the target's state folder for files that are written by name, or says why there is none: it
 * cannot be made, or a link that the target brings leads elsewhere, and nothing is written outside of the target.
 */
export function openStateFolder(
  root: string,
  ...parts: readonly string[]
): { readonly folder: string } | { readonly problem: string } {
  const wanted = join(root, STATE_FOLDER, ...parts);
  try {
    // Each step before any is made: below a link, folders would be made elsewhere.
    for (let depth = 0; depth <= parts.length; depth += 1) {
      const step = join(root, STATE_FOLDER, ...parts.slice(0, depth));
      if (lstatSync(step, { throwIfNoEntry: false })?.isSymbolicLink())
        return { problem: `${step} is a link that leads elsewhere` };
    }
  } catch (error) {
    return { problem: `the folder ${wanted} cannot be made (${codeOf(error) ?? messageOf(error)})` };
  }
  const folder = makeStateFolder(root, ...parts);
  return folder === undefined ? { problem: `the folder ${wanted} cannot be made` } : { folder };
}
