import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf, ScanError } from '../errors.js';

/**
 * The real path of a target that is named relative to the working folder.
 * @throws ScanError `SR_TARGET_NOT_FOUND`.
 */
export function targetRoot(target: string): string {
  const path = resolve(process.cwd(), target);
  try {
    return realpathSync(path);
  } catch (error) {
    throw new ScanError(
      'SR_TARGET_NOT_FOUND',
      `The target ${path} cannot be opened: ${codeOf(error) ?? 'unknown error'}.`,
      { cause: error },
    );
  }
}
