import type { CheckContext } from 'scanrun';
import { asObject, readSettings, type Settings, textList } from './config-files.js';
import { below, decodeText, folderOf } from './text.js';

/** What a project says of spelling. */
export interface SpellingConfig {
  /** Settings for cspell: plain data. */
  readonly settings: Settings;
  /** Globs of paths that are not looked at. */
  readonly ignorePaths: readonly string[];
  /** What of the configuration could not be taken over, and why. */
  readonly lost: readonly string[];
}

const ENDINGS = ['json', 'jsonc', 'yaml', 'yml'];
const NAMES = ['.cspell', 'cspell', '.cSpell', 'cSpell', '.cspell.config', 'cspell.config'];

/** Where cspell looks for a configuration, in its order; those that are code are only noticed. */
const FILES = [
  ...NAMES.flatMap((name) => ENDINGS.map((ending) => `${name}.${ending}`)),
  ...['.vscode/', '.config/'].flatMap((folder) =>
    ['cspell.json', '.cspell.json', 'cspell.config.yaml', 'cspell.config.yml'].map((name) => folder + name),
  ),
];
const CODE = /^\.?c[sS]pell(?:\.config)?\.[cm]?[jt]s$/;

/** Settings of cspell that are data and mean the same whatever brings them in. */
const TAKEN = [
  'allowCompoundWords',
  'caseSensitive',
  'dictionaries',
  'flagWords',
  'ignoreRegExpList',
  'ignoreWords',
  'includeRegExpList',
  'language',
  'languageSettings',
  'minWordLength',
  'noSuggestDictionaries',
  'overrides',
  'patterns',
  'words',
];

/** Lists that add up where one file imports another. */
const LISTS = [
  'dictionaries',
  'flagWords',
  'ignoreRegExpList',
  'ignoreWords',
  'languageSettings',
  'overrides',
  'patterns',
  'words',
];

/** Files that import each other further than this go round in a circle. */
const MAX_IMPORTS = 20;

type Context = Pick<CheckContext, 'files' | 'readFile'>;

/** Reads the spelling configuration at the root of a project as data: cspell itself would run those that are code. */
export async function readSpelling(context: Context): Promise<SpellingConfig> {
  const reader = new Reader(context);
  for await (const { path } of context.files('*'))
    if (CODE.test(path)) reader.lost.push(`${path} is code, which is not run`);
  for (const path of FILES) if (await reader.read(path, true)) break;
  const manifest = await readSettings(context, 'package.json');
  if (manifest !== undefined && 'settings' in manifest) {
    const own = asObject(manifest.settings.cspell);
    if (own !== undefined) await reader.take('package.json', own);
  }
  const editor = await readSettings(context, '.vscode/settings.json');
  if (editor !== undefined && 'settings' in editor) {
    const { settings } = editor;
    reader.add('words', [...textList(settings['cSpell.words']), ...textList(settings['cSpell.userWords'])]);
    reader.add('ignoreWords', textList(settings['cSpell.ignoreWords']));
  }
  return { settings: reader.settings, ignorePaths: reader.ignorePaths, lost: reader.lost };
}

class Reader {
  readonly settings: Record<string, unknown> = {};
  readonly ignorePaths: string[] = [];
  readonly lost: string[] = [];
  readonly #context: Context;
  #imports = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads a file; says whether there was one. */
  async read(path: string, mayBeMissing: boolean): Promise<boolean> {
    const read = await readSettings(this.#context, path);
    if (read === undefined) {
      if (!mayBeMissing) this.lost.push(`${path} does not exist`);
      return false;
    }
    if ('why' in read) this.lost.push(`${path}: ${read.why}`);
    else await this.take(path, read.settings);
    return true;
  }

  async take(path: string, settings: Settings): Promise<void> {
    const imports = typeof settings.import === 'string' ? [settings.import] : textList(settings.import);
    for (const item of imports) await this.#import(path, item);
    for (const key of TAKEN) {
      const value = settings[key];
      if (value === undefined) continue;
      if (Array.isArray(value) && LISTS.includes(key)) this.add(key, value);
      else this.settings[key] = value;
    }
    for (const glob of Array.isArray(settings.ignorePaths) ? settings.ignorePaths : [])
      if (typeof glob === 'string') this.ignorePaths.push(glob);
    for (const item of Array.isArray(settings.dictionaryDefinitions) ? settings.dictionaryDefinitions : [])
      await this.#dictionary(path, asObject(item) ?? {});
  }

  add(key: string, values: readonly unknown[]): void {
    if (values.length === 0) return;
    const before = this.settings[key];
    this.settings[key] = [...(Array.isArray(before) ? before : []), ...values];
  }

  async #import(path: string, item: string): Promise<void> {
    this.#imports += 1;
    if (this.#imports > MAX_IMPORTS)
      return void this.lost.push(`${path} imports more than ${MAX_IMPORTS} files, or itself`);
    const isFile = /^\.{1,2}\//.test(item) && /\.(?:jsonc?|ya?ml)$/.test(item);
    if (isFile) await this.read(below(folderOf(path), item), false);
    else this.lost.push(`${path} imports ${item}, which is not read`);
  }

  /** A list of words, one a line; the words of a definition that is a package are not read. */
  async #dictionary(path: string, definition: Settings): Promise<void> {
    const file = definition.path;
    if (typeof file !== 'string' || !/^[^/~$].*\.(?:txt|dic|words)$/i.test(file)) {
      this.lost.push(`${path} defines a dictionary that is no list of words of the project (${String(file)})`);
      return;
    }
    const target = below(folderOf(path), file);
    const text = await this.#context.readFile(target).then(decodeText, () => undefined);
    if (text === undefined) this.lost.push(`${path} defines a dictionary ${target}, which cannot be read`);
    else
      this.add(
        'words',
        text
          .split(/\r?\n/)
          .map((line) => line.replace(/#.*/, '').trim())
          .filter((line) => line !== ''),
      );
  }
}
