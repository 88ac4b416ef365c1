import type { CheckContext, ExecOptions, ExecResult, FetchResult, Log, Report } from '../check/context.js';
import { type AnyCheck, type Implementation, implementationOf, type Reads } from '../check/define.js';
import { missedBy, whyMissed } from '../check/missed.js';
import { missedInPackage } from '../check/package-globs.js';
import { messageOf } from '../errors.js';
import type { Location, Snippet } from '../model/finding.js';
import type { JsonObject } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import type { TaskCheck } from '../model/task.js';
import { plural } from '../model/text.js';
import { type End, endOf, endWith, Skip } from './check-end.js';
import { checkFix } from './check-fix.js';
import { checkReport } from './check-report.js';
import { type PackedFiles, unpackFiles } from './packed-files.js';
import { failureKind } from './policy/classify.js';
import type { CheckMessage, FetchedBody, RequestCall, RunOrder } from './protocol.js';
import type { OpenedFile } from './visit.js';

/** How a running task reaches the coordinator. */
export interface Channel {
  /** Sends what a check says. Must not wait. */
  send(message: CheckMessage): void;
  /** Asks the coordinator; rejects with its error. */
  request(call: RequestCall): Promise<unknown>;
}

/** One run of one check: its context and what becomes of it. */
export class CheckRunner {
  readonly #order: RunOrder;
  readonly #item: TaskCheck;
  readonly #check: AnyCheck;
  readonly #channel: Channel;
  readonly #signal: AbortSignal;
  readonly #implementation: Implementation;
  readonly #context: CheckContext;
  /** The file being visited, for locations and code frames. */
  #file: OpenedFile | undefined;
  #impure = false;
  /** Paths of which it was said that they could not be listed. */
  readonly #missed = new Set<string>();
  /** Set once it was said that a command saw the work tree and not what is staged. */
  #sawWorkTree = false;

  constructor(order: RunOrder, item: TaskCheck, check: AnyCheck, channel: Channel, signal: AbortSignal) {
    this.#order = order;
    this.#item = item;
    this.#check = check;
    this.#channel = channel;
    this.#signal = signal;
    this.#implementation = implementationOf(check);
    this.#context = this.#makeContext();
  }

  /** Runs a check of the whole target. Never rejects. */
  async run(): Promise<End> {
    try {
      return endWith(await this.#implementation.run?.(this.#context));
    } catch (error) {
      return this.end(error);
    }
  }

  /** Shows a file to a check of files; what it throws is the caller's to keep. */
  visit(file: OpenedFile): void | Promise<void> {
    this.#file = file;
    return this.#implementation.visit?.(file, this.#context);
  }

  /** The end of a check that an error ended: its fallback's answer where it has one that is for this. Never rejects. */
  async end(error: unknown): Promise<End> {
    const { fallback } = this.#implementation;
    this.#file = undefined;
    if (fallback === undefined || error instanceof Skip || !this.fallsBack(error)) return endOf(error);
    try {
      return await this.#fallback((lost) => fallback(lost, this.#context), error);
    } catch (again) {
      return endOf(again);
    }
  }

  /** Whether the visit since the last call asked or said something that is no part of the file's answer. */
  takeImpure(): boolean {
    // When a file was modified is no part of what tells its versions apart.
    const impure = this.#impure || this.#file?.toldTime === true;
    this.#impure = false;
    return impure;
  }

  /** True when it has a fallback. */
  get hasFallback(): boolean {
    return this.#implementation.fallback !== undefined;
  }

  /** What it needs of each file. */
  get reads(): Reads {
    return this.#check.meta.reads;
  }

  /** Says that something was not looked at. */
  degraded(reason: Reason): void {
    this.#say({ type: 'degraded', checkId: this.#item.id, reason });
  }

  /** True for an error of a resource that no further try of the task will mend. */
  fallsBack(error: unknown): boolean {
    const kind = failureKind(error);
    // A task that was told to stop has no time for another way.
    if (kind === undefined || this.#signal.aborted) return false;
    return kind !== 'transient' || (this.#order.retriesLeft ?? 0) === 0;
  }

  async #fallback(fallback: (error: Error) => unknown, error: unknown): Promise<End> {
    const message = messageOf(error);
    const end = endWith(await fallback(error instanceof Error ? error : new Error(message)));
    if (end.end !== 'done') return end;
    return {
      ...end,
      end: 'fallback',
      reason: { code: 'fallback', message: `It answered by its fallback: ${message}` },
    };
  }

  #list(globs: readonly string[]): Promise<PackedFiles> {
    const { exclude } = this.#item;
    const { unlisted = [], task } = this.#order;
    const missing =
      task.package === undefined
        ? missedBy(unlisted, globs, exclude)
        : missedInPackage(task.package, unlisted, globs, exclude);
    for (const missed of missing) {
      if (this.#missed.has(missed.path)) continue;
      this.#missed.add(missed.path);
      this.#say({ type: 'unread', checkId: this.#item.id, path: missed.path, why: whyMissed(missed) });
    }
    return this.#ask({ name: 'files', include: globs, exclude }) as Promise<PackedFiles>;
  }

  async #exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const { unstaged = 0 } = this.#order;
    // A command runs in the work tree, whatever is staged.
    if (unstaged > 0 && options.workTree !== false && !this.#sawWorkTree) {
      this.#sawWorkTree = true;
      this.degraded({
        code: 'partial',
        message: `It ran a command in the work tree, where ${plural(unstaged, 'file')} ${unstaged === 1 ? 'is' : 'are'} not as staged. Stage or stash the rest.`,
      });
    }
    return (await this.#ask({ name: 'exec', argv, options })) as ExecResult;
  }

  /** The file that is being visited. */
  get #visited(): { readonly visited?: string } {
    return this.#file === undefined ? {} : { visited: this.#file.path };
  }

  #ask(call: RequestCall): Promise<unknown> {
    this.#impure = true;
    return this.#channel.request(call);
  }

  #say(message: CheckMessage): void {
    this.#impure = true;
    this.#channel.send(message);
  }

  #makeContext(): CheckContext {
    const { task, tier, needs } = this.#order;
    const checkId = this.#item.id;
    const { resource } = this.#item;
    const own = resource === undefined ? {} : { resource };
    const list = (globs: readonly string[]): Promise<PackedFiles> => this.#list(globs);
    return {
      options: this.#item.options,
      target: task.target,
      package: task.package,
      tier,
      signal: this.#signal,
      needs: needs[checkId] ?? {},
      report: (report) => this.#report(report),
      degraded: (message, data) => this.degraded({ code: 'partial', message, ...(data === undefined ? {} : { data }) }),
      skip: (code, message) => {
        throw new Skip({ code, message });
      },
      measure: (name, value, unit) =>
        this.#channel.send({ type: 'measure', checkId, name, value, unit, ...this.#visited }),
      log: createLog(checkId, this.#channel),
      redact: (value) => this.#say({ type: 'redact', value }),
      env: async (variable) => (await this.#ask({ name: 'variable', variable })) as string | undefined,
      readFile: async (path) => (await this.#ask({ name: 'readFile', path })) as Uint8Array,
      files: async function* (globs = ['**']) {
        yield* unpackFiles(await list(typeof globs === 'string' ? [globs] : globs));
      },
      exec: (argv, options = {}) => this.#exec(argv, { ...own, ...options }),
      fetch: async (url, options = {}) =>
        fetchResult((await this.#ask({ name: 'fetch', url, options: { ...own, ...options } })) as FetchedBody),
    };
  }

  #report(report: Report): void {
    const { fix: offered, ...reported } = report;
    const { data, location } = checkReport(report, this.#check.meta.messages, this.#file?.path);
    const fix = offered === undefined ? {} : checkFix(offered, location.path, this.#file);
    const snippet = this.#snippet(location);
    this.#channel.send({
      type: 'finding',
      checkId: this.#item.id,
      ...this.#visited,
      report: { ...reported, data, location, ...fix, ...(snippet === undefined ? {} : { snippet }) },
    });
  }

  #snippet(location: Location): Snippet | undefined {
    if (
      this.#file === undefined ||
      this.#file.path !== location.path ||
      location.startLine === undefined ||
      this.#file.text === ''
    )
      return undefined;
    return this.#file.lines.snippet(location.startLine);
  }
}

function createLog(checkId: string, channel: Channel): Log {
  const at = (level: keyof Log) => (message: string, data?: JsonObject) =>
    channel.send({ type: 'log', checkId, level, message: String(message), ...(data === undefined ? {} : { data }) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function fetchResult(fetched: FetchedBody): FetchResult {
  const text = (): string => Buffer.from(fetched.body).toString('utf8');
  return { ...fetched, text, json: () => JSON.parse(text()) as unknown };
}
