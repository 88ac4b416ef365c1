import type { JsonValue } from '../model/json.js';
import { MASK, type Redactor } from '../redact.js';
import { maskArguments, maskNamed } from './named.js';

/**
 * Fields of our own records whose texts are words, ids, times and hashes that scanrun, the configuration or a plugin's
 * author chose. A secret found in a target may be such a word (`failed`, `1234`): masked there, it would make an event or
 * a result unreadable.
 */
const OURS: ReadonlySet<string> = new Set([
  ...['type', 'status', 'severity', 'level', 'tier', 'lane', 'kind', 'state', 'code', 'cause', 'outcome', 'verdict'],
  ...['id', 'runId', 'taskId', 'checkId', 'messageId', 'fingerprint', 'worker', 'plugin', 'hook', 'category', 'tags'],
  ...['checkIds', 'taskIds', 'toDrop', 'others', 'after', 'startedAt', 'endedAt', 'expires', 'commit'],
  ...['platform', 'arch', 'cpuSource', 'basis', 'from', 'to'],
]);

/** Fields that hold whatever a check or a configuration put there: everything in them is text, keys too. */
const FREE: ReadonlySet<string> = new Set(['data', 'config', 'request']);

/** Options in the JSON of a record: of them the names count too. */
const OPTIONS = /"options"(?::\{"|$)/;

/**
 * Masks the texts of a record, such as an event, a finding or a result, and leaves alone what holds it together; the very value when there is no secret in it.
 * @param json the record's JSON, where it is there already.
 */
export function redactRecord<T>(redactor: Redactor, value: T, json?: string): T {
  // Nearly every record is clean, and is not worth a walk.
  return redactor.isClean(value, OPTIONS, json) ? value : (walk(redactor, value as JsonValue, '') as T);
}

function walk(redactor: Redactor, value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value === 'string') return OURS.has(name) ? value : redactor.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (name === 'options') return redactor.json(maskNamed(value, MASK));
  if (FREE.has(name)) return redactor.json(maskArguments(value, MASK));
  if (Array.isArray(value)) {
    let copy: JsonValue[] | undefined;
    for (const [index, item] of value.entries()) {
      const masked = walk(redactor, item as JsonValue, name) as JsonValue;
      if (masked === item) continue;
      copy ??= [...(value as readonly JsonValue[])];
      copy[index] = masked;
    }
    return copy ?? value;
  }
  const record = value as { readonly [key: string]: JsonValue };
  let copy: Record<string, JsonValue> | undefined;
  for (const key of Object.keys(record)) {
    const masked = walk(redactor, record[key], key);
    if (masked === record[key] || masked === undefined) continue;
    copy ??= { ...record };
    copy[key] = masked;
  }
  return copy ?? value;
}
