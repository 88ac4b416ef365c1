import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  loadModule,
  type ModuleExports,
  type ModuleLoader,
  ownModule,
  ownNames,
  resolvePackage,
} from '../check/load-module.js';
import { nearest } from '../check/nearest.js';
import { type ErrorCode, messageOf, ScanError } from '../errors.js';
import { resolveModulePath } from './load.js';
import { type ConfigProblem, quote } from './problems.js';

/** What a text in the configuration stands for: a module of ours, a file, a package. */
export type Reference =
  | { readonly kind: 'own'; readonly name: string; readonly url: string }
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'missing'; readonly what: string; readonly next: string };

const PACKAGE = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/.*)?$/;

/** Finds what a text stands for. Paths and packages start from the folder of the configuration that has it. */
export async function resolveReference(
  text: string,
  kind: 'plugins' | 'reporters',
  folder: string,
  loader: ModuleLoader,
): Promise<Reference> {
  const names = ownNames(kind);
  const name = text.startsWith(`scanrun/${kind}/`) ? text.slice(`scanrun/${kind}/`.length) : text;
  if (names.includes(name)) return { kind: 'own', name, url: ownModule(`${kind}/${name}/index`) };
  const found = await resolveFile(text, folder, loader);
  if (found !== undefined) return { kind: 'file', url: found };
  const near = nearest(name, names);
  if (near !== undefined)
    return { kind: 'missing', what: `names '${text}', which is not there`, next: `did you mean '${near}'?` };
  if (!isPath(text) && PACKAGE.test(text))
    return {
      kind: 'missing',
      what: `names the package '${text}', which is not installed`,
      next: `npm install -D ${packageName(text)}`,
    };
  return { kind: 'missing', what: `names ${quote(text)}, which is not there`, next: `paths start from ${folder}` };
}

/** The file or URL that a path or package name stands for. */
export async function resolveFile(text: string, folder: string, loader: ModuleLoader): Promise<string | undefined> {
  if (text.startsWith('file:')) {
    const path = URL.canParse(text) ? fileURLToPath(text) : undefined;
    return path !== undefined && existsSync(path) ? path : undefined;
  }
  if (isPath(text)) return resolveModulePath(text, folder);
  return PACKAGE.test(text) ? resolvePackage(text, folder, loader) : undefined;
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^\.{1,2}([/\\]|$)/.test(text);
}

function packageName(text: string): string {
  return text
    .split('/')
    .slice(0, text.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Loads the module of a plugin or reporter and takes what it exports; a problem when it has no such export. */
export async function loadExport<T>(
  url: string,
  wanted: {
    readonly is: (value: unknown) => value is T;
    readonly where: string;
    readonly failed: ErrorCode;
    readonly invalid: ErrorCode;
    readonly maker: string;
  },
  loader: ModuleLoader,
): Promise<T | ConfigProblem> {
  let module: ModuleExports;
  try {
    module = await loadModule(url, loader);
  } catch (error) {
    const code = error instanceof ScanError ? error.code : wanted.failed;
    return { where: wanted.where, what: `could not be loaded: ${messageOf(error)}`, code };
  }
  const exported = [module.default, (module.default as { default?: unknown } | null | undefined)?.default].find(
    wanted.is,
  );
  return (
    exported ?? {
      where: wanted.where,
      what: `does not export what ${wanted.maker} returns by default`,
      next: `export default ${wanted.maker}({ ... })`,
      code: wanted.invalid,
    }
  );
}
