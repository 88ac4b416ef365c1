import { type Loose, object, objects, own, string } from './json.js';

/** How many base ids may lead to each other. */
const MAX_BASES = 10;

/** Where an artifact lies: a `file:` URL where the log says from where, else a path relative to the folder the tool ran in. */
export function artifactPath(run: Loose, location: Loose | undefined): string | undefined {
  const index = location?.index;
  const named =
    string(location?.uri) === undefined && typeof index === 'number' && index >= 0
      ? object(objects(run.artifacts)[index]?.location)
      : location;
  const uri = string(named?.uri);
  if (uri === undefined) return undefined;
  // Some tools write a Windows path where a URI belongs.
  if (/^[A-Za-z]:[\\/]/.test(uri)) return uri;
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) return uri;
  const base = baseOf(run, string(named?.uriBaseId));
  if (base === undefined) return decode(uri);
  return URL.canParse(uri, base) ? new URL(uri, base).href : decode(uri);
}

/** The absolute URL that a base id stands for; undefined where the log leaves it to the reader. */
function baseOf(run: Loose, id: string | undefined): string | undefined {
  const bases = object(run.originalUriBaseIds);
  let tail = '';
  let next = id;
  for (let count = 0; count < MAX_BASES && next !== undefined; count += 1) {
    const base = object(own(bases, next));
    const uri = string(base?.uri) ?? '';
    tail = uri + tail;
    if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) return tail;
    next = string(base?.uriBaseId);
  }
  return undefined;
}

/** A relative URI's path: `a%20b` is `a b`. What is not well formed is taken as it is. */
function decode(uri: string): string {
  try {
    return decodeURIComponent(uri.replace(/[?#].*$/s, ''));
  } catch {
    return uri;
  }
}
