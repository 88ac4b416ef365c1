import { posix } from 'node:path';
import type { CheckContext, Location } from 'scanrun';
import { asObject, asText, own, readText, textList } from './text.js';

/** Node.js versions that a workflow asks for. */
export interface CiVersion {
  /** A range such as `20`, `20.x` or `^20.1`; undefined for what moves (`lts/*`) and for what only a run knows. */
  readonly range: string | undefined;
  /** As it is written. */
  readonly written: string;
  /** Where. */
  readonly location: Location;
}

/** Names of long-term releases, which `.nvmrc` and setup-node take. https://github.com/nodejs/Release */
const LTS: Readonly<Record<string, number>> = {
  argon: 4,
  boron: 6,
  carbon: 8,
  dubnium: 10,
  erbium: 12,
  fermium: 14,
  gallium: 16,
  hydrogen: 18,
  iron: 20,
  jod: 22,
  krypton: 24,
};

/** What could be read of the workflows. */
export interface NodeInCi {
  readonly versions: readonly CiVersion[];
  /** Workflows that are no YAML. */
  readonly unreadable: readonly string[];
}

/** The Node.js versions that the workflows of GitHub Actions set up. */
export async function nodeInCi(context: Pick<CheckContext, 'readFile' | 'files'>): Promise<NodeInCi> {
  const versions: CiVersion[] = [];
  const unreadable: string[] = [];
  const { load, FAILSAFE_SCHEMA, YAMLException } = await import('js-yaml');
  for await (const { path } of context.files('.github/workflows/*.{yml,yaml}')) {
    const text = (await readText(context, path)) ?? '';
    try {
      // Without types: 20.10 is a version, not the number 20.1.
      const workflow = load(text, { schema: FAILSAFE_SCHEMA });
      for (const written of await writtenIn(context, workflow)) {
        const { value, file } = written;
        const location = file === undefined ? { path, ...lineOf(text, value) } : { path: file };
        versions.push({ range: rangeOf(value), written: value, location });
      }
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      unreadable.push(path);
    }
  }
  return { versions, unreadable };
}

interface Written {
  readonly value: string;
  /** The file that has the version, where a workflow refers to one. */
  readonly file?: string;
}

/** The versions that the steps of a workflow ask setup-node for. */
async function writtenIn(context: Pick<CheckContext, 'readFile'>, workflow: unknown): Promise<Written[]> {
  const found: Written[] = [];
  for (const job of Object.values(asObject(own(workflow, 'jobs')) ?? {})) {
    const steps = own(job, 'steps');
    for (const step of Array.isArray(steps) ? steps : []) {
      if (!/^actions\/setup-node(?:@|$)/.test(asText(own(step, 'uses')) ?? '')) continue;
      const version = asText(own(own(step, 'with'), 'node-version'));
      const file = asText(own(own(step, 'with'), 'node-version-file'));
      if (version !== undefined) found.push(...valuesOf(version, workflow, job).map((value) => ({ value })));
      else if (file !== undefined) found.push(...(await inFile(context, posix.normalize(file))));
    }
  }
  return found;
}

/** What a value stands for: itself, or each value of the matrix or variable that it is an expression of. */
function valuesOf(value: string, workflow: unknown, job: unknown): string[] {
  const expression = /^\$\{\{\s*(matrix|env)\.([\w.-]+)\s*\}\}$/.exec(value.trim());
  if (expression === null) return [value];
  const [, kind, name = ''] = expression;
  if (kind === 'env') {
    const text = asText(own(own(job, 'env'), name)) ?? asText(own(own(workflow, 'env'), name));
    return [text ?? value];
  }
  const matrix = own(own(job, 'strategy'), 'matrix');
  const keys = name.split('.');
  const [key = '', ...rest] = keys;
  const dig = (item: unknown): unknown => rest.reduce<unknown>((at, part) => own(at, part), item);
  const listed = own(matrix, key);
  const included = own(matrix, 'include');
  const values = [
    ...(Array.isArray(listed) ? listed.map(dig) : []),
    ...(Array.isArray(included) ? included.map((item) => dig(own(item, key))) : []),
  ];
  const texts = [...new Set(textList(values))];
  return texts.length > 0 ? texts : [value];
}

/** The version in a file such as .nvmrc, .tool-versions or package.json. */
async function inFile(context: Pick<CheckContext, 'readFile'>, file: string): Promise<Written[]> {
  const text = await readText(context, file);
  if (text === undefined) return [];
  if (posix.basename(file) === 'package.json') return fromManifest(text).map((value) => ({ value, file }));
  const tool = /^\s*nodejs\s+(\S+)/m.exec(text)?.[1];
  const value =
    tool ??
    text
      .split('\n')
      .find((line) => /^\s*[^#\s]/.test(line))
      ?.trim();
  return value === undefined ? [] : [{ value, file }];
}

function fromManifest(text: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A manifest that is no JSON is the finding of another check.
    return [];
  }
  // engines.node is what the versions are compared with, so only a version of its own says something.
  return textList([own(own(json, 'volta'), 'node'), own(own(own(json, 'devEngines'), 'runtime'), 'version')]).slice(
    0,
    1,
  );
}

/** The range that a version of setup-node or .nvmrc stands for; undefined for what moves with time, and for expressions. */
function rangeOf(written: string): string | undefined {
  const value = written.trim().replace(/^v(?=\d)/, '');
  const lts = /^lts\/(\w+)$/.exec(value)?.[1];
  if (lts !== undefined) return Object.hasOwn(LTS, lts.toLowerCase()) ? String(LTS[lts.toLowerCase()]) : undefined;
  return /^[\d^~<>=v*x]/.test(value) ? value : undefined;
}

/** The first line that has a value as a word, comments aside. */
function lineOf(text: string, value: string): { readonly startLine?: number } {
  const lines = text.split('\n');
  const isWord = (line: string): boolean => {
    for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + 1)) {
      const [before = ' ', after = ' '] = [line[at - 1] ?? ' ', line[at + value.length] ?? ' '];
      if (/[\s[,'":]/.test(before) && /[\s\],'"#]/.test(after)) return true;
    }
    return false;
  };
  const indexOf = (isWanted: (line: string) => boolean): number =>
    lines.findIndex((line) => !/^\s*#/.test(line) && isWanted(line) && isWord(line));
  const beside = indexOf((line) => /node/i.test(line));
  const index = beside >= 0 ? beside : indexOf(() => true);
  return index >= 0 ? { startLine: index + 1 } : {};
}
