// What a module names: read from its text, without running it.

/** The imports of a module. */
export interface Imports {
  /** What it imports, requires, or takes as `new URL('...', import.meta.url)`. */
  readonly specifiers: readonly string[];
  /** True when it also imports what it computes. */
  readonly computes: boolean;
}

/** What may stand between a keyword and the text: white space and the comments of bundlers. */
const GAP = String.raw`(?:\s|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*`;
const CALL = String.raw`\b(?:import|require|require${GAP}\.${GAP}resolve)${GAP}\(${GAP}`;
const QUOTED = String.raw`(?:(['"])((?:(?!\1)[^\\\n])+)\1|${'`'}([^${'`'}\\$]+)${'`'})`;
const NAMED = new RegExp(`(?:\\bfrom${GAP}|\\bimport${GAP}|${CALL}|\\bnew${GAP}URL${GAP}\\(${GAP})${QUOTED}`, 'g');
const COMPUTED = new RegExp(`${CALL}(?:[^'"${'`'}\\s/)]|${'`'}[^${'`'}]*\\$\\{)`);

/**
 * Finds the imports in a module's text. Comments and texts that look like imports are taken for some: a file more than
 * needed costs nothing, a file less would.
 */
export function importsOf(text: string): Imports {
  return {
    specifiers: [...new Set([...text.matchAll(NAMED)].map((match) => match[2] ?? match[3] ?? ''))].sort(),
    computes: COMPUTED.test(text),
  };
}
