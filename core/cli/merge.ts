import { ScanError } from '../errors.js';
import { mergeResults } from '../results/merge.js';
import { readResult } from '../results/read.js';
import { type RenderFlags, renderResult } from './render.js';
import { resultPlaces } from './report.js';

/** Flags of `merge`. */
export interface MergeFlags extends RenderFlags {
  readonly target: string;
  readonly output?: string;
}

/** Joins results into one, writes it, and gives the exit code of its gate. */
export async function merge(references: readonly string[], flags: MergeFlags): Promise<number> {
  if (references.length < 2)
    throw new ScanError('SR_USAGE', 'There is nothing to merge: give at least two results.', {
      next: 'Name each file, or the id of each run: `scanrun merge a.json b.json -o merged.json`.',
    });
  if (references.filter((reference) => reference === '-').length > 1)
    throw new ScanError('SR_USAGE', 'Standard input holds one result: give `-` once.');
  const places = resultPlaces(flags.target);
  const inputs = [];
  for (const name of references) inputs.push({ name, result: await readResult(name, places) });
  return renderResult(mergeResults(inputs), { ...flags, reporter: reportersOf(flags) });
}

/** Without any other wish the result goes to standard output. */
function reportersOf({ output, reporter = [], json }: MergeFlags): string[] {
  const file = output === undefined ? [] : [`json=${output}`];
  const all = [...file, ...reporter];
  return all.length === 0 && !json ? ['json'] : all;
}
