import { parseNumber, parseReporter } from './environment.js';
import { type ConfigLayer, everyTier, gateOf, makeLayer } from './layers.js';
import { namedSource } from './place.js';
import type { ConfigProblem } from './problems.js';

/** What the command line sets, as it was typed; whether it is right is found out here. */
export interface Overrides {
  /** `--tier`. */
  readonly tier?: string;
  /** `--profile`: the name of one, built in or of the configuration. */
  readonly profile?: string;
  /** `--check`, filters; repeatable. */
  readonly check?: readonly string[];
  /** `--skip`, filters; repeatable. */
  readonly skip?: readonly string[];
  /** `--plugin`, names, packages or paths; added to the configured ones. */
  readonly plugin?: readonly string[];
  /** `--concurrency`, 1 to 64. */
  readonly concurrency?: string | number;
  /** `--parallel` or `--no-parallel`. */
  readonly parallel?: boolean;
  /** False for `--no-cache`. */
  readonly cache?: boolean;
  /** `--refresh-cache`: finds no kept answers and keeps all anew. */
  readonly refreshCache?: boolean;
  /** `--strict`: refuses what a cached check asks without having declared it. */
  readonly strict?: boolean;
  /** `--within`: leaves out checks until the rest fits, a duration from `'1s'` to `'24h'`. */
  readonly within?: string | number;
  /** `--fail-fast`: ends the scan at the first finding at the gate, or check without an answer. */
  readonly failFast?: boolean;
  /** `--fail-on`. */
  readonly failOn?: string;
  /** `--min-coverage`, 0 to 1. */
  readonly minCoverage?: string | number;
  /** `--baseline`, relative to the working folder; false for `--no-baseline`. */
  readonly baseline?: string | false;
  /** `--reporter`, `name[=file]`; replaces the configured ones, all of them when empty. */
  readonly reporter?: readonly string[];
  /** `--json`: the same as `--reporter json`. */
  readonly json?: boolean;
}

const PLACES = {
  tier: '--tier',
  profile: '--profile',
  plugins: '--plugin',
  concurrency: '--concurrency',
  tiers: '--parallel',
  cache: '--no-cache',
  'gate.failOn': '--fail-on',
  'gate.minCoverage': '--min-coverage',
  baseline: '--baseline',
  reporters: '--reporter',
};

/** The layer of the command line. */
export function readOverrides(overrides: Overrides, cwd: string, problems: ConfigProblem[]): Promise<ConfigLayer> {
  const reporters = (overrides.reporter ?? []).map(parseReporter);
  if (
    overrides.json === true &&
    !reporters.some(({ reporter, output }) => reporter === 'json' && (output === undefined || output === '-'))
  ) {
    reporters.push({ reporter: 'json', output: '-' });
  }
  if (overrides.cache === false && overrides.refreshCache)
    problems.push({
      where: 'flag: --refresh-cache',
      what: 'has no effect with --no-cache',
      next: 'leave one of them out',
    });
  const enabled = overrides.cache ?? (overrides.refreshCache ? true : undefined);
  const config = {
    tier: overrides.tier,
    plugins: overrides.plugin,
    concurrency: parseNumber(overrides.concurrency),
    tiers: overrides.parallel === undefined ? undefined : everyTier({ parallel: overrides.parallel }),
    cache: enabled === undefined ? undefined : { enabled },
    gate: gateOf({ failOn: overrides.failOn, minCoverage: parseNumber(overrides.minCoverage) }),
    baseline: overrides.baseline,
    reporters: overrides.reporter === undefined && reporters.length === 0 ? undefined : reporters,
  };
  return makeLayer('flag', config, { source: namedSource('flag', PLACES), folder: cwd }, problems);
}
