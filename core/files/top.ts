import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder at or above `folder` that holds `.git`; undefined where there is none. */
export function topOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (lstatSync(join(at, '.git'), { throwIfNoEntry: false })) return at;
    if (dirname(at) === at) return undefined;
  }
}
