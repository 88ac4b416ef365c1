import { FIX_ERRORS } from './errors/fix.js';

/** What every code means and what to do; docs/errors.md is generated from this table. */
export const ERRORS = {
  SR_BASELINE_EXISTS: {
    exitCode: 2,
    title: 'There is a baseline already',
    fix: 'Bring it up to date with `scanrun baseline update`, or write it anew with `--force`.',
  },
  SR_BASELINE_INVALID: {
    exitCode: 2,
    title: 'The baseline cannot be used',
    fix: 'Mend what the message lists, take it from version control, or write it anew with `scanrun baseline create --force`.',
  },
  SR_BASELINE_NOT_FOUND: {
    exitCode: 2,
    title: 'There is no baseline',
    fix: 'Make one with `scanrun baseline create`, or check the path.',
  },
  SR_BREAKER_OPEN: {
    exitCode: 3,
    title: 'A resource failed too often and is left alone',
    fix: 'Find out why it fails, or wait and run `npx scanrun` again; docs/resilience.md tells when it is asked again.',
  },
  SR_BROWSER_FAILED: {
    exitCode: 3,
    title: 'The browser could not print the PDF',
    fix: 'The other reports were written. The message quotes the browser; docs/pdf.md tells what it needs.',
  },
  SR_BROWSER_NOT_FOUND: {
    exitCode: 3,
    title: 'No browser was found that could print the PDF',
    fix: "Name one with the reporter's option `browser` or with `SCANRUN_CHROMIUM`, put chromium or google-chrome on the PATH, install it in its usual place, or run `npm install --save-dev @sparticuz/chromium`.",
  },
  SR_CACHE_FAILED: {
    exitCode: 3,
    title: 'The cache could not be read or changed',
    fix: 'Make `.scanrun` in the target readable and writable, or remove it yourself.',
  },
  SR_CHANGES_FILES: {
    exitCode: 2,
    title: 'A file of the list given is no file of the target',
    fix: 'Name files that are there and that git does not ignore, relative to the working folder.',
  },
  SR_CHANGES_NO_GIT: {
    exitCode: 2,
    title: 'There is no git that could tell what changed',
    fix: 'Scan a folder of a git work tree, or name the files with `--files-from`.',
  },
  SR_CHANGES_REF: {
    exitCode: 2,
    title: 'There is no such commit to compare with',
    fix: 'Give a branch, tag or commit that `git log` knows; fetch it first where it is on another machine.',
  },
  SR_CHANGES_SHALLOW: {
    exitCode: 2,
    title: 'A shallow clone lacks the commit to compare with',
    fix: 'Run `git fetch --unshallow`, or clone with the whole history (`fetch-depth: 0` of actions/checkout).',
  },
  SR_CHANGES_UNRELATED: {
    exitCode: 2,
    title: 'Two commits have no history in common',
    fix: 'Compare with a commit of the same history.',
  },
  SR_CHECK_INVALID: {
    exitCode: 2,
    title: 'A check is not well formed',
    fix: 'Compare it with docs/writing-a-check.md; the message names the field.',
  },
  SR_CHECK_MODULE: {
    exitCode: 2,
    title: 'A check is not the default export of its module',
    fix: 'Put each check in a file of its own, `export default defineCheck(import.meta.url, ...)`.',
  },
  SR_CONFIG_EXISTS: {
    exitCode: 2,
    title: 'There is another configuration already',
    fix: 'Keep one configuration file, or name the one you mean with `--config`.',
  },
  SR_CONFIG_INVALID: {
    exitCode: 2,
    title: 'The configuration is not valid',
    fix: 'Mend each place that the message lists; `scanrun explain <check>` shows the options of a check.',
  },
  SR_CONFIG_LOAD: {
    exitCode: 2,
    title: 'The configuration could not be loaded',
    fix: 'Run the file by itself, or mend the error that the message quotes.',
  },
  SR_CONFIG_NOT_FOUND: {
    exitCode: 2,
    title: 'The named configuration file does not exist',
    fix: 'Check the path given to `--config`.',
  },
  SR_FILTER_INVALID: {
    exitCode: 2,
    title: 'A filter is not well formed',
    fix: 'Use an id or glob, `category:x`, `tag:x` or `severity:x`.',
  },
  SR_FILTER_NO_MATCH: { exitCode: 2, title: 'A filter matches no check', fix: 'List the checks with `scanrun list`.' },
  ...FIX_ERRORS,
  SR_GIT_FAILED: {
    exitCode: 3,
    title: 'git could not list the files',
    fix: 'Run `git status` in the target and mend what it says.',
  },
  SR_GIT_INDEX_EMPTY: {
    exitCode: 3,
    title: 'The git index is empty while files lie on disk',
    fix: 'Run `git reset` to rebuild the index from HEAD.',
  },
  SR_HOOK_FAILED: {
    exitCode: 3,
    title: 'A plugin failed in a hook, or did not end there within 30 s',
    fix: "Report the cause to the plugin's author, or remove the plugin.",
  },
  SR_INPUT_UNDECLARED: {
    exitCode: 3,
    title: 'A cached check asked for something that it does not declare',
    fix: 'Add it to `meta.inputs` of the check, or take `cache: true` out; without `--strict` the check runs and is not cached.',
  },
  SR_INTERNAL: {
    exitCode: 3,
    title: 'scanrun itself broke',
    fix: 'Please report it with the output of the same command under `--verbose`.',
  },
  SR_NEED_CYCLE: {
    exitCode: 2,
    title: 'Checks need each other in a circle',
    fix: 'Remove one of the needs that the message lists.',
  },
  SR_NEED_MISSING: {
    exitCode: 2,
    title: 'A check needs one that is not there',
    fix: 'Add the plugin that brings it, or turn the dependant off as well.',
  },
  SR_NO_FILES: {
    exitCode: 3,
    title: 'There is nothing to scan',
    fix: 'Check the target and its ignore files: no file is left to look at.',
  },
  SR_PACKAGE_MISSING: {
    exitCode: 3,
    title: 'A reporter needs a package that is not installed',
    fix: 'Run the command that the message states.',
  },
  SR_PATH_OUTSIDE: {
    exitCode: 3,
    title: 'A path leaves the target',
    fix: "Use paths relative to the target's root, without `..`.",
  },
  SR_PLUGIN_DUPLICATE: { exitCode: 2, title: 'Two plugins have the same name', fix: 'Remove one, or rename it.' },
  SR_PLUGIN_INVALID: {
    exitCode: 2,
    title: 'A plugin is not well formed',
    fix: 'Compare it with docs/writing-a-check.md; the message names the field.',
  },
  SR_PLUGIN_LOAD: { exitCode: 2, title: 'A plugin could not be loaded', fix: 'Install the package, or mend the path.' },
  SR_PLUGIN_TAP: { exitCode: 2, title: 'A plugin taps a hook wrongly', fix: 'Tap hooks in `apply`, with a function.' },
  SR_RATE_LIMIT: {
    exitCode: 3,
    title: 'A resource takes no more requests in the time that is left',
    fix: 'Give the check a longer `timeout`, or the resource a higher `rateLimit` if it allows one.',
  },
  SR_REPORT_FAILED: {
    exitCode: 3,
    title: 'A reporter failed',
    fix: 'The other reports were written; mend the cause and run `npx scanrun` again.',
  },
  SR_REPORT_WRITE: {
    exitCode: 3,
    title: 'A report or another file could not be written',
    fix: 'Check that the folder exists, is writable and has space.',
  },
  SR_REPORTER_INVALID: {
    exitCode: 2,
    title: 'A reporter is not well formed',
    fix: 'Compare it with docs/writing-a-reporter.md; the message names the field.',
  },
  SR_REPORTER_STDOUT: {
    exitCode: 2,
    title: 'Two reporters want standard output',
    fix: 'Give one of them a file: `--reporter json=reports/scan.json`.',
  },
  SR_REPORTER_UNKNOWN: {
    exitCode: 2,
    title: 'There is no such reporter',
    fix: 'Use one of docs/reporters.md, or a package or path that exports a reporter.',
  },
  SR_REQUEST_FAILED: {
    exitCode: 3,
    title: 'A request of a check failed',
    fix: 'The message names the request and its cause.',
  },
  SR_RESULT_INVALID: {
    exitCode: 2,
    title: 'A file is not the result of a scan',
    fix: 'Give a file that `--reporter json=<file>` or `scanrun merge -o <file>` wrote, whole, or name a run of `.scanrun/runs`, such as `last`.',
  },
  SR_RESULTS_DIFFER: {
    exitCode: 2,
    title: 'Results cannot be merged: they are not parts of one scan',
    fix: 'Merge results of the same commit and target, each once.',
  },
  SR_RUN_CHANGED: {
    exitCode: 2,
    title: 'The run cannot be resumed: something it depends on has changed',
    fix: 'Start a new scan.',
  },
  SR_RUN_CORRUPT: { exitCode: 3, title: 'The record of a run cannot be read', fix: 'Start a new scan.' },
  SR_RUN_NOT_FOUND: {
    exitCode: 2,
    title: 'There is no such run',
    fix: 'Look into `.scanrun/runs` for the ids of the runs that are kept.',
  },
  SR_TARGET_NOT_FOUND: { exitCode: 2, title: 'The target is not a readable folder', fix: 'Check the path.' },
  SR_WATCH_FAILED: {
    exitCode: 3,
    title: 'Files cannot be watched',
    fix: 'On Linux raise the limit with `sysctl fs.inotify.max_user_watches=524288`, or scan without `--watch`.',
  },
  SR_USAGE: { exitCode: 2, title: 'The command line is wrong', fix: 'Run `scanrun --help`.' },
} as const satisfies Record<string, { exitCode: 2 | 3; title: string; fix: string }>;

/** A stable name of a failure, documented in docs/errors.md. */
export type ErrorCode = keyof typeof ERRORS;

/** One problem of several that are reported together. */
export interface Problem {
  /** Where it is: a file, a place in the configuration, a flag. */
  readonly where: string;
  /** What is wrong. */
  readonly what: string;
  /** What to do, such as the nearest valid name. */
  readonly next?: string;
}

/** What a ScanError may carry besides its code and message. */
export interface ScanErrorDetails {
  /** The single problems, when there are several. */
  readonly problems?: readonly Problem[];
  /** The next step, when it is not the table's. */
  readonly next?: string;
  /** What caused it. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for('scanrun.error');

/** An expected failure: it says what, where and the next step, and has a documented code. */
export class ScanError extends Error {
  /** Also true for an error of another copy of scanrun, such as the one that a plugin imported. */
  static override [Symbol.hasInstance](value: unknown): value is ScanError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  readonly [BRAND] = true;
  override readonly name = 'ScanError';
  /** The code in docs/errors.md. */
  readonly code: ErrorCode;
  /** The single problems, when there are several. */
  readonly problems: readonly Problem[];
  /** What to do next. */
  readonly next: string;
  /** What the process should exit with. */
  readonly exitCode: 2 | 3;

  constructor(code: ErrorCode, message: string, details: ScanErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.problems = details.problems ?? [];
    this.next = details.next ?? ERRORS[code].fix;
    this.exitCode = ERRORS[code].exitCode;
  }
}

/** A failure in one line: its code, what happened, and the next step. What is no ScanError gets the code. */
export function describeError(thrown: unknown, code: ErrorCode): string {
  const error = thrown instanceof ScanError ? thrown : new ScanError(code, messageOf(thrown));
  return `${error.code}: ${error.message.replace(/\.$/, '')}. ${error.next}`;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  if (typeof thrown === 'string') return thrown;
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** The `code` of anything that was thrown, such as `ENOENT`. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
