import { type Problem, ScanError } from '../errors.js';
import { compareText } from '../model/finding.js';
import type { AnyCheck } from './define.js';
import { loadModule, type ModuleLoader } from './load-module.js';
import type { Plugin } from './plugin.js';

/** A check under the id that its plugin gave it. */
export interface RegisteredCheck {
  /** `plugin/key`. */
  readonly id: string;
  /** The check. */
  readonly check: AnyCheck;
  /** The plugin that brings it. */
  readonly plugin: Plugin;
}

/** All checks of a scan by id, in the order of their ids. */
export type Registry = ReadonlyMap<string, RegisteredCheck>;

/**
 * Registers the checks of all plugins.
 * @throws ScanError `SR_PLUGIN_DUPLICATE` when two plugins have the same name: hooks and ids could not tell them apart.
 */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  const names = new Map<string, Plugin>();
  const entries: RegisteredCheck[] = [];
  for (const plugin of plugins) {
    if (names.has(plugin.name)) throw new ScanError('SR_PLUGIN_DUPLICATE', `Two plugins are named '${plugin.name}'.`);
    names.set(plugin.name, plugin);
    for (const [key, check] of Object.entries(plugin.checks))
      entries.push({ id: `${plugin.name}/${key}`, check, plugin });
  }
  entries.sort((a, b) => compareText(a.id, b.id));
  return new Map(entries.map((entry) => [entry.id, entry]));
}

/**
 * Asserts that each check is the default export of the module it names: a thread loads it from there, so anything else would run another check.
 * @throws ScanError `SR_CHECK_MODULE` listing every check that is not.
 */
export async function assertModules(entries: Iterable<RegisteredCheck>, loader: ModuleLoader): Promise<void> {
  const problems: Problem[] = [];
  const seen = new Set<AnyCheck>();
  for (const { id, check } of entries) {
    if (seen.has(check.base)) continue;
    seen.add(check.base);
    const exported = await loadModule(check.module, loader).then(
      (module) => module.default,
      (error: unknown) => error,
    );
    if (exported !== check.base) {
      problems.push({
        where: id,
        what: `is not the default export of ${check.module}${exported instanceof Error ? ` (${exported.message})` : ''}`,
      });
    }
  }
  if (problems.length > 0) {
    throw new ScanError('SR_CHECK_MODULE', `${problems.map(({ where, what }) => `${where} ${what}`).join('; ')}.`, {
      problems,
    });
  }
}
