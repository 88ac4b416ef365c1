import { relative } from 'node:path';
import type { JsonObject, JsonValue } from '../model/json.js';
import { maskNamed } from '../redact/named.js';
import { MASK } from '../redact.js';
import type { ResolvedProfile } from './profiles.js';
import type { ResolvedConfig } from './resolve.js';

/** The configuration for the report: plain JSON, without functions, without the values of options that are named like secrets or that a redaction pattern matches. */
export function printableConfig(config: Omit<ResolvedConfig, 'printable'>, targetRoot: string): JsonObject {
  const patterns = config.redact.patterns.map((pattern) => new RegExp(pattern, 'g'));
  const { file } = config;
  const checks = [...config.checks.values()].map(({ id, check: _check, plugin: _plugin, options, ...rest }) => [
    id,
    { ...rest, options },
  ]);
  const printable = {
    ...(file === undefined ? {} : { file: relative(targetRoot, file).replaceAll('\\', '/') }),
    tier: config.tier,
    ...(config.profile === undefined ? {} : { profile: printableProfile(config.profile) }),
    limits: { ...config.limits },
    plugins: config.plugins.map(({ name, version }) => (version === undefined ? { name } : { name, version })),
    checks: Object.fromEntries(checks) as JsonObject,
    ...(config.governor === undefined ? {} : { governor: { ...config.governor } }),
    failFast: config.failFast,
    resources: Object.fromEntries(config.resources) as unknown as JsonObject,
    cache: { ...config.cache },
    strict: config.strict,
    exclude: config.exclude,
    gate: { ...config.gate },
    baseline: config.baseline.file === undefined ? !config.baseline.off : relative(targetRoot, config.baseline.file),
    waivers: config.waivers.map((waiver) => ({ ...waiver })),
    inlineIgnores: config.inlineIgnores,
    redact: { home: config.redact.home },
    reporters: config.reporters.map(({ name, options, output }) => ({ name, options, output })),
    select: { ...config.select },
  };
  return masked(maskNamed(printable, MASK), patterns) as JsonObject;
}

function printableProfile({ name, title, include, exclude }: ResolvedProfile): JsonObject {
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(include === undefined ? {} : { include }),
    exclude,
  };
}

function masked(value: JsonValue, patterns: readonly RegExp[]): JsonValue {
  if (typeof value === 'string') return maskText(value, patterns);
  if (Array.isArray(value)) return value.map((item: JsonValue) => masked(item, patterns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, patterns)]));
}

function maskText(text: string, patterns: readonly RegExp[]): string {
  // The user part of an address is where passwords are put.
  const address = text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${MASK}@`);
  return patterns.reduce((masked, pattern) => masked.replace(pattern, MASK), address);
}
