/** git's own rule: a NUL among the first 8,000 bytes makes a file binary. */
const SNIFF_BYTES = 8_000;

/** What stops a parser: a text of this many characters in a row without a line break is no prose. */
export const MAX_TEXT_LENGTH = 4_000_000;

/** What tools wrote or others said, which nobody mends: changelogs and licences. */
export const NOT_WRITTEN_HERE =
  '**/{CHANGELOG,Changelog,changelog,CHANGES,Changes,HISTORY,History,history,RELEASES,LICENSE,License,license,LICENCE,COPYING,NOTICE,THIRD-PARTY,THIRD_PARTY,ThirdParty}*.*';

/** Pages of Markdown. */
export const PAGES = '**/*.{md,markdown,mdown,mkd}';

/** The pages that a repository's people write. */
export const DOCUMENTS = [PAGES, '!**/node_modules/**'];

/** Bytes as text, without a byte order mark; undefined for a binary file. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return bytes.subarray(0, SNIFF_BYTES).includes(0) ? undefined : new TextDecoder().decode(bytes);
}

/** What a system error is called; undefined for what has no code. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The folder of a path, without a slash at the end; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A path below a folder; the folder may be empty, which is the root. */
export function below(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  return more > 0 ? `${names.slice(0, shown).join(', ')} and ${more} more` : names.join(', ');
}
