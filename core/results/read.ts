// Finds the result of an earlier scan and makes sure that it is one.

import { constants } from 'node:buffer';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { suggest } from '../check/nearest.js';
import { messageOf, ScanError } from '../errors.js';
import { STATE_FOLDER } from '../files/state.js';
import { RESULT_FILE } from '../journal/journal.js';
import { runsIn } from '../journal/recover.js';
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

/** Names of runs by how many results before the end they are. */
const BACK: ReadonlyMap<string, number> = new Map([
  ['last', 1],
  ['previous', 2],
]);

/**
 * Reads the result that a text names: a file, the id of a run of the target or the begin of one, `last` for its newest
 * run, `previous` for the one before that, or `-` for standard input.
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
  const back = BACK.get(reference);
  if (back === undefined && stats?.isFile()) return path;
  if (stats?.isDirectory() && isFile(join(path, RESULT_FILE))) return join(path, RESULT_FILE);
  const runs = join(root, STATE_FOLDER, 'runs');
  const names = runsIn(runs);
  const finished = names.filter((name) => isFile(join(runs, name, RESULT_FILE)));
  const id = back === undefined ? namedBy(reference, names) : finished.at(-back);
  if (id === undefined) throw notFound(reference, runs, finished);
  if (finished.includes(id)) return join(runs, id, RESULT_FILE);
  throw new ScanError('SR_RUN_NOT_FOUND', `The run '${id}' broke off before it had a result.`, {
    next: `Go on with it: \`scanrun resume ${id}\`.`,
  });
}

/** The name that a text is, or the only one that begins with it. */
function namedBy(text: string, names: readonly string[]): string | undefined {
  if (names.includes(text)) return text;
  const matching = names.filter((name) => text !== '' && name.startsWith(text));
  if (matching.length > 1)
    throw new ScanError('SR_RUN_NOT_FOUND', `Several runs begin with '${text}': ${matching.join(', ')}.`, {
      next: 'Give more of the id of the one that you mean.',
    });
  return matching[0];
}

function notFound(reference: string, runs: string, finished: readonly string[]): ScanError {
  if (BACK.has(reference))
    return new ScanError(
      'SR_RUN_NOT_FOUND',
      finished.length === 0 ? `No run in ${runs} has a result.` : `Only one run in ${runs} has a result.`,
    );
  const known = suggest(reference, [...BACK.keys(), ...[...finished].reverse()]);
  const what = `There is no file and no run ${JSON.stringify(reference)} in ${runs}: ${known}`;
  return new ScanError('SR_RUN_NOT_FOUND', what);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
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
