// Finds the result of an earlier scan and makes sure that it is one.

import { constants } from 'node:buffer';
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { suggest } from '../check/nearest.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { STATE_FOLDER } from '../files/state.js';
import { RESULT_FILE } from '../journal/journal.js';
import type { RunResult } from '../model/result.js';
import { formatBytes } from '../model/text.js';
import { validateResult } from './validate.js';

/** Where results are looked for. */
export interface ResultPlaces {
  /** What relative paths start from. */
  readonly cwd: string;
  /** The absolute root of the target whose runs are kept. */
  readonly root: string;
  /** Reads standard input to its end. */
  readonly stdin: () => Promise<Buffer>;
}

/** A text longer than this cannot be held by V8; a character is at least a byte. */
const MAX_BYTES = constants.MAX_STRING_LENGTH;

/**
 * Reads the result that a text names: a file, the id of a run of the target, `last` for its newest run, or `-` for
 * standard input.
 * @throws ScanError `SR_RUN_NOT_FOUND` when there is no such file or run; `SR_RESULT_INVALID` when it cannot be read or is no result.
 */
export async function readResult(reference: string, places: ResultPlaces): Promise<RunResult> {
  if (reference === '-') return validateResult(textOf(await places.stdin(), 'standard input'), 'standard input');
  const file = fileOf(reference, places);
  return validateResult(textOf(await bytesOf(file), file), file);
}

/** The file that a reference means. A file of that name comes before a run: whoever has one can see it. */
function fileOf(reference: string, { cwd, root }: ResultPlaces): string {
  const path = resolve(cwd, reference);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (reference !== 'last' && stats?.isFile()) return path;
  if (stats?.isDirectory() && isFile(join(path, RESULT_FILE))) return join(path, RESULT_FILE);
  const runs = join(root, STATE_FOLDER, 'runs');
  const names = namesIn(runs);
  const finished = names.filter((name) => isFile(join(runs, name, RESULT_FILE)));
  const id = reference === 'last' ? finished.at(-1) : names.find((name) => name === reference);
  if (id === undefined) throw notFound(reference, runs, finished);
  if (finished.includes(id)) return join(runs, id, RESULT_FILE);
  throw new ScanError('SR_RUN_NOT_FOUND', `The run '${id}' broke off before it had a result.`, {
    next: `Go on with it: \`scanrun resume ${id}\`.`,
  });
}

function notFound(reference: string, runs: string, finished: readonly string[]): ScanError {
  if (reference === 'last') return new ScanError('SR_RUN_NOT_FOUND', `No run in ${runs} has a result.`);
  const known = suggest(reference, [...finished].reverse());
  const what = `There is no file and no run ${JSON.stringify(reference)} in ${runs}: ${known}`;
  return new ScanError('SR_RUN_NOT_FOUND', what);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The names in a folder, the newest run last; none where there is no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw new ScanError('SR_RUN_NOT_FOUND', `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function bytesOf(file: string): Promise<Buffer> {
  const size = statSync(file).size;
  if (size > MAX_BYTES) throw tooLarge(file, size);
  try {
    return await readFile(file);
  } catch (error) {
    throw new ScanError('SR_RESULT_INVALID', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The text of a file; PowerShell writes what it redirects in UTF-16. */
function textOf(bytes: Buffer, name: string): string {
  if (bytes.length > MAX_BYTES) throw tooLarge(name, bytes.length);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\ufeff/, '');
}

function tooLarge(name: string, size: number): ScanError {
  return new ScanError(
    'SR_RESULT_INVALID',
    `${name} has ${formatBytes(size)}; at most ${formatBytes(MAX_BYTES)} can be read.`,
  );
}
