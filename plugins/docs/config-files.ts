import type { CheckContext } from 'scanrun';
import { codeOf, decodeText } from './text.js';

/** An object of a configuration file. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a configuration file says, or why that is not known. */
export type Read = { readonly settings: Settings } | { readonly why: string };

/** Reads a configuration file as data: JSON, with comments or without, or YAML. Code is never run. Undefined where there is none. */
export async function readSettings(
  { readFile }: Pick<CheckContext, 'readFile'>,
  path: string,
): Promise<Read | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    return { why: `it cannot be read (${code ?? 'an unknown error'})` };
  }
  const text = decodeText(bytes);
  if (text === undefined) return { why: 'it is binary' };
  const parsed = /\.jsonc?$/.test(path) ? await parseJson(text) : await parseYaml(text);
  if ('why' in parsed) return parsed;
  const settings = asObject(parsed.value ?? {});
  return settings === undefined ? { why: 'it is no object' } : { settings };
}

type Parsed = { readonly value: unknown } | { readonly why: string };

async function parseJson(text: string): Promise<Parsed> {
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: { error: number; offset: number; length: number }[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [first] = errors;
  if (first === undefined) return { value };
  const line = text.slice(0, first.offset).split('\n').length;
  return { why: `it is no JSON (${printParseErrorCode(first.error)} in line ${line})` };
}

async function parseYaml(text: string): Promise<Parsed> {
  const { parse } = await import('yaml');
  try {
    return { value: parse(text, { maxAliasCount: 100, logLevel: 'error' }) };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { why: `it is no YAML (${line.replace(/:$/, '')})` };
  }
}

/** An object that is neither null nor an array; undefined for anything else. */
export function asObject(value: unknown): Settings | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : undefined;
}

/** The texts of a list; none of anything else. */
export function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
