import type { CheckContext, FileEntry } from 'scanrun';
import { codeOf } from './text.js';

/** What there is at a path of the target. */
export type Found =
  | { readonly is: 'file' | 'folder'; readonly path: string }
  /** Something that cannot be looked into from here: inside of a submodule, or through a link. */
  | { readonly is: 'beyond' }
  | { readonly is: 'missing'; readonly otherCase?: string }
  | { readonly is: 'unknown'; readonly why: string };

/** What the system says of a path that does not exist. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** What `readFile` says of a file over its limit, a pipe or a device, and a link that leads out: there is something. */
const THERE = new Set(['EFBIG', 'EINVAL', 'SR_PATH_OUTSIDE']);

/** The files and folders of a target, and what lies there beside the list. */
export class Targets {
  readonly #entries = new Map<string, FileEntry | 'folder'>([['', 'folder']]);
  readonly #lowerCase = new Map<string, string>();
  readonly #asked = new Map<string, Promise<Found>>();
  readonly #readFile: CheckContext['readFile'];

  private constructor(readFile: CheckContext['readFile']) {
    this.#readFile = readFile;
  }

  /** Lists a target. */
  static async list({ files, readFile }: Pick<CheckContext, 'files' | 'readFile'>): Promise<Targets> {
    const targets = new Targets(readFile);
    for await (const entry of files()) targets.#add(entry);
    return targets;
  }

  /** The paths of all files. */
  *paths(): Iterable<string> {
    for (const [path, entry] of this.#entries) if (entry !== 'folder') yield path;
  }

  /** Looks for a path without `..`; a slash at its end does not matter. */
  async find(path: string): Promise<Found> {
    const bare = path.replace(/\/+$/, '');
    const listed = this.#listed(bare);
    if (listed !== undefined) return listed;
    let asked = this.#asked.get(bare);
    if (asked === undefined) {
      asked = this.#ask(bare);
      this.#asked.set(bare, asked);
    }
    return asked;
  }

  #listed(path: string): Found | undefined {
    const entry = this.#entries.get(path);
    if (entry === 'folder' || entry?.type === 'submodule') return { is: 'folder', path };
    if (entry?.type === 'symlink') return { is: 'beyond' };
    if (entry !== undefined) return { is: 'file', path };
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const above = this.#entries.get(path.slice(0, at));
      if (above === undefined || above === 'folder') continue;
      return above.type === 'submodule' ? { is: 'beyond' } : undefined;
    }
    // A disk that does not know case would find it, and a server would not.
    const otherCase = this.#lowerCase.get(path.toLowerCase());
    return otherCase === undefined ? undefined : { is: 'missing', otherCase };
  }

  /** The list has only what git does not ignore and the configuration does not exclude, so the disk has the last word. */
  async #ask(path: string): Promise<Found> {
    try {
      await this.#readFile(path);
      return { is: 'file', path };
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === 'EISDIR') return { is: 'folder', path };
      if (THERE.has(code)) return { is: 'beyond' };
      return MISSING.has(code) ? { is: 'missing' } : { is: 'unknown', why: code || String(error) };
    }
  }

  #add(entry: FileEntry): void {
    this.#entries.set(entry.path, entry);
    this.#lowerCase.set(entry.path.toLowerCase(), entry.path);
    for (let at = entry.path.lastIndexOf('/'); at > 0; at = entry.path.lastIndexOf('/', at - 1)) {
      const folder = entry.path.slice(0, at);
      if (this.#entries.has(folder)) return;
      this.#entries.set(folder, 'folder');
      this.#lowerCase.set(folder.toLowerCase(), folder);
    }
  }
}
