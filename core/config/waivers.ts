import { extname, resolve } from 'node:path';
import { type Filterable, tryFilter } from '../check/filter.js';
import { messageOf, ScanError } from '../errors.js';
import type { Waiver } from '../model/suppression.js';
import type { WaiverSettings } from './define.js';
import { type ConfigLayer, makeLayer } from './layers.js';
import { loadConfigFile } from './load.js';
import { fileSource, type Source } from './place.js';
import type { ConfigProblem } from './problems.js';

/**
 * Makes the waivers of all layers and of the files that they name ready to be matched. One that is wrong is a problem,
 * never passed over: it would let findings count, or not, that somebody meant otherwise.
 * @param complete false where plugins are missing whose checks a waiver may name.
 */
export async function resolveWaivers(
  layers: readonly ConfigLayer[],
  checks: readonly Filterable[],
  complete: boolean,
  problems: ConfigProblem[],
): Promise<Waiver[]> {
  const waivers: Waiver[] = [];
  for (const layer of layers) {
    for (const part of [layer, await fromFile(layer, problems)]) {
      for (const [index, settings] of (part?.config.waivers ?? []).entries()) {
        const place = part?.source.place(['waivers', index]) ?? '';
        const waiver = settings === null ? undefined : resolveWaiver(settings, place, checks, complete, problems);
        if (waiver !== undefined) waivers.push(waiver);
      }
    }
  }
  return waivers;
}

function resolveWaiver(
  settings: WaiverSettings,
  place: string,
  checks: readonly Filterable[],
  complete: boolean,
  problems: ConfigProblem[],
): Waiver | undefined {
  // The schema has told what is not there or of another type, and taken it out.
  if (settings.check === undefined || settings.reason === undefined) return undefined;
  const { filter, problem, valid } = tryFilter(settings.check, checks);
  if (problem !== undefined && (complete || !valid)) problems.push({ where: `${place}.check`, ...problem });
  if (settings.expires !== undefined && !isDay(settings.expires))
    problems.push({ where: `${place}.expires`, what: `names a day that no calendar has: ${settings.expires}` });
  return { place, ...settings, checkIds: checks.filter(filter).map(({ id }) => id) };
}

/** `2027-02-31` looks like a day. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

/** The waivers of the file that a layer names, as a layer of their own. Data only: a module would run. */
async function fromFile(layer: ConfigLayer, problems: ConfigProblem[]): Promise<ConfigLayer | undefined> {
  const name = layer.config.waiversFile;
  if (name === undefined) return undefined;
  const where = layer.source.place(['waiversFile']);
  const file = resolve(layer.folder, name);
  if (!['.json', '.yaml', '.yml'].includes(extname(file))) {
    problems.push({ where, what: 'must name a file that ends with .json, .yaml or .yml' });
    return undefined;
  }
  try {
    const { config } = await loadConfigFile(file, { cacheDir: undefined });
    const { wrapped, source } = asConfig(config, fileSource(name));
    const made = await makeLayer(layer.layer, wrapped, { source, folder: layer.folder }, problems);
    for (const key of Object.keys(made.config).filter((each) => each !== 'waivers'))
      problems.push({
        where: source.place([key]),
        what: 'is not known',
        next: 'such a file has waivers and nothing else',
      });
    return made;
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    problems.push({ where, what: `could not be loaded: ${messageOf(error)}`, code: error.code });
    return undefined;
  }
}

/** A file may hold a list, or an object with `waivers`. */
function asConfig(content: unknown, source: Source): { readonly wrapped: unknown; readonly source: Source } {
  if (!Array.isArray(content)) return { wrapped: content, source };
  const place: Source['place'] = (steps) => source.place(steps.slice(1));
  return { wrapped: { waivers: content }, source: { ...source, place } };
}
