import type { ModuleLoader } from '../check/load-module.js';
import { isPlugin, type Plugin } from '../check/plugin.js';
import type { ConfigLayer, Layer } from './layers.js';
import { nameOf } from './plain.js';
import type { ConfigProblem } from './problems.js';
import { loadExport, resolveReference } from './reference.js';

/** The plugins of all layers. */
export interface LoadedPlugins {
  /** One of each name, in the order in which they are listed. */
  readonly plugins: readonly Plugin[];
  /** The last layer that listed any; `default` when none did, or only the default set. */
  readonly layer: Layer;
  /** False when one could not be loaded, so that nobody knows which checks there are. */
  readonly complete: boolean;
}

interface Listed {
  readonly item: unknown;
  readonly where: string;
  readonly folder: string;
}

/** Loads the plugins that the layers list. They add up over the layers; the same plugin may be listed twice. */
export async function loadPlugins(
  layers: readonly ConfigLayer[],
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<LoadedPlugins> {
  const listing = layers.filter(({ config }) => config.plugins !== undefined);
  const listed: Listed[] = listing.flatMap(({ config, source, folder }) =>
    (config.plugins ?? []).map((item, index) => ({ item, where: source.place(['plugins', index]), folder })),
  );
  const found = new Map<string, { readonly plugin: Plugin; readonly where: string }>();
  let complete = true;
  for (const entry of listed) {
    const plugin = await loadPlugin(entry, loader, problems);
    if (plugin === undefined) {
      complete = false;
      continue;
    }
    const same = found.get(plugin.name);
    if (same === undefined) found.set(plugin.name, { plugin, where: entry.where });
    else if (!isSame(same.plugin, plugin)) {
      const what = `is a second plugin named '${plugin.name}', other than the one of ${same.where}`;
      problems.push({ where: entry.where, what, next: 'remove one, or rename it', code: 'SR_PLUGIN_DUPLICATE' });
    }
  }
  return {
    plugins: [...found.values()].map(({ plugin }) => plugin),
    layer: listing.at(-1)?.layer ?? 'default',
    complete,
  };
}

async function loadPlugin(
  { item, where, folder }: Listed,
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<Plugin | undefined> {
  if (isPlugin(item)) return item;
  if (item === null) return undefined;
  if (typeof item !== 'string') {
    const isModule = isPlugin((item as { default?: unknown }).default);
    const next = isModule
      ? 'import its default export'
      : 'list what definePlugin returned, or the name, package or path of a plugin';
    problems.push({
      where,
      what: `is ${isModule ? 'a module' : nameOf(item)}, not a plugin`,
      next,
      code: 'SR_PLUGIN_INVALID',
    });
    return undefined;
  }
  const reference = await resolveReference(item, 'plugins', folder, loader);
  if (reference.kind === 'missing') {
    problems.push({ where, what: reference.what, next: reference.next, code: 'SR_PLUGIN_LOAD' });
    return undefined;
  }
  const loaded = await loadExport(
    reference.url,
    {
      is: isPlugin,
      where: `${where} '${item}'`,
      failed: 'SR_PLUGIN_LOAD',
      invalid: 'SR_PLUGIN_INVALID',
      maker: 'definePlugin',
    },
    loader,
  );
  if (isPlugin(loaded)) return loaded;
  problems.push(loaded);
  return undefined;
}

/** True for two copies of one plugin: the same checks of the same modules, with the same presets. */
function isSame(a: Plugin, b: Plugin): boolean {
  return a === b || (a.apply === undefined && b.apply === undefined && contents(a) === contents(b));
}

function contents(plugin: Plugin): string {
  const checks = Object.entries(plugin.checks).map(([key, check]) => [
    key,
    check.module,
    check.meta.title,
    check.preset,
  ]);
  return JSON.stringify(checks.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}
