import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import { decode, encodeAs } from '../files/text.js';
import type { FileProblem, Opened } from './choose.js';
import { type FileStates, type OpenFile, openFile } from './file-states.js';

/**
 * Opens the files of a target that may be fixed: those that were listed before the scan, and are as they were then.
 * @param root the target's real path.
 */
export function opener(root: string, states: FileStates): (path: string) => Opened<OpenFile> | FileProblem {
  return (path) => {
    // What git ignores, what lies in .git and what is a link was not listed, and is not scanrun's to change.
    if (!states.has(path)) return problem('not-listed', 'is no file of the target that scanrun lists');
    const file = join(root, path);
    try {
      if (realpathSync(dirname(file)) !== dirname(file)) return problem('link', 'lies behind a link');
      const open = openFile(file);
      if (!states.isSame(path, open)) return problem('changed', 'has changed since it was scanned');
      if ((open.stats.mode & 0o222n) === 0n || !mayWrite(file)) return problem('read-only', 'is read-only');
      const text = decode(open.bytes);
      // What does not come back as it was would be changed where no fix is.
      if (text === undefined || !encodeAs(open.bytes, text).equals(open.bytes))
        return problem('not-text', 'is not text in UTF-8, nor in UTF-16 with a byte order mark');
      return { text, file: open };
    } catch (error) {
      return failure(error);
    }
  };
}

function failure(error: unknown): FileProblem {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL')
    return problem('changed', 'has changed since it was scanned');
  if (code === 'ELOOP') return problem('link', 'has become a link');
  if (code === 'EFBIG') return problem('too-large', 'is larger than 64 MiB');
  return problem('unwritable', `cannot be read: ${code ?? messageOf(error)}`);
}

function problem(why: FileProblem['why'], message: string): FileProblem {
  return { why, message };
}

function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
