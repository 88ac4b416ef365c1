import { relative, resolve, sep } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { messageOf, ScanError } from '../errors.js';
import { type Environment, WorkTree } from '../files/git.js';
import { STATE_FOLDER } from '../files/state.js';
import { topOf } from '../files/top.js';

/** Changes closer together than this are one: editors write a file in several steps, and a checkout writes many. */
const QUIET_MS = 100;

/** Folders in which nothing is a file of the project, however many there are. */
const NEVER = new Set(['.git', 'node_modules', STATE_FOLDER]);

/** What is watched, and what is not. */
export interface WatchSettings {
  /** The target's folder. */
  readonly root: string;
  readonly environment: Environment | undefined;
  /** Files that the scans write themselves. */
  readonly written: ReadonlySet<string>;
  /** The user's key, which a scan makes where there is none. */
  readonly keyFile: string;
}

/** A watch over files. */
export interface Watch {
  /** The absolute paths that changed since the last call, once there are any and no more come. */
  next(): Promise<readonly string[]>;
  /** Watches these files too, wherever they lie. */
  add(files: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Watches folders and files.
 * @throws ScanError `SR_WATCH_FAILED` when the system cannot watch them, for instance because there are too many.
 */
export async function openWatch(paths: readonly string[], settings: WatchSettings): Promise<Watch> {
  const { watch } = await import('chokidar');
  const ignored = await ignoredFolders(settings);
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: (path) => ignored.has(path) || isOwn(path, settings) || isNever(settings.root, path),
  });
  const burst = new Burst();
  watcher.on('all', (event, path) => {
    if (event !== 'addDir' && event !== 'unlinkDir') burst.add(event, path);
  });
  watcher.on('error', (error) => burst.fail(error));
  await ready(watcher);
  return { next: () => burst.next(), add: (files) => void watcher.add([...files]), close: () => watcher.close() };
}

function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve, reject) => {
    watcher.once('ready', resolve);
    watcher.once('error', (error) => reject(failed(error)));
  });
}

function failed(error: unknown): ScanError {
  return new ScanError('SR_WATCH_FAILED', `The files cannot be watched: ${messageOf(error)}.`, { cause: error });
}

/** True for what scans write: reports, and the user's key with what it is made from. */
function isOwn(path: string, { written, keyFile }: WatchSettings): boolean {
  return written.has(path) || path === keyFile || path.startsWith(`${keyFile}.`);
}

function isNever(root: string, path: string): boolean {
  return relative(root, path)
    .split(sep)
    .some((name) => NEVER.has(name));
}

/** The folders that git ignores as a whole: a build's output would have the watch wake all the time. */
async function ignoredFolders({ root, environment }: WatchSettings): Promise<Set<string>> {
  const top = topOf(root);
  if (top === undefined) return new Set();
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const { stdout } = await new WorkTree(top, environment).run(root, args);
  const names = stdout.toString('utf8').split('\0');
  return new Set(names.filter((name) => name.endsWith('/')).map((name) => resolve(root, name)));
}

/** Gathers changes until none has come for a while. */
class Burst {
  readonly #paths = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;
  #told: { resolve(paths: readonly string[]): void; reject(error: unknown): void } | undefined;

  add(event: string, path: string): void {
    // What came and went since was a temporary file.
    if (event === 'unlink' && this.#paths.get(path) === 'add') this.#paths.delete(path);
    else this.#paths.set(path, this.#paths.get(path) === 'add' ? 'add' : event);
    this.#wait();
  }

  fail(error: unknown): void {
    this.#failure = failed(error);
    this.#tell();
  }

  next(): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.#told = { resolve, reject };
      if (this.#failure !== undefined || this.#paths.size > 0) this.#wait();
    });
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), QUIET_MS);
  }

  #tell(): void {
    const told = this.#told;
    if (told === undefined) return;
    if (this.#failure !== undefined) {
      told.reject(this.#failure);
    } else if (this.#paths.size > 0) {
      this.#told = undefined;
      told.resolve([...this.#paths.keys()].sort());
      this.#paths.clear();
    }
  }
}
