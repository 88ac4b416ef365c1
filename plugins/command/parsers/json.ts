import { ParserError } from './parser.js';

/** An object of unknown content. */
export type Loose = { readonly [key: string]: unknown };

/**
 * Reads JSON.
 * @throws ParserError for what is none.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's message quotes the text, which may be anything.
    throw new ParserError(`the output is not JSON; it begins with ${JSON.stringify(text.trim().slice(0, 40))}`);
  }
}

/** The object that a value is; undefined for anything else. */
export function object(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

/** The objects in an array; none for what is no array. */
export function objects(value: unknown): readonly Loose[] {
  return Array.isArray(value) ? value.map(object).filter((item) => item !== undefined) : [];
}

/** The text that a value is; undefined for anything else. */
export function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An object's own property: a name from the output must not reach what every object has. */
export function own(value: Loose | undefined, name: string | undefined): unknown {
  return value !== undefined && name !== undefined && Object.hasOwn(value, name) ? value[name] : undefined;
}
