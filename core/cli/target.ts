import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf, ScanError } from '../errors.js';

/**
 * The absolute root of a target that the command line names.
 * @throws ScanError `SR_TARGET_NOT_FOUND` when it cannot be opened.
 */
export function rootOf(target: string): string {
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
