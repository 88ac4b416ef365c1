import type { ErrorObject } from 'ajv';
import { builtUrl } from '../own.js';

/** The compiled schema of a configuration: true for a valid one, else `errors` says what is wrong. */
export interface ConfigValidator {
  (config: unknown): boolean;
  /** What was wrong with the last one. */
  errors?: readonly ErrorObject[] | null;
}

/** Loads the validator that the build makes of `configSchema`; the sources, which only our own tests run, take the build's too. */
export async function loadConfigValidator(): Promise<ConfigValidator> {
  const url = builtUrl('core/config/validate.js');
  const module = (await import(/* @vite-ignore */ url)) as { readonly default: ConfigValidator };
  return module.default;
}
