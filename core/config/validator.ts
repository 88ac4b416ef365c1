import type { ErrorObject } from 'ajv';

/** The compiled schema of a configuration: true for a valid one, else `errors` says what is wrong. */
export interface ConfigValidator {
  (config: unknown): boolean;
  /** What was wrong with the last one. */
  errors?: readonly ErrorObject[] | null;
}

/**
 * Loads the validator that the build makes of `configSchema`. It lies beside this module in the build; the sources,
 * which only our own tests run, take it from there.
 */
export async function loadConfigValidator(): Promise<ConfigValidator> {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/core/config/validate.js' : './validate.js';
  const module = (await import(/* @vite-ignore */ new URL(built, import.meta.url).href)) as {
    readonly default: ConfigValidator;
  };
  return module.default;
}
