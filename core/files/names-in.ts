import { readdirSync } from 'node:fs';
import { codeOf } from '../errors.js';

/** The names in a folder, sorted; none where there is no folder. Throws the file system's error for one that cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
