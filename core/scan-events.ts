import type { ScanEvent } from './model/event.js';

/** An event without its time. */
export type UntimedEvent = ScanEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** Events that hold nothing but what was masked when it was made, or ids. */
const MASKED: ReadonlySet<string> = new Set(['planned', 'notice', 'taskStarted', 'result', 'reported']);

/** True for an event that need not be masked again. */
export function isMasked({ type }: UntimedEvent): boolean {
  return MASKED.has(type);
}
