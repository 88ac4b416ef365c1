import type { Notice } from '../model/result.js';
import type { Unlisted } from '../model/target.js';
import { plural } from '../model/text.js';

/** An ignore file that could not be read. */
export interface UnreadRules {
  readonly path: string;
  /** What the system said. */
  readonly cause: string;
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
    const [does, them] = names.length === 1 ? [one, 'it'] : [many, 'them'];
    const message = `${plural(names.length, 'entry', 'entries')} ${does} and no check saw ${them}: ${shown(names)}.`;
    return [{ code: 'not-listed', level: 'warning' as const, message }];
  });
}

/** What is said of ignore files that could not be read. */
export function unreadNotices(unread: readonly UnreadRules[]): Notice[] {
  if (unread.length === 0) return [];
  const names = unread.map(({ path, cause }) => `${path} (${cause})`);
  const message = `${plural(names.length, 'ignore file')} could not be read, so what they name is not ignored: ${shown(names)}.`;
  return [{ code: 'not-ignored', level: 'warning', message }];
}

/** The first names of a list, quoted, and how many more there are. */
export function shown(names: readonly string[]): string {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const first = names.slice(0, SHOWN).map((name) => JSON.stringify(name));
  return first.join(', ') + rest;
}

function nameOf({ path, cause }: Unlisted): string {
  return cause === undefined ? path : `${path} (${cause})`;
}
