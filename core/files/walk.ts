import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type Ignore from 'ignore';
import { codeOf } from '../errors.js';

/** What a walk found. */
export interface Walk {
  /** Paths of files, links and other entries that are not folders, relative to the root. */
  readonly paths: readonly string[];
  /** Folders and ignore files that could not be read, with the error's code. */
  readonly unreadable: readonly { readonly path: string; readonly code: string }[];
}

/** Folders that belong to tools, not to the project; without git nothing else says so. */
const NEVER = new Set(['.git', '.hg', '.svn', 'node_modules', '.scanrun']);
const IGNORE_FILES = ['.gitignore', '.ignore'];

/** Loaded with the first ignore file: many folders have none. */
function loadIgnore(): typeof Ignore {
  return createRequire(import.meta.url)('ignore') as typeof Ignore;
}

interface Rules {
  readonly base: string;
  readonly test: (path: string) => { readonly ignored: boolean; readonly unignored: boolean };
}

/** As git decides: the innermost ignore file that says anything has the last word. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (const { base, test } of rules.toReversed()) {
    const { ignored, unignored } = test(path.slice(base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Walks a folder that git does not know, honouring `.gitignore` and `.ignore` files on the way down. Links are not followed. */
export function walk(root: string): Walk {
  const paths: string[] = [];
  const unreadable: { path: string; code: string }[] = [];
  const readRules = (folder: string, names: ReadonlySet<string>): Rules[] => {
    const present = IGNORE_FILES.filter((name) => names.has(name));
    if (present.length === 0) return [];
    const rules = loadIgnore()();
    for (const name of present) {
      const text = read(join(root, folder, name));
      if (typeof text === 'string') rules.add(text);
      else unreadable.push({ path: folder + name, code: text.code });
    }
    return [{ base: folder, test: (path) => rules.test(path) }];
  };
  const visit = (folder: string, inherited: readonly Rules[]): void => {
    const entries = list(join(root, folder));
    if (!Array.isArray(entries)) {
      unreadable.push({ path: folder || '.', code: entries.code });
      return;
    }
    const rules = [...inherited, ...readRules(folder, new Set(entries.map((entry) => entry.name)))];
    for (const entry of entries) {
      const path = folder + entry.name;
      const asked = entry.isDirectory() ? `${path}/` : path;
      if (NEVER.has(entry.name) || isIgnored(asked, rules)) continue;
      if (entry.isDirectory()) visit(asked, rules);
      else paths.push(path);
    }
  };
  visit('', []);
  return { paths, unreadable };
}

function list(folder: string): Dirent[] | { readonly code: string } {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return { code: codeOf(error) ?? 'unknown' };
  }
}

function read(path: string): string | { readonly code: string } {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return { code: codeOf(error) ?? 'unknown' };
  }
}
