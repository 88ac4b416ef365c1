import type { CheckContext } from 'scanrun';

/** A file of the target as text without a byte order mark; undefined where there is none. Rejects where it cannot be read. */
export async function readText(
  { readFile }: Pick<CheckContext, 'readFile'>,
  path: string,
): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (error) {
    const code = codeOf(error);
    // A folder in the way, or a file where a folder was meant: there is no such file either.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

/** What a text says as JSON; undefined for none, and for what is no JSON. */
export function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Who must know what is wrong with it parses it themselves.
    return undefined;
  }
}

/** What a system error is called; undefined for what has no code. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An object that is neither null nor an array; undefined for anything else. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A property of an object's own: a name such as `constructor` finds nothing. */
export function own(value: unknown, key: string): unknown {
  const object = asObject(value);
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A text that is not empty; undefined for anything else. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The entries of an object whose values are texts. */
export function textEntries(value: unknown): [string, string][] {
  return Object.entries(asObject(value) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
}

/** The texts of a list. */
export function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  return more > 0 ? `${names.slice(0, shown).join(', ')} and ${more} more` : names.join(', ');
}
