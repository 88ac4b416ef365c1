import type { Document, Node, Pair, YAMLMap } from 'yaml';

/** Half-open range in the text of a file, in UTF-16 units from 0. */
export type Range = readonly [start: number, end: number];

/** A text in a workflow, and where it stands. */
export interface Value {
  readonly text: string;
  readonly range: Range;
}

/** A step of a job or of a composite action. */
export interface Step {
  readonly uses?: Value;
  readonly run?: Value;
  /** What `with` gives, by name. */
  readonly with: ReadonlyMap<string, Value>;
  readonly env: ReadonlyMap<string, Value>;
}

/** A job of a workflow; a composite action is one job without a name. */
export interface Job {
  readonly id: Value;
  /** The workflow that it calls instead of having steps. */
  readonly uses?: Value;
  readonly steps: readonly Step[];
  readonly env: ReadonlyMap<string, Value>;
  readonly permissions?: Permissions;
}

/** What a token may do. */
export interface Permissions {
  readonly range: Range;
  /** `read-all` or `write-all`; absent where scopes are listed. */
  readonly all?: string;
  /** Access by scope, such as `contents: write`. */
  readonly scopes: ReadonlyMap<string, Value>;
}

/** A workflow or an action, as far as the checks look at it. */
export interface Workflow {
  readonly kind: 'workflow' | 'action';
  /** The events that start it. */
  readonly events: ReadonlyMap<string, Range>;
  readonly env: ReadonlyMap<string, Value>;
  readonly permissions?: Permissions;
  readonly jobs: readonly Job[];
  /** What a workflow or an action must have and this has not, such as `on`. */
  readonly lacks: readonly string[];
}

/** What came of reading a file; problems are those of YAML. */
export interface ReadWorkflow {
  readonly workflow: Workflow;
  readonly problems: readonly { readonly what: string; readonly range: Range }[];
}

/** The workflows of a repository. */
const WORKFLOWS = '.github/workflows/*.{yml,yaml}';

/** What a check visits that looks at workflows. */
export const OF_WORKFLOWS = { when: { files: [WORKFLOWS] }, files: [WORKFLOWS], reads: 'bytes' } as const;

/** What a check visits that looks at workflows and at all actions of a repository. */
export const OF_WORKFLOWS_AND_ACTIONS = {
  when: { files: ['{.github/workflows/*.yml,.github/workflows/*.yaml,**/action.yml,**/action.yaml}'] },
  files: [WORKFLOWS, '**/action.{yml,yaml}', '!**/node_modules/**'],
  reads: 'bytes',
} as const;

/** Loads the parser. Loaded when it is used: a configuration loads the plugin and may never run it. */
export async function loadWorkflowReader(): Promise<(path: string, text: string) => ReadWorkflow> {
  const yaml = await import('yaml');
  return (path, text) => {
    const document = yaml.parseDocument(text, { keepSourceTokens: false, logLevel: 'error' });
    const problems = document.errors.map(({ message, pos: [start, end] }) => ({
      what: (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
      range: [Math.min(start, text.length), Math.min(Math.max(start, end), text.length)] as const,
    }));
    const kind = /(?:^|\/)\.github\/workflows\/[^/]+$/.test(path) ? 'workflow' : 'action';
    return { workflow: new WorkflowReader(document, yaml).read(kind), problems };
  };
}

class WorkflowReader {
  readonly #document: Document;
  readonly #yaml: typeof import('yaml');

  constructor(document: unknown, yaml: typeof import('yaml')) {
    this.#document = document as Document;
    this.#yaml = yaml;
  }

  read(kind: Workflow['kind']): Workflow {
    const root = this.#resolve(this.#document.contents);
    const permissions = this.#permissions(this.#get(root, 'permissions'));
    const jobs = kind === 'workflow' ? this.#jobs(root) : this.#composite(root);
    const wanted = kind === 'workflow' ? ['on', 'jobs'] : ['runs'];
    return {
      kind,
      events: this.#events(this.#get(root, 'on')),
      env: this.#texts(this.#get(root, 'env')),
      ...(permissions === undefined ? {} : { permissions }),
      jobs,
      lacks: wanted.filter((key) => isEmpty(this.#get(root, key))),
    };
  }

  #jobs(root: Node | undefined): Job[] {
    return this.#pairs(this.#get(root, 'jobs')).flatMap((pair) => {
      const id = this.#value(pair.key);
      const node = this.#resolve(pair.value);
      if (id === undefined || node === undefined) return [];
      const uses = this.#value(this.#get(node, 'uses'));
      const permissions = this.#permissions(this.#get(node, 'permissions'));
      return [
        {
          id,
          ...(uses === undefined ? {} : { uses }),
          ...(permissions === undefined ? {} : { permissions }),
          env: this.#texts(this.#get(node, 'env')),
          steps: this.#steps(this.#get(node, 'steps')),
        },
      ];
    });
  }

  #composite(root: Node | undefined): Job[] {
    const runs = this.#get(root, 'runs');
    const id = this.#value(this.#get(runs, 'using'));
    return id === undefined ? [] : [{ id, env: new Map(), steps: this.#steps(this.#get(runs, 'steps')) }];
  }

  #steps(node: Node | undefined): Step[] {
    if (!this.#yaml.isSeq(node)) return [];
    return node.items.map((item) => {
      const step = this.#resolve(item);
      const uses = this.#value(this.#get(step, 'uses'));
      const run = this.#value(this.#get(step, 'run'));
      return {
        ...(uses === undefined ? {} : { uses }),
        ...(run === undefined ? {} : { run }),
        with: this.#texts(this.#get(step, 'with')),
        env: this.#texts(this.#get(step, 'env')),
      };
    });
  }

  /** `on: push`, `on: [push]` and `on: { push: ... }`. */
  #events(node: Node | undefined): ReadonlyMap<string, Range> {
    const items = this.#yaml.isSeq(node)
      ? node.items
      : this.#yaml.isMap(node)
        ? node.items.map(({ key }) => key)
        : [node];
    return new Map(
      items
        .map((item) => this.#value(item))
        .filter((value) => value !== undefined)
        .map(({ text, range }) => [text, range]),
    );
  }

  #permissions(node: Node | undefined): Permissions | undefined {
    if (node === undefined) return undefined;
    const all = this.#value(node)?.text;
    return { range: rangeOf(node), scopes: this.#texts(node), ...(all === undefined ? {} : { all }) };
  }

  /** The values of a mapping that are texts. */
  #texts(node: Node | undefined): ReadonlyMap<string, Value> {
    const texts = new Map<string, Value>();
    for (const pair of this.#pairs(node)) {
      const key = this.#value(pair.key);
      const value = this.#value(pair.value);
      if (key !== undefined && value !== undefined) texts.set(key.text, value);
    }
    return texts;
  }

  #pairs(node: Node | undefined): Pair<unknown, unknown>[] {
    return this.#yaml.isMap(node) ? (node as YAMLMap<unknown, unknown>).items : [];
  }

  #get(node: Node | undefined, key: string): Node | undefined {
    const pair = this.#pairs(node).find((candidate) => this.#value(candidate.key)?.text === key);
    return pair === undefined ? undefined : this.#resolve(pair.value);
  }

  #value(item: unknown): Value | undefined {
    const node = this.#resolve(item);
    if (!this.#yaml.isScalar(node) || node.value === null || node.value === undefined) return undefined;
    return { text: String(node.value), range: rangeOf(node) };
  }

  /** The node itself, or what an alias stands for. */
  #resolve(item: unknown): Node | undefined {
    if (this.#yaml.isAlias(item)) return item.resolve(this.#document);
    return this.#yaml.isNode(item) ? item : undefined;
  }
}

function rangeOf({ range }: Node): Range {
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}

/** True for what is not there, or has nothing in it. */
function isEmpty(node: Node | undefined): boolean {
  return node === undefined || ('value' in node && (node.value === null || node.value === ''));
}
