import { isPlugin } from '../check/plugin.js';
import { isReporter } from '../check/reporter.js';
import { messageOf, type Problem } from '../errors.js';
import type { Source, Steps } from './place.js';

/** More values than any configuration has: a YAML file of a few lines can stand for billions. */
const MAX_VALUES = 100_000;
/** Deeper than any configuration is, and far from the end of the stack. */
const MAX_DEPTH = 64;

/** What a configuration is made of before it is validated: plain data, besides plugins, reporters and presets. */
export type RawConfig = Readonly<Record<string, unknown>>;

interface Walk {
  readonly source: Source;
  readonly problems: Problem[];
  /** The objects between the configuration and here: one that returns is a circle. */
  readonly above: Set<object>;
  left: number;
}

/**
 * Copies a configuration as plain data: fields that are undefined are left out, as in JSON; what no JSON can hold is
 * left out with a problem. Plugins, reporters and presets stay the objects that they are.
 */
export function plainConfig(
  config: unknown,
  source: Source,
): { readonly config: RawConfig; readonly problems: readonly Problem[] } {
  const walk: Walk = { source, problems: [], above: new Set(), left: MAX_VALUES };
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    const what = `must be an object, not ${nameOf(config)}`;
    return {
      config: {},
      problems: [{ where: source.place([]), what, next: 'begin with `export default defineConfig({ ... })`' }],
    };
  }
  try {
    const copy = Object.entries(config).flatMap(([key, value]) => {
      if (value === undefined) return [];
      if ((key === 'extends' || key === 'plugins') && Array.isArray(value))
        return [[key, value.filter((item) => item !== undefined)]];
      const plain = plainValue(value, [key], walk);
      return plain === undefined ? [] : [[key, plain]];
    });
    if (walk.left < 0) {
      const what = `has more than ${MAX_VALUES.toLocaleString('en-US')} values`;
      return { config: {}, problems: [{ where: source.place([]), what }] };
    }
    return { config: Object.fromEntries(copy) as RawConfig, problems: walk.problems };
  } catch (error) {
    return {
      config: {},
      problems: [...walk.problems, { where: source.place([]), what: `could not be read: ${messageOf(error)}` }],
    };
  }
}

function plainValue(value: unknown, steps: Steps, walk: Walk): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (isPlugin(value) || isReporter(value)) return value;
  if (typeof value !== 'object') return refuse(value, steps, walk);
  // YAML reads `2027-01-31` as a date; whoever wrote it meant the text.
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().replace('T00:00:00.000Z', '');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return refuse(value, steps, walk);
  if (walk.above.has(value)) return complain('contains itself', steps, walk);
  if (steps.length > MAX_DEPTH) return complain(`is nested more than ${MAX_DEPTH} levels deep`, steps, walk);
  walk.above.add(value);
  const copy = Array.isArray(value) ? plainArray(value, steps, walk) : plainObject(value, steps, walk);
  walk.above.delete(value);
  return copy;
}

function plainArray(value: readonly unknown[], steps: Steps, walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (const [index, item] of value.entries()) {
    walk.left -= 1;
    if (walk.left < 0) break;
    // A list keeps its length, so that the places in later problems are those of the file.
    copy.push(plainValue(item, [...steps, index], walk) ?? null);
  }
  return copy;
}

function plainObject(value: object, steps: Steps, walk: Walk): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    walk.left -= 1;
    if (walk.left < 0) break;
    const plain = plainValue(item, [...steps, key], walk);
    if (plain !== undefined) entries.push([key, plain]);
  }
  return Object.fromEntries(entries);
}

function refuse(value: unknown, steps: Steps, walk: Walk): undefined {
  return complain(`must be plain data, not ${nameOf(value)}`, steps, walk);
}

function complain(what: string, steps: Steps, walk: Walk): undefined {
  walk.problems.push({ where: walk.source.place(steps), what });
  return undefined;
}

/** What a value is, in words, without telling the value: it may be a secret. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `a ${name}` : 'an object';
}
