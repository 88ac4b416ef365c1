import { type Parser, ParserError } from './parser.js';
import type { Pattern } from './regex.js';

/** The parsers by name; `regex` comes with a pattern, `none` reads nothing. */
export const PARSERS = ['none', 'sarif', 'junit', 'eslint-json', 'checkstyle', 'regex'] as const;

/** A parser's name. */
export type ParserName = (typeof PARSERS)[number];

/** Loads a parser. Only `regex` reads the pattern. */
export async function loadParser(name: Exclude<ParserName, 'none'>, pattern: Pattern | undefined): Promise<Parser> {
  switch (name) {
    case 'sarif':
      return document((await import('./sarif.js')).parseSarif);
    case 'junit':
      return document((await import('./junit.js')).parseJunit);
    case 'eslint-json':
      return document((await import('./eslint-json.js')).parseEslintJson);
    case 'checkstyle':
      return document((await import('./checkstyle.js')).parseCheckstyle);
    case 'regex':
      return pattern === undefined ? () => [] : (await import('./regex.js')).regexParser(pattern);
    default:
      return name satisfies never;
  }
}

/** A format in which even a clean run prints a document: no output means that the tool did not do its work. */
function document(parse: Parser): Parser {
  return (text) => {
    if (text.trim() === '') throw new ParserError('there is no output, where even a clean run would print a document');
    return parse(text.replace(/^\uFEFF/, ''));
  };
}
