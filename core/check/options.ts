import type { Problem } from '../errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { AnyCheck, OptionSchemas } from './define.js';
import { suggest } from './nearest.js';

/** A check's options when nobody sets any: the defaults of its schema, then what the instance presets. */
export function defaultOptions(check: AnyCheck): JsonObject {
  return { ...schemaDefaults(check.meta.options), ...check.preset };
}

/** The defaults of a schema of options. */
export function schemaDefaults(schemas: OptionSchemas): JsonObject {
  const defaults: Record<string, JsonValue> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    if (schema.default !== undefined) defaults[name] = schema.default as JsonValue;
  }
  return defaults;
}

/** What is wrong with the options that somebody set. Loads ajv, so call it only where there are any. */
export async function optionProblems(schemas: OptionSchemas, options: JsonObject, where: string): Promise<Problem[]> {
  const [{ Ajv }, formats] = await Promise.all([import('ajv'), import('ajv-formats')]);
  const ajv = new Ajv({ allErrors: true, strict: false, verbose: true });
  formats.default.default(ajv);
  const validate = ajv.compile({ type: 'object', properties: schemas, additionalProperties: false });
  if (validate(options)) return [];
  return (validate.errors ?? []).map((error) => {
    const place = `${where}${error.instancePath.replaceAll('/', '.')}`;
    if (error.keyword !== 'additionalProperties')
      return { where: place, what: `${error.message ?? 'is not valid'}${allowed(error.params)}` };
    const name = String(error.params.additionalProperty);
    return { where: `${place}.${name}`, what: 'is not an option of this', next: suggest(name, Object.keys(schemas)) };
  });
}

function allowed(params: Record<string, unknown>): string {
  return Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
}
