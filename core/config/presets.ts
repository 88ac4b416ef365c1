import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleLoader } from '../check/load-module.js';
import { isPlugin, type Plugin } from '../check/plugin.js';
import { messageOf, ScanError } from '../errors.js';
import { type ConfigLayer, type Layer, makeLayer } from './layers.js';
import { loadConfigFile } from './load.js';
import { fileSource, type Source, type Steps } from './place.js';
import { type ConfigProblem, quote } from './problems.js';
import { resolveFile } from './reference.js';

/** More presets than any configuration has; presets that list presets twice each would double with every step. */
const MAX_PRESETS = 500;

/** A configuration, and what leads to it. */
interface Node {
  readonly config: unknown;
  readonly layer: Layer;
  readonly label: string;
  readonly steps: Steps;
  readonly folder: string;
  /** The configurations and files above it: one that returns is a circle. */
  readonly above: readonly unknown[];
}

/** A configuration with its presets. */
export interface RootConfig {
  readonly config: unknown;
  /** What a reader calls it, such as `scan.config.ts`. */
  readonly label: string;
  readonly steps: Steps;
  /** The absolute folder that relative names in it start from. */
  readonly folder: string;
  /** The absolute path of its file, where it has one. */
  readonly file?: string;
}

/** The layers of a configuration: its presets depth-first, each after what it extends itself, then the configuration. */
export async function flattenConfig(
  root: RootConfig,
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<ConfigLayer[]> {
  const layers: ConfigLayer[] = [];
  const visit = async (node: Node): Promise<void> => {
    const source: Source = fileSource(node.label, node.steps);
    const layer = await makeLayer(node.layer, node.config, { source, folder: node.folder }, problems);
    for (const [index, item] of (layer.config.extends ?? []).entries()) {
      const where = source.place(['extends', index]);
      const child = await presetOf(item, { node, index, where }, loader, problems);
      if (child === undefined) continue;
      if (layers.length >= MAX_PRESETS) {
        problems.push({ where, what: `is one of more than ${MAX_PRESETS} presets` });
        return;
      }
      await visit(child);
    }
    layers.push(layer);
  };
  await visit({ ...root, layer: 'config', above: [root.config, root.file] });
  return layers;
}

async function presetOf(
  item: unknown,
  at: { readonly node: Node; readonly index: number; readonly where: string },
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<Node | undefined> {
  const { node, index, where } = at;
  if (item === null) return undefined;
  if (isPlugin(item)) return refusePlugin(item, where, problems);
  if (typeof item !== 'string') {
    if (node.above.includes(item)) return circle(where, problems);
    return {
      ...node,
      config: item,
      layer: 'preset',
      steps: [...node.steps, 'extends', index],
      above: [...node.above, item],
    };
  }
  const found = await resolveFile(item, node.folder, loader);
  if (found === undefined) {
    problems.push({
      where,
      what: `names ${quote(item)}, which is not there`,
      next: `npm install -D the package, or begin a path with './'; paths start from ${node.folder}`,
    });
    return undefined;
  }
  const file = found.startsWith('file:') ? fileURLToPath(found) : found;
  if (node.above.includes(file)) return circle(where, problems);
  try {
    const loaded = await loadConfigFile(file, loader);
    if (node.above.includes(loaded.config)) return circle(where, problems);
    if (isPlugin(loaded.config)) return refusePlugin(loaded.config, where, problems);
    const label = relative(node.folder, file) || basename(file);
    return {
      config: loaded.config,
      layer: 'preset',
      label,
      steps: loaded.steps,
      folder: dirname(file),
      above: [...node.above, file, loaded.config],
    };
  } catch (error) {
    problems.push({
      where,
      what: `could not be loaded: ${messageOf(error)}`,
      ...(error instanceof ScanError ? { code: error.code } : {}),
    });
    return undefined;
  }
}

function refusePlugin({ name }: Plugin, where: string, problems: ConfigProblem[]): undefined {
  problems.push({ where, what: `is the plugin '${name}', not a configuration`, next: 'list it under plugins' });
  return undefined;
}

function circle(where: string, problems: ConfigProblem[]): undefined {
  problems.push({ where, what: 'extends a configuration that extends this one', next: 'remove one of the two' });
  return undefined;
}
