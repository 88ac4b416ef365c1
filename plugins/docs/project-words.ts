import { asObject, type Settings } from './config-files.js';

/** A word of a name: `useHTTPServer` is use, HTTP and Server. */
const WORD = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{L}+/gu;

/** Shorter ones are not looked at by cspell either. */
const MIN_LENGTH = 3;

/**
 * The words that a project has of its own: the names of its files, of its packages and people, and what stands in code on
 * its pages. A page may speak of them.
 */
export class ProjectWords {
  readonly #words = new Set<string>();

  /** Adds what is in a text, whole and in its parts. */
  add(text: string): void {
    for (const whole of text.match(/[\p{L}\p{M}']+/gu) ?? []) {
      this.#take(whole);
      for (const part of whole.match(WORD) ?? []) this.#take(part);
    }
  }

  /** Adds the names in a package.json. */
  addManifest(manifest: Settings): void {
    const people = [manifest.author, ...asList(manifest.contributors), ...asList(manifest.maintainers)];
    for (const person of people) this.add(typeof person === 'string' ? person : String(asObject(person)?.name ?? ''));
    this.add([manifest.name, ...asList(manifest.keywords)].map(String).join(' '));
    for (const key of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'scripts', 'bin'])
      this.add(Object.keys(asObject(manifest[key]) ?? {}).join(' '));
  }

  /** All of them, in lower case. */
  list(): string[] {
    return [...this.#words];
  }

  #take(word: string): void {
    if (word.length >= MIN_LENGTH) this.#words.add(word.toLowerCase());
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
