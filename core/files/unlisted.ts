import type { Notice } from '../model/result.js';
import { plural } from '../model/text.js';

/** Something below the target that could not be listed, so that no check can see it. */
export interface Unlisted {
  /** Its path; a name that is not UTF-8 is shown as Latin-1. Ends with a slash for a folder, all of which is missing. */
  readonly path: string;
  /** Why: `name` is not UTF-8; `entry` could not be looked at; `folder` or an ignore file could not be opened. */
  readonly kind: 'name' | 'entry' | 'folder';
  /** What the system said, such as `EACCES`; absent for a name. */
  readonly cause?: string;
}

const SHOWN = 5;

const SAYS: Readonly<Record<Unlisted['kind'], readonly [one: string, many: string]>> = {
  name: ['has a name that is not UTF-8', 'have names that are not UTF-8'],
  entry: ['could not be looked at', 'could not be looked at'],
  folder: ['could not be opened', 'could not be opened'],
};

/** What is said of the things that could not be listed: a notice for each kind. */
export function unlistedNotices(unlisted: readonly Unlisted[]): Notice[] {
  return (Object.keys(SAYS) as Unlisted['kind'][]).flatMap((kind) => {
    const names = unlisted.filter((item) => item.kind === kind).map(nameOf);
    if (names.length === 0) return [];
    const [one, many] = SAYS[kind];
    const shown = names
      .slice(0, SHOWN)
      .map((name) => JSON.stringify(name))
      .join(', ');
    const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    const single = names.length === 1;
    return [
      {
        code: 'not-listed',
        level: 'warning' as const,
        message: `${plural(names.length, 'entry', 'entries')} ${single ? one : many} and no check saw ${single ? 'it' : 'them'}: ${shown}${rest}.`,
      },
    ];
  });
}

function nameOf({ path, cause }: Unlisted): string {
  return cause === undefined ? path : `${path} (${cause})`;
}
