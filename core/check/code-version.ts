// Which code a check is: what it answered with other code says nothing about what it would answer now.

import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../errors.js';
import { OWN_ROOT, ownVersion } from '../own.js';
import { importsOf } from './imports-of.js';
import { isOwnModule } from './load-module.js';

/** Files of a folder, and their bytes together, beyond which its code is not told: hashing them at each scan would cost more than it saves. */
const MOST_FILES = 2_000;
const MOST_BYTES = 33_554_432;
const MODULES = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];
const NOT_CODE = new Set(['node_modules', '.git', '.scanrun']);

/** The code cannot be told: too much of it, or imports that nothing resolves. */
const UNKNOWN = Symbol('unknown');

/** Tells versions of code; one for a scan, since it reads each file once. */
export class CodeVersions {
  readonly #crypto = process.getBuiltinModule('node:crypto');
  readonly #modules = new Map<string, Module | undefined>();
  readonly #hashes = new Map<string, string>();
  readonly #folders = new Map<string, readonly string[] | typeof UNKNOWN>();
  readonly #packages = new Map<string, Package | undefined>();
  #own: string | undefined;

  /** The version of the running scanrun, which reads files and makes findings of reports; a hash while it is developed. */
  get engine(): string {
    this.#own ??= this.#engine();
    return this.#own;
  }

  /**
   * The version of a check's code by the URL of its module: `name@version` and a hash of the module for an installed
   * package, a hash of everything that it reaches for local code. Undefined when it cannot be told, so that no answer of
   * it may be kept.
   */
  of(url: string): string | undefined {
    if (!url.startsWith('file:')) return `url ${this.#hash(Buffer.from(url))}`;
    if (isOwnModule(url)) return this.engine;
    const path = realPath(fileURLToPath(url));
    const owner = this.#packageOf(path);
    if (owner !== undefined && isInstalled(owner.folder)) return `${owner.name} ${this.#fileHash(path)}`;
    const parts = this.#local(path);
    return parts === UNKNOWN ? undefined : `local ${this.#hash(Buffer.from(parts.join('\n')))}`;
  }

  /** The real paths of a module of local code and of all that it imports of such, as far as that can be told. */
  filesOf(path: string): ReadonlySet<string> {
    return this.#reach(realPath(path)).files;
  }

  /** All that local code reaches, with its versions. */
  #local(entry: string): readonly string[] | typeof UNKNOWN {
    const { files, packages, computes, isWhole } = this.#reach(entry);
    const beside = isWhole ? this.#beside(dirname(entry)) : UNKNOWN;
    if (beside === UNKNOWN) return UNKNOWN;
    // A module that imports what it computes may mean any of its neighbours; every other names them.
    for (const file of beside) if (computes || !MODULES.includes(extname(file))) files.add(file);
    return [...[...packages].sort(), ...[...files].sort().map((path) => `${basename(path)} ${this.#fileHash(path)}`)];
  }

  /** What local code imports, and what that imports. */
  #reach(entry: string): Reached {
    const files = new Set([entry]);
    const packages = new Set<string>();
    let computes = false;
    let isWhole = true;
    for (const path of files) {
      const module = this.#module(path);
      computes ||= module?.computes ?? false;
      for (const specifier of module?.specifiers ?? []) {
        const target = this.#target(specifier, path);
        isWhole &&= target !== UNKNOWN;
        if (target === UNKNOWN) continue;
        for (const file of target.files) files.add(file);
        if (target.name !== undefined) packages.add(target.name);
      }
    }
    return { files, packages, computes, isWhole };
  }

  /** What an import means: files of local code, or the name and version of a package. */
  #target(specifier: string, importer: string): Target | typeof UNKNOWN {
    if (isBuiltin(specifier) || /^(?:data|https?):/.test(specifier)) return NOTHING;
    if (/^(?:scanrun)(?:\/|$)/.test(specifier)) return NOTHING;
    // Which file a package's own name for it means is for its package.json to say.
    if (specifier.startsWith('#')) return UNKNOWN;
    if (/^(?:\.{0,2}\/|file:)/.test(specifier) || specifier === '.' || specifier === '..') {
      const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(importer), specifier);
      return this.#paths(path.replace(/[?#].*$/, ''));
    }
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    return this.#package(name, dirname(importer));
  }

  /** Every file that a path may mean: which one a loader takes is its own business. */
  #paths(path: string): Target | typeof UNKNOWN {
    const bare = path.replace(/\.[mc]?jsx?$/, '');
    const candidates = [path, ...[path, bare, join(path, 'index')].flatMap((one) => MODULES.map((end) => one + end))];
    const files: string[] = [];
    for (const candidate of new Set(candidates)) {
      const stats = statsOf(candidate);
      if (stats?.isFile()) files.push(realPath(candidate));
      if (!stats?.isDirectory() || candidate !== path || isRoot(path)) continue;
      const inside = this.#files(path);
      if (inside === UNKNOWN) return UNKNOWN;
      files.push(...inside);
    }
    return { files };
  }

  #package(name: string, folder: string): Target | typeof UNKNOWN {
    for (let at = folder; ; at = dirname(at)) {
      const place = join(at, 'node_modules', name);
      if (statsOf(place)?.isDirectory()) {
        const real = realPath(place);
        // A linked package is local code, whatever its version says.
        const files = isInstalled(real) ? [] : this.#files(real);
        return files === UNKNOWN ? UNKNOWN : { files, name: this.#read(real)?.name ?? `${name}@` };
      }
      if (dirname(at) === at) return { files: [], name: `${name}@` };
    }
  }

  /** What lies beside a check and below: data that it may read. None of a project's root, where everything lies. */
  #beside(folder: string): readonly string[] | typeof UNKNOWN {
    return isRoot(folder) ? [] : this.#files(folder);
  }

  /** All files of a folder and below. */
  #files(folder: string): readonly string[] | typeof UNKNOWN {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const files = listFiles(folder);
    this.#folders.set(folder, files);
    return files;
  }

  #module(path: string): Module | undefined {
    if (!MODULES.includes(extname(path))) return undefined;
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const module = importsOf(readText(path));
    this.#modules.set(path, module);
    return module;
  }

  /** The package that a file belongs to: the nearest package.json with a name and a version. */
  #packageOf(path: string): Package | undefined {
    for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
      const found = this.#read(folder);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #read(folder: string): Package | undefined {
    if (this.#packages.has(folder)) return this.#packages.get(folder);
    const found = readPackage(folder);
    this.#packages.set(folder, found);
    return found;
  }

  #engine(): string {
    const version = `scanrun@${ownVersion()}`;
    const root = realPath(fileURLToPath(OWN_ROOT));
    if (isInstalled(root)) return version;
    const files = listFiles(join(root, 'core'), join(root, 'plugins'));
    const code = files === UNKNOWN ? [] : files.filter((path) => MODULES.includes(extname(path)));
    return `${version} ${this.#hash(Buffer.from(code.map((path) => this.#fileHash(path)).join('\n')))}`;
  }

  #fileHash(path: string): string {
    const known = this.#hashes.get(path);
    if (known !== undefined) return known;
    const hash = this.#hash(readBytes(path));
    this.#hashes.set(path, hash);
    return hash;
  }

  #hash(bytes: Uint8Array): string {
    return this.#crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 20);
  }
}

type Module = ReturnType<typeof importsOf>;

interface Target {
  readonly files: readonly string[];
  /** The package's name and version. */
  readonly name?: string;
}

const NOTHING: Target = { files: [] };

/** What local code imports. */
interface Reached {
  /** Files of local code, the module itself among them. */
  readonly files: Set<string>;
  /** Names and versions of packages. */
  readonly packages: ReadonlySet<string>;
  /** True when one of the modules imports what it computes. */
  readonly computes: boolean;
  /** False when there are imports that nothing resolves. */
  readonly isWhole: boolean;
}

interface Package {
  readonly folder: string;
  /** `name@version`. */
  readonly name: string;
}

function readPackage(folder: string): Package | undefined {
  const text = readText(join(folder, 'package.json'));
  if (text === '') return undefined;
  try {
    const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
    return typeof name === 'string' && typeof version === 'string' ? { folder, name: `${name}@${version}` } : undefined;
  } catch {
    // Whoever needs it says what is wrong with it; here it is code without a version.
    return undefined;
  }
}

function isInstalled(folder: string): boolean {
  return folder.includes(`${sep}node_modules${sep}`);
}

/** True for a folder in which a whole project lies. */
function isRoot(folder: string): boolean {
  return ['package.json', '.git'].some((name) => statsOf(join(folder, name)) !== undefined);
}

/** The files of folders in order; too many, or a folder that cannot be read, are not told. */
function listFiles(...folders: readonly string[]): readonly string[] | typeof UNKNOWN {
  const files: string[] = [];
  let bytes = 0;
  const waiting = [...folders];
  try {
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !NOT_CODE.has(entry.name)) waiting.push(path);
        if (!entry.isFile()) continue;
        files.push(path);
        bytes += statSync(path).size;
        if (files.length > MOST_FILES || bytes > MOST_BYTES) return UNKNOWN;
      }
    }
    return files.sort();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return UNKNOWN;
  }
}

/** What lies at a path; undefined for nothing, also below what is no folder, and for what may not be looked at. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A module that is not there fails when it is loaded, and says so.
    return path;
  }
}

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

/** The bytes of a file; none of one that cannot be read: it fails when it is loaded, and says why there. */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
