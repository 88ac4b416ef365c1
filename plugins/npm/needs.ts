import { type CheckContext, plural } from 'scanrun';
import { someOf } from '../text.js';
import type { LockfileData } from './checks/lockfile.js';
import type { LockedTree } from './lockfiles/tree.js';

/** What the lockfile says; ends the check as skipped where nobody knows which versions are used. */
export function lockedTree({
  needs,
  skip,
}: Pick<CheckContext, 'skip'> & { readonly needs: { readonly lockfile: LockfileData } }): LockedTree {
  const { lockfile } = needs;
  if (lockfile.state === 'read') return lockfile.tree;
  if (lockfile.state === 'unreadable') return skip('unreadable', `${lockfile.path} cannot be read: ${lockfile.why}.`);
  return skip(
    'not-applicable',
    `Which versions are used is not known: there is no lockfile, and nothing is installed. Run \`${lockfile.install}\` first.`,
  );
}

/** Tells the names of packages that the option `ignore` leaves out, by its globs. */
export async function ignoredBy({
  ignore,
}: {
  readonly ignore: readonly string[];
}): Promise<(name: string) => boolean> {
  const { default: picomatch } = await import('picomatch');
  return picomatch([...ignore]);
}

/** Says for which packages the registry did not answer, where there are any: what is said of the others is not all. */
export function tellUnanswered(
  { degraded }: Pick<CheckContext, 'degraded'>,
  { unanswered }: { readonly unanswered: readonly string[] },
): void {
  if (unanswered.length > 0)
    degraded(`The registry did not answer for ${plural(unanswered.length, 'package')}: ${someOf(unanswered)}.`);
}
