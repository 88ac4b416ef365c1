import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { ScanError } from '../errors.js';
import type { Duration } from '../model/duration.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { Severity } from '../model/severity.js';
import type { Lane } from '../model/task.js';
import type { TierName } from '../model/tier.js';
import type { CheckContext, VisitedFile } from './context.js';
import { companyProblems, definitionProblems } from './definition-problems.js';

/** The options of a check: JSON Schema by property name. A property with a `default` is always there inside the check. */
export type OptionSchemas = { readonly [name: string]: Exclude<JSONSchema, boolean> };

/** The options as the check sees them: those with a default are not optional. */
export type OptionsOf<O extends OptionSchemas> = string extends keyof O
  ? JsonObject
  : FromSchema<{ type: 'object'; properties: O; additionalProperties: false }>;

/** The options as the configuration gives them: all are optional. */
export type OptionsInput<O extends OptionSchemas> = string extends keyof O
  ? JsonObject
  : Partial<
      FromSchema<
        { type: 'object'; properties: O; additionalProperties: false },
        { keepDefaultedPropertiesOptional: true }
      >
    >;

/** A check's messages by id; `{{name}}` stands for `data.name`. */
export type Messages = { readonly [messageId: string]: string };

/** How a file check wants its files: not at all, as text (binary files are left out), as bytes, or in chunks. */
export type Reads = 'none' | 'text' | 'bytes' | 'stream';

/** What a check says of itself. Plain data. */
export interface CheckMeta<O extends OptionSchemas = OptionSchemas, M extends Messages = Messages> {
  /** What it asserts, in a few words. */
  readonly title: string;
  /** Why that matters, in a sentence. */
  readonly description: string;
  /** What it is about, such as `security`; lower case. */
  readonly category: string;
  /** The lowest tier that runs it. */
  readonly tier: TierName;
  /** How much its findings matter. */
  readonly severity: Severity;
  /** Its options; none when absent. */
  readonly options?: O;
  /** What it may say. */
  readonly messages: M;
  /** How to fix what it finds, as Markdown. */
  readonly help?: string;
  /** Where its page is; `https:`. */
  readonly docsUrl?: string;
  /** Words to filter by; none when absent. */
  readonly tags?: readonly string[];
  /** Where it runs; `cpu` when absent. */
  readonly lane?: Lane;
  /** Where it applies: where every one of these globs matches a file, and, with `git: true`, only in a git work tree. Elsewhere it is not planned. */
  readonly when?: { readonly files?: readonly string[]; readonly git?: boolean };
  /** Globs of the files a file check visits; `['**']` when absent. */
  readonly files?: readonly string[];
  /** What a file check needs of each file; `text` when absent. */
  readonly reads?: Reads;
  /** Its time, `'5s'` to `'300s'`; the tier's when absent. */
  readonly timeout?: Duration;
  /** Higher starts earlier, -100 to 100; 0 when absent. */
  readonly priority?: number;
  /** How often the whole check runs again after an error that may pass (a broken connection, HTTP 503), 0 to 5; 0 when absent. */
  readonly retries?: number;
  /** How long it takes, roughly: `'10ms'` to `'300s'`. Until it has a history, longer checks start earlier and `--within` counts with this. */
  readonly estimate?: Duration;
  /** What it must have for itself, by names of your choice such as `npm`: no two checks that share a name run at the same time. None when absent. */
  readonly exclusive?: string | readonly string[];
  /** True for a check that changes files of the target: it runs alone, after all checks that do not need it. False when absent. */
  readonly changesTree?: boolean;
  /** The provider that its requests and commands count against: one rate limit, breaker and concurrency for all hosts; each request's host when absent. */
  readonly resource?: string;
}

/** A check's meta with its defaults filled in. */
export type ResolvedMeta = Required<Omit<CheckMeta, OptionalMeta | 'exclusive'>> &
  Pick<CheckMeta, OptionalMeta> & { readonly exclusive: readonly string[] };

type OptionalMeta = 'help' | 'docsUrl' | 'when' | 'timeout' | 'estimate' | 'resource';

/** What an instance of a check may have of its own. */
export interface InstanceMeta extends Pick<CheckMeta, 'estimate' | 'exclusive' | 'changesTree'> {
  /** Its title; the check's when absent. */
  readonly title?: string;
}

/** The checks whose data a check needs, by the name it gives them. */
export type Needs = { readonly [name: string]: AnyCheck };

type NeedsDataOf<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends { readonly types?: { readonly data: infer D } } ? D : never;
};

/** The context of a check with these options, messages and needs. */
export type ContextOf<O extends OptionSchemas, M extends Messages, N extends Needs> = CheckContext<
  OptionsOf<O>,
  keyof M & string,
  NeedsDataOf<N>
>;

/** A check as its author writes it: `meta`, and `visit` (each file) or `run` (the project). */
export type CheckDefinition<O extends OptionSchemas, M extends Messages, N extends Needs, D> = {
  /** What it says of itself. */
  readonly meta: CheckMeta<O, M>;
  /** The checks whose data it needs. */
  readonly needs?: N;
  /**
   * A weaker way to an answer, for when `run` or `visit` failed because a resource did: a connection that broke, an open
   * breaker, a rate limit. Called after the last retry. The outcome is `degraded`, never passed; findings count, and what
   * it returns is the check's data.
   */
  fallback?(error: Error, context: ContextOf<O, M, N>): D | Promise<D>;
} & (
  | {
      /** Looks at one file; called once for each that it wants. */
      visit(file: VisitedFile, context: ContextOf<O, M, N>): void | Promise<void>;
      readonly run?: never;
    }
  | {
      /** Looks at the project once; may return JSON data for other checks and the report. */
      run(context: ContextOf<O, M, N>): D | Promise<D>;
      readonly visit?: never;
    }
);

/** The functions of a check, as the engine calls them. */
export interface Implementation {
  visit?(file: VisitedFile, context: CheckContext): void | Promise<void>;
  run?(context: CheckContext): unknown;
  fallback?(error: Error, context: CheckContext): unknown;
}

const CHECK = Symbol.for('scanrun.check');

/** Any check, whatever its options and data. */
export interface AnyCheck {
  /** The URL of the module whose default export it is. */
  readonly module: string;
  /** What it says of itself. */
  readonly meta: ResolvedMeta;
  /** The checks whose data it needs. */
  readonly needs: Readonly<Record<string, AnyCheck>>;
  /** Options that this instance sets. */
  readonly preset: JsonObject;
  /** The check that this is an instance of; itself when it is none. */
  readonly base: AnyCheck;
  /** Carries the types; never there. */
  readonly types?: { readonly options: OptionSchemas; readonly data: unknown };
}

/** A check, ready to be put into a plugin. */
export interface Check<O extends OptionSchemas = OptionSchemas, D = unknown> extends AnyCheck {
  /** The same check under another title, with other default options, or with other demands on its company. */
  with(instance: InstanceMeta & { readonly options?: OptionsInput<O> }): Check<O, D>;
  /** Carries the types; never there. */
  readonly types?: { readonly options: O; readonly data: D };
}

/**
 * Defines a check: metadata and one function. It must be the default export of its module.
 * @param moduleUrl `import.meta.url` of that module: a thread loads the check from there.
 * @throws ScanError `SR_CHECK_INVALID` naming every field that is missing, unknown or out of range.
 */
export function defineCheck<
  const O extends OptionSchemas = Record<never, never>,
  const M extends Messages = Messages,
  const N extends Needs = Record<never, never>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a run without a return statement returns void, and that is allowed.
  const D extends JsonValue | void = void,
>(moduleUrl: string, definition: CheckDefinition<O, M, N, D>): Check<O, D> {
  const problems = definitionProblems(moduleUrl, definition as unknown as Record<string, unknown>, isCheck);
  if (problems.length > 0) {
    throw new ScanError('SR_CHECK_INVALID', `The check in ${moduleUrl} is not well formed: ${problems.join('; ')}.`);
  }
  const { meta } = definition as CheckDefinition<OptionSchemas, Messages, Needs, D>;
  const resolved: ResolvedMeta = {
    options: {},
    tags: [],
    lane: 'cpu',
    files: ['**'],
    reads: 'text',
    priority: 0,
    retries: 0,
    changesTree: false,
    ...meta,
    exclusive: namesOf(meta.exclusive),
  };
  const { visit, run, fallback } = definition;
  const implementation = { visit, run, fallback } as Implementation;
  return makeCheck<O, D>({
    module: moduleUrl,
    meta: resolved,
    needs: definition.needs ?? {},
    preset: {},
    implementation,
  });
}

interface Parts {
  readonly module: string;
  readonly meta: ResolvedMeta;
  readonly needs: Readonly<Record<string, AnyCheck>>;
  readonly preset: JsonObject;
  readonly implementation: Implementation;
  readonly base?: AnyCheck;
}

function makeCheck<O extends OptionSchemas, D>(parts: Parts): Check<O, D> {
  const { module, meta, needs, preset, implementation } = parts;
  const check = {
    module,
    meta: Object.freeze(meta),
    needs: Object.freeze(needs),
    preset: Object.freeze(preset),
    [CHECK]: implementation,
    with({ options, exclusive, ...own }: InstanceMeta & { readonly options?: OptionsInput<O> }): Check<O, D> {
      const problems = companyProblems({ ...own, exclusive });
      if (problems.length > 0)
        throw new ScanError(
          'SR_CHECK_INVALID',
          `An instance of the check in ${module} is not well formed: ${problems.join('; ')}.`,
        );
      const names = exclusive === undefined ? meta.exclusive : namesOf(exclusive);
      return makeCheck<O, D>({
        ...parts,
        meta: { ...meta, ...own, exclusive: names },
        preset: { ...preset, ...(options as JsonObject | undefined) },
        base: check.base,
      });
    },
    base: parts.base as AnyCheck,
  };
  check.base ??= check as unknown as AnyCheck;
  return Object.freeze(check) as unknown as Check<O, D>;
}

function namesOf(exclusive: string | readonly string[] = []): readonly string[] {
  return typeof exclusive === 'string' ? [exclusive] : exclusive;
}

/** True for what `defineCheck` returned, also when another copy of scanrun made it. */
export function isCheck(value: unknown): value is AnyCheck {
  return typeof value === 'object' && value !== null && CHECK in value;
}

/** The functions of a check. */
export function implementationOf(check: AnyCheck): Implementation {
  return (check as unknown as { readonly [CHECK]: Implementation })[CHECK];
}

/** True when the check looks at files one by one. */
export function isFileCheck(check: AnyCheck): boolean {
  return implementationOf(check).visit !== undefined;
}
