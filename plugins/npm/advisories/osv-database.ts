import { messageOf } from '../text.js';
import type { Advisory } from './advisory.js';
import { advisoriesOf } from './osv.js';
import { osvTexts } from './osv-files.js';
import type { SemverModule } from './range.js';

/** What a database of OSV says of some packages. */
export interface OsvAnswer {
  /** The advisories for these packages. */
  readonly advisories: readonly Advisory[];
  /** Records of the ecosystem npm, whatever they are about: none is no database. */
  readonly records: number;
  /** When the newest record was changed, as it says; absent where none says. */
  readonly newest?: string;
  /** Records that could not be read, and why. */
  readonly failed: readonly { readonly place: string; readonly why: string }[];
}

/**
 * Looks through a database for packages by their names.
 * @param path a folder, a zip archive or a JSON file.
 * @throws OsvError where it cannot be read at all.
 */
export async function searchOsv(
  path: string,
  names: ReadonlySet<string>,
  semver: SemverModule,
  signal: AbortSignal,
): Promise<OsvAnswer> {
  const advisories: Advisory[] = [];
  const failed: { place: string; why: string }[] = [];
  let records = 0;
  let newest: string | undefined;
  for await (const { place, text } of osvTexts(path, (where, why) => failed.push({ place: where, why }))) {
    signal.throwIfAborted();
    // Parsing is what takes long, and of a hundred thousand records some hundred matter.
    if (!/"ecosystem"\s*:\s*"npm"/.test(text)) {
      if (!isJson(text)) failed.push({ place, why: 'it is not JSON' });
      continue;
    }
    records += 1;
    const modified = /"modified"\s*:\s*"([^"]{10,40})"/.exec(text)?.[1];
    if (modified !== undefined && (newest === undefined || modified > newest)) newest = modified;
    if (!mentionsAny(text, names)) continue;
    try {
      const found = await advisoriesOf(JSON.parse(text), semver);
      advisories.push(...found.filter(({ name }) => names.has(name)));
    } catch (error) {
      failed.push({ place, why: messageOf(error) });
    }
  }
  return { advisories, records, failed, ...(newest === undefined ? {} : { newest }) };
}

/** True for what looks like a whole JSON object: a record of another ecosystem is not parsed. */
function isJson(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text) && /\}\s*$/.test(text.slice(-64));
}

/** True where one of the names is the value of a `name`. */
function mentionsAny(text: string, names: ReadonlySet<string>): boolean {
  for (const [, written = ''] of text.matchAll(/"name"\s*:\s*("(?:[^"\\]|\\.)*")/g)) {
    try {
      if (names.has(JSON.parse(written) as string)) return true;
    } catch {
      // A damaged text is found out when it is parsed, so it must be.
      return true;
    }
  }
  return false;
}
