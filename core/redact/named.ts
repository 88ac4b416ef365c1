import type { JsonValue } from '../model/json.js';

/** Names of settings whose values are nobody's business. */
const SECRET_NAME = /token|secret|passw(or)?d|passphrase|credential|api[-_]?key|private[-_]?key|authorization|cookie/i;

/** The same at the end of a name: what is called `tokenLimit` or `PASSWORD_STORE_DIR` is no secret itself. */
const SECRET_END =
  /(?:token|secret|passw(?:or)?d|passphrase|credentials?|(?:api|access|secret|private|signing|encryption)[-_]?key|authorization|cookie|(?:^|_)pass)$/i;

/** An argument of a command that says that the next one is secret. */
const SECRET_FLAG = /^--?(?:[\w-]*-)?(?:token|secret|passw(?:or)?d|passphrase|(?:api|access|secret)-?key)$/i;

/** Settings without the values whose names say that they are secret, however short they are; the very value where there is none. */
export function maskNamed(value: JsonValue, mask: string): JsonValue {
  return replaceStrings(value, (text, name, before) =>
    SECRET_NAME.test(name) || isAfterFlag(text, before) ? mask : text,
  );
}

/** A value without the arguments that stand behind a flag such as `--password` in a list; the very value where there is none. */
export function maskArguments(value: JsonValue, mask: string): JsonValue {
  return replaceStrings(value, (text, _, before) => (isAfterFlag(text, before) ? mask : text));
}

/** The values of a configuration or an environment that must be masked wherever they turn up. */
export function secretValues(value: JsonValue | undefined): string[] {
  const found: string[] = [];
  if (value === undefined) return found;
  replaceStrings(value, (text, name, before) => {
    if ((SECRET_END.test(name) || isAfterFlag(text, before)) && isDistinctive(text)) found.push(text);
    return text;
  });
  return found;
}

function isAfterFlag(text: string, before: JsonValue | undefined): boolean {
  return typeof before === 'string' && SECRET_FLAG.test(before) && !text.startsWith('-');
}

/** Whether a value can be masked by itself: a word or a path would be blotted out in the whole report, a variable's name says nothing. */
function isDistinctive(value: string): boolean {
  if (/^(?:[~.]{0,2}[/\\]|[A-Za-z]:[/\\]|\$)/.test(value)) return false;
  return value.length >= 12 || (value.length >= 6 && /[^A-Za-z]/.test(value));
}

/** What becomes of a text, by the name of its field and, in a list, what stands before it. */
type Replace = (text: string, name: string, before: JsonValue | undefined) => string;

/** Replaces texts; what does not change stays the very value. Items of a list have the name of the list. */
function replaceStrings(value: JsonValue, replace: Replace, name = '', before?: JsonValue): JsonValue {
  if (typeof value === 'string') return replace(value, name, before);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[];
    const copy = list.map((item, index) => replaceStrings(item, replace, name, list[index - 1]));
    return copy.some((item, index) => item !== list[index]) ? copy : list;
  }
  const entries = Object.entries(value);
  // The id of a check is no name of a setting.
  const copy = entries.map(
    ([key, item]) => [key, replaceStrings(item, replace, key.includes('/') ? '' : key)] as const,
  );
  return copy.some(([, item], index) => item !== entries[index]?.[1]) ? Object.fromEntries(copy) : value;
}
