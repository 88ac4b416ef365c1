import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { codeOf, messageOf } from '../text.js';

/** The most bytes of one record; the largest that there is has some hundred thousand. */
const MAX_RECORD_BYTES = 32_000_000;

/** Records that are read at once. */
const AT_ONCE = 16;

/** A record as it lies in a folder or an archive, not parsed. */
export interface OsvText {
  /** Where it is, for messages. */
  readonly place: string;
  readonly text: string;
}

/** A folder or archive that cannot be used; the message says why. */
export class OsvError extends Error {
  override readonly name = 'OsvError';
}

/**
 * Reads every record of a folder, with all folders and zip archives in it, of one zip archive, or of one JSON file; one
 * after another, since the database of npm has hundreds of thousands.
 * @param fail is told of each record that could not be read.
 * @throws OsvError where there is no such folder or file, or an archive is none.
 */
export async function* osvTexts(path: string, fail: (place: string, why: string) => void): AsyncGenerator<OsvText> {
  const found = await stat(path).catch((error: unknown) => {
    throw new OsvError(`${path} cannot be opened (${codeOf(error) ?? messageOf(error)})`);
  });
  if (!found.isDirectory()) yield* fileTexts(path, fail);
  else for await (const file of filesIn(path)) yield* fileTexts(file, fail);
}

async function* fileTexts(path: string, fail: (place: string, why: string) => void): AsyncGenerator<OsvText> {
  if (/\.zip$/i.test(path)) yield* zipTexts(path, fail);
  else if (/\.json$/i.test(path)) {
    try {
      yield { place: path, text: await readFile(path, 'utf8') };
    } catch (error) {
      fail(path, codeOf(error) ?? messageOf(error));
    }
  } else throw new OsvError(`${path} is neither a folder, nor a .zip, nor a .json`);
}

/** The files of records and archives below a folder, by name, so that two runs see the same order. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  const names: { readonly name: string; readonly isFolder: boolean }[] = [];
  for await (const entry of await opendir(folder)) {
    // Links are not followed: one that leads upwards would never end.
    if (entry.isDirectory()) names.push({ name: entry.name, isFolder: true });
    else if (entry.isFile() && /\.(?:json|zip)$/i.test(entry.name)) names.push({ name: entry.name, isFolder: false });
  }
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, isFolder } of names) {
    if (isFolder) yield* filesIn(join(folder, name));
    else yield join(folder, name);
  }
}

async function* zipTexts(path: string, fail: (place: string, why: string) => void): AsyncGenerator<OsvText> {
  const zip = await openZip(path);
  try {
    let batch: Promise<OsvText | undefined>[] = [];
    for await (const entry of entriesOf(zip, path)) {
      if (!/\.json$/i.test(entry.fileName)) continue;
      batch.push(readEntry(zip, entry, `${path}:${entry.fileName}`, fail));
      if (batch.length < AT_ONCE) continue;
      yield* (await Promise.all(batch)).filter((item) => item !== undefined);
      batch = [];
    }
    yield* (await Promise.all(batch)).filter((item) => item !== undefined);
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(new OsvError(`${path} is no zip archive: ${messageOf(error)}`));
      else resolve(zip);
    });
  });
}

/** The entries of an archive, each read from its directory when it is asked for. */
async function* entriesOf(zip: ZipFile, path: string): AsyncGenerator<Entry> {
  const asked: { resolve: (entry: Entry | undefined) => void; reject: (error: Error) => void }[] = [];
  // One listener for all that is asked: an error that nobody listens for would end the process.
  zip.on('entry', (entry: Entry) => asked.shift()?.resolve(entry));
  zip.on('end', () => asked.shift()?.resolve(undefined));
  zip.on('error', (error) => asked.shift()?.reject(new OsvError(`${path} is damaged: ${messageOf(error)}`)));
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      asked.push({ resolve, reject });
      zip.readEntry();
    });
    if (entry === undefined) return;
    yield entry;
  }
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  place: string,
  fail: (place: string, why: string) => void,
): Promise<OsvText | undefined> {
  try {
    if (entry.uncompressedSize > MAX_RECORD_BYTES) throw new Error(`it has ${entry.uncompressedSize} bytes`);
    const stream = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { place, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    fail(place, messageOf(error));
    return undefined;
  }
}
