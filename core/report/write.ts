import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Rendered } from '../check/reporter.js';
import { codeOf, messageOf, ScanError } from '../errors.js';

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
  const written: Written[] = [];
  for (const [name, content] of Object.entries(files)) {
    const file = resolve(output, name);
    const inside = relative(output, file);
    if (inside.startsWith('..') || isAbsolute(inside))
      throw new ScanError(
        'SR_REPORT_WRITE',
        `A reporter wanted to write ${JSON.stringify(name)} outside of ${output}.`,
      );
    written.push(await writeWhole(join(output, inside), Buffer.from(content as string)));
  }
  return written;
}

async function writeWhole(file: string, content: Buffer): Promise<Written> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const { default: writeFileAtomic } = await import('write-file-atomic');
    await writeFileAtomic(file, content);
    return { file, sizeBytes: content.length };
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `${file} could not be written: ${codeOf(error) ?? ''} ${messageOf(error)}`, {
      cause: error,
    });
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
