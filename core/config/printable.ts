import { relative } from 'node:path';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { ResolvedConfig } from './resolve.js';

/** Names of options whose values are nobody's business. */
const SECRET_NAME = /token|secret|passw(or)?d|passphrase|credential|api[-_]?key|private[-_]?key|authorization|cookie/i;
const MASK = '[redacted]';

/** The configuration for the report: plain JSON, without functions, without the values of options that are named like secrets or that a redaction pattern matches. */
export function printableConfig(config: Omit<ResolvedConfig, 'printable'>, targetRoot: string): JsonObject {
  const patterns = config.redact.map((pattern) => new RegExp(pattern, 'g'));
  const { file } = config;
  const checks = [...config.checks.values()].map(({ id, check: _check, plugin: _plugin, options, ...rest }) => [
    id,
    { ...rest, options },
  ]);
  const printable = {
    ...(file === undefined ? {} : { file: relative(targetRoot, file).replaceAll('\\', '/') }),
    tier: config.tier,
    limits: { ...config.limits },
    plugins: config.plugins.map(({ name, version }) => (version === undefined ? { name } : { name, version })),
    checks: Object.fromEntries(checks) as JsonObject,
    ...(config.governor === undefined ? {} : { governor: { ...config.governor } }),
    failFast: config.failFast,
    resources: Object.fromEntries(config.resources) as unknown as JsonObject,
    exclude: config.exclude,
    gate: { ...config.gate },
    reporters: config.reporters.map(({ name, options, output }) => ({ name, options, output })),
    select: { ...config.select },
  };
  return masked(printable, patterns) as JsonObject;
}

function masked(value: JsonValue, patterns: readonly RegExp[], name = ''): JsonValue {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? MASK : maskText(value, patterns);
  if (Array.isArray(value)) return value.map((item: JsonValue) => masked(item, patterns, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, masked(item, patterns, key.includes('/') ? '' : key)]),
  );
}

function maskText(text: string, patterns: readonly RegExp[]): string {
  // The user part of an address is where passwords are put.
  const address = text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MASK}@`);
  return patterns.reduce((masked, pattern) => masked.replace(pattern, MASK), address);
}
