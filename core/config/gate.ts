import { resolve } from 'node:path';
import { GATE_DEFAULTS, type Gate } from '../model/gate.js';
import { present } from './checks.js';
import { type ConfigLayer, type Layer, lastSetting } from './layers.js';
import { type ConfigProblem, patternProblem } from './problems.js';

/** Which file of known findings to use. */
export interface BaselineChoice {
  /** The absolute path of the file that was named; absent where none was. */
  readonly file?: string;
  /** True where none is to be used, not even the one in the target. */
  readonly off: boolean;
}

/** What decides on a release, and what must not be told. */
export interface ResolvedGate {
  readonly gate: Gate;
  readonly baseline: BaselineChoice;
  readonly inlineIgnores: boolean;
  readonly redact: { readonly patterns: readonly string[]; readonly home: boolean };
}

/** Lays the layers' gates over each other, field by field, with what belongs to them. */
export function resolveGate(
  layers: readonly ConfigLayer[],
  origins: Map<string, Layer>,
  problems: ConfigProblem[],
): ResolvedGate {
  const field = <K extends keyof Gate>(key: K): Gate[K] => {
    const setting = lastSetting(layers, ['gate', key], (config) => config.gate?.[key] as Gate[K] | undefined);
    origins.set(`gate.${key}`, setting?.layer ?? 'default');
    return setting?.value ?? GATE_DEFAULTS[key];
  };
  const inline = lastSetting(layers, ['inlineIgnores'], (config) => config.inlineIgnores);
  const home = lastSetting(layers, ['redact', 'home'], (config) => config.redact?.home);
  origins.set('inlineIgnores', inline?.layer ?? 'default');
  origins.set('redact.home', home?.layer ?? 'default');
  return {
    gate: {
      failOn: field('failOn'),
      maxFindings: field('maxFindings'),
      minCoverage: field('minCoverage'),
      newOnly: field('newOnly'),
      failOnOutliers: field('failOnOutliers'),
      failOnBudget: field('failOnBudget'),
    },
    baseline: baselineOf(layers, origins),
    inlineIgnores: inline?.value ?? true,
    redact: { patterns: patternsOf(layers, problems), home: home?.value ?? false },
  };
}

function baselineOf(layers: readonly ConfigLayer[], origins: Map<string, Layer>): BaselineChoice {
  const last = layers.findLast(({ config }) => config.baseline !== undefined);
  origins.set('baseline', last?.layer ?? 'default');
  const path = last?.config.baseline;
  if (last === undefined || path === undefined) return { off: false };
  return path === false ? { off: true } : { off: false, file: resolve(last.folder, path) };
}

function patternsOf(layers: readonly ConfigLayer[], problems: ConfigProblem[]): string[] {
  return layers.flatMap(({ config, source }) =>
    present(config.redact?.patterns).filter((pattern) => {
      const problem = patternProblem(pattern);
      if (problem === undefined) return true;
      const index = config.redact?.patterns?.indexOf(pattern) ?? 0;
      problems.push({ where: source.place(['redact', 'patterns', index]), what: problem });
      return false;
    }),
  );
}
