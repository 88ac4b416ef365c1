import { ScanError } from '../errors.js';
import type { JsonObject } from '../model/json.js';
import type { RunResult } from '../model/result.js';
import type { OptionSchemas, OptionsInput, OptionsOf } from './define.js';
import { unknownKeys } from './definition-problems.js';

/** What a reporter may know besides the result. */
export interface ReporterContext<Options = JsonObject> {
  /** The reporter's options, complete and valid. */
  readonly options: Options;
  /** What the output goes to. */
  readonly output: {
    /** The absolute path of the file, or undefined for standard output. */
    readonly file: string | undefined;
    /** True when colours are wanted there. */
    readonly color: boolean;
    /** The width of the terminal in columns; 80 where there is none. */
    readonly columns: number;
    /** How much to say. */
    readonly verbosity: 'quiet' | 'normal' | 'verbose';
  };
  /** The absolute working folder of the scan: paths in options start from it, and packages that a reporter loads on demand are looked for there. */
  readonly cwd: string;
  /** The environment that the scan was given; empty where a program gave none. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the reporter should stop. */
  readonly signal: AbortSignal;
}

/** What a reporter returns: one text or blob, chunks of one, or several files by path relative to the output folder. */
export type Rendered =
  | string
  | Uint8Array
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | { readonly files: Readonly<Record<string, string | Uint8Array>> };

/** A reporter as its author writes it. */
export interface ReporterDefinition<O extends OptionSchemas> {
  /** Its name, lower case with dashes. */
  readonly name: string;
  /** Its options, as JSON Schema by property name; none when absent. */
  readonly options?: O;
  /** Where its output goes unless the configuration says otherwise: a path relative to the working folder, or `-` for standard output. */
  readonly output: string;
  /** Renders the result. It writes nothing itself; it may be asynchronous. */
  render(result: RunResult, context: ReporterContext<OptionsOf<O>>): Rendered | Promise<Rendered>;
}

const REPORTER = Symbol.for('scanrun.reporter');

/** A reporter, ready to be used. */
export interface Reporter<O extends OptionSchemas = OptionSchemas> {
  /** Its name. */
  readonly name: string;
  /** Its options' schema. */
  readonly options: OptionSchemas;
  /** Where its output goes by default. */
  readonly output: string;
  /** Renders the result. */
  render(result: RunResult, context: ReporterContext<JsonObject>): Rendered | Promise<Rendered>;
  /** Carries the types; never there. */
  readonly types?: { readonly options: O };
}

/** A reporter with the options to use. */
export interface ReporterUse {
  /** The reporter, or the name, package or path of one. */
  readonly reporter: Reporter | string;
  /** Its options. */
  readonly options: JsonObject;
  /** Where its output goes: a path, or `-` for standard output; the reporter's own choice when absent. */
  readonly output?: string;
}

/**
 * Defines a reporter.
 * @throws ScanError `SR_REPORTER_INVALID` naming every field that is missing or unknown.
 */
export function defineReporter<const O extends OptionSchemas = Record<never, never>>(
  definition: ReporterDefinition<O>,
): Reporter<O> {
  const problems = unknownKeys(definition, ['name', 'options', 'output', 'render'], '');
  if (typeof definition.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(definition.name))
    problems.push('name must be lower case letters, digits and dashes');
  if (typeof definition.render !== 'function') problems.push('render must be a function');
  if (typeof definition.output !== 'string' || definition.output === '') problems.push("output must be a path, or '-'");
  if (problems.length > 0)
    throw new ScanError(
      'SR_REPORTER_INVALID',
      `The reporter '${String(definition.name)}' is not well formed: ${problems.join('; ')}.`,
    );
  return Object.freeze({ options: {}, ...definition, [REPORTER]: true }) as unknown as Reporter<O>;
}

/** True for what `defineReporter` returned, also when another copy of scanrun made it. */
export function isReporter(value: unknown): value is Reporter {
  return typeof value === 'object' && value !== null && REPORTER in value;
}

/** A reporter with options, for the configuration's `reporters`. */
export function use<O extends OptionSchemas>(
  reporter: Reporter<O>,
  options: OptionsInput<O> & { readonly output?: string },
): ReporterUse {
  const { output, ...rest } = options as { output?: string };
  return { reporter: reporter as Reporter, options: rest as JsonObject, ...(output === undefined ? {} : { output }) };
}
