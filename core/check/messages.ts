import type { JsonObject, JsonValue } from '../model/json.js';

const PLACEHOLDER = /\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** Fills a message's `{{placeholders}}`; names those that `data` lacks. Values are inserted as they are: rendering escapes. */
export function fillMessage(
  template: string,
  data: JsonObject,
): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const text = template.replace(PLACEHOLDER, (whole, name: string) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined) {
      missing.push(name);
      return whole;
    }
    return asText(value);
  });
  return { text, missing };
}

/** The names of a message's placeholders. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

function asText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
