import { mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Rendered } from '../check/reporter.js';
import { messageOf, ScanError } from '../errors.js';

/** Where a report on standard output goes. */
export type Sink = (chunk: string | Uint8Array) => Promise<void>;

/** A file that was written. */
export interface Written {
  readonly file: string;
  readonly sizeBytes: number;
}

/**
 * Puts what a reporter rendered where it belongs. A file appears whole or not at all.
 * @throws ScanError `SR_REPORT_WRITE` naming the file and the system's reason.
 */
export async function writeRendered(rendered: Rendered, output: string, stdout: Sink): Promise<Written[]> {
  if (typeof rendered === 'object' && 'files' in rendered) return writeMany(rendered.files, output);
  if (output !== '-') return [await writeWhole(output, await gather(rendered))];
  let sizeBytes = 0;
  for await (const chunk of chunks(rendered)) {
    sizeBytes += Buffer.byteLength(chunk);
    await stdout(chunk);
  }
  return [{ file: '-', sizeBytes }];
}

async function writeMany(files: Readonly<Record<string, string | Uint8Array>>, output: string): Promise<Written[]> {
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
  for (const { file, content } of resolved) written.push(await writeWhole(file, content));
  return written;
}

async function writeWhole(file: string, content: Buffer): Promise<Written> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const stats = await stat(file).catch(() => undefined);
    // A device or a pipe is written to; putting a file in its place would take it from everybody else.
    if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) await writeFile(file, content);
    else await replace(await realpath(file).catch(() => file), content, stats?.mode);
    return { file, sizeBytes: content.length };
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `${file} could not be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Writes beside the file, to the disk, and renames. Not by write-file-atomic: it takes a short write for a whole one, so
 * that on a full disk half a report replaced the old one, and nothing was said.
 */
async function replace(file: string, content: Buffer, mode: number | undefined): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      if (mode !== undefined) await handle.chmod(mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function gather(rendered: Exclude<Rendered, { files: unknown }>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks(rendered)) parts.push(Buffer.from(chunk as string));
  return Buffer.concat(parts);
}

async function* chunks(rendered: Exclude<Rendered, { files: unknown }>): AsyncGenerator<string | Uint8Array> {
  if (typeof rendered === 'string' || rendered instanceof Uint8Array) yield rendered;
  else yield* rendered;
}
