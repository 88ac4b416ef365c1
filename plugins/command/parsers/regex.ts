import { stripVTControlCharacters } from 'node:util';
import { type Parser, severityOf, type ToolFinding, toolFinding } from './parser.js';

/** The named groups that a pattern may have. */
export const GROUPS = ['path', 'line', 'column', 'endLine', 'endColumn', 'message', 'rule', 'severity'] as const;

/** A pattern ready for use. */
export interface Pattern {
  /** The regular expression, global. */
  readonly expression: RegExp;
  /** True when it is tried on each line by itself. */
  readonly byLine: boolean;
}

/** Characters of a line that are read: an expression that tries every start takes quadratic time on a line without end. */
const MAX_LINE = 10_000;

/**
 * Compiles a pattern. The source of a regular expression is tried on each line, so that `[^:]+` does not run over its
 * end; `/source/flags` is tried on the whole text.
 */
export function compilePattern(text: string): Pattern | { readonly problem: string } {
  const literal = /^\/(.+)\/([a-z]*)$/s.exec(text);
  let expression: RegExp;
  try {
    expression = new RegExp(literal?.[1] ?? text, `${(literal?.[2] ?? '').replace(/[gy]/g, '')}g`);
  } catch (error) {
    return { problem: `is not a regular expression (${error instanceof Error ? error.message : String(error)})` };
  }
  // An alternative that matches the empty text shows all groups, whatever else the pattern wants.
  const names = Object.keys(new RegExp(`${expression.source}|`, expression.flags).exec('')?.groups ?? {});
  const unknown = names.find((name) => !(GROUPS as readonly string[]).includes(name));
  if (unknown !== undefined) return { problem: `has the group '${unknown}'; there are ${GROUPS.join(', ')}` };
  if (!names.includes('message')) return { problem: 'has no group `(?<message>…)`' };
  return { expression, byLine: literal === null };
}

/** A parser that takes each match of a pattern for a finding. Colours are taken out first. */
export function regexParser({ expression, byLine }: Pattern): Parser {
  return (text) => {
    const plain = stripVTControlCharacters(text);
    const parts = byLine ? plain.split(/\r\n|\n|\r/).map((line) => line.slice(0, MAX_LINE)) : [plain];
    return parts
      .flatMap((part) => [...part.matchAll(expression)])
      .filter(([whole]) => whole.trim() !== '')
      .map(fromMatch);
  };
}

function fromMatch(match: RegExpExecArray): ToolFinding {
  const groups = (match.groups ?? {}) as Readonly<Partial<Record<(typeof GROUPS)[number], string>>>;
  const message = groups.message?.trim() ? groups.message : match[0];
  return toolFinding({ ...groups, path: groups.path?.trim(), message, severity: severityOf(groups.severity) });
}
