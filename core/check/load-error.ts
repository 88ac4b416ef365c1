import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf, ScanError } from '../errors.js';

/** A module that could not be loaded: the message begins with the place, the cause is what was thrown. */
export class ModuleLoadError extends Error {
  override readonly name = 'ModuleLoadError';
  /** File, line and column; the line is missing where nobody knows it. */
  readonly place: string;
  /** What is wrong, without the place. */
  readonly reason: string;
  /** The code of the cause, such as `ERR_MODULE_NOT_FOUND`. */
  readonly code: string | undefined;

  constructor(place: string, reason: string, cause: unknown) {
    super(`${place}: ${reason}`, { cause });
    this.place = place;
    this.reason = reason;
    this.code = codeOf(cause);
  }
}

/** Names file and line of what was thrown while a module was loaded. A ScanError stays what it is, also that of another copy of scanrun. */
export async function explainLoadError(thrown: unknown, url: string): Promise<Error> {
  if (thrown instanceof ModuleLoadError || thrown instanceof ScanError) return thrown;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  const parse = /^ParseError: (.*?)\s*\n\s*(.+:\d+:\d+)\s*$/s.exec(messageOf(thrown));
  if (parse !== null) return new ModuleLoadError(parse[2] ?? file, `syntax error: ${parse[1]}`, thrown);
  const reason = reasonOf(thrown);
  const place =
    placeInStack(thrown) ?? (await placeOfImport(thrown, file)) ?? (await placeOfSyntaxError(thrown, file)) ?? file;
  return new ModuleLoadError(place, reason, thrown);
}

/** The first line of the message; the second is a path or a stack of importers that the place already says. */
function reasonOf(thrown: unknown): string {
  const first = messageOf(thrown).split('\n', 1)[0] ?? '';
  if (!(thrown instanceof Error)) return `it threw ${first}`;
  if (thrown instanceof SyntaxError) return `syntax error: ${first}`;
  return thrown.name === 'Error' ? first : `${thrown.name}: ${first}`;
}

/** Frames of the module system and of the loaders say nothing to the reader. */
const FOREIGN =
  /node:|\/node_modules\/(?:jiti|cosmiconfig|vitest|vite|vite-node|@vitest)\/|\/core\/check\/load-(?:module|error)\.[jt]s/;

function placeInStack(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return undefined;
  const header = /^(\/[^\n]*?:\d+)\n/.exec(thrown.stack);
  if (header !== null) return header[1];
  if (isNotFound(thrown) || thrown instanceof SyntaxError) return undefined;
  for (const line of thrown.stack.split('\n')) {
    const frame = /^\s+at (?:.*? \()?((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/.exec(line);
    if (frame === null || FOREIGN.test(line)) continue;
    const file = frame[1] as string;
    return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${frame[2]}:${frame[3]}`;
  }
  return undefined;
}

function isNotFound(thrown: unknown): boolean {
  return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(codeOf(thrown) ?? '');
}

/** The line of the import that failed: the module system names the importer, not the line. */
async function placeOfImport(thrown: unknown, file: string): Promise<string | undefined> {
  const message = messageOf(thrown);
  const missing = /Cannot find (?:module|package) '([^']+)'|The requested module '([^']+)'/.exec(message);
  const name = missing?.[1] ?? missing?.[2];
  if (name === undefined) return undefined;
  const importer = /imported from (\/.+)$/m.exec(message)?.[1] ?? /^- (\/.+)$/m.exec(message)?.[1] ?? file;
  const text = await readFile(importer, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // A relative import is reported as an absolute path: its last part is what the source says too.
  const wanted = [name, name.split('/').at(-1) ?? name];
  const lines = text.split('\n');
  for (const part of wanted) {
    const index = lines.findIndex((line) => /import|require|from/.test(line) && line.includes(part));
    if (index >= 0) return `${importer}:${index + 1}`;
  }
  return importer;
}

/** Node keeps the place of a syntax error in an ES module to itself; parsing the file once more finds it. */
async function placeOfSyntaxError(thrown: unknown, file: string): Promise<string | undefined> {
  if (!(thrown instanceof SyntaxError)) return undefined;
  const source = await readFile(file, 'utf8').catch(() => undefined);
  if (source === undefined) return undefined;
  const { createJiti } = await import('jiti');
  const code = createJiti(import.meta.url, { fsCache: false }).transform({ source, filename: file, async: true });
  const found = /"?line"?:\s*(\d+),\s*"?column"?:\s*(\d+)/.exec(code.includes('__JITI_ERROR__') ? code : '');
  return found === null ? undefined : `${file}:${found[1]}:${found[2]}`;
}
