import type { AnyCheck } from '../check/define.js';
import { ownNames } from '../check/load-module.js';
import { nearest, suggest } from '../check/nearest.js';
import { defaultOptions, optionProblems } from '../check/options.js';
import type { Plugin } from '../check/plugin.js';
import type { RegisteredCheck, Registry } from '../check/registry.js';
import { parseDuration } from '../model/duration.js';
import type { JsonObject } from '../model/json.js';
import type { Severity } from '../model/severity.js';
import type { ConfigLayer, Layer, Settings } from './layers.js';
import { formatSteps } from './place.js';
import type { ConfigProblem } from './problems.js';

/** A check with everything that the configuration says of it. */
export interface ResolvedCheck {
  /** `plugin/key`. */
  readonly id: string;
  /** The check. */
  readonly check: AnyCheck;
  /** The plugin that brings it. */
  readonly plugin: Plugin;
  /** False when the configuration turns it off. */
  readonly enabled: boolean;
  /** The layer that turned it off; absent where it is on. */
  readonly offBy?: Layer;
  /** The severity of its findings, where the configuration sets one. */
  readonly severity?: Severity;
  /** Its options, complete: defaults, the instance's presets, the configuration. */
  readonly options: JsonObject;
  /** Its time, 5,000 to 300,000; the tier's when absent. */
  readonly timeoutMs?: number;
  /** Higher starts earlier, -100 to 100. */
  readonly priority: number;
  /** True takes it out of coverage. */
  readonly optional: boolean;
  /** True ends the scan when it does not pass. */
  readonly critical: boolean;
  /** How often the whole check runs again after an error that may pass, 0 to 5. */
  readonly retries: number;
  /** What its requests and commands count against; each request's host when absent. */
  readonly resource?: string;
  /** Globs of the files it may see. */
  readonly files: readonly string[];
  /** Globs of files it may not see, besides the configuration's. */
  readonly exclude: readonly string[];
  /** True when the configuration itself or the chosen profile has an entry for it, rather than a preset or its plugin bringing it. */
  readonly named: boolean;
}

/** What the layers together say of one check. */
interface Merged extends Omit<Settings, 'severity'> {
  readonly severity?: Severity;
  readonly offBy?: Layer | undefined;
  readonly named: boolean;
}

/**
 * Lays the layers' entries over the checks. A later entry wins field by field, and option by option: a severity alone
 * keeps the options of a preset. Globs of `exclude` add up. What scanrun itself brings turns on nothing that is off.
 */
export async function resolveChecks(
  registry: Registry,
  layers: readonly ConfigLayer[],
  complete: boolean,
  origins: Map<string, Layer>,
  problems: ConfigProblem[],
): Promise<Map<string, ResolvedCheck>> {
  const merged = new Map<string, Merged>();
  for (const layer of layers) {
    for (const [id, entry] of Object.entries(layer.config.checks ?? {})) {
      const registered = registry.get(id);
      if (registered === undefined) {
        if (layer.builtIn) continue;
        const problem = unknownCheck(id, layer, registry, complete);
        if (problem !== undefined) problems.push(problem);
        continue;
      }
      const offBy = merged.get(id)?.offBy;
      if (layer.builtIn && offBy !== undefined && offBy !== 'default') continue;
      const settings: Settings = typeof entry === 'string' ? { severity: entry } : entry;
      const { options } = settings;
      if (options !== undefined && Object.keys(options).length > 0)
        problems.push(
          ...(await optionProblems(
            registered.check.meta.options,
            options,
            layer.source.place(['checks', id, 'options']),
          )),
        );
      merged.set(id, mergeSettings(merged.get(id), settings, layer.layer));
      recordOrigins(id, settings, layer.layer, origins);
    }
  }
  return new Map([...registry.values()].map((entry) => [entry.id, resolveCheck(entry, merged.get(entry.id))]));
}

function mergeSettings(before: Merged | undefined, settings: Settings, layer: Layer): Merged {
  const { severity, options, exclude, ...rest } = settings;
  const { severity: earlier, ...kept } = before ?? { named: false };
  const wanted = severity === 'off' ? undefined : (severity ?? earlier);
  return {
    ...kept,
    ...rest,
    ...(wanted === undefined ? {} : { severity: wanted }),
    options: { ...kept.options, ...options },
    exclude: [...(kept.exclude ?? []), ...present(exclude)],
    offBy: severity === undefined ? kept.offBy : severity === 'off' ? layer : undefined,
    named: kept.named || layer === 'config' || layer === 'profile',
  };
}

function recordOrigins(id: string, settings: Settings, layer: Layer, origins: Map<string, Layer>): void {
  for (const [key, value] of Object.entries(settings)) {
    origins.set(formatSteps(['checks', id, key]), layer);
    if (key === 'options')
      for (const option of Object.keys(value as object))
        origins.set(formatSteps(['checks', id, 'options', option]), layer);
  }
}

function resolveCheck({ id, check, plugin }: RegisteredCheck, merged: Merged | undefined): ResolvedCheck {
  const { meta } = check;
  const timeout = merged?.timeout ?? meta.timeout;
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  const severity = merged?.severity;
  const resource = merged?.resource ?? meta.resource;
  return {
    id,
    check,
    plugin,
    enabled: merged?.offBy === undefined,
    ...(merged?.offBy === undefined ? {} : { offBy: merged.offBy }),
    ...(severity === undefined ? {} : { severity }),
    options: { ...defaultOptions(check), ...merged?.options },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    priority: merged?.priority ?? meta.priority,
    optional: merged?.optional ?? false,
    critical: merged?.critical ?? false,
    retries: merged?.retries ?? meta.retries,
    ...(resource === undefined ? {} : { resource }),
    files: merged?.files === undefined ? meta.files : present(merged.files),
    exclude: merged?.exclude ?? [],
    named: merged?.named ?? false,
  };
}

/** Globs without the places of those that were refused. */
export function present(globs: readonly (string | null)[] | undefined): string[] {
  return (globs ?? []).filter((glob) => glob !== null);
}

/** The problem of an id that no check has; none when it may be a check of a plugin that could not be loaded. */
function unknownCheck(
  id: string,
  { source }: ConfigLayer,
  registry: Registry,
  complete: boolean,
): ConfigProblem | undefined {
  const [pluginName = ''] = id.split('/');
  const where = source.place(['checks', id]);
  const ids = [...registry.keys()];
  const listed = new Set([...registry.values()].map(({ plugin }) => plugin.name));
  if (!complete && !listed.has(pluginName)) return undefined;
  const what = 'is not the id of a check';
  if (
    !listed.has(pluginName) &&
    id.includes('/') &&
    ownNames('plugins').includes(pluginName) &&
    nearest(id, ids) === undefined
  ) {
    return { where, what, next: `the plugin '${pluginName}' is not listed: add it to plugins` };
  }
  // The checks of the plugin that was meant are more telling than the first twelve of all.
  const siblings = ids.filter((other) => other.startsWith(`${pluginName}/`));
  return { where, what, next: suggest(id, nearest(id, ids) === undefined && siblings.length > 0 ? siblings : ids) };
}
