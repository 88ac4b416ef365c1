import { SEVERITIES } from '../model/severity.js';
import { TIERS } from '../model/tier.js';

/** Whether a value of a key is as most configurations have it. */
type IsUsual = (value: unknown) => boolean;

const LEVELS: readonly unknown[] = [...SEVERITIES, 'off'];

const isText: IsUsual = (value) => typeof value === 'string' && /\S/.test(value);
const isListOf =
  (isItem: IsUsual): IsUsual =>
  (value) =>
    Array.isArray(value) && Array.from(value).every(isItem);

const USUAL: ReadonlyMap<string, IsUsual> = new Map<string, IsUsual>([
  ['plugins', isListOf((item) => typeof item === 'string' || isObject(item))],
  ['checks', (value) => isObject(value) && Object.values(value).every((level) => LEVELS.includes(level))],
  ['tier', (value) => (TIERS as readonly unknown[]).includes(value)],
  ['exclude', isListOf(isText)],
  ['reporters', isListOf(isText)],
]);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * True for a configuration that is valid at a glance: plugins, levels of checks, a tier, globs, names of reporters. The
 * schema's validator, which knows everything, takes 8 ms to load, as long as a small scan. False says nothing.
 */
export function isUsual(config: object): boolean {
  return Object.entries(config).every(([key, value]) => USUAL.get(key)?.(value) === true);
}
