import type { IdentifiedFile } from '../cache/file-identity.js';
import { versionOf } from '../cache/file-identity.js';
import { digestPart, type Parts } from '../cache/parts.js';
import type { Signer } from '../cache/signer.js';
import { CodeVersions } from '../check/code-version.js';
import { type AnyCheck, isCacheable } from '../check/define.js';
import { compareText } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import { packageTaskId, type TargetPackage } from '../model/package.js';
import type { Target } from '../model/target.js';
import type { NeedsData, TaskCheck } from '../model/task.js';
import type { TierName } from '../model/tier.js';

/** What the answers of all checks of a scan depend on. */
export interface ScanParts {
  readonly target: Target;
  readonly tier: TierName;
  /** Regular expressions of what must appear in no output: what they mask goes into fingerprints. */
  readonly redact: readonly string[];
}

/** A check of a plan, and what it is given. */
export interface PlannedCheck {
  readonly check: AnyCheck;
  /** Its entry in the plan. */
  readonly planned: Pick<TaskCheck, 'id' | 'module' | 'options'>;
  /** The data of the checks that it needs; absent where it needs none. */
  readonly needs?: NeedsData | undefined;
  /** The package that it looks at; absent for a check of the whole target. */
  readonly package?: TargetPackage;
}

/** Why no answer of a check is kept. */
export type NotKept =
  | 'not-cacheable'
  | 'unknown-code'
  | 'unknown-needs'
  | 'unidentified-file'
  | 'unknown-tool'
  | 'staged';

/** Makes parts of everything that checks depend on; one for a scan. */
export class PartMaker {
  readonly #signer: Signer;
  readonly #scan: Parts;
  readonly #codes = new CodeVersions();

  constructor(signer: Signer, { target, tier, redact }: ScanParts) {
    this.#signer = signer;
    this.#scan = {
      engine: this.#codes.engine,
      node: process.version,
      tier,
      target: this.#digest([target.kind, target.name, target.root, target.own ?? false]),
      redaction: this.#digest([...redact]),
    };
  }

  /** Everything that the answers of a check depend on besides its files, or why that cannot be told. */
  ofCheck({ check, planned, needs, package: item }: PlannedCheck): Parts | NotKept {
    if (!isCacheable(check)) return 'not-cacheable';
    const code = this.#codes.of(planned.module);
    if (code === undefined) return 'unknown-code';
    const data = Object.keys(check.needs).map((name) => [name, needs?.[name]] as const);
    if (needs === undefined && data.length > 0) return 'unknown-needs';
    return {
      ...this.#scan,
      check: item === undefined ? planned.id : packageTaskId(planned.id, item),
      code,
      ...(item === undefined ? {} : { package: this.#digest([item.name, item.folder, [...item.inner]]) }),
      ...this.#all('option', Object.entries(planned.options)),
      ...this.#all(
        'need',
        data.map(([name, value]) => [name, value ?? null]),
      ),
    };
  }

  /** What the declared inputs of a project check are now, or why that cannot be told. */
  ofInputs(inputs: InputValues): Parts | NotKept {
    const files = this.#files(inputs.files);
    if (files === undefined) return 'unidentified-file';
    return {
      ...files,
      ...this.#all(
        'variable',
        inputs.variables.map(([name, value]) => [name, value ?? null]),
      ),
      ...this.#all('tool', inputs.tools),
      ...(inputs.commit === undefined ? {} : { commit: this.#digest([...inputs.commit]) }),
    };
  }

  /** A part for each file; of many files, one for each folder. */
  #files(files: readonly IdentifiedFile[]): Parts | undefined {
    const groups = new Map<string, string[]>();
    for (const file of files) {
      const version = versionOf(file);
      if (version === undefined) return undefined;
      const { contentId, kind } = version;
      const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
      const name = files.length <= MOST_FILES ? `file ${file.path}` : `folder ${folder || '.'}`;
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      group.push(JSON.stringify([file.path, contentId, kind]));
    }
    const parts = [...groups].map(([name, list]): [string, string] => [name, this.#digest(list.sort(compareText))]);
    return Object.fromEntries(parts);
  }

  #all(kind: string, values: readonly (readonly [string, JsonValue])[]): Parts {
    return Object.fromEntries(values.map(([name, value]) => [`${kind} ${name}`, this.#digest(value)]));
  }

  #digest(value: JsonValue): string {
    return digestPart(this.#signer, value);
  }
}

/** Files beyond which changes are told by folder: a part for each of 27,000 would be larger than most answers. */
const MOST_FILES = 2_000;

/** The declared inputs of a project check with what they are now. */
export interface InputValues {
  readonly files: readonly IdentifiedFile[];
  readonly variables: readonly (readonly [string, string | undefined])[];
  /** What each version command printed. */
  readonly tools: readonly (readonly [string, string])[];
  /** The commit and branch, where the check reads them. */
  readonly commit?: readonly [string, string];
}
