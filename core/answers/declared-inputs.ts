// What a cached project check may ask: its answer is known by its declared inputs, so anything else that it learns would
// make the kept answer a wrong one.

import { realpathSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { attempt } from '../cache/folder.js';
import type { CheckInputs } from '../check/define.js';
import { compileGlobs, type Matcher } from '../check/glob.js';
import { compileScoped } from '../check/package-globs.js';
import type { TargetPackage } from '../model/package.js';
import type { FileEntry } from '../model/target.js';

/** Something that a check learns through its context. */
export type Access =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'files'; readonly globs: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'request'; readonly url: string };

/** What a check declares, and where that lies. */
export interface Declaration {
  readonly inputs: CheckInputs;
  /** The package that the check looks at, to which its globs are relative; absent for a check of the whole target. */
  readonly package?: TargetPackage | undefined;
  /** The target's root. */
  readonly root: string;
  /** The declared files as they are in the index. */
  readonly files: readonly Pick<FileEntry, 'path' | 'type'>[];
}

/** Tells what a check learns and does not declare. */
export class DeclaredInputs {
  readonly #inputs: CheckInputs;
  readonly #root: string;
  readonly #files: ReadonlyMap<string, FileEntry['type']>;
  readonly #isDeclared: Matcher;

  constructor({ inputs, package: item, root, files }: Declaration) {
    this.#inputs = inputs;
    this.#root = root;
    this.#files = new Map(files.map(({ path, type }) => [path, type]));
    this.#isDeclared = compileScoped(item, inputs.files ?? []);
  }

  /** What was learned and is not declared, and how it is declared, as two halves of a sentence; undefined for what is. */
  undeclared(access: Access): Undeclared | undefined {
    const { files = [], env = [], tools = [] } = this.#inputs;
    switch (access.kind) {
      case 'file':
        return this.#file(posix.normalize(access.path));
      case 'files': {
        const missing = access.globs.filter((glob) => !glob.startsWith('!') && !covers(files, access.globs, glob));
        if (missing.length === 0) return undefined;
        const list = missing.map((glob) => `'${glob}'`).join(', ');
        return { what: `the files ${list}`, next: `add ${list} to meta.inputs.files` };
      }
      case 'variable':
        if (env.includes(access.name)) return undefined;
        return { what: `the variable ${access.name}`, next: `add '${access.name}' to meta.inputs.env` };
      case 'command':
        if (tools.some((tool) => programOf(tool).every((word, index) => access.argv[index] === word))) return undefined;
        return {
          what: `the command ${access.argv[0] ?? ''}`,
          next: `add a command that prints its version to meta.inputs.tools, such as ['${access.argv[0]}', '--version']`,
        };
      case 'request':
        return {
          what: `an answer from ${hostOf(access.url)}`,
          next: 'take meta.cache out: what the network answers cannot be declared',
        };
      default:
        return access satisfies never;
    }
  }

  /** A file that is declared, and a file of the target: the version of any other is not known. */
  #file(path: string): Undeclared | undefined {
    const what = `the file ${path}`;
    if (!this.#isDeclared(path)) return { what, next: `add '${path}' or a glob to meta.inputs.files` };
    const type = this.#files.get(path);
    if (type === 'file') return undefined;
    const real = this.#realPath(path);
    // What is not there now is among the files once it is.
    if (real === undefined || (real !== path && this.#files.has(real))) return undefined;
    return {
      what: `${what}, which is none of the target's files`,
      next: 'take meta.cache out, or let git see the file',
    };
  }

  #realPath(path: string): string | undefined {
    const real = attempt(() => realpathSync(join(this.#root, path)));
    return real === undefined ? undefined : relative(this.#root, real).split(sep).join('/');
  }
}

/** Something that was learned and not declared. */
export interface Undeclared {
  /** What it was. */
  readonly what: string;
  /** What to do. */
  readonly next: string;
}

const MAGIC = /[*?[\]{}()!+@]/;

/** True when every file that a glob of a request can mean, now or later, is declared. */
function covers(declared: readonly string[], request: readonly string[], glob: string): boolean {
  const wanted = declared.filter((one) => !one.startsWith('!'));
  // What a declaration takes out again, the request must take out as well.
  if (declared.some((one) => one.startsWith('!') && !request.includes(one))) return false;
  if (wanted.includes(glob) || wanted.includes('**')) return true;
  if (!MAGIC.test(glob)) return compileGlobs(wanted)(posix.normalize(glob));
  const fixed = glob.slice(0, glob.search(MAGIC));
  return wanted.some(
    (one) => one.endsWith('/**') && !MAGIC.test(one.slice(0, -2)) && fixed.startsWith(one.slice(0, -2)),
  );
}

/** The words of a version command that name the program: those before the first flag; the first, where there is no flag. */
function programOf(tool: readonly string[]): readonly string[] {
  const flag = tool.findIndex((word) => word.startsWith('-'));
  return tool.slice(0, Math.max(flag, 1));
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the network';
  }
}
