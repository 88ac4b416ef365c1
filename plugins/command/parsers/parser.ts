import { stripVTControlCharacters } from 'node:util';
import type { Severity } from 'scanrun';

/** One problem as a tool states it. */
export interface ToolFinding {
  /** Where: a path relative to the folder the tool ran in, an absolute path, or a `file:` URL. Absent where the tool names none. */
  readonly path?: string;
  /** First line, from 1. */
  readonly line?: number;
  /** First column, from 1. */
  readonly column?: number;
  /** Last line, from 1. */
  readonly endLine?: number;
  /** The column after the last character, from 1. */
  readonly endColumn?: number;
  /** What the tool says, at most 2,000 characters. */
  readonly message: string;
  /** The tool's rule. */
  readonly rule?: string;
  /** How much it matters; absent where the tool does not say. */
  readonly severity?: Severity;
}

/** Reads a tool's output. Throws `ParserError` and nothing else. */
export type Parser = (text: string) => readonly ToolFinding[];

/** The output is not what it should be, or it says that the tool failed. */
export class ParserError extends Error {
  override readonly name = 'ParserError';
  /** What could be read all the same. */
  readonly findings: readonly ToolFinding[];

  constructor(message: string, findings: readonly ToolFinding[] = []) {
    super(message);
    this.findings = findings;
  }
}

const MAX_MESSAGE = 2_000;

/** A finding of what a tool says: blank and impossible values are left out. */
export function toolFinding(said: { readonly [K in keyof ToolFinding]: unknown }): ToolFinding {
  const line = place(said.line);
  const endLine = place(said.endLine);
  const column = line === undefined ? undefined : place(said.column);
  const endsAfter = line !== undefined && endLine !== undefined && endLine >= line;
  const endColumn = column === undefined ? undefined : place(said.endColumn);
  const severity = said.severity;
  return {
    message: clean(said.message) || 'The tool reports a problem without a message.',
    ...(text(said.path) === undefined ? {} : { path: text(said.path) as string }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(endsAfter ? { endLine } : {}),
    ...(endColumn !== undefined && (endsAfter || endColumn >= (column ?? 0)) ? { endColumn } : {}),
    ...(text(said.rule) === undefined ? {} : { rule: clean(said.rule) }),
    ...(severity === 'error' || severity === 'warning' || severity === 'note' ? { severity } : {}),
  };
}

/** A tool's words without colours and other control characters, cut to a length. */
export function clean(value: unknown): string {
  if (typeof value !== 'string') return '';
  const plain = stripVTControlCharacters(value.slice(0, 4 * MAX_MESSAGE))
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .trim();
  return plain.length > MAX_MESSAGE ? `${plain.slice(0, MAX_MESSAGE - 1)}…` : plain;
}

/** A severity in the words that tools use for it. */
export function severityOf(word: string | undefined): Severity | undefined {
  const known = word?.trim().toLowerCase() ?? '';
  if (/^(?:e|err|error|errors|f|fatal|critical|blocker|severe|high|failure)$/.test(known)) return 'error';
  if (/^(?:w|warn|warning|warnings|major|medium|moderate)$/.test(known)) return 'warning';
  if (
    /^(?:n|note|i|info|information|informational|h|hint|c|convention|r|refactor|s|style|suggestion|minor|low|notice|debug)$/.test(
      known,
    )
  )
    return 'note';
  return undefined;
}

/** A line or column: a whole number from 1, also in digits. */
function place(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
