import { type OptionsInput, type OptionsOf, ScanError } from 'scanrun';
import { PARSERS } from './parsers/load.js';
import { compilePattern, type Pattern } from './parsers/regex.js';

const code = { type: 'integer', minimum: 0, maximum: 4_294_967_295 } as const;

/** The options of a command, as JSON Schema. */
export const optionSchemas = {
  argv: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    description: 'The program and its arguments. No shell reads them: there are no pipes, globs or variables in them.',
  },
  cwd: {
    type: 'string',
    minLength: 1,
    default: '.',
    description: "The folder it runs in, relative to the target's root.",
  },
  env: {
    type: 'object',
    additionalProperties: { type: 'string' },
    default: {},
    description: 'Variables added to the environment. Their values are masked in every output.',
  },
  input: { type: 'string', default: '', description: 'Text given to standard input.' },
  passCodes: {
    type: 'array',
    items: code,
    uniqueItems: true,
    default: [0],
    description: 'Exit codes that mean that all is well, 0 to 4,294,967,295.',
  },
  findingCodes: {
    type: 'array',
    items: code,
    uniqueItems: true,
    default: [1],
    description:
      'Exit codes that mean that something was found, 0 to 4,294,967,295. Any other code is an error of the tool.',
  },
  parser: {
    type: 'string',
    enum: PARSERS,
    default: 'none',
    description:
      'What the output is. With `none` a finding code becomes one finding with the last lines of the output.',
  },
  pattern: {
    type: 'string',
    minLength: 1,
    description:
      'For the parser `regex`: a regular expression that is tried on each line (the first 10,000 characters), or `/source/flags`, which is tried on the whole text. Its named groups are path, line, column, endLine, endColumn, message, rule and severity; message is required.',
  },
  source: {
    type: 'string',
    enum: ['stdout', 'stderr', 'both'],
    default: 'stdout',
    description: 'Which stream the parser reads.',
  },
  outputFile: {
    type: 'string',
    minLength: 1,
    description: "A file that the tool writes and the parser reads instead of a stream, relative to the target's root.",
  },
  maxBytes: {
    type: 'integer',
    minimum: 1,
    maximum: 268_435_456,
    default: 10_485_760,
    description:
      'Bytes kept of each stream, 1 to 268,435,456. Of a longer output the rest is not read, and the check is degraded.',
  },
} as const;

/** A command's options as the check sees them. */
export type CommandOptions = OptionsOf<typeof optionSchemas>;

/** A command's options as the configuration gives them. */
export type CommandInput = OptionsInput<typeof optionSchemas>;

/**
 * The pattern of a command's options; undefined where the parser is another than `regex`.
 * @throws ScanError `SR_CONFIG_INVALID` where options contradict each other.
 */
export function checkedPattern({
  parser = 'none',
  pattern,
  outputFile,
}: Pick<CommandInput, 'parser' | 'pattern' | 'outputFile'>): Pattern | undefined {
  const wrong = (what: string, next: string) =>
    new ScanError('SR_CONFIG_INVALID', `The command's options do not fit together: ${what}.`, { next });
  if (outputFile !== undefined && parser === 'none')
    throw wrong(
      "'outputFile' is set, and no parser reads it",
      `Set 'parser' to one of ${PARSERS.slice(1).join(', ')}, or remove 'outputFile'.`,
    );
  if (parser !== 'regex') {
    if (pattern !== undefined)
      throw wrong(`'pattern' is set, and the parser is '${parser}'`, "Set 'parser' to 'regex', or remove 'pattern'.");
    return undefined;
  }
  if (pattern === undefined)
    throw wrong(
      "the parser is 'regex', and there is no 'pattern'",
      "Add one, such as '^(?<path>[^:]+):(?<line>\\\\d+): (?<message>.+)$'.",
    );
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) throw wrong(`'pattern' ${compiled.problem}`, 'Mend the pattern.');
  return compiled;
}
