import type { AnyCheck, OptionSchemas, OptionsInput } from './check/define.js';
import type { JsonObject, JsonValue } from './model/json.js';
import type { OutcomeStatus } from './model/outcome.js';
import type { Severity } from './model/severity.js';

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

/**
 * Tries a check on small projects in temporary folders. Call it inside a test of any runner and await it.
 *
 * A check whose scope is `package` runs once on each package of the case to which its `when.files` apply, as in a scan, and
 * the case's findings are those of all; without a package.json once on the whole folder.
 *
 * Besides outcome and findings it asserts that no `{{` is left in a message, that the data survives a thread, that
 * a second run gives the same answer, that the options in `refuses` (and one that does not exist) are refused, and
 * that the first case gives the same answer in a real worker thread. Where findings offer fixes, it makes them and
 * asserts that no fix is left, and that the files and what is still found are as `fixed` and `left` say, where they do.
 * @throws AssertionError naming the case and the difference.
 */
export async function testCheck<O extends OptionSchemas>(
  check: AnyCheck & { readonly types?: { readonly options: O } },
  cases: CheckCases<OptionsInput<O>>,
): Promise<void> {
  const { runCases } = await import('./testing/run-cases.js');
  await runCases(check, cases as CheckCases);
}
