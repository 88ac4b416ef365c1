import type { Finding, Suppression } from 'scanrun';
import { clip, visible } from '../visible.js';
import { MESSAGE_LIMIT, nameText } from './text.js';

/** What is known of a finding against the baseline or the run before, or that it does not count. */
export type FindingState = 'known' | 'new' | 'unchanged' | 'suppressed';

/** In the order of their numbers in the page. `known` is a finding that counts and of which nothing else is known. */
export const STATES: readonly FindingState[] = ['known', 'new', 'unchanged', 'suppressed'];

/** The state of a finding, one only: a suppressed one is that first. */
export function stateOf({ suppressedBy, state }: Finding): FindingState {
  return suppressedBy === undefined ? (state ?? 'known') : 'suppressed';
}

/** Why a finding does not count, in words. */
export function suppressedText({ kind, reason, owner, expires, place }: Suppression): string {
  const why = reason === undefined ? '' : `: ${nameText(reason)}`;
  const details = [
    ...(owner === undefined ? [] : [`owner ${nameText(owner)}`]),
    ...(expires === undefined ? [] : [`until ${nameText(expires)}`]),
    ...(place === undefined ? [] : [nameText(place)]),
  ];
  return `Suppressed by ${visible(kind)}${why}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** The message as the page shows it. */
export function messageText({ message }: Finding): string {
  return clip(visible(message), MESSAGE_LIMIT);
}
