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
  /** Names the same finding across runs: 32 hex digits over check, message, path and context, not over line numbers. */
  readonly fingerprint: string;
  /** Why it is kept but not counted. */
  readonly suppressedBy?: { readonly kind: 'baseline' | 'waiver' | 'inline'; readonly reason?: string };
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
