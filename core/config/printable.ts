import { relative } from 'node:path';
import type { JsonObject, JsonValue } from '../model/json.js';
import { maskNamed } from '../redact/named.js';
import { MASK } from '../redact.js';
import type { ResolvedCheck } from './checks.js';
import type { ResolvedProfile } from './profiles.js';
import type { ResolvedConfig } from './resolved.js';

/** The configuration for the report: plain JSON, without functions, without the values of options that are named like secrets or that a redaction pattern matches. */
export function printableConfig(config: Omit<ResolvedConfig, 'printable'>, targetRoot: string): JsonObject {
  const patterns = config.redact.patterns.map((pattern) => new RegExp(pattern, 'g'));
  const { file } = config;
  const clean = (value: JsonValue): JsonValue => masked(maskNamed(value, MASK), patterns);
  const checks = [...config.checks.values()].map((check) => {
    const settings = settingsOf(check);
    return [check.id, patterns.length === 0 && isPlain(check) ? settings : clean(settings)];
  });
  const printable = {
    ...(file === undefined ? {} : { file: relative(targetRoot, file).replaceAll('\\', '/') }),
    tier: config.tier,
    ...(config.profile === undefined ? {} : { profile: printableProfile(config.profile) }),
    limits: { ...config.limits },
    plugins: config.plugins.map(({ name, version }) => (version === undefined ? { name } : { name, version })),
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
  return { ...(clean(printable) as JsonObject), checks: Object.fromEntries(checks) as JsonObject };
}

/** What is set of a check. */
function settingsOf(check: ResolvedCheck): JsonObject {
  const { enabled, severity, timeoutMs, priority, optional, critical, retries, resource, named } = check;
  return {
    enabled,
    ...(severity === undefined ? {} : { severity }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    priority,
    optional,
    critical,
    retries,
    ...(resource === undefined ? {} : { resource }),
    files: check.files,
    exclude: check.exclude,
    named,
    options: check.options,
  };
}

/** True for settings without anything that might be masked. */
function isPlain({ options, files, exclude, resource = '' }: ResolvedCheck): boolean {
  return Object.keys(options).length === 0 && ![...files, ...exclude, resource].some((text) => /[@-]/.test(text));
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
