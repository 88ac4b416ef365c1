import { nearest } from '../check/nearest.js';
import type { Notice } from '../model/result.js';
import { type ConfigLayer, everyTier, gateOf, makeLayer } from './layers.js';
import { namedSource } from './place.js';
import { type ConfigProblem, patternProblem } from './problems.js';

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that scanrun reads, and what for. The first group is this stage's; the others belong to the command line and the reporters. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  SCANRUN_TIER: 'How much to run, as --tier.',
  SCANRUN_PROFILE: 'The named emphasis over a tier, as --profile.',
  SCANRUN_CONCURRENCY: 'Tasks in flight, 1 to 64, as --concurrency.',
  SCANRUN_PARALLEL: 'true or false, as --parallel and --no-parallel.',
  SCANRUN_FAIL_ON: 'The least grave finding that counts, as --fail-on.',
  SCANRUN_MIN_COVERAGE: 'The share of checks that must end with an answer, 0 to 1, as --min-coverage.',
  SCANRUN_BASELINE: 'The file of known findings, as --baseline.',
  SCANRUN_REPORTER: 'Reporters, name[=file], separated by commas, as --reporter.',
  SCANRUN_CACHE: 'true, false, or refresh: as --no-cache and --refresh-cache.',
  SCANRUN_CACHE_KEY: 'What signs the answers that are kept, instead of a key in a file; at least 16 characters.',
  SCANRUN_REDACT: 'Regular expressions, one a line; what they match appears in no output.',
  SCANRUN_CONFIG: 'The configuration file, as --config.',
  SCANRUN_CHROMIUM: 'The browser that the PDF reporter starts.',
  SCANRUN_PROCESS_TREE: 'Set by scanrun itself: names the processes that a scan started.',
};

const PLACES = {
  tier: 'SCANRUN_TIER',
  profile: 'SCANRUN_PROFILE',
  concurrency: 'SCANRUN_CONCURRENCY',
  tiers: 'SCANRUN_PARALLEL',
  cache: 'SCANRUN_CACHE',
  'gate.failOn': 'SCANRUN_FAIL_ON',
  'gate.minCoverage': 'SCANRUN_MIN_COVERAGE',
  baseline: 'SCANRUN_BASELINE',
  reporters: 'SCANRUN_REPORTER',
};

/** What the environment sets. */
export interface FromEnvironment {
  /** Its layer. */
  readonly layer: ConfigLayer;
  /** The name of the profile; undefined where it names none. */
  readonly profile: string | undefined;
  /** Regular expressions of what must appear in no output. */
  readonly redact: readonly string[];
  /** True finds no kept answers and keeps all anew. */
  readonly refreshCache: boolean;
  /** A warning for each variable that looks like ours and is not. */
  readonly notices: readonly Notice[];
}

/** Reads the `SCANRUN_*` variables. An empty one is as good as none: that is how CI systems pass on what is not set. */
export async function readEnvironment(
  env: Environment,
  cwd: string,
  problems: ConfigProblem[],
): Promise<FromEnvironment> {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const reporters = read('SCANRUN_REPORTER')
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const parallel = parseYesOrNo(read('SCANRUN_PARALLEL'));
  const cache = read('SCANRUN_CACHE');
  const refreshCache = cache?.toLowerCase() === 'refresh';
  const config = {
    tier: read('SCANRUN_TIER'),
    concurrency: parseNumber(read('SCANRUN_CONCURRENCY')),
    tiers: parallel === undefined ? undefined : everyTier({ parallel: parallel as boolean }),
    cache: cache === undefined ? undefined : { enabled: refreshCache || parseYesOrNo(cache) },
    gate: gateOf({ failOn: read('SCANRUN_FAIL_ON'), minCoverage: parseNumber(read('SCANRUN_MIN_COVERAGE')) }),
    baseline: read('SCANRUN_BASELINE'),
    reporters: reporters?.map(parseReporter),
  };
  const source = namedSource('environment', PLACES);
  const layer = await makeLayer('environment', config, { source, folder: cwd }, problems);
  problems.push(...keyProblems(read('SCANRUN_CACHE_KEY')));
  const redact = readPatterns(read('SCANRUN_REDACT'), problems);
  return { layer, profile: read('SCANRUN_PROFILE'), redact, refreshCache, notices: unknownVariables(env) };
}

/** The number that a text says; the text itself when it says none, for the validator to refuse. */
export function parseNumber(value: string | number | undefined): string | number | undefined {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

/** `name[=file]` as the configuration would say it. */
export function parseReporter(text: string): { readonly reporter: string; readonly output?: string } {
  const at = text.indexOf('=');
  return at < 0 ? { reporter: text } : { reporter: text.slice(0, at), output: text.slice(at + 1) };
}

function parseYesOrNo(value: string | undefined): boolean | string | undefined {
  if (value === undefined) return undefined;
  if (['true', '1', 'yes', 'on'].includes(value.toLowerCase())) return true;
  if (['false', '0', 'no', 'off'].includes(value.toLowerCase())) return false;
  return value;
}

function readPatterns(text: string | undefined, problems: ConfigProblem[]): string[] {
  const patterns = (text ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return patterns.filter((pattern, index) => {
    if (patternProblem(pattern) === undefined) return true;
    problems.push({
      where: 'environment: SCANRUN_REDACT',
      what: `has no valid regular expression in line ${index + 1}`,
    });
    return false;
  });
}

/** A key that can be guessed signs nothing: whoever finds it out can make the cache say what he likes. */
function keyProblems(key: string | undefined): ConfigProblem[] {
  if (key === undefined || key.length >= MIN_KEY_LENGTH) return [];
  const next = 'take a random one, such as that of `openssl rand -hex 32`';
  return [{ where: 'environment: SCANRUN_CACHE_KEY', what: `must have at least ${MIN_KEY_LENGTH} characters`, next }];
}

const MIN_KEY_LENGTH = 16;

function unknownVariables(env: Environment): Notice[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('SCANRUN_') && !Object.hasOwn(ENVIRONMENT, name))
    .sort()
    .map((name) => {
      const near = nearest(name, Object.keys(ENVIRONMENT));
      return {
        code: 'unknown-variable',
        level: 'warning',
        message: `The environment variable ${name} is not known${near === undefined ? '.' : `; did you mean ${near}?`} It has no effect.`,
      };
    });
}
