import { compileGlobs } from '../check/glob.js';
import { suggest } from '../check/nearest.js';
import { parseDuration } from '../model/duration.js';
import type { Backoff, BreakerLimits, PolicySettings, RateLimit } from '../model/resource.js';
import type { BackoffSettings, BreakerSettings, RateLimitSettings, ResourceSettings } from './define.js';
import type { ConfigLayer, Layer } from './layers.js';
import { formatSteps } from './place.js';
import type { ConfigProblem } from './problems.js';

/** What the layers say of resources: settings by name or glob, in lower case, for hosts have no case. */
export type ResolvedResources = ReadonlyMap<string, PolicySettings>;

/** Lays the layers' resources over each other, field by field. */
export function resolveResources(
  layers: readonly ConfigLayer[],
  origins: Map<string, Layer>,
  problems: ConfigProblem[],
): ResolvedResources {
  const resources = new Map<string, PolicySettings>();
  for (const layer of layers) {
    for (const [name, settings] of Object.entries(layer.config.resources ?? {})) {
      problems.push(...nameProblems(name, layer), ...limitProblems(name, settings, layer));
      const key = name.toLowerCase();
      const own = policySettings(settings);
      const before = resources.get(key);
      resources.set(key, { ...before, ...own, ...nested(before, own) });
      for (const field of Object.keys(settings)) origins.set(formatSteps(['resources', key, field]), layer.layer);
    }
  }
  for (const layer of layers) problems.push(...unknownResources(layer, [...resources.keys()]));
  return resources;
}

/** The parts that merge themselves. */
function nested(before: PolicySettings | undefined, own: PolicySettings): PolicySettings {
  return {
    ...(own.backoff === undefined ? {} : { backoff: { ...before?.backoff, ...own.backoff } }),
    ...(own.breaker === undefined || own.breaker === null ? {} : { breaker: { ...before?.breaker, ...own.breaker } }),
  };
}

function policySettings({
  backoff,
  rateLimit,
  breaker,
  timeout,
  retries,
  concurrency,
}: ResourceSettings): PolicySettings {
  return compact<PolicySettings>({
    retries,
    concurrency,
    timeoutMs: milliseconds(timeout),
    backoff: backoff === undefined ? undefined : backoffOf(backoff),
    rateLimit: rateLimit === undefined ? undefined : rateLimit === 'off' ? null : rateLimitOf(rateLimit),
    breaker: breaker === undefined ? undefined : breaker === 'off' ? null : breakerOf(breaker),
  });
}

function backoffOf({ initial, max, factor }: BackoffSettings): Partial<Backoff> {
  return compact<Partial<Backoff>>({ initialMs: milliseconds(initial), maxMs: milliseconds(max), factor });
}

function rateLimitOf({ requests, interval }: RateLimitSettings): RateLimit {
  return { requests, intervalMs: milliseconds(interval) ?? 0 };
}

function breakerOf({ window, minimumCalls, errorRatio, halfOpenAfter }: BreakerSettings): Partial<BreakerLimits> {
  return compact<Partial<BreakerLimits>>({
    window,
    minimumCalls,
    errorRatio,
    halfOpenAfterMs: milliseconds(halfOpenAfter),
  });
}

function milliseconds(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value);
}

/** Without the fields that are undefined. */
function compact<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function nameProblems(name: string, { source }: ConfigLayer): ConfigProblem[] {
  if (/^[^\s!/]\S*$/.test(name) && !name.includes('://')) return [];
  const next = "name a host ('registry.npmjs.org'), a provider or a glob ('*.npmjs.org')";
  return [{ where: source.place(['resources', name]), what: 'is not the name of a resource', next }];
}

/** Numbers that are right by themselves and not together. */
function limitProblems(name: string, { breaker, backoff }: ResourceSettings, { source }: ConfigLayer): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (typeof breaker === 'object' && (breaker.minimumCalls ?? 1) > (breaker.window ?? 10_000))
    problems.push({
      where: source.place(['resources', name, 'breaker', 'minimumCalls']),
      what: `must be at most the window of ${breaker.window} calls, not ${breaker.minimumCalls}`,
    });
  const initial = milliseconds(backoff?.initial);
  const max = milliseconds(backoff?.max);
  if (initial !== undefined && max !== undefined && initial > max)
    problems.push({
      where: source.place(['resources', name, 'backoff', 'initial']),
      what: `must be at most the max of ${max} ms, not ${initial} ms`,
    });
  return problems;
}

/** Checks that are to count against a resource that nothing is said of: most likely a slip of the pen, which would lift a limit. */
function unknownResources({ config, source }: ConfigLayer, names: readonly string[]): ConfigProblem[] {
  return Object.entries(config.checks ?? {}).flatMap(([id, entry]) => {
    const resource = typeof entry === 'string' ? undefined : entry.resource?.toLowerCase();
    if (resource === undefined || names.includes(resource)) return [];
    if (names.some((name) => name !== '*' && compileGlobs([name])(resource))) return [];
    const where = source.place(['checks', id, 'resource']);
    const next = names.length === 0 ? `add resources: { '${resource}': {} }` : suggest(resource, names);
    return [{ where, what: `is no entry of resources`, next }];
  });
}
