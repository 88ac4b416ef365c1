import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './write-file.js';

/** The folder of a target in which scanrun keeps what it may need again. */
export const STATE_FOLDER = '.scanrun';

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
