import type { CheckContext } from 'scanrun';
import { asObject, type Read, readSettings, type Settings, textList } from './config-files.js';
import { below, folderOf, nameOf } from './text.js';

/** Rules of taste: which sign, how much white space, how long, how many. A page that breaks them reads the same. */
const TASTE =
  'MD004 MD007 MD009 MD010 MD012 MD013 MD014 MD026 MD027 MD028 MD030 MD033 MD034 MD035 MD036 MD040 MD041 MD043 MD044 MD046 MD047 MD048 MD049 MD050 MD054 MD055 MD059 MD060';

/** Rules whose subject `docs/links` looks at. */
const LINKS = 'MD051 MD052';

/** What holds where a project says nothing: markdownlint's defaults, less taste. A title in front matter is no heading. */
const DEFAULT_STYLE: Settings = {
  default: true,
  ...Object.fromEntries(`${TASTE} ${LINKS}`.split(' ').map((rule) => [rule, false])),
  MD024: { siblings_only: true },
  MD025: { front_matter_title: '' },
};

/** How a page is linted; or why its project's rules are not known. */
export type Style = { readonly config: Settings } | { readonly unknown: string } | { readonly ignored: true };

/** Files with rules, the one that counts first; those of markdownlint-cli2 have them under `config`. */
const DATA = [
  '.markdownlint.jsonc',
  '.markdownlint.json',
  '.markdownlint.yaml',
  '.markdownlint.yml',
  '.markdownlint-cli2.jsonc',
  '.markdownlint-cli2.yaml',
  '.markdownlintrc',
];

const CODE = /^\.markdownlint(?:-cli2)?\.[cm]js$/;

/** Files that extend each other further than this go round in a circle. */
const MAX_EXTENDS = 10;

type Context = Pick<CheckContext, 'files' | 'readFile'>;

/** The rules of a project's folders, read when they are asked for. */
export class Styles {
  readonly #context: Context;
  #listed: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  #ignored: Promise<(path: string) => boolean> | undefined;
  readonly #folders = new Map<string, Promise<Style | undefined>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** How a page is linted: by the nearest folder that says so, from its own upwards. */
  async of(page: string): Promise<Style> {
    this.#ignored ??= this.#readIgnored();
    if ((await this.#ignored)(page)) return { ignored: true };
    for (let folder = folderOf(page); ; folder = folderOf(folder)) {
      const style = this.#folders.get(folder) ?? this.#read(folder);
      this.#folders.set(folder, style);
      const found = await style;
      if (found !== undefined) return found;
      if (folder === '') return { config: DEFAULT_STYLE };
    }
  }

  async #read(folder: string): Promise<Style | undefined> {
    this.#listed ??= this.#list();
    const names = (await this.#listed).get(folder) ?? [];
    const code = names.find((name) => CODE.test(name));
    if (code !== undefined) return { unknown: `${below(folder, code)} is code, which is not run` };
    for (const name of DATA.filter((candidate) => names.includes(candidate))) {
      const style = await this.#load(below(folder, name));
      if (style !== undefined) return style;
    }
    if (folder !== '') return undefined;
    const manifest = await readSettings(this.#context, 'package.json');
    const own =
      manifest !== undefined && 'settings' in manifest ? asObject(manifest.settings['markdownlint-cli2']) : undefined;
    const config = asObject(own?.config);
    return config === undefined ? undefined : this.#extend('package.json', config, 0);
  }

  async #load(path: string): Promise<Style | undefined> {
    const read = (await readSettings(this.#context, path)) ?? { why: 'it is gone' };
    if ('why' in read) return { unknown: `${path}: ${read.why}` };
    const isCli2 = nameOf(path).startsWith('.markdownlint-cli2');
    if (isCli2 && textList(read.settings.customRules).length > 0)
      return { unknown: `${path} has rules of its own, which are code and are not run` };
    const config = isCli2 ? asObject(read.settings.config) : read.settings;
    return config === undefined ? undefined : this.#extend(path, config, 0);
  }

  /** A configuration on top of what it extends. */
  async #extend(path: string, { extends: base, ...config }: Settings, depth: number): Promise<Style> {
    if (base === undefined || base === null) return { config };
    if (typeof base !== 'string' || !/^\.{0,2}\/|^[^/@]+\.(?:jsonc?|ya?ml)$/.test(base) || base.startsWith('/'))
      return { unknown: `${path} extends ${JSON.stringify(base)}, which is not a file of the project` };
    if (depth >= MAX_EXTENDS) return { unknown: `${path} extends files in a circle` };
    const target = below(folderOf(path), base);
    const read: Read | undefined = /\.[cm]?js$/.test(base)
      ? { why: 'it is code, which is not run' }
      : await readSettings(this.#context, target);
    if (read === undefined || 'why' in read)
      return { unknown: `${path} extends ${target}: ${read?.why ?? 'it does not exist'}` };
    const extended = await this.#extend(target, read.settings, depth + 1);
    return 'config' in extended ? { config: { ...extended.config, ...config } } : extended;
  }

  async #list(): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    for await (const { path } of this.#context.files('**/.markdownlint*'))
      found.set(folderOf(path), [...(found.get(folderOf(path)) ?? []), nameOf(path)]);
    return found;
  }

  /** What the project takes out: `.markdownlintignore`, and `ignores` of markdownlint-cli2 at the root. */
  async #readIgnored(): Promise<(path: string) => boolean> {
    const patterns: string[] = [];
    for (const name of ['.markdownlint-cli2.jsonc', '.markdownlint-cli2.yaml']) {
      const read = await readSettings(this.#context, name);
      if (read !== undefined && 'settings' in read) patterns.push(...textList(read.settings.ignores));
    }
    const lines = await this.#context.readFile('.markdownlintignore').then(
      (bytes) => new TextDecoder().decode(bytes),
      () => '',
    );
    if (patterns.length === 0 && lines === '') return () => false;
    const [{ default: picomatch }, { default: ignore }] = await Promise.all([import('picomatch'), import('ignore')]);
    const matches = picomatch(
      patterns.map((pattern) => pattern.replace(/^\.\//, '')),
      { dot: true },
    );
    const listed = ignore().add(lines);
    return (path) => matches(path) || listed.ignores(path);
  }
}
