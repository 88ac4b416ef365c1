import type { CheckContext } from 'scanrun';

/** Ends the check as skipped in somebody else's target, where nothing may run that the target brings; `why` says what would, as `what runs`. */
export function demandOwn({ target, skip }: Pick<CheckContext, 'target' | 'skip'>, why: string): void {
  if (!target.own)
    skip(
      'not-applicable',
      `${why}, and this target is not the project that the scan was started in. Start the scan in its folder if you trust it.`,
    );
}
