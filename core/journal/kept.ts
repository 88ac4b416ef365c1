import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import { STATE_FOLDER } from '../files/state.js';
import { formatBytes } from '../model/text.js';
import { RESULT_FILE } from './journal.js';

/** A scan compares itself with the one before: it does not read more than this for that. */
const MAX_BYTES = 64_000_000;

/**
 * The kept result of a run, as it is in its file; undefined where none is kept any more. Nothing is known of its shape:
 * a target may bring a folder of that name.
 * @throws Error that says why it cannot be read.
 */
export function readKeptResult(root: string, runId: string): unknown {
  // The id comes from a file of the target: it must not lead out of the folder.
  if (!/^[\w-]+$/.test(runId)) return undefined;
  const file = join(root, STATE_FOLDER, 'runs', runId, RESULT_FILE);
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`it has ${formatBytes(size)}`);
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new Error(error instanceof SyntaxError ? 'it is not valid JSON' : messageOf(error), { cause: error });
  }
}
