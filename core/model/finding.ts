import type { Fix, FixWithheld } from './fix.js';
import type { JsonObject } from './json.js';
import type { Severity } from './severity.js';

/** A place in the target. Lines and columns count from 1, columns in UTF-16 units, as in SARIF. */
export interface Location {
  /** Path relative to the target's root, with forward slashes. */
  readonly path: string;
  /** First line, from 1. */
  readonly startLine?: number;
  /** First column, from 1. */
  readonly startColumn?: number;
  /** Last line, from 1; `startLine` when absent. */
  readonly endLine?: number;
  /** The column after the last character, from 1. */
  readonly endColumn?: number;
}

/** The lines around a finding, redacted and capped, for a code frame. */
export interface Snippet {
  /** The number of the first of `lines`, from 1. */
  readonly startLine: number;
  /** The lines' text, each cut at 240 characters. */
  readonly lines: readonly string[];
}

/** One problem that a check found. */
export interface Finding {
  /** The check that reported it, as `plugin/key`. */
  readonly checkId: string;
  /** Which of the check's messages it is. */
  readonly messageId: string;
  /** The message with its data filled in. */
  readonly message: string;
  /** The values in the message, for machines. */
  readonly data: JsonObject;
  /** How much it matters, after the configuration had its say. */
  readonly severity: Severity;
  /** Where it is. */
  readonly location: Location;
  /** The lines around it, where the check read text. */
  readonly snippet?: Snippet;
  /** The workspace package it belongs to. */
  readonly package?: string;
  /** Names the same finding across runs: 32 hex digits over check, message, data, path and the line's text, not over line numbers; then a colon and which of several equal ones in the file it is, from 1. */
  readonly fingerprint: string;
  /** Whether the baseline, or without one the run before, has it too; absent where nothing is known to compare with. SARIF's `baselineState`. */
  readonly state?: 'new' | 'unchanged';
  /** Why it is kept but not counted. */
  readonly suppressedBy?: Suppression;
  /** How to mend it by machine, where the check knows: `scanrun fix`. */
  readonly fix?: Fix;
  /** Why there is no `fix` although the check offered one. */
  readonly fixWithheld?: FixWithheld;
}

/** Why a finding does not count; SARIF's `suppressions`. */
export interface Suppression {
  /** What says so: a comment in the file, a waiver of the configuration, or the baseline; the first of them where several do. */
  readonly kind: 'baseline' | 'waiver' | 'inline';
  /** Why, in the words of whoever decided it; the baseline gives none. */
  readonly reason?: string;
  /** Who answers for it, where a waiver says so. */
  readonly owner?: string;
  /** The last day on which a waiver holds, as `2027-01-31`. */
  readonly expires?: string;
  /** Where it is written, such as `scan.config.ts: waivers[0]` or `src/app.ts:12`. */
  readonly place?: string;
}

/** A fingerprint without its number: the same for equal findings of a file. */
export function baseFingerprint(fingerprint: string): string {
  const at = fingerprint.lastIndexOf(':');
  return at < 0 ? fingerprint : fingerprint.slice(0, at);
}

/** Orders findings by path, place, check, message and fingerprint, so that every run prints the same order. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.location.path, b.location.path) ||
    (a.location.startLine ?? 0) - (b.location.startLine ?? 0) ||
    (a.location.startColumn ?? 0) - (b.location.startColumn ?? 0) ||
    compareText(a.checkId, b.checkId) ||
    compareText(a.message, b.message) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** Orders text by code unit: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
