import { resolve } from 'node:path';
import { type ResultPlaces, readResult } from '../results/read.js';
import { type RenderFlags, renderResult } from './render.js';

/** Flags of `report`. */
export interface ReportFlags extends RenderFlags {
  readonly target: string;
}

/** Renders the result of an earlier scan again and gives the exit code that the scan's gate gave. */
export async function report(reference: string, flags: ReportFlags): Promise<number> {
  return renderResult(await readResult(reference, resultPlaces(flags.target)), flags);
}

/** Where results are looked for, as the command line sees it. */
export function resultPlaces(target: string): ResultPlaces {
  const cwd = process.cwd();
  return { cwd, root: resolve(cwd, target), stdin: readStdin };
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
