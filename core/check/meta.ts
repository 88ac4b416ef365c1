import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { Duration } from '../model/duration.js';
import type { JsonObject } from '../model/json.js';
import type { Severity } from '../model/severity.js';
import type { Lane } from '../model/task.js';
import type { TierName } from '../model/tier.js';

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

/** What one run of a check looks at: the whole target, or one of its packages. */
export type Scope = 'target' | 'package';

/** What the answer of a project check depends on besides its code and options: nothing that is not here. */
export interface CheckInputs {
  /** Globs of the files that it reads or lists; none when absent. With `scope: 'package'` relative to the package; one that begins with `/` is relative to the target's root. */
  readonly files?: readonly string[];
  /** Names of the environment variables that it reads; none when absent. Only a digest of their values is kept. */
  readonly env?: readonly string[];
  /** Commands that print the versions of the programs that it runs, such as `['npx', 'tsc', '--version']`; none when absent. */
  readonly tools?: readonly (readonly string[])[];
  /** True when it reads `target.commit` or `target.branch`. Default false. */
  readonly commit?: boolean;
}

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
  /**
   * What one run looks at. `target`: everything at once. `package`: one package of the target, its root or a workspace
   * of npm, pnpm or Yarn; it runs once for each, findings carry the package, and globs are relative to its folder while
   * paths stay relative to the target. Only for a check with `run`. `target` when absent.
   */
  readonly scope?: Scope;
  /** Where it applies: where every one of these globs matches a file (with `scope: 'package'` of the package), and, with `git: true`, only in a git work tree. Elsewhere it is not planned. */
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
  /**
   * Whether its answers are kept for the next scan. A file check's are, by file, unless this is false: for one whose answer
   * depends on more than the file. A project check's are when this is true, with all that they depend on in `inputs`.
   */
  readonly cache?: boolean;
  /** A project check with `cache: true`: what its answer depends on. */
  readonly inputs?: CheckInputs;
  /** A file check: true when it says the same of the same content whatever the path, so that a renamed file is known. Default false. */
  readonly pathIndependent?: boolean;
}

/** A check's meta with its defaults filled in. */
export type ResolvedMeta = Required<Omit<CheckMeta, OptionalMeta | 'exclusive'>> &
  Pick<CheckMeta, OptionalMeta> & { readonly exclusive: readonly string[] };

type OptionalMeta =
  | 'help'
  | 'docsUrl'
  | 'when'
  | 'timeout'
  | 'estimate'
  | 'resource'
  | 'cache'
  | 'inputs'
  | 'pathIndependent';

/** What an instance of a check may have of its own. */
export interface InstanceMeta extends Pick<CheckMeta, 'estimate' | 'exclusive' | 'changesTree'> {
  /** Its title; the check's when absent. */
  readonly title?: string;
}
