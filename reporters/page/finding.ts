import type { Finding, Severity, Suppression } from 'scanrun';
import { fixCommand } from '../fixes.js';
import { placeOf } from '../summary.js';
import { clip, visible } from '../visible.js';
import { type FrameLine, frameLines, frameOf } from './frame.js';
import { MESSAGE_LIMIT, nameText, pathText } from './text.js';

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

/** That and how `scanrun fix` mends a finding, in words; undefined where it does not. */
export function fixableText(finding: Finding): string | undefined {
  const command = fixCommand(finding);
  return command === undefined ? undefined : `Fixable with ${command}`;
}

/** The message as the page shows it. */
export function messageText({ message }: Finding): string {
  return clip(visible(message), MESSAGE_LIMIT);
}

/** The words for severities. */
export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', note: 'Note' };

/** A finding as the template and the client show it; every text is safe to show. */
export interface FindingView {
  readonly severity: Severity;
  readonly severityWord: string;
  readonly message: string;
  readonly place: string;
  readonly check: number;
  readonly checkId: string;
  readonly package?: string;
  /** `New`, where that is known. */
  readonly fresh?: string;
  readonly suppressed?: string;
  /** That `scanrun fix` mends it. */
  readonly fixable?: string;
  readonly frame?: readonly FrameLine[];
}

/** A finding for a page; `row` is that of its check. */
export function findingView(finding: Finding, row: number): FindingView {
  const frame = frameOf(finding);
  const fixable = fixableText(finding);
  return {
    severity: finding.severity,
    severityWord: SEVERITY_WORDS[finding.severity],
    message: messageText(finding),
    place: placeOf({ ...finding.location, path: pathText(finding.location.path) }),
    check: row,
    checkId: nameText(finding.checkId),
    ...(finding.package === undefined ? {} : { package: nameText(finding.package) }),
    ...(stateOf(finding) === 'new' ? { fresh: 'New' } : {}),
    ...(finding.suppressedBy ? { suppressed: suppressedText(finding.suppressedBy) } : {}),
    ...(fixable === undefined ? {} : { fixable }),
    ...(frame ? { frame: frameLines(frame) } : {}),
  };
}
