import { basename, dirname, join, resolve, sep } from 'node:path';
import { CodeVersions } from '../check/code-version.js';
import { pathOfUrl } from '../check/file-url.js';
import { isOwnModule, isTypeScript, storedModules } from '../check/load-module.js';
import { configFileOf, SEARCH_PLACES } from '../config/search.js';
import { MODULES_STEPS, STATE_FOLDER } from '../files/state.js';
import type { ScanEvent } from '../model/event.js';
import type { ScanOptions } from '../scan.js';

/** What a process has loaded from files that people edit: the configuration, what it imports, and local checks. */
export class Loaded {
  readonly #options: ScanOptions;
  readonly #files = new Set<string>();
  /** Folders of local checks: what they import lies there. */
  readonly #folders = new Set<string>();
  readonly #modules = new Set<string>();
  readonly #code = new CodeVersions();
  #failed = false;

  constructor(options: ScanOptions) {
    this.#options = options;
    const file = this.#configFile();
    for (const path of [file, options.userConfig?.file]) if (path !== undefined) this.#files.add(path);
  }

  /** Files to watch that may lie outside of the target. */
  files(): readonly string[] {
    return [...this.#files];
  }

  /** A scan begins; until it has ended, nobody knows what it loaded. */
  begin(): void {
    this.#failed = true;
  }

  /** A scan ended, whatever it found. */
  ended(): void {
    this.#failed = false;
    const file = this.#configFile();
    if (file === undefined) return;
    this.#files.add(file);
    const cacheDir = join(dirname(file), STATE_FOLDER, ...MODULES_STEPS);
    for (const path of isTypeScript(file) ? storedModules(cacheDir, file) : []) this.#files.add(path);
  }

  /** A module is loaded: of the configuration, of a plugin or of a reporter. Gives its file and those of what it imports. */
  module(url: string): readonly string[] {
    const path = localPath(url);
    if (path === undefined || this.#modules.has(path)) return [];
    this.#modules.add(path);
    const files = [path, ...this.#code.filesOf(path)];
    for (const file of files) this.#files.add(file);
    return files;
  }

  event(event: ScanEvent): void {
    if (event.type !== 'planned') return;
    for (const { checks } of event.plan.tasks)
      for (const { module } of checks) {
        const path = localPath(module);
        if (path !== undefined) this.#folders.add(dirname(path));
      }
  }

  /** True when a file is loaded, or may be what kept the last scan from beginning. */
  has(path: string): boolean {
    const name = basename(path);
    const isNewConfig = name !== 'package.json' && SEARCH_PLACES.includes(name) && this.#isAbove(dirname(path));
    return this.#failed || isNewConfig || this.#files.has(path) || this.#isInFolder(path);
  }

  #isInFolder(path: string): boolean {
    // A module in the target's own folder does not make every file of the target a part of it.
    return [...this.#folders].some((folder) =>
      folder === resolve(this.#options.cwd) ? dirname(path) === folder && isCode(path) : path.startsWith(folder + sep),
    );
  }

  #isAbove(folder: string): boolean {
    return `${resolve(this.#options.cwd)}${sep}`.startsWith(`${folder}${sep}`);
  }

  #configFile(): string | undefined {
    try {
      return configFileOf(this.#options);
    } catch {
      // The scan says why; until then any change may be the remedy.
      return join(this.#options.cwd, 'package.json');
    }
  }
}

/** The path of a module that somebody may edit; undefined for ours and for installed ones. */
function localPath(url: string): string | undefined {
  return url.startsWith('file:') && !isOwnModule(url) && !url.includes('/node_modules/') ? pathOfUrl(url) : undefined;
}

function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$|\.json$/.test(path);
}
