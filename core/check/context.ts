import type { LogLevel } from '../model/event.js';
import type { Location } from '../model/finding.js';
import type { Replacement } from '../model/fix.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { ReasonCode } from '../model/outcome.js';
import type { TargetPackage } from '../model/package.js';
import type { Severity } from '../model/severity.js';
import type { FileEntry, Target } from '../model/target.js';
import type { TierName } from '../model/tier.js';

/** How a check would mend a problem. Its changes are made together or not at all. */
export interface FixOffer {
  /** What it does, in a few words, such as `Add a blank line`; at most 500 characters are kept. */
  readonly description: string;
  /** True when it may change what the code means or does: made only with `scanrun fix --unsafe`. Default false. */
  readonly unsafe?: boolean;
  /** What is replaced, by file; each file once, at most 50. */
  readonly changes: readonly {
    /** The file; that of the finding when absent. */
    readonly path?: string;
    /** What is replaced, in any order; none may overlap. At most 1,000 in all, which put in at most 65,536 characters. */
    readonly replacements: readonly Replacement[];
  }[];
}

/** What a check reports: one problem. */
export interface Report<MessageId extends string = string> {
  /** Which message of `meta.messages`. */
  readonly messageId: MessageId;
  /** The values for the message's `{{placeholders}}`; every placeholder must be here. */
  readonly data?: JsonObject;
  /** Where the problem is. In `visit` the path defaults to the file's. */
  readonly location?: Location | (Omit<Location, 'path'> & { readonly path?: string });
  /** How much it matters, when that differs from the check's own; the configuration overrides both. */
  readonly severity?: Severity;
  /** The workspace package it belongs to; with the scope `package` always the one that is looked at. */
  readonly package?: string;
  /** How to mend it by machine, where that is certain. A larger fix than may be, or one with a secret in it, is left out, and the finding says so. */
  readonly fix?: FixOffer;
}

/** How `exec` runs a command. */
export interface ExecOptions {
  /** Folder relative to the target's root; the root when absent. */
  readonly cwd?: string;
  /** Milliseconds until the process tree is killed; the task's remaining time when absent. */
  readonly timeout?: number;
  /** Bytes kept of each of stdout and stderr, 1 to 268,435,456; default 10,485,760. */
  readonly maxBytes?: number;
  /** Text given to standard input, which is otherwise empty. */
  readonly input?: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it counts against: the breaker, rate limit and concurrency of this entry of `resources`; `meta.resource`, else nothing, when absent. */
  readonly resource?: string;
  /** False for a command that looks at no file of the work tree, such as `git ls-files`: with `--staged` others make an answer partial where that differs from what is staged. Default true. */
  readonly workTree?: boolean;
  /** Endings that are a failure of the resource and are tried again: `signal`, `timeout`; none when absent. Only with a resource. */
  readonly retryOn?: readonly ('signal' | 'timeout')[];
}

/** How a command ended. */
export interface ExecResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it; null otherwise. */
  readonly signal: string | null;
  /** Standard output, decoded as UTF-8. */
  readonly stdout: string;
  /** Standard error, decoded as UTF-8. */
  readonly stderr: string;
  /** True when output beyond `maxBytes` was dropped. */
  readonly truncated: boolean;
  /** True when `timeout` ended it. */
  readonly timedOut: boolean;
}

/** How `fetch` asks. */
export interface FetchOptions {
  /** The method; GET when absent. */
  readonly method?: string;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Request body. */
  readonly body?: string;
  /** Milliseconds until a try is given up; the resource's `timeout`, 30,000 by default, when absent; at most the task's remaining time. */
  readonly timeout?: number;
  /** What it counts against instead of the URL's host; `meta.resource`, else the host, when absent. */
  readonly resource?: string;
  /** True says that a POST or PATCH does no harm when it is sent twice, so that it is retried like a GET; false that the request is sent once, whatever its method. By its method when absent. */
  readonly repeatable?: boolean;
  /** Bytes of the body kept, default 10,485,760; a longer body is an error. */
  readonly maxBytes?: number;
}

/** What `fetch` got. */
export interface FetchResult {
  /** The HTTP status. */
  readonly status: number;
  /** Response headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL after redirects. */
  readonly url: string;
  /** The body. */
  readonly body: Uint8Array;
  /** The body as UTF-8 text. */
  text(): string;
  /** The body as JSON; throws where it is none. */
  json(): unknown;
}

/** A line for the scan's log. */
export type Log = Readonly<Record<LogLevel, (message: string, data?: JsonObject) => void>>;

/** The only way out of a check: everything it may know of its target and everything it may say. */
export interface CheckContext<
  Options = JsonObject,
  MessageId extends string = string,
  NeedsData = Readonly<Record<string, JsonValue | undefined>>,
  Package = TargetPackage | undefined,
> {
  /** The check's options, complete and valid. */
  readonly options: Options;
  /** What is scanned, as plain data. */
  readonly target: Target;
  /** The package to look at, where the check's scope is `package`. */
  readonly package: Package;
  /** The tier that runs. */
  readonly tier: TierName;
  /** Aborts when the check should stop; it has one second from then. */
  readonly signal: AbortSignal;
  /**
   * The data of the checks it needs, by the names it gave them. Of a check whose scope is `package`: in the same scope that
   * of the same package, else that of each package by its name.
   */
  readonly needs: NeedsData;
  /** Reports one finding. Throws `SR_CHECK_INVALID` for an unknown message or a missing placeholder. */
  report(report: Report<MessageId>): void;
  /** Says that the answer is partial: the outcome is `degraded`, never passed. */
  degraded(reason: string, data?: JsonObject): void;
  /** Ends the check as `skipped`, with the reason; throws, so nothing after it runs. */
  skip(code: Extract<ReasonCode, 'not-installed' | 'not-applicable' | 'partial' | 'unreadable'>, reason: string): never;
  /** Records a number for the report. */
  measure(name: string, value: number, unit: string): void;
  /** Writes to the scan's log. */
  readonly log: Log;
  /** Makes sure that a value (a secret) appears in no output: it is masked wherever it occurs. */
  redact(value: string): void;
  /** The value of an environment variable, which a cached project check declares in `meta.inputs.env`; undefined where it is not set. */
  env(name: string): Promise<string | undefined>;
  /** Reads a file of the target, at most 64 MiB. Rejects with `ENOENT`, `EACCES`, `SR_PATH_OUTSIDE` and the like. */
  readFile(path: string): Promise<Uint8Array>;
  /**
   * The target's files that match any of the globs, in order of path, less what the configuration excludes. With the scope
   * `package` those of the package: globs are relative to its folder, and files of packages inside of it are not among them.
   */
  files(globs?: string | readonly string[]): AsyncIterable<FileEntry>;
  /** Runs a command without a shell; its whole process tree dies with the task. Rejects with `ENOENT` when there is no such program. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Makes an HTTP request under the policies of its resource (docs/resilience.md): failures that may pass are tried again.
   * Rejects on network errors, not on HTTP statuses; with `SR_BREAKER_OPEN` or `SR_RATE_LIMIT` where it could not be
   * sent: a check that lets these through is skipped with that reason.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchResult>;
}

/** A file as `visit` sees it. What is there depends on `meta.reads`. */
export interface VisitedFile extends FileEntry {
  /** The content as text, for `reads: 'text'` and `'bytes'`; the empty string otherwise, and for a binary file. */
  readonly text: string;
  /** The content as bytes, for `reads: 'text'` and `'bytes'`; empty otherwise. */
  readonly bytes: Uint8Array;
  /** Its language as GitHub calls it, such as `TypeScript`: by its name, and where it was read as text by its first line `#!`; undefined where neither says. */
  readonly language: string | undefined;
  /** The content in chunks, for `reads: 'stream'`; of any size. */
  stream(): AsyncIterable<Uint8Array>;
  /** The place of a half-open range of `text`, counted in UTF-16 units from 0. */
  locate(start: number, end?: number): Location;
}
