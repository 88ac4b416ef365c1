import type { CheckContext, FetchResult, Log, Report } from '../check/context.js';
import { type AnyCheck, implementationOf, isCheck } from '../check/define.js';
import { findDirectives } from '../check/directives.js';
import { loadModule, type ModuleLoader } from '../check/load-module.js';
import { messageOf, ScanError } from '../errors.js';
import type { Location, Snippet } from '../model/finding.js';
import type { JsonObject } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import type { FileEntry } from '../model/target.js';
import type { TaskCheck } from '../model/task.js';
import { type End, endOf, endWith, failedVisits, notLoaded, Skip, someOf } from './check-end.js';
import { checkReport } from './check-report.js';
import { failureKind } from './policy/classify.js';
import type { CheckEnd, CheckMessage, FetchedBody, RequestCall, RunOrder } from './protocol.js';
import { type OpenedFile, openFile } from './visit.js';

/** How a running task reaches the coordinator. */
export interface Channel {
  /** Sends what a check says. Must not wait. */
  send(message: CheckMessage): void;
  /** Asks the coordinator; rejects with its error. */
  request(call: RequestCall): Promise<unknown>;
}

/** How often a file check lets messages and signals through. */
const YIELD_MS = 25;

/** How a task's checks ended, and how long their modules took to load. */
export interface TaskEnds {
  readonly checks: readonly CheckEnd[];
  readonly loadMs?: number;
}

/** Runs a task's checks, in a thread or in the main thread. Never rejects: whatever a check does becomes its end. */
export async function runTask(
  order: RunOrder,
  channel: Channel,
  signal: AbortSignal,
  loader: ModuleLoader,
): Promise<TaskEnds> {
  const started = Date.now();
  const loaded = await Promise.all(order.task.checks.map((item) => loadCheck(item, loader)));
  const loadMs = Date.now() - started;
  const checks: CheckEnd[] = [];
  for (const [index, item] of order.task.checks.entries()) {
    const check = loaded[index] as AnyCheck | Error;
    const end =
      check instanceof Error ? notLoaded(check) : await runCheck(new CheckRunner(order, item, check, channel, signal));
    checks.push({ checkId: item.id, ...end });
  }
  return { checks, loadMs };
}

async function runCheck(runner: CheckRunner): Promise<End> {
  try {
    return await runner.run();
  } catch (error) {
    return endOf(error);
  }
}

/** The check, or why there is none. */
async function loadCheck(item: TaskCheck, loader: ModuleLoader): Promise<AnyCheck | Error> {
  try {
    const exported = (await loadModule(item.module, loader)).default;
    if (isCheck(exported)) return exported;
    return new ScanError('SR_CHECK_MODULE', `${item.module} has no check as its default export.`);
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** One run of one check: its context and what becomes of it. */
class CheckRunner {
  readonly #order: RunOrder;
  readonly #item: TaskCheck;
  readonly #check: AnyCheck;
  readonly #channel: Channel;
  readonly #signal: AbortSignal;
  /** The file being visited, for locations and code frames. */
  #file: OpenedFile | undefined;

  constructor(order: RunOrder, item: TaskCheck, check: AnyCheck, channel: Channel, signal: AbortSignal) {
    this.#order = order;
    this.#item = item;
    this.#check = check;
    this.#channel = channel;
    this.#signal = signal;
  }

  async run(): Promise<End> {
    const { visit, run, fallback } = implementationOf(this.#check);
    const context = this.#context();
    try {
      if (visit) return await this.#visitAll(visit, context, fallback !== undefined);
      return endWith(await run?.(context));
    } catch (error) {
      if (fallback === undefined || error instanceof Skip || !this.#fallsBack(error)) throw error;
      return this.#fallback((lost) => fallback(lost, context), error);
    }
  }

  /** True for an error of a resource that no further try of the task will mend. */
  #fallsBack(error: unknown): boolean {
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

  async #visitAll(
    visit: (file: OpenedFile, context: CheckContext) => void | Promise<void>,
    context: CheckContext,
    hasFallback: boolean,
  ): Promise<End> {
    const { reads } = this.#check.meta;
    const failed: { path: string; error: unknown }[] = [];
    const unread: string[] = [];
    let yielded = Date.now();
    for (const entry of await this.#list(this.#item.files)) {
      if (reads !== 'none' && entry.type !== 'file') continue;
      if (Date.now() - yielded > YIELD_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        yielded = Date.now();
      }
      if (this.#signal.aborted) break;
      const file = this.#open(entry, unread);
      if (file === undefined) continue;
      this.#file = file;
      try {
        const waiting = visit(file, context);
        if (waiting !== undefined) await waiting;
      } catch (error) {
        if (error instanceof Skip) throw error;
        failed.push({ path: entry.path, error });
      }
    }
    this.#file = undefined;
    if (unread.length > 0)
      this.#degraded({ code: 'unreadable', message: `${someOf(unread)} could not be read.`, data: { files: unread } });
    // One answer for all files: the fallback is for when a resource is to blame for each that failed.
    const [first] = failed;
    if (first !== undefined && hasFallback && failed.every(({ error }) => this.#fallsBack(error))) throw first.error;
    return first === undefined ? { end: 'done' } : failedVisits(failed);
  }

  #open(entry: FileEntry, unread: string[]): OpenedFile | undefined {
    try {
      const opened = openFile(this.#order.task.target.root, entry, this.#check.meta.reads);
      if ('file' in opened) {
        const directives = findDirectives(opened.file.text, entry.path);
        if (directives.length > 0) this.#channel.send({ type: 'directives', path: entry.path, directives });
        return opened.file;
      }
      if (opened.left === 'too-large') unread.push(`${entry.path} (too large: ${entry.sizeBytes} bytes)`);
      return undefined;
    } catch (error) {
      unread.push(
        `${entry.path} (${error instanceof Error && 'code' in error ? String(error.code) : messageOf(error)})`,
      );
      return undefined;
    }
  }

  async #list(globs: readonly string[]): Promise<readonly FileEntry[]> {
    return (await this.#channel.request({
      name: 'files',
      include: globs,
      exclude: this.#item.exclude,
    })) as readonly FileEntry[];
  }

  #context(): CheckContext {
    const { task, tier, needs } = this.#order;
    const checkId = this.#item.id;
    const channel = this.#channel;
    const { resource } = this.#item;
    const own = resource === undefined ? {} : { resource };
    const list = (globs: readonly string[]): Promise<readonly FileEntry[]> => this.#list(globs);
    return {
      options: this.#item.options,
      target: task.target,
      tier,
      signal: this.#signal,
      needs: needs[checkId] ?? {},
      report: (report) => this.#report(report),
      degraded: (message, data) =>
        this.#degraded({ code: 'partial', message, ...(data === undefined ? {} : { data }) }),
      skip: (code, message) => {
        throw new Skip({ code, message });
      },
      measure: (name, value, unit) => channel.send({ type: 'measure', checkId, name, value, unit }),
      log: createLog(checkId, channel),
      redact: (value) => channel.send({ type: 'redact', value }),
      readFile: async (path) => (await channel.request({ name: 'readFile', path })) as Uint8Array,
      files: async function* (globs = ['**']) {
        yield* await list(typeof globs === 'string' ? [globs] : globs);
      },
      exec: async (argv, options = {}) =>
        (await channel.request({ name: 'exec', argv, options: { ...own, ...options } })) as Awaited<
          ReturnType<CheckContext['exec']>
        >,
      fetch: async (url, options = {}) =>
        fetchResult((await channel.request({ name: 'fetch', url, options: { ...own, ...options } })) as FetchedBody),
    };
  }

  #degraded(reason: Reason): void {
    this.#channel.send({ type: 'degraded', checkId: this.#item.id, reason });
  }

  #report(report: Report): void {
    const { data, location } = checkReport(report, this.#check.meta.messages, this.#file?.path);
    const snippet = this.#snippet(location);
    this.#channel.send({
      type: 'finding',
      checkId: this.#item.id,
      report: { ...report, data, location, ...(snippet === undefined ? {} : { snippet }) },
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
