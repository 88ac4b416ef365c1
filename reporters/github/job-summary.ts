import { readFile } from 'node:fs/promises';
import type { RunResult } from 'scanrun';
import { digestOf } from '../digest.js';

/** What a step may write into its summary; more is refused, and the whole summary with it. Source: "Workflow commands for GitHub Actions" of docs.github.com. */
const LIMIT_BYTES = 1_048_576;
/** Below this, a digest says too little to be of use, and what is there already is kept alone. */
const LEAST_BYTES = 4_000;

/** What the file holds and the digest of the scan behind it: earlier commands of a step write there too. */
export async function renderJobSummary(
  result: RunResult,
  file: string,
  { maxFindings }: { readonly maxFindings: number },
): Promise<Uint8Array> {
  const before = await contentOf(file);
  const limit = LIMIT_BYTES - before.length - 2;
  if (limit < LEAST_BYTES)
    throw new Error(`${file} is full: it may hold ${LIMIT_BYTES} bytes and has ${before.length}.`);
  const measure = (text: string): number => Buffer.byteLength(text);
  const digest = digestOf(result, { title: '', maxFindings, limit, measure });
  const space = before.length === 0 ? '' : before.at(-1) === 0x0a ? '\n' : '\n\n';
  return Buffer.concat([before, Buffer.from(`${space}${digest}`)]);
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
