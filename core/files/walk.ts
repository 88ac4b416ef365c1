import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Ignore from 'ignore';
import { codeOf } from '../errors.js';
import type { Unlisted } from '../model/target.js';
import type { UnreadRules } from './unlisted.js';

/** What a walk found. */
export interface Walk {
  /** Paths of files, links and other entries that are not folders, relative to the root. */
  readonly paths: readonly string[];
  /** Names that no text can say, and folders that could not be opened. */
  readonly unlisted: readonly Unlisted[];
  /** Ignore files that could not be read. */
  readonly unread: readonly UnreadRules[];
}

/** Folders that belong to tools, not to the project; without git nothing else says so. */
const NEVER = new Set(['.git', '.hg', '.svn', 'node_modules', '.scanrun']);
const IGNORE_FILES = ['.gitignore', '.ignore'];

/** Loaded with the first ignore file: many folders have none. */
function loadIgnore(): typeof Ignore {
  return createRequire(import.meta.url)('ignore') as typeof Ignore;
}

/** The rules of an ignore file, and those of the folders above. */
interface Rules {
  readonly base: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
  readonly outer: Rules | undefined;
}

/** As git decides: the innermost ignore file that says anything has the last word. */
function isIgnored(path: string, innermost: Rules | undefined): boolean {
  for (let rules = innermost; rules !== undefined; rules = rules.outer) {
    const { ignored, unignored } = rules.test(path.slice(rules.base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Walks a folder that git does not know, honouring `.gitignore` and `.ignore` files on the way down. Links are not followed. */
export function walk(root: string): Walk {
  const walker = new Walker(root.endsWith('/') ? root : `${root}/`);
  walker.visit('', undefined);
  return walker;
}

class Walker implements Walk {
  readonly #base: string;
  readonly paths: string[] = [];
  readonly unlisted: Unlisted[] = [];
  readonly unread: UnreadRules[] = [];

  constructor(base: string) {
    this.#base = base;
  }

  visit(folder: string, outer: Rules | undefined): void {
    const entries = this.#list(folder);
    const rules = this.#rules(folder, entries, outer);
    const unsayable = this.#unsayable(folder, entries);
    for (const entry of entries) {
      const { name } = entry;
      if (NEVER.has(name)) continue;
      const isFolder = entry.isDirectory();
      const path = isFolder ? `${folder}${name}/` : folder + name;
      if (rules !== undefined && isIgnored(path, rules)) continue;
      const bytes = unsayable?.get(name);
      if (bytes !== undefined) this.unlisted.push({ path: folder + bytes, kind: 'name' });
      else if (isFolder) this.visit(path, rules);
      else this.paths.push(path);
    }
  }

  #list(folder: string): Dirent[] {
    try {
      return readdirSync(this.#base + folder, { withFileTypes: true });
    } catch (error) {
      this.unlisted.push({ path: folder || './', kind: 'folder', cause: codeOf(error) ?? 'unknown' });
      return [];
    }
  }

  /** Names that are not UTF-8, as Latin-1 by what Node makes of them. */
  #unsayable(folder: string, entries: readonly Dirent[]): ReadonlyMap<string, string> | undefined {
    if (!entries.some(({ name }) => name.includes('\uFFFD'))) return undefined;
    const names = readdirSync(this.#base + folder, { encoding: 'buffer' });
    const bad = names.filter((bytes) => !Buffer.from(bytes.toString('utf8')).equals(bytes));
    return new Map(bad.map((bytes) => [bytes.toString('utf8'), bytes.toString('latin1')]));
  }

  #rules(folder: string, entries: readonly Dirent[], outer: Rules | undefined): Rules | undefined {
    const present = IGNORE_FILES.filter((name) => entries.some((entry) => entry.name === name));
    if (present.length === 0) return outer;
    const rules = loadIgnore()();
    for (const name of present) {
      try {
        rules.add(readFileSync(this.#base + folder + name, 'utf8'));
      } catch (error) {
        this.unread.push({ path: folder + name, cause: codeOf(error) ?? 'unknown' });
      }
    }
    return { base: folder, test: (path) => rules.test(path), outer };
  }
}
