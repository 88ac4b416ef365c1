import type { JsonObject, JsonValue } from '../model/json.js';
import type { OutcomeStatus } from '../model/outcome.js';
import type { Severity } from '../model/severity.js';

/** A finding that a case expects; only the fields that are given are compared. */
export interface ExpectedFinding {
  /** Which message. */
  readonly messageId: string;
  /** Its path. */
  readonly path?: string;
  /** Its first line, from 1. */
  readonly startLine?: number;
  /** Its first column, from 1. */
  readonly startColumn?: number;
  /** Its message, filled in. */
  readonly message?: string;
  /** Its data. */
  readonly data?: JsonObject;
  /** Its severity. */
  readonly severity?: Severity;
  /** The package it is about, by name. */
  readonly package?: string;
  /** True where it offers a fix, false where it must not, `'unsafe'` where it offers one that is marked so. */
  readonly fix?: boolean | 'unsafe';
}

/** One small project, and what the check should make of it. */
export interface CheckCase<Options = JsonObject> {
  /** What the case is about; shown when it fails. */
  readonly name?: string;
  /** Files by path. `null` makes no file; use it with `setup`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** A folder that is copied first. */
  readonly fixture?: URL;
  /** True makes it a git repository with everything committed. */
  readonly git?: boolean;
  /** True scans it as somebody else's target: `target.own` is absent, and nothing that it brings may run. Default false. */
  readonly foreign?: boolean;
  /** Runs before the check, after files and git, with the folder's absolute path. */
  readonly setup?: (root: string) => void | Promise<void>;
  /** The check's options. */
  readonly options?: Options;
  /** Data of the checks that it needs, by the names it gave them. */
  readonly needs?: Readonly<Record<string, JsonValue>>;
}

/** What `testCheck` tries. */
export interface CheckCases<Options = JsonObject> {
  /** Projects in which the check finds nothing and ends `passed`, or as `outcome` says. */
  readonly passes: readonly (CheckCase<Options> & { readonly outcome?: OutcomeStatus })[];
  /** Projects in which it finds exactly these, in order of path and place. */
  readonly fails: readonly (CheckCase<Options> & {
    readonly findings: readonly ExpectedFinding[];
    readonly outcome?: OutcomeStatus;
    /** The files, by path, as its fixes leave them: all of them, the unsafe too, made round by round as `scanrun fix` does. */
    readonly fixed?: Readonly<Record<string, string | Uint8Array>>;
    /** What it still finds then; nothing when absent, so that it passes. */
    readonly left?: readonly ExpectedFinding[];
  })[];
  /** Options that must be refused. */
  readonly refuses?: readonly JsonObject[];
}
