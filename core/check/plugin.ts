import { ScanError } from '../errors.js';
import type { ScanHooks } from '../hooks.js';
import { type AnyCheck, isCheck } from './define.js';
import { unknownKeys } from './definition-problems.js';

/** A plugin as its author writes it. */
export interface PluginDefinition<N extends string, C extends Readonly<Record<string, AnyCheck>>> {
  /** Its name, lower case with dashes: the first half of its checks' ids. */
  readonly name: N;
  /** Its version, for the report. */
  readonly version?: string;
  /** Its checks by key: the second half of their ids. */
  readonly checks: C;
  /** Taps hooks; called once a scan. */
  apply?(hooks: ScanHooks): void;
}

const PLUGIN = Symbol.for('scanrun.plugin');

/** A named set of checks and hook taps. */
export interface Plugin<
  N extends string = string,
  C extends Readonly<Record<string, AnyCheck>> = Readonly<Record<string, AnyCheck>>,
> {
  /** Its name. */
  readonly name: N;
  /** Its version. */
  readonly version?: string;
  /** Its checks by key. */
  readonly checks: C;
  /** Taps hooks. */
  apply?(hooks: ScanHooks): void;
}

const NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Defines a plugin.
 * @throws ScanError `SR_PLUGIN_INVALID` naming every field that is missing or unknown.
 */
export function definePlugin<const N extends string, const C extends Readonly<Record<string, AnyCheck>>>(
  definition: PluginDefinition<N, C>,
): Plugin<N, C> {
  const problems = unknownKeys(definition, ['name', 'version', 'checks', 'apply'], '');
  if (typeof definition.name !== 'string' || !NAME.test(definition.name))
    problems.push('name must be lower case letters, digits and dashes');
  if (definition.apply !== undefined && typeof definition.apply !== 'function')
    problems.push('apply must be a function');
  if (typeof definition.checks !== 'object' || definition.checks === null) problems.push('checks must be an object');
  for (const [key, check] of Object.entries(definition.checks ?? {})) {
    if (!NAME.test(key)) problems.push(`the key '${key}' must be lower case letters, digits and dashes`);
    if (!isCheck(check)) problems.push(`checks.${key} must be what defineCheck returned`);
  }
  if (problems.length > 0)
    throw new ScanError(
      'SR_PLUGIN_INVALID',
      `The plugin '${String(definition.name)}' is not well formed: ${problems.join('; ')}.`,
    );
  return Object.freeze({ ...definition, [PLUGIN]: true });
}

/** True for what `definePlugin` returned, also when another copy of scanrun made it. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && PLUGIN in value;
}
