import type { ScanEvent } from './model/event.js';

/** An event without its time. */
export type UntimedEvent = ScanEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** Events that hold nothing but what was masked when it was made, or ids. */
const MASKED: ReadonlySet<string> = new Set(['planned', 'notice', 'taskStarted', 'result', 'reported']);

/**
 * An event as everybody hears it.
 * @param event given up by the caller: a copy of one of so many shapes takes ten times as long.
 * @param at milliseconds since the scan began.
 * @param masked gives a record as it may leave the scan.
 */
export function completeEvent(event: UntimedEvent, at: number, masked: <T>(value: T) => T): ScanEvent {
  const complete = Object.assign(event, { at }) as ScanEvent;
  return isMasked(event) ? complete : masked(complete);
}

/** True for an event that need not be masked again. */
function isMasked(event: UntimedEvent): boolean {
  return MASKED.has(event.type) || (event.type === 'taskEnded' && isPlain(event));
}

/** True for an end that holds nothing but ids, times and words of ours: most tasks pass. */
function isPlain({ task, checks }: Extract<UntimedEvent, { type: 'taskEnded' }>): boolean {
  return (
    task.attempts.every(({ outcome }) => !('reason' in outcome)) &&
    !('reason' in task.outcome) &&
    checks.every(({ outcome, data }) => data === undefined && !('reason' in outcome))
  );
}
