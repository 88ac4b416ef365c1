import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ErrorObject } from 'ajv';
import { messageOf, ScanError } from '../errors.js';
import type { RunResult } from '../model/result.js';
import { builtUrl } from '../own.js';

/** The version of results that this scanrun reads. */
const VERSION = 1;

/**
 * Parses a text as a result and holds it against the schema of results, which is loaded only now.
 * @param name what the text is called in messages.
 * @throws ScanError `SR_RESULT_INVALID` saying what is wrong and where.
 */
export async function validateResult(text: string, name: string): Promise<RunResult> {
  const value = parse(text, name);
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value))
    throw invalid(name, 'it is no result of a scan: it has no schemaVersion');
  if (value.schemaVersion !== VERSION)
    throw invalid(name, `its schemaVersion is ${short(value.schemaVersion)}, and this scanrun reads ${VERSION}`);
  const problem = await problemOf(value);
  if (problem !== undefined) throw invalid(name, problem);
  const result = value as unknown as RunResult;
  for (const key of ['startedAt', 'endedAt'] as const)
    if (Number.isNaN(Date.parse(result.run[key]))) throw invalid(name, `/run/${key} is no time`);
  return result;
}

function parse(text: string, name: string): unknown {
  if (text.trim() === '') throw invalid(name, 'it is empty');
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message quotes the text, which may hold anything: only the kind and the place are taken from it.
    const message = messageOf(error);
    const place = /position (\d+)/.exec(message)?.[1];
    const isTorn = /^Unexpected end|^Unterminated/.test(message) || Number(place) >= text.trimEnd().length;
    const from = place === undefined ? '' : `, from character ${place} on`;
    throw invalid(name, isTorn ? 'it ends in the middle' : `it is not JSON${from}`);
  }
}

/** What the schema has against a value; undefined for nothing. */
async function problemOf(value: object): Promise<string | undefined> {
  const { Ajv } = await import('ajv');
  const schema = JSON.parse(readFileSync(fileURLToPath(builtUrl('schemas/result.json')), 'utf8')) as object;
  const validate = new Ajv({ strict: false, strictNumbers: true }).compile(schema);
  try {
    if (validate(value)) return undefined;
  } catch (error) {
    // The schema of data goes as deep as the data does.
    if (error instanceof RangeError) return 'it is nested too deeply';
    throw error;
  }
  return sentence(deepest(validate.errors ?? []));
}

/** The most precise of several errors about one value, such as the kinds that an outcome is none of. */
function deepest(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const depth = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;
  return errors.reduce<ErrorObject | undefined>(
    (best, error) => (best === undefined || depth(error) > depth(best) ? error : best),
    undefined,
  );
}

function sentence(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it is not what the schema of results says';
  const { instancePath, message, keyword, params } = error;
  const allowed = keyword === 'enum' ? `: ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}` : '';
  return `${short(instancePath === '' ? 'the result' : instancePath).replace(/^"|"$/g, '')} ${message ?? 'is wrong'}${allowed}`;
}

/** A value from the file, short and without anything that a terminal would obey. */
function short(value: unknown): string {
  const text = (JSON.stringify(value) ?? 'undefined').replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

function invalid(name: string, what: string): ScanError {
  return new ScanError('SR_RESULT_INVALID', `${name} cannot be used: ${what}.`);
}
