// git's own small files, read without asking git.

import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What is not read: git does not read such a file either (ATTR_MAX_FILE_SIZE). */
const MAX_BYTES = 100 * 1_024 * 1_024;

/** A file's text; nothing where there is none, it is large or it cannot be read: git takes it as empty too. */
export function smallText(file: string, maxBytes = MAX_BYTES): string {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= maxBytes ? readFileSync(file, 'latin1') : '';
  } catch {
    return '';
  }
}

/** The folder that a repository shares with its linked work trees; its own where it is none. */
export function commonDirOf(gitDir: string): string {
  return resolve(gitDir, smallText(join(gitDir, 'commondir')).trim());
}
