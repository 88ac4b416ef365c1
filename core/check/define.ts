import { ScanError } from '../errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import type { TargetPackage } from '../model/package.js';
import type { CheckContext, VisitedFile } from './context.js';
import { companyProblems, definitionProblems } from './definition-problems.js';
import type {
  CheckMeta,
  InstanceMeta,
  Messages,
  OptionSchemas,
  OptionsInput,
  OptionsOf,
  ResolvedMeta,
  Scope,
} from './meta.js';

export type {
  CheckInputs,
  CheckMeta,
  InstanceMeta,
  Messages,
  OptionSchemas,
  OptionsInput,
  OptionsOf,
  Reads,
  ResolvedMeta,
  Scope,
} from './meta.js';

/** The checks whose data a check needs, by the name it gives them. */
export type Needs = { readonly [name: string]: AnyCheck };

/** What a check of a scope is given of the checks it needs: of a package the data of the same package, of the whole target that of every package by name. */
type NeedsDataOf<N extends Needs, S extends Scope> = {
  readonly [K in keyof N]: N[K] extends { readonly types?: { readonly data: infer D; readonly scope: infer T } }
    ? T extends 'package'
      ? S extends 'package'
        ? D
        : Readonly<Record<string, D>>
      : D
    : never;
};

/** The context of a check with these options, messages, needs and scope. */
export type ContextOf<
  O extends OptionSchemas,
  M extends Messages,
  N extends Needs,
  S extends Scope = 'target',
> = CheckContext<OptionsOf<O>, keyof M & string, NeedsDataOf<N, S>, S extends 'package' ? TargetPackage : undefined>;

/** A check as its author writes it: `meta`, and `visit` (each file) or `run` (the project). */
export type CheckDefinition<
  O extends OptionSchemas,
  M extends Messages,
  N extends Needs,
  D,
  S extends Scope = 'target',
> = {
  /** What it says of itself. */
  readonly meta: CheckMeta<O, M> & { readonly scope?: S };
  /** The checks whose data it needs. */
  readonly needs?: N;
  /**
   * A weaker way to an answer, for when `run` or `visit` failed because a resource did: a connection that broke, an open
   * breaker, a rate limit. Called after the last retry. The outcome is `degraded`, never passed; findings count, and what
   * it returns is the check's data.
   */
  fallback?(error: Error, context: ContextOf<O, M, N, S>): D | Promise<D>;
} & (
  | {
      /** Looks at one file; called once for each that it wants. */
      visit(file: VisitedFile, context: ContextOf<O, M, N, S>): void | Promise<void>;
      readonly run?: never;
    }
  | {
      /** Looks at the project once, or once at each package; may return JSON data for other checks and the report. */
      run(context: ContextOf<O, M, N, S>): D | Promise<D>;
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
  readonly types?: { readonly options: OptionSchemas; readonly data: unknown; readonly scope: Scope };
}

/** A check, ready to be put into a plugin. */
export interface Check<O extends OptionSchemas = OptionSchemas, D = unknown, S extends Scope = Scope> extends AnyCheck {
  /** The same check under another title, with other default options, or with other demands on its company. */
  with(instance: InstanceMeta & { readonly options?: OptionsInput<O> }): Check<O, D, S>;
  /** Carries the types; never there. */
  readonly types?: { readonly options: O; readonly data: D; readonly scope: S };
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
  const S extends Scope = 'target',
>(moduleUrl: string, definition: CheckDefinition<O, M, N, D, S>): Check<O, D, S> {
  const problems = definitionProblems(moduleUrl, definition as unknown as Record<string, unknown>, isCheck);
  if (problems.length > 0) {
    throw new ScanError('SR_CHECK_INVALID', `The check in ${moduleUrl} is not well formed: ${problems.join('; ')}.`);
  }
  const { meta } = definition as CheckDefinition<OptionSchemas, Messages, Needs, D, Scope>;
  const resolved: ResolvedMeta = {
    options: {},
    tags: [],
    lane: 'cpu',
    scope: 'target',
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
  return makeCheck<O, D, S>({
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

function makeCheck<O extends OptionSchemas, D, S extends Scope>(parts: Parts): Check<O, D, S> {
  const { module, meta, needs, preset, implementation } = parts;
  const check = {
    module,
    meta: Object.freeze(meta),
    needs: Object.freeze(needs),
    preset: Object.freeze(preset),
    [CHECK]: implementation,
    with({ options, exclusive, ...own }: InstanceMeta & { readonly options?: OptionsInput<O> }): Check<O, D, S> {
      const problems = companyProblems({ ...own, exclusive });
      if (problems.length > 0)
        throw new ScanError(
          'SR_CHECK_INVALID',
          `An instance of the check in ${module} is not well formed: ${problems.join('; ')}.`,
        );
      const names = exclusive === undefined ? meta.exclusive : namesOf(exclusive);
      return makeCheck<O, D, S>({
        ...parts,
        meta: { ...meta, ...own, exclusive: names },
        preset: { ...preset, ...(options as JsonObject | undefined) },
        base: check.base,
      });
    },
    base: parts.base as AnyCheck,
  };
  check.base ??= check as unknown as AnyCheck;
  return Object.freeze(check) as unknown as Check<O, D, S>;
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

/** True when a check's answers may be kept for the next scan. */
export function isCacheable(check: AnyCheck): boolean {
  return check.meta.cache ?? isFileCheck(check);
}
