import { readFile } from 'node:fs/promises';
import { codeOf, messageOf, ScanError } from '../errors.js';
import type { ChangeRequest } from '../model/changes.js';
import type { PlanFlags } from './flags.js';

/**
 * What the flags restrict a scan to.
 * @throws ScanError `SR_USAGE` for more than one of them, and for a list that cannot be read.
 */
export async function changeRequest({
  since,
  staged,
  filesFrom,
}: { readonly [K in 'since' | 'staged' | 'filesFrom']: PlanFlags[K] | undefined }): Promise<ChangeRequest> {
  const given = [
    ...(since === undefined ? [] : ['--since']),
    ...(staged ? ['--staged'] : []),
    ...(filesFrom === undefined ? [] : ['--files-from']),
  ];
  if (given.length > 1)
    throw new ScanError('SR_USAGE', `${given.join(' and ')} cannot be given together.`, {
      next: 'Choose one of them: each says what changed in its own way.',
    });
  if (since !== undefined) return { kind: 'since', ref: since };
  if (filesFrom === undefined) return { kind: 'staged' };
  return { kind: 'files', paths: pathsIn(await contentOf(filesFrom)) };
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    if (file !== '-') return await readFile(file);
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new ScanError('SR_USAGE', `--files-from ${file} cannot be read: ${codeOf(error) ?? messageOf(error)}.`, {
      next: 'Give a file with a path a line, or `-` and the list on standard input.',
      cause: error,
    });
  }
}

/** The paths of a list: separated by NULs where there is one, as `git diff -z` and `find -print0` print them, else one a line. */
export function pathsIn(content: Uint8Array): string[] {
  const text = textOf(content);
  const paths = text.includes('\0') ? text.split('\0') : text.split(/\r?\n/);
  return paths.filter((path) => path !== '');
}

/** UTF-8, or UTF-16 as Windows PowerShell writes what it redirects. */
function textOf(content: Uint8Array): string {
  const isWide = content[0] === 0xff && content[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(content);
}
