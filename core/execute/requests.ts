import { closeSync, constants, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Access } from '../answers/declared-inputs.js';
import type { ExecOptions, ExecResult, FetchOptions } from '../check/context.js';
import { compileGlobs } from '../check/glob.js';
import { compileScoped } from '../check/package-globs.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import type { ChangeSet } from '../files/changes.js';
import type { StagedTree } from '../files/staged.js';
import type { StoredEntry, Unlisted } from '../model/target.js';
import type { Task } from '../model/task.js';
import { DEFAULT_BYTES, fetchOnce, MAX_BYTES, webAddress } from './fetch.js';
import { type PackedFiles, packFiles, packVisits } from './packed-files.js';
import { judgeError, judgeStatus, type Verdict } from './policy/classify.js';
import type { ScanResources } from './policy/scan-resources.js';
import type { ProcessTree } from './process-tree.js';
import { type FetchedBody, type Reply, type RequestCall, serializeError } from './protocol.js';
import { MAX_READ_BYTES } from './visit.js';
import type { Visits } from './visits.js';

/** What the requests of a scan's checks are answered from. */
export interface RequestSource {
  /** The target's absolute root. */
  readonly root: string;
  /** The target's files, in order of path. */
  readonly entries: readonly StoredEntry[];
  /** What visits are restricted to; absent where they are not. */
  readonly changes?: ChangeSet | undefined;
  /** What is there and could not be listed. */
  readonly unlisted?: readonly Unlisted[];
  /** What is staged, where that is scanned and not what lies in the work tree. */
  readonly staged?: StagedTree | undefined;
  /** The environment of commands; the coordinator's own when undefined. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** The policies of what checks ask over the network or by name; without them each request is made once. */
  readonly resources?: ScanResources;
}

/** Whose requests are answered. */
export interface Asker {
  /** The task, with the package where it looks at one. */
  readonly task: Pick<Task, 'id' | 'package'>;
  /** The files that it visits; only a part of a pass has some. */
  readonly visits?: () => Visits;
  /** Told of what it asks before it gets an answer; throws what it gets instead. */
  readonly learns?: ((access: Access) => void) | undefined;
}

const FETCH_TIMEOUT_MS = 30_000;

/** A file up to this size is read without letting go of the thread: each of six asynchronous steps takes longer than all of them so. */
const AT_ONCE_BYTES = 262_144;

/** Answers what the checks of one task ask; ends with the task, and everything it started ends with it. */
export class TaskRequests {
  readonly #source: RequestSource;
  readonly #remainingMs: () => number;
  readonly #asker: Asker;
  readonly #trees = new Set<ProcessTree>();
  /** Made for the first request that can be given up; most tasks make none. */
  #abort: AbortController | undefined;
  /** Why nothing may be asked for any more. */
  #over: string | undefined;

  constructor(source: RequestSource, remainingMs: () => number, asker: Asker = { task: { id: '' } }) {
    this.#source = source;
    this.#asker = asker;
    this.#remainingMs = remainingMs;
  }

  /** Answers a request. Never rejects: a failure is a reply. */
  async answer(call: RequestCall): Promise<Reply> {
    try {
      if (this.#over !== undefined)
        throw new ScanError('SR_REQUEST_FAILED', 'The check has ended; it may not ask for anything any more.');
      return { ok: true, value: await this.#do(call) };
    } catch (error) {
      return { ok: false, error: serializeError(error) };
    }
  }

  /** Asks running commands to end and gives up open requests. */
  stop(): void {
    this.#end('The task was stopped.');
    for (const tree of this.#trees) tree.stop();
  }

  /** Ends whatever is left. */
  close(): void {
    this.#end('The task has ended.');
    for (const tree of this.#trees) tree.sweep();
  }

  /** Ends every process at once; for a coordinator that is about to exit. */
  kill(): void {
    for (const tree of this.#trees) tree.kill();
  }

  get #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#over !== undefined) this.#abort.abort(new Error(this.#over));
    return this.#abort.signal;
  }

  #end(why: string): void {
    this.#over ??= why;
    this.#abort?.abort(new Error(this.#over));
  }

  #do(call: RequestCall): Promise<unknown> {
    switch (call.name) {
      case 'visits':
        return Promise.resolve(this.#asker.visits && packVisits(this.#asker.visits()));
      case 'files':
        this.#asker.learns?.({ kind: 'files', globs: call.include });
        return Promise.resolve(this.#files(call.include, call.exclude));
      case 'variable':
        this.#asker.learns?.({ kind: 'variable', name: call.variable });
        return Promise.resolve((this.#source.environment ?? process.env)[call.variable]);
      case 'readFile':
        this.#asker.learns?.({ kind: 'file', path: call.path });
        return this.#readFile(call.path);
      case 'exec':
        this.#asker.learns?.({ kind: 'command', argv: call.argv });
        return this.#exec(call.argv, call.options);
      case 'fetch':
        this.#asker.learns?.({ kind: 'request', url: call.url });
        return this.#fetch(call.url, call.options);
      default:
        return call satisfies never;
    }
  }

  #files(include: readonly string[], exclude: readonly string[]): PackedFiles {
    const wanted = compileScoped(this.#asker.task.package, include);
    const unwanted = compileGlobs(exclude);
    return packFiles(this.#source.entries.filter(({ path }) => wanted(path) && !unwanted(path)));
  }

  async #readFile(path: string): Promise<Uint8Array> {
    const absolute = this.#stored(join(this.#source.root, path)) ?? this.#inside(path);
    const { size } = lstatSync(absolute);
    const small = size > 0 && size <= AT_ONCE_BYTES ? readSmall(absolute, size) : undefined;
    if (small !== undefined) return small;
    const handle = await open(absolute, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_READ_BYTES)
        throw Object.assign(new Error(`${path} has ${size} bytes; at most ${MAX_READ_BYTES} are read at once.`), {
          code: 'EFBIG',
        });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  /** The absolute path of a path inside the target; links that lead out are refused too. */
  #inside(path: string): string {
    const { root } = this.#source;
    const absolute = join(root, path);
    if (isAbsolute(path) || path.includes('\0') || isOutside(root, absolute)) throw outside(path);
    const real = realpathSync.native(absolute);
    if (isOutside(root, real)) throw outside(path);
    const stats = lstatSync(real);
    // A device or a pipe could be read for ever.
    if (!stats.isFile() && !stats.isDirectory())
      throw Object.assign(new Error(`${path} is not a regular file.`), { code: 'EINVAL' });
    return this.#stored(real) ?? real;
  }

  /** Where the staged content of a path lies that is not in the work tree; undefined where that has it. */
  #stored(absolute: string): string | undefined {
    const { root, staged } = this.#source;
    if (staged === undefined) return undefined;
    const path = relative(root, absolute).split(sep).join('/');
    if (staged.absent.has(path)) throw Object.assign(new Error(`${path} is not staged.`), { code: 'ENOENT' });
    return staged.stored.get(path);
  }

  async #exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    if (!Array.isArray(argv) || argv.length === 0 || argv.some((part) => typeof part !== 'string')) {
      throw new ScanError('SR_REQUEST_FAILED', 'exec wants an array of texts: the program and its arguments.');
    }
    const { resources } = this.#source;
    if (resources === undefined || options.resource === undefined) return this.#run(argv, options);
    const retryOn = options.retryOn ?? [];
    return resources.call({
      ...this.#call(options.resource),
      // The command's own timeout ends its tree; the time of a request would end what takes long by nature.
      timeoutMs: () => undefined,
      attempt: () => this.#run(argv, options),
      judge: (end) => judgeCommand(end, retryOn),
    });
  }

  async #run(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const cwd = options.cwd === undefined ? this.#source.root : this.#inside(options.cwd);
    const { ProcessTree } = await import('./process-tree.js');
    const tree = new ProcessTree({
      argv,
      cwd,
      environment: this.#source.environment,
      env: options.env ?? {},
      input: options.input,
      maxBytes: Math.min(Math.max(options.maxBytes ?? DEFAULT_BYTES, 1), MAX_BYTES),
      timeoutMs: options.timeout,
    });
    this.#trees.add(tree);
    if (this.#over !== undefined) tree.stop();
    try {
      return await tree.result;
    } catch (error) {
      throw Object.assign(new Error(`${argv[0]} could not be started: ${messageOf(error)}`, { cause: error }), {
        code: codeOf(error) ?? 'SR_REQUEST_FAILED',
      });
    }
  }

  async #fetch(url: string, options: FetchOptions): Promise<FetchedBody> {
    const { host } = webAddress(url);
    const { resources } = this.#source;
    if (resources === undefined) {
      const timeout = Math.max(1, Math.min(options.timeout ?? FETCH_TIMEOUT_MS, this.#remainingMs()));
      return fetchOnce(url, options, AbortSignal.any([this.#signal, AbortSignal.timeout(timeout)]));
    }
    const { method = 'GET', repeatable } = options;
    return resources.call({
      ...this.#call(options.resource ?? host),
      timeoutMs: (policy) => options.timeout ?? policy.timeoutMs,
      attempt: (signal) => fetchOnce(url, options, signal),
      judge: (end) =>
        'value' in end
          ? judgeStatus(end.value, method, repeatable, Date.now())
          : judgeError(end.error, method, repeatable),
    });
  }

  /** Who asks for a resource. */
  #call(resource: string) {
    return {
      resource,
      taskId: this.#asker.task.id,
      signal: this.#signal,
      remainingMs: (): number => this.#remainingMs(),
    };
  }
}

/** A small file as it was listed; undefined for one that is not so any more, or is no file. */
function readSmall(path: string, size: number): Uint8Array | undefined {
  // A pipe that took its place must not be waited for.
  const handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    // Memory of its own: what shares a pool would travel with all of the pool.
    const bytes = Buffer.allocUnsafeSlow(size);
    let length = 0;
    for (let more = 1; more > 0 && length < size; length += more)
      more = readSync(handle, bytes, length, size - length, null);
    return length === size ? bytes : undefined;
  } finally {
    closeSync(handle);
  }
}

/** What the end of a command says of its resource: a code is an answer; a signal or too long a time only where the check says so. */
function judgeCommand(
  end: { readonly value: ExecResult } | { readonly error: unknown },
  retryOn: readonly ('signal' | 'timeout')[],
): Verdict {
  if ('error' in end) return { failed: false };
  const { timedOut, signal } = end.value;
  if (timedOut)
    return retryOn.includes('timeout')
      ? { failed: true, retry: true, overload: true, cause: 'timeout' }
      : { failed: false };
  if (signal === null || !retryOn.includes('signal')) return { failed: false };
  return { failed: true, retry: true, overload: false, cause: `signal ${signal}` };
}

function isOutside(root: string, absolute: string): boolean {
  const path = relative(root, absolute);
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function outside(path: string): ScanError {
  return new ScanError('SR_PATH_OUTSIDE', `The path ${JSON.stringify(path)} leaves the target.`);
}
