import { closeSync, openSync, rmSync } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Rendered } from '../check/reporter.js';
import { messageOf, ScanError } from '../errors.js';

/** Bytes that are written at once: few writes, and little to hold. */
const BATCH_BYTES = 262_144;

/** Where a report on standard output goes. */
export type Sink = (chunk: string | Uint8Array) => Promise<void>;

/** Where reports go, and who is told of what must not be left. */
export interface WriteTo {
  /** Standard output. */
  readonly stdout: Sink;
  /** Tells what must be done when the process ends at once; returns how to take that back. */
  readonly onKill?: ((callback: () => void) => () => void) | undefined;
}

/** A file that was written. */
export interface Written {
  readonly file: string;
  readonly sizeBytes: number;
}

/**
 * Puts what a reporter rendered where it belongs. A file appears whole or not at all.
 * @throws ScanError `SR_REPORT_WRITE` naming the file and the system's reason.
 */
export async function writeRendered(rendered: Rendered, output: string, to: WriteTo): Promise<Written[]> {
  if (typeof rendered === 'object' && 'files' in rendered) return writeMany(rendered.files, output, to);
  if (output !== '-') return [await writeWhole(output, chunks(rendered), to)];
  let sizeBytes = 0;
  for await (const chunk of chunks(rendered)) {
    sizeBytes += Buffer.byteLength(chunk);
    await to.stdout(chunk);
  }
  return [{ file: '-', sizeBytes }];
}

async function writeMany(
  files: Readonly<Record<string, string | Uint8Array>>,
  output: string,
  to: WriteTo,
): Promise<Written[]> {
  if (output === '-')
    throw new ScanError('SR_REPORT_WRITE', 'A reporter that makes several files cannot write to standard output.');
  // All names first: a report of which one file is refused is not half written.
  const resolved = Object.entries(files).map(([name, content]) => {
    const inside = relative(output, resolve(output, name));
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      throw new ScanError(
        'SR_REPORT_WRITE',
        `A reporter wanted to write ${JSON.stringify(name)} outside of ${output}.`,
      );
    return { file: join(output, inside), content: Buffer.from(content as string) };
  });
  const written: Written[] = [];
  for (const { file, content } of resolved) written.push(await writeWhole(file, chunks(content), to));
  return written;
}

async function writeWhole(file: string, content: Chunks, to: WriteTo): Promise<Written> {
  const path = await writing(file, () => placeOf(file));
  return { file, sizeBytes: path === undefined ? await pour(file, content) : await replace(file, path, content, to) };
}

/** The path to replace, behind links; undefined for a device or a pipe, which is written to: putting a file in its place would take it from everybody else. */
async function placeOf(file: string): Promise<string | undefined> {
  await mkdir(dirname(file), { recursive: true });
  const stats = await stat(file).catch(() => undefined);
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) return undefined;
  return realpath(file).catch(() => file);
}

/** Whoever reads a pipe gets all or nothing too. */
async function pour(file: string, content: Chunks): Promise<number> {
  const parts: Buffer[] = [];
  for await (const chunk of content) parts.push(Buffer.from(chunk as string));
  const whole = Buffer.concat(parts);
  await writing(file, () => writeFile(file, whole));
  return whole.length;
}

/**
 * Writes beside the file, to the disk, and renames. Not by write-file-atomic: it takes a short write for a whole one, so
 * that on a full disk half a report replaced the old one, and nothing was said.
 */
async function replace(file: string, path: string, content: Chunks, { onKill }: WriteTo): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  const mode = (await stat(path).catch(() => undefined))?.mode;
  const remove = (): void => rmSync(temporary, { force: true });
  const forget = onKill?.(remove);
  try {
    const handle = await writing(file, () => {
      // Made before it is opened: an opening that is under way could make it again when the process ends.
      closeSync(openSync(temporary, 'wx'));
      return open(temporary, 'r+');
    });
    const sizeBytes = await writeAll(handle, content, file).finally(() => handle.close());
    await writing(file, async () => {
      if (mode !== undefined) await chmod(temporary, mode & 0o7777);
      await rename(temporary, path);
    });
    return sizeBytes;
  } catch (error) {
    remove();
    throw error;
  } finally {
    forget?.();
  }
}

/** Writes chunk by chunk, so that a large report is never in memory as a whole. */
async function writeAll(handle: FileHandle, content: Chunks, file: string): Promise<number> {
  let waiting: Buffer[] = [];
  let length = 0;
  let sizeBytes = 0;
  const flush = async (): Promise<void> => {
    await writing(file, () => handle.writeFile(Buffer.concat(waiting)));
    waiting = [];
    length = 0;
  };
  for await (const chunk of content) {
    const bytes = Buffer.from(chunk as string);
    waiting.push(bytes);
    length += bytes.length;
    sizeBytes += bytes.length;
    if (length >= BATCH_BYTES) await flush();
  }
  await flush();
  await writing(file, () => handle.sync());
  return sizeBytes;
}

/** Says which file could not be written when it is the system that fails, not the reporter. */
async function writing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `${file} could not be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

type Chunks = AsyncGenerator<string | Uint8Array>;

async function* chunks(rendered: Exclude<Rendered, { files: unknown }>): Chunks {
  if (typeof rendered === 'string' || rendered instanceof Uint8Array) yield rendered;
  else yield* rendered;
}
