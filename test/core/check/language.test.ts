import * as linguist from 'linguist-languages';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, languageOf } from '../../../core/check/language.js';

interface LinguistLanguage {
  readonly name: string;
  readonly extensions?: readonly string[];
  readonly filenames?: readonly string[];
  readonly interpreters?: readonly string[];
}

const known = new Map(
  (Object.values(linguist) as unknown as LinguistLanguage[]).map((language) => [language.name, language]),
);

const words = (text = ''): string[] => text.split(' ').filter((word) => word !== '');

describe('the table of languages', () => {
  it('claims nothing that GitHub Linguist does not', () => {
    expect(known.size).toBeGreaterThan(500);
    const wrong = LANGUAGES.flatMap(([name, extensions, names, interpreters]) => {
      const language = known.get(name);
      return [
        ...words(extensions).filter((word) => !language?.extensions?.includes(`.${word}`)),
        ...words(names).filter((word) => !language?.filenames?.includes(word)),
        ...words(interpreters).filter((word) => !language?.interpreters?.includes(word)),
      ].map((word) => `${name}: ${word}`);
    });
    expect(wrong).toEqual([]);
  });

  it('names each extension, name and interpreter once', () => {
    for (const column of [1, 2, 3] as const) {
      const all = LANGUAGES.flatMap((row) => words(row[column]));
      expect(all.filter((word, index) => all.indexOf(word) !== index)).toEqual([]);
    }
  });
});

describe('the language of a file', () => {
  it('is told by its whole name before its extension, whatever its folder', () => {
    const told = ['a/b.ts', 'x.d.ts', 'c.TSX', 'tsconfig.json', 'a/package.json', 'Dockerfile', 'go.mod', '.gitignore'];
    expect(told.map((path) => languageOf(path))).toEqual([
      'TypeScript',
      'TypeScript',
      'TSX',
      'JSON with Comments',
      'JSON',
      'Dockerfile',
      'Go Module',
      'Ignore List',
    ]);
  });

  it('is not told by a name that says nothing', () => {
    for (const path of ['noextension', 'a.', '.', '', 'a.ts/b', 'x.unheard', 'constructor', 'a.toString'])
      expect(languageOf(path)).toBeUndefined();
  });

  it('is told by the first line of a text where the name says nothing', () => {
    const told = (text: string): string | undefined => languageOf('bin/tool', text);
    expect(told('#!/bin/sh\necho')).toBe('Shell');
    expect(told('#!/usr/bin/env node\n')).toBe('JavaScript');
    expect(told('#! /usr/bin/env -S DEBUG=1 /opt/bin/python3.12 -u\n')).toBe('Python');
    expect(told('#!/usr/bin/perl5')).toBe('Perl');
    expect(told('#!/usr/bin/unheard\n')).toBeUndefined();
    expect(told('echo #!/bin/sh')).toBeUndefined();
    expect(told('')).toBeUndefined();
    expect(languageOf('a.rb', '#!/bin/sh')).toBe('Ruby');
  });
});
