// What several reporters ask of the findings and checks of a result.

import { type CheckResult, type Finding, type Location, type RunResult, SEVERITIES, type Target } from 'scanrun';
import { isAnswered, OUTCOME_WORDS } from './summary.js';
import { clip, visible } from './visible.js';

/** A finding and the check that reported it. */
export interface Reported {
  readonly check: CheckResult;
  readonly finding: Finding;
}

/** Every finding: the gravest first, the suppressed last, within that in the order of the result. What is cut off at a limit is then the least grave. */
export function* gravestFirst(checks: readonly CheckResult[]): Generator<Reported> {
  for (const severity of SEVERITIES) yield* findingsOf(checks, (finding) => isCounted(finding, severity));
  yield* findingsOf(checks, (finding) => finding.suppressedBy !== undefined);
}

function isCounted({ suppressedBy, severity }: Finding, wanted: Finding['severity']): boolean {
  return suppressedBy === undefined && severity === wanted;
}

function* findingsOf(checks: readonly CheckResult[], is: (finding: Finding) => boolean): Generator<Reported> {
  for (const check of checks) for (const finding of check.findings) if (is(finding)) yield { check, finding };
}

/** The checks that did not answer their question. */
export function unanswered(checks: readonly CheckResult[]): CheckResult[] {
  return checks.filter((check) => !isAnswered(check));
}

/**
 * Tells of a finding whether to say that it is new: since the run before it is, and others are not. Where there is a
 * baseline everything that counts is new, and where nothing is known before everything would be.
 */
export function newTo({ comparison }: Pick<RunResult, 'comparison'>): (finding: Finding) => boolean {
  const tells = comparison?.with.kind === 'run' && comparison.unchanged > 0;
  return ({ state }) => tells && state === 'new';
}

/** `waiver: The videos move out (owner media team, until 2027-01-31)`: why a finding does not count. */
export function suppressionText({ kind, reason, owner, expires }: NonNullable<Finding['suppressedBy']>): string {
  const terms = [
    ...(owner === undefined ? [] : [`owner ${owner}`]),
    ...(expires === undefined ? [] : [`until ${expires}`]),
  ];
  const text = `${kind}${reason === undefined ? '' : `: ${reason}`}${terms.length > 0 ? ` (${terms.join(', ')})` : ''}`;
  return clip(visible(text), 300);
}

/** `timed out: It ran for 9 s, its limit.`: how a check ended and why. */
export function outcomeText({ outcome }: CheckResult): string {
  const word = OUTCOME_WORDS[outcome.status];
  return 'reason' in outcome ? `${word}: ${outcome.reason.message}` : word;
}

/** The text with its lines joined, for a place that has one. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** The path from the repository's root, as forges know it. */
export function repositoryPath({ repositoryPath: folder }: Target, path: string): string {
  return folder === undefined ? path : `${folder}/${path}`;
}

/** A place that can be relied on: whole numbers from 1, and no end before its beginning. */
export interface Region {
  readonly startLine: number;
  readonly startColumn?: number;
  readonly endLine: number;
  readonly endColumn?: number;
}

/** The greatest line or column that every consumer can hold. */
const MOST = 2_147_483_647;

/** The region of a finding; undefined for one about a whole file. A result may have been written by somebody else. */
export function regionOf(location: Location): Region | undefined {
  const startLine = placeNumber(location.startLine);
  if (startLine === undefined) return undefined;
  const endLine = Math.max(startLine, placeNumber(location.endLine) ?? startLine);
  const startColumn = placeNumber(location.startColumn);
  const given = placeNumber(location.endColumn);
  const endColumn = given === undefined || endLine > startLine ? given : Math.max(given, startColumn ?? 1);
  return {
    startLine,
    ...(startColumn === undefined ? {} : { startColumn }),
    endLine,
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}

function placeNumber(value: number | undefined): number | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return Math.min(MOST, Math.max(1, Math.floor(value)));
}

/** The address, without credentials, when it is a well-formed `https:` one; undefined otherwise, also for `javascript:`. */
export function safeUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.protocol === 'https:' ? url.href : undefined;
}

/** The text with each half of a character replaced: nothing that is encoded in UTF-8 can hold one. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
