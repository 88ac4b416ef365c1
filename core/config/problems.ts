import type { ErrorObject } from 'ajv';
import { nearest, suggest } from '../check/nearest.js';
import { type ErrorCode, type Problem, ScanError } from '../errors.js';
import type { Source, Steps } from './place.js';
import { nameOf, type RawConfig } from './plain.js';
import { isUsual } from './usual.js';
import { loadConfigValidator } from './validator.js';

/** A problem of the configuration; the code is the one to fail with where no other problem has another. */
export interface ConfigProblem extends Problem {
  /** Default `SR_CONFIG_INVALID`. */
  readonly code?: ErrorCode;
}

/** A configuration that the schema allows. */
export interface Validated {
  /** What is left of it without the places that are wrong, so that the rest can be looked at too. */
  readonly config: RawConfig;
  /** What is wrong. */
  readonly problems: readonly ConfigProblem[];
}

/** Holds a configuration against the schema. */
export async function validateConfig(config: RawConfig, source: Source): Promise<Validated> {
  // Most layers of most scans say nothing, or the usual.
  if (isUsual(config)) return { config, problems: [] };
  const validate = await loadConfigValidator();
  if (validate(config)) return { config, problems: [] };
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if');
  const seen = new Set<string>();
  const problems = errors.flatMap((error) => {
    const problem = describe(error, source, stepsOf(error, config));
    if (seen.has(problem.where)) return [];
    seen.add(problem.where);
    return [problem];
  });
  return {
    config: without(
      config,
      errors.map((error) => stepsOf(error, config)),
    ),
    problems,
  };
}

/** The steps to the value, or to the key that is too much. */
function stepsOf(error: ErrorObject, config: RawConfig): Steps {
  const steps: (string | number)[] = [];
  let value: unknown = config;
  for (const part of error.instancePath.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    steps.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  if (error.keyword === 'additionalProperties') steps.push(String(error.params.additionalProperty));
  return steps;
}

function describe(error: ErrorObject, source: Source, steps: Steps): ConfigProblem {
  const where = source.place(steps);
  const schema = (error.parentSchema ?? {}) as { readonly title?: string; readonly properties?: object };
  if (error.keyword === 'additionalProperties') {
    return { where, what: 'is not known', next: suggest(String(steps.at(-1)), Object.keys(schema.properties ?? {})) };
  }
  if (error.keyword === 'required') return { where, what: `lacks '${String(error.params.missingProperty)}'` };
  const what = `must be ${schema.title ?? error.message ?? 'something else'}, not ${shown(error, source)}`;
  const allowed: unknown = error.params.allowedValues;
  if (!Array.isArray(allowed) || typeof error.data !== 'string') return { where, what };
  const near = nearest(error.data, allowed as string[]);
  return near === undefined ? { where, what } : { where, what, next: `did you mean '${near}'?` };
}

/** The value where it is a name, a number or a duration; otherwise what it is: it may be a secret. */
function shown(error: ErrorObject, source: Source): string {
  const value: unknown = error.data;
  const tellable =
    source.quotes ||
    error.keyword === 'enum' ||
    (error.keyword === 'pattern' && /duration/.test(String((error.parentSchema as { title?: string }).title)));
  return typeof value === 'string' && tellable ? quote(value) : nameOf(value);
}

/** A short name in quotes; of a long or odd one only that it is text. */
export function quote(value: string): string {
  return /^[\w ./@:%+-]{0,32}$/.test(value) ? `'${value}'` : 'text';
}

/** What is wrong with a regular expression; undefined for one that is right. It is not quoted: people put the secret itself there. */
export function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return 'is no valid regular expression';
  }
}

/** The places to leave out, as a tree: an empty branch ends a place. */
interface Branches extends Map<string, Branches> {}

/** A copy without the values at these places. A list keeps its length with null, so that later places stay those of the file. */
export function without(config: RawConfig, places: readonly Steps[]): RawConfig {
  const tree: Branches = new Map();
  for (const place of places) {
    let branch = tree;
    for (const step of place) {
      const next = branch.get(String(step)) ?? (new Map() as Branches);
      branch.set(String(step), next);
      branch = next;
    }
    if (place.length === 0) return {};
  }
  return prune(config, tree) as RawConfig;
}

function prune(value: unknown, tree: Branches): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const left = (key: string, item: unknown): unknown => {
    const branch = tree.get(key);
    if (branch === undefined) return item;
    return branch.size === 0 ? undefined : prune(item, branch);
  };
  if (Array.isArray(value)) return value.map((item, index) => left(String(index), item) ?? null);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, left(key, item)])
      .filter(([, item]) => item !== undefined),
  );
}

/** A message of more lines than this is read by nobody; the error's `problems` have them all. */
const MAX_LINES = 100;

/**
 * The error that lists every problem, or undefined when there is none. Its code is `SR_CONFIG_INVALID`, or the more
 * telling one that all problems share.
 */
export function configError(problems: readonly ConfigProblem[]): ScanError | undefined {
  const [first, ...rest] = problems;
  if (first === undefined) return undefined;
  const code = rest.every((problem) => problem.code === first.code)
    ? (first.code ?? 'SR_CONFIG_INVALID')
    : 'SR_CONFIG_INVALID';
  const lines = problems
    .slice(0, MAX_LINES)
    .map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
  if (problems.length > MAX_LINES) lines.push(`and ${problems.length - MAX_LINES} more`);
  const message =
    rest.length === 0
      ? `${lines[0]?.replace(/\.$/, '')}.`
      : `The configuration has ${problems.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const plain = problems.map(({ where, what, next }) => (next === undefined ? { where, what } : { where, what, next }));
  return new ScanError(code, message, { problems: plain });
}
