import { parseDuration } from '../model/duration.js';
import { SEVERITIES } from '../model/severity.js';
import { TIERS } from '../model/tier.js';
import { nearest } from './nearest.js';

const META_KEYS = [
  'title',
  'description',
  'category',
  'tier',
  'severity',
  'options',
  'messages',
  'help',
  'docsUrl',
  'tags',
  'lane',
  'scope',
  'when',
  'files',
  'reads',
  'timeout',
  'priority',
  'retries',
  'estimate',
  'exclusive',
  'changesTree',
  'resource',
  'cache',
  'inputs',
  'pathIndependent',
];
const INPUT_KEYS = ['files', 'env', 'tools', 'commit'];
const DEFINITION_KEYS = ['meta', 'needs', 'visit', 'run', 'fallback'];

/** What is wrong with a definition. */
export function definitionProblems(
  moduleUrl: unknown,
  definition: Record<string, unknown>,
  isCheck: (value: unknown) => boolean,
): string[] {
  const problems: string[] = [];
  if (typeof moduleUrl !== 'string' || !/^[a-z]+:/.test(moduleUrl))
    problems.push('the first argument must be import.meta.url');
  problems.push(...unknownKeys(definition, DEFINITION_KEYS, ''));
  if ((typeof definition.visit === 'function') === (typeof definition.run === 'function'))
    problems.push('it needs either visit or run');
  const meta = definition.meta;
  if (typeof meta !== 'object' || meta === null) return [...problems, 'meta is missing'];
  const fields = meta as Record<string, unknown>;
  problems.push(...unknownKeys(fields, META_KEYS, 'meta.'));
  for (const key of ['title', 'description', 'category']) {
    if (typeof fields[key] !== 'string' || fields[key] === '') problems.push(`meta.${key} must be text`);
  }
  problems.push(
    ...oneOf(fields, 'tier', TIERS),
    ...oneOf(fields, 'severity', SEVERITIES),
    ...oneOf(fields, 'lane', ['cpu', 'io', 'process'], true),
    ...oneOf(fields, 'scope', ['target', 'package'], true),
    ...oneOf(fields, 'reads', ['none', 'text', 'bytes', 'stream'], true),
  );
  if (typeof fields.messages !== 'object' || fields.messages === null) problems.push('meta.messages must be an object');
  if (fields.timeout !== undefined) problems.push(...timeoutProblems(fields.timeout, 'meta.timeout'));
  if (definition.fallback !== undefined && typeof definition.fallback !== 'function')
    problems.push('fallback must be a function');
  if (fields.scope === 'package') {
    if (typeof definition.visit === 'function')
      problems.push("meta.scope: 'package' is for checks with run: a file check sees each file by itself");
    if (fields.files !== undefined)
      problems.push("meta.files is not for checks with meta.scope: 'package': use meta.when.files or context.files");
  }
  const { retries, resource } = fields;
  if (retries !== undefined && !(Number.isInteger(retries) && Number(retries) >= 0 && Number(retries) <= 5))
    problems.push('meta.retries must be a whole number from 0 to 5');
  if (resource !== undefined && (typeof resource !== 'string' || resource.trim() === ''))
    problems.push('meta.resource must be text');
  problems.push(...cacheProblems(fields, typeof definition.visit === 'function'));
  problems.push(...companyProblems(fields));
  for (const [name, need] of Object.entries((definition.needs ?? {}) as object)) {
    if (!isCheck(need)) problems.push(`needs.${name} must be a check`);
  }
  return problems;
}

/** What is wrong with what a check says of its cache. */
function cacheProblems({ cache, inputs, pathIndependent }: Record<string, unknown>, isFile: boolean): string[] {
  const problems: string[] = [];
  if (cache !== undefined && typeof cache !== 'boolean') problems.push('meta.cache must be true or false');
  if (pathIndependent !== undefined && typeof pathIndependent !== 'boolean')
    problems.push('meta.pathIndependent must be true or false');
  if (pathIndependent !== undefined && !isFile) problems.push('meta.pathIndependent is for checks with visit');
  if (inputs !== undefined && isFile)
    problems.push('meta.inputs is for checks with run: the answer of a file check depends on the file');
  else if (inputs !== undefined && cache !== true) problems.push('meta.inputs has no effect without meta.cache: true');
  if (cache === true && !isFile && inputs === undefined)
    problems.push('meta.cache: true needs meta.inputs, which says what the answer depends on');
  return inputs === undefined ? problems : [...problems, ...inputProblems(inputs)];
}

function inputProblems(inputs: unknown): string[] {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return ['meta.inputs must be an object'];
  const { files, env, tools, commit } = inputs as Record<string, unknown>;
  const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
  const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
    value === undefined || (Array.isArray(value) && value.every(isItem));
  const problems = unknownKeys(inputs, INPUT_KEYS, 'meta.inputs.');
  if (!isList(files, isText)) problems.push('meta.inputs.files must be a list of globs');
  if (!isList(env, (name) => isText(name) && !/[=\0]/.test(String(name))))
    problems.push('meta.inputs.env must be a list of names of variables');
  if (!isList(tools, (argv) => Array.isArray(argv) && argv.length > 0 && argv.every(isText)))
    problems.push("meta.inputs.tools must be a list of commands, such as [['tsc', '--version']]");
  if (commit !== undefined && typeof commit !== 'boolean') problems.push('meta.inputs.commit must be true or false');
  return problems;
}

/** What is wrong with what a check asks of its company: how long it takes, what it must have for itself. */
export function companyProblems({ estimate, exclusive, changesTree }: Record<string, unknown>): string[] {
  const problems: string[] = [];
  const estimateMs = estimate === undefined ? 10 : parseDuration(estimate as string);
  if (estimateMs === undefined || estimateMs < 10 || estimateMs > 300_000)
    problems.push("meta.estimate must be a duration between '10ms' and '300s'");
  const names = Array.isArray(exclusive) ? exclusive : exclusive === undefined ? [] : [exclusive];
  if (names.some((name) => typeof name !== 'string' || name.trim() === ''))
    problems.push('meta.exclusive must be a name or a list of names');
  if (changesTree !== undefined && typeof changesTree !== 'boolean')
    problems.push('meta.changesTree must be true or false');
  return problems;
}

/** What is wrong with a check's timeout: 5 to 300 seconds are allowed (S0.5 of the sources: a hung check ends, a slow one may finish). */
function timeoutProblems(value: unknown, where: string): string[] {
  const ms = typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined;
  if (ms === undefined) return [`${where} must be a duration such as '30s'`];
  return ms >= 5_000 && ms <= 300_000 ? [] : [`${where} must be between 5s and 300s`];
}

/** A problem for each key that is not known, with the nearest that is. */
export function unknownKeys(value: object, known: readonly string[], prefix: string): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      return `${prefix}${key} is not known${near ? ` (did you mean '${near}'?)` : ''}`;
    });
}

function oneOf(fields: Record<string, unknown>, key: string, values: readonly string[], optional = false): string[] {
  if (optional && fields[key] === undefined) return [];
  return values.includes(fields[key] as string) ? [] : [`meta.${key} must be one of ${values.join(', ')}`];
}
